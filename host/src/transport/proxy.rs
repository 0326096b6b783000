//! The proxy that a connection goes through: apart because its credentials are a secret of their
//! own, which nothing but the proxy itself is shown.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use code_source_egress::{BaseUrl, BaseUrlError, Origin};
use zeroize::Zeroizing;

use super::failure::Failure;
use super::kind::Kind;
use crate::credential::{Form, Rotating, TokenSource};
use crate::error::Error;
use crate::report::Stage;

/// A proxy that is asked, with `CONNECT`, for a way to the forge.
#[derive(Clone)]
#[must_use]
pub struct Proxy {
    url: String,
    credentials: Option<TokenSource>,
}

impl Proxy {
    /// The proxy at `url`: `http://` or `https://`, a host, and a port. Credentials may not stand
    /// in it. Its address is held against the same rules as the forge's.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            credentials: None,
        }
    }

    /// What the proxy asks for, as `user:password`. On the way to an `http://` proxy everybody
    /// can read it.
    pub fn credentials(mut self, source: TokenSource) -> Self {
        self.credentials = Some(source);
        self
    }

    /// Where its credentials are, if it asks for some.
    #[cfg(feature = "cli")]
    pub(crate) fn credentials_source(&self) -> Option<&TokenSource> {
        self.credentials.as_ref()
    }

    /// Where it is.
    pub(crate) fn origin(&self) -> Result<Origin, Error> {
        parse(&self.url).map_err(|problem| Error::Proxy { problem })
    }

    /// Check everything that can be checked without asking the proxy.
    pub(super) fn open(self) -> Result<OpenProxy, Error> {
        let origin = self.origin()?;
        let credentials = self.credentials;
        let credentials = credentials.map(|source| Rotating::new(source, Form::UserPassword));
        Ok(OpenProxy {
            origin,
            credentials: credentials.transpose()?,
        })
    }
}

/// What to say where its credentials cannot be read any more.
pub(super) fn unusable(error: &Error) -> Failure {
    Failure::new(Stage::Proxy, Kind::ProxyCredentials, error.to_string())
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold what does not belong there, until it is checked.
        formatter.debug_struct("Proxy").finish_non_exhaustive()
    }
}

/// A proxy whose URL was understood, and whose credentials were read.
pub(super) struct OpenProxy {
    pub(super) origin: Origin,
    credentials: Option<Rotating>,
}

impl OpenProxy {
    /// The value of `Proxy-Authorization`, from the newest credentials.
    pub(super) fn authorization(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        let Some(credentials) = &self.credentials else {
            return Ok(None);
        };
        let secret = credentials.current().map_err(|error| unusable(&error))?;
        let encoded = Zeroizing::new(STANDARD.encode(secret.expose()));
        Ok(Some(Zeroizing::new(format!("Basic {}", *encoded))))
    }

    /// Whether it is told who comes.
    pub(super) fn has_credentials(&self) -> bool {
        self.credentials.is_some()
    }
}

/// Nothing of the URL is repeated in a problem: a password may stand in it.
fn parse(url: &str) -> Result<Origin, String> {
    if !url.contains("://") {
        return Err(NO_SCHEME.to_owned());
    }
    let base = BaseUrl::parse(url).map_err(|error| match error {
        BaseUrlError::UserInfo => {
            "its URL holds a user name or a password, and they have a place of their own".to_owned()
        }
        BaseUrlError::Scheme => NO_SCHEME.to_owned(),
        BaseUrlError::Authority(error) => format!("its URL is not one: {error}"),
        other => format!("its URL is not one: {other}"),
    })?;
    if !base.path().is_empty() {
        return Err("its URL has a path, which does not belong there".to_owned());
    }
    let origin = base.origin();
    let written = url.trim().trim_end_matches('/');
    if !written.ends_with(&format!(":{}", origin.port())) {
        return Err("its URL has no port, and proxies have no usual one".to_owned());
    }
    Ok(origin.clone())
}

const NO_SCHEME: &str = "its URL begins with neither `http://` nor `https://`";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Secret;

    #[test]
    fn a_url_is_a_scheme_a_host_and_a_port() {
        for (url, authority) in [
            ("http://proxy.acme.example:3128", "proxy.acme.example:3128"),
            (" HTTPS://Proxy.acme.example:443/ ", "proxy.acme.example"),
            ("http://[fd00::7]:8080", "[fd00::7]:8080"),
        ] {
            assert_eq!(parse(url).unwrap().authority(), authority, "{url}");
        }
        for url in [
            "",
            "proxy.acme.example:3128",
            "socks5://proxy.acme.example:1080",
            "http://proxy.acme.example",
            "http://[fd00::80]",
            "http://proxy.acme.example:3128/way",
            "http://proxy.acme.example:3128?x=1",
            "http://proxy.acme.example:port",
        ] {
            assert!(parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_password_in_the_url_is_refused_and_not_repeated() {
        for url in [
            "http://me:hunter2@proxy.acme.example:3128",
            "http://me:hunter2/x@proxy.acme.example:3128",
            "http://me:hunter2#@proxy.acme.example:3128",
            "me:hunter2@proxy.acme.example:3128",
        ] {
            let proxy = Proxy::new(url);
            assert!(!format!("{proxy:?}").contains("hunter2"));
            let error = proxy.open().err().unwrap();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn credentials_are_sent_in_the_basic_form() {
        let source = TokenSource::Value(Secret::new("Aladdin:open sesame"));
        let proxy = Proxy::new("http://proxy.acme.example:3128").credentials(source);
        let authorization = proxy.open().unwrap().authorization().unwrap().unwrap();
        // The example of RFC 7617, section 2.
        assert_eq!(*authorization, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
