//! Where a forge is installed: an origin and the path below which it lives.
//!
//! It is apart from the origin because it is read from what a person typed, and forgives what a
//! person means, while a request's authority is read strictly.

use std::{fmt, str::FromStr};

use crate::{
    authority::{AuthorityError, Origin},
    path::{PathError, check_path},
};

/// Origin and path prefix of a forge.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BaseUrl {
    origin: Origin,
    path: Box<str>,
}

impl BaseUrl {
    /// Parses a bare host, a host with a port, or a URL with or without a sub-path. A bare host
    /// means `https`.
    ///
    /// # Errors
    ///
    /// Each thing that does not belong there has an error of its own.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        refuse_parts(rest)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let origin = Origin::parse(scheme, authority).map_err(BaseUrlError::from_authority)?;
        let path = path.trim_end_matches('/');
        if !path.is_empty() {
            check_path(path).map_err(BaseUrlError::Path)?;
        }
        Ok(Self {
            origin,
            path: path.into(),
        })
    }

    /// The origin.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The path that the forge is installed under: empty, or with a leading and without a trailing
    /// `/`.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// Why an address of a forge is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// The host or the port.
    #[error("the host or the port is not valid")]
    Authority(#[source] AuthorityError),
    /// A backslash.
    #[error("the URL holds a backslash")]
    Backslash,
    /// Nothing was written, or no host.
    #[error("the URL has no host")]
    Empty,
    /// A fragment.
    #[error("the URL has a fragment (`#…`), which does not belong there")]
    Fragment,
    /// A sub-path that is not in its canonical form.
    #[error("the path of the URL is not valid")]
    Path(#[source] PathError),
    /// A query.
    #[error("the URL has a query (`?…`), which does not belong there")]
    Query,
    /// Another scheme.
    #[error("the URL begins with neither `https://` nor `http://`")]
    Scheme,
    /// A user name or a password.
    #[error("the URL holds a user name or a password; the token has a place of its own")]
    UserInfo,
}

impl BaseUrlError {
    fn from_authority(error: AuthorityError) -> Self {
        match error {
            AuthorityError::Empty => Self::Empty,
            AuthorityError::Scheme => Self::Scheme,
            AuthorityError::UserInfo => Self::UserInfo,
            other => Self::Authority(other),
        }
    }
}

fn refuse_parts(rest: &str) -> Result<(), BaseUrlError> {
    // The first of these characters says what the person wrote: a `?` behind a `#` is no query.
    let error = match rest.chars().find(|c| "@?#\\".contains(*c)) {
        Some('@') => BaseUrlError::UserInfo,
        Some('?') => BaseUrlError::Query,
        Some('#') => BaseUrlError::Fragment,
        Some(_) => BaseUrlError::Backslash,
        None => return Ok(()),
    };
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_becomes_one_form() {
        for (typed, meant) in [
            ("forge.example", "https://forge.example"),
            (" forge.example/ ", "https://forge.example"),
            ("forge.example:8443", "https://forge.example:8443"),
            ("https://Forge.Example:443//", "https://forge.example"),
            (
                "https://forge.example/git/lab/",
                "https://forge.example/git/lab",
            ),
            ("forge.example/forge", "https://forge.example/forge"),
            ("http://10.0.0.7:8080", "http://10.0.0.7:8080"),
            ("HTTPS://[2001:db8::1]/", "https://[2001:db8::1]"),
        ] {
            assert_eq!(BaseUrl::parse(typed).unwrap().to_string(), meant, "{typed}");
        }
    }

    #[test]
    fn each_thing_that_does_not_belong_there_has_its_own_error() {
        use BaseUrlError::*;
        for (typed, error) in [
            ("", Empty),
            ("https://", Empty),
            ("https:///path", Empty),
            ("ftp://forge.example", Scheme),
            ("ssh://git@forge.example", UserInfo),
            ("https://u:p@forge.example", UserInfo),
            ("git@forge.example:web/shop", UserInfo),
            ("https://forge.example?x=1", Query),
            ("https://forge.example/#top", Fragment),
            ("https://forge.example\\x", Backslash),
            (
                "https://forge.example:port",
                Authority(AuthorityError::Port),
            ),
            ("127.1", Authority(AuthorityError::OddAddress)),
            ("https://forge.example/a/../b", Path(PathError::Dots)),
            ("https://forge.example/a//b", Path(PathError::Empty)),
        ] {
            assert_eq!(BaseUrl::parse(typed), Err(error), "{typed}");
        }
    }
}
