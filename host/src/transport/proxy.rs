//! The proxy that a connection goes through: apart because its credentials are a secret of their own.

use std::fmt;

use crate::credential::TokenSource;

/// A proxy that is asked, with `CONNECT`, for a way to the forge.
#[derive(Clone)]
#[must_use]
pub struct Proxy {
    pub(crate) url: String,
    pub(crate) credentials: Option<TokenSource>,
}

impl Proxy {
    /// The proxy at `url`: `http://` or `https://`, a host, and a port. Credentials may not stand
    /// in it.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            credentials: None,
        }
    }

    /// What the proxy asks for, as `user:password`.
    pub fn credentials(mut self, source: TokenSource) -> Self {
        self.credentials = Some(source);
        self
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Proxy").finish_non_exhaustive()
    }
}
