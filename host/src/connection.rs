//! What an embedder says about one connection: apart from [`Source`](crate::Source), which is
//! the connection once it is checked and open.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use code_source_egress::{Access, ConnectedRepository};
use ipnet::IpNet;

use crate::audit::AuditSink;
use crate::credential::TokenSource;
use crate::limits::Limits;
use crate::transport::Resolver;

/// One forge, the credential for it, and what may be done with the two.
///
/// Nothing of it is looked at before [`Source::open`](crate::Source::open).
#[derive(Clone)]
#[must_use]
pub struct Connection {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) token: TokenSource,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) access: Vec<Access>,
    pub(crate) repositories: Vec<ConnectedRepository>,
    pub(crate) private_addresses: Vec<IpNet>,
    pub(crate) allow_plain_http: bool,
    pub(crate) concurrency: u32,
    pub(crate) limits: Limits,
    pub(crate) audit: Option<Arc<dyn AuditSink>>,
    pub(crate) resolver: Option<Arc<dyn Resolver>>,
}

impl Connection {
    /// A connection to the forge at `url`: a bare host, a host with a port, or a URL, with the
    /// path that the forge is installed under. It may read, over HTTPS, at public addresses.
    pub fn new(name: impl Into<String>, url: impl Into<String>, token: TokenSource) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            token,
            ca_file: None,
            access: vec![Access::Read],
            repositories: Vec::new(),
            private_addresses: Vec::new(),
            allow_plain_http: false,
            concurrency: 8,
            limits: Limits::default(),
            audit: None,
            resolver: None,
        }
    }

    /// Also trust the authorities in this file, in PEM form, beside those of the system.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// What may be done. By default only [`Access::Read`].
    pub fn access(mut self, access: impl IntoIterator<Item = Access>) -> Self {
        self.access = access.into_iter().collect();
        self
    }

    /// The repositories that are connected. Calls about others are refused before they begin.
    pub fn repositories(mut self, those: impl IntoIterator<Item = ConnectedRepository>) -> Self {
        self.repositories = those.into_iter().collect();
        self
    }

    /// Allow the forge to live at these private or loopback addresses.
    pub fn private_addresses(mut self, ranges: impl IntoIterator<Item = IpNet>) -> Self {
        self.private_addresses = ranges.into_iter().collect();
        self
    }

    /// Allow `http://` although everybody on the way can read the token; only at loopback and
    /// private addresses.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// How many requests a call may have under way at once. 8 unless said otherwise; never more
    /// than [`Limits::requests_under_way`].
    pub fn concurrency(mut self, requests: u32) -> Self {
        self.concurrency = requests;
        self
    }

    /// Other bounds than [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where the record of requests goes. Without one it goes to `tracing`, at the level `info`
    /// and the target `code_source::audit`.
    pub fn audit(mut self, sink: Arc<dyn AuditSink>) -> Self {
        self.audit = Some(sink);
        self
    }

    /// How names are looked up, if not through the system. What comes back is held against the
    /// address rules all the same.
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = Some(resolver);
        self
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("name", &self.name)
            .field("url", &self.url)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
