//! What an embedder says about one connection: apart from [`Source`](crate::Source), which is
//! the connection once it is checked and open.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use code_source_egress::{Access, ConnectedRepository, EndpointPattern, Operator};
use ipnet::IpNet;

use crate::audit::AuditSink;
use crate::credential::{Age, TokenSource};
use crate::error::Error;
use crate::limits::Limits;
use crate::transport::{ClientIdentity, Proxy, Resolver};

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
    pub(crate) client_identity: Option<ClientIdentity>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) access: Vec<Access>,
    pub(crate) allow: Vec<EndpointPattern>,
    pub(crate) deny: Vec<EndpointPattern>,
    pub(crate) redirect_origins: Vec<String>,
    pub(crate) webhook_urls: Vec<String>,
    pub(crate) secrets: BTreeMap<(String, Age), TokenSource>,
    pub(crate) allow_unauthenticated_deliveries: bool,
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
            client_identity: None,
            proxy: None,
            access: vec![Access::Read],
            allow: Vec::new(),
            deny: Vec::new(),
            redirect_origins: Vec::new(),
            webhook_urls: Vec::new(),
            secrets: BTreeMap::new(),
            allow_unauthenticated_deliveries: false,
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

    /// Show this certificate to a forge that asks for one. Nobody else is shown it: neither a
    /// proxy nor the target of a redirect.
    pub fn client_identity(mut self, identity: ClientIdentity) -> Self {
        self.client_identity = Some(identity);
        self
    }

    /// Reach the forge through this proxy, and in no other way. Proxies that the environment names
    /// are ignored.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// What may be done. By default only [`Access::Read`].
    pub fn access(mut self, access: impl IntoIterator<Item = Access>) -> Self {
        self.access = access.into_iter().collect();
        self
    }

    /// Of all that is granted otherwise, allow only the endpoints that one of these covers. None
    /// at all restrict nothing.
    pub fn allow(mut self, endpoints: impl IntoIterator<Item = EndpointPattern>) -> Self {
        self.allow = endpoints.into_iter().collect();
        self
    }

    /// Refuse the endpoints that one of these covers, whatever else grants them.
    pub fn deny(mut self, endpoints: impl IntoIterator<Item = EndpointPattern>) -> Self {
        self.deny = endpoints.into_iter().collect();
        self
    }

    /// Origins, such as `https://objects.acme.example`, that an answer of the forge may lead a
    /// download to. What goes there carries no credential.
    pub fn redirect_origins<T: Into<String>>(mut self, those: impl IntoIterator<Item = T>) -> Self {
        self.redirect_origins = those.into_iter().map(Into::into).collect();
        self
    }

    /// The addresses that webhooks may be registered for, byte for byte.
    pub fn webhook_urls<T: Into<String>>(mut self, those: impl IntoIterator<Item = T>) -> Self {
        self.webhook_urls = those.into_iter().map(Into::into).collect();
        self
    }

    /// A secret beside the token, such as a webhook's. A plugin names it, and the host puts it in
    /// where the provider's profile has a place for it.
    pub fn secret(mut self, name: impl Into<String>, source: TokenSource) -> Self {
        self.secrets.insert((name.into(), Age::Current), source);
        self
    }

    /// The secret of that name before it was exchanged. Deliveries that were made with it are
    /// accepted as long as it is named here; it is handed to nobody.
    pub fn previous_secret(mut self, name: impl Into<String>, source: TokenSource) -> Self {
        self.secrets.insert((name.into(), Age::Previous), source);
        self
    }

    /// Accept deliveries of webhooks although nothing says that they come from the forge. It is for
    /// connections without a secret for them: as soon as there is one, it has to be right.
    pub fn allow_unauthenticated_deliveries(mut self, allow: bool) -> Self {
        self.allow_unauthenticated_deliveries = allow;
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

impl Connection {
    /// What to look for where no secret of the connection may stand; `held` is what was read
    /// already where its token is.
    #[cfg(feature = "cli")]
    pub(crate) fn secret_patterns(
        &self,
        held: Option<&crate::credential::Held>,
    ) -> code_source_egress::MaskPatterns {
        let proxy = self.proxy.as_ref().and_then(Proxy::credentials_source);
        let secrets = self.secrets.values().chain(proxy);
        crate::credential::patterns_of(secrets.chain([&self.token]), held)
    }

    /// What of it the policy is made of.
    pub(crate) fn operator(&self) -> Result<Operator, Error> {
        let origins = self.redirect_origins.iter();
        let origins = origins.map(|origin| Operator::parse_redirect_origin(origin));
        let secrets = |wanted: Age| {
            let all = self.secrets.keys();
            let wanted = all.filter(move |(_, age)| *age == wanted);
            wanted.map(|(name, _)| name.clone()).collect()
        };
        Ok(Operator {
            access: self.access.clone(),
            repositories: self.repositories.clone(),
            allow_plain_http: self.allow_plain_http,
            allow: self.allow.clone(),
            deny: self.deny.clone(),
            redirect_origins: origins.collect::<Result<_, _>>().map_err(Error::Policy)?,
            webhook_urls: self.webhook_urls.clone(),
            secrets: secrets(Age::Current),
            previous_secrets: secrets(Age::Previous),
        })
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
