//! From what an embedder says to an open connection: apart because everything that can be refused
//! without a request is refused here.

use std::sync::Arc;

use code_source_egress::{
    AddressPolicy, BaseUrl, Binding, Bindings, Operator, Origin, Policy, Profile, Scheme,
    SecretFields,
};
use http::HeaderName;
use tokio::sync::Semaphore;

use super::{Shared, Source};
use crate::audit::Tracing;
use crate::connection::Connection;
use crate::credential::Credential;
use crate::delivery::Keys;
use crate::error::Error;
use crate::limits::Limits;
use crate::plugin::Plugin;
use crate::transport::{Probe, SystemResolver, Transport, TransportConfig};

impl Source {
    /// Check everything that can be checked without a request, and open the connection.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::PlainHttp`], [`Error::RefusedHost`], [`Error::PrivateAddresses`],
    /// [`Error::Credential`], [`Error::Certificates`], [`Error::ClientIdentity`], [`Error::Proxy`]
    /// and [`Error::Policy`], each for what its name says.
    pub fn open(plugin: &Plugin, connection: Connection) -> Result<Self, Error> {
        let base = connection.base(plugin.profile())?;
        let origin = base.origin().clone();
        let operator = connection.operator()?;
        let profile = plugin.profile();
        let policy = Policy::new(profile, plugin.manifest(), &base, operator.clone())
            .map_err(Error::Policy)?;
        for cut in policy.cut() {
            tracing::debug!(
                connection = connection.name,
                operation = cut.operation(),
                endpoint = %cut.endpoint(),
                "the plugin asks for more than the connection grants"
            );
        }
        let limits = connection.limits.clone().tamed();
        let (transport, elsewhere) = transports(&connection, &origin, &operator, &limits)?;
        let (header, template) = profile.credential_header();
        let credential = Credential::new(connection.token, template, connection.secrets)?;
        if let Some(deliveries) = profile.deliveries() {
            Keys::read(deliveries, &credential)?;
        }
        let binding = Binding {
            name: connection.name.clone(),
            base: base.clone(),
        };
        let shared = Shared {
            name: connection.name,
            plugin: plugin.clone(),
            credential: Arc::new(credential),
            credential_header: header_name(header)?,
            bindings: Bindings::new(vec![binding]),
            secret_fields: SecretFields::new(profile.secret_fields()),
            transport,
            elsewhere,
            concurrency: connection
                .concurrency
                .clamp(1, limits.requests_under_way.max(1)),
            allow_unauthenticated_deliveries: connection.allow_unauthenticated_deliveries,
            audit: connection.audit.unwrap_or_else(|| Arc::new(Tracing)),
            permits: Arc::new(Semaphore::new(limits.calls)),
            base,
            origin,
            limits,
        };
        Ok(Self {
            shared: Arc::new(shared),
            policy: Arc::new(policy),
            operator: Arc::new(operator),
        })
    }
}

impl Connection {
    /// The way to the forge, for whoever only looks at it: everything is checked that an open
    /// connection is, but the credential.
    pub(crate) fn probe(&self, plugin: &Plugin) -> Result<Probe, Error> {
        self.policy(plugin)?;
        let base = self.base(plugin.profile())?;
        let limits = self.limits.clone().tamed();
        let operator = self.operator()?;
        let (transport, _) = transports(self, base.origin(), &operator, &limits)?;
        Ok(transport.probe())
    }

    /// What the connection would let a plugin do. Nothing is read for it, neither the token nor a
    /// certificate, and nothing is looked up.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::PlainHttp`], [`Error::RefusedHost`] and [`Error::Policy`], each for
    /// what its name says.
    pub fn policy(&self, plugin: &Plugin) -> Result<Policy, Error> {
        let base = self.base(plugin.profile())?;
        let operator = self.operator()?;
        Policy::new(plugin.profile(), plugin.manifest(), &base, operator).map_err(Error::Policy)
    }

    /// Where the forge is, if it may be there.
    pub(crate) fn base(&self, profile: &Profile) -> Result<BaseUrl, Error> {
        let base = BaseUrl::parse(&self.url).map_err(Error::Url)?;
        let origin = base.origin();
        if let Some(reason) = profile.refuses_host(origin.host()) {
            let reason = reason.to_owned();
            return Err(Error::RefusedHost {
                host: origin.authority().to_owned(),
                reason,
            });
        }
        if origin.scheme() != Scheme::Https && !self.allow_plain_http {
            return Err(Error::PlainHttp {
                url: base.to_string(),
            });
        }
        Ok(base)
    }
}

/// The way to the forge, and the ways to where its redirects may lead: these are shown no
/// certificate of the connection's.
fn transports(
    connection: &Connection,
    origin: &Origin,
    operator: &Operator,
    limits: &Limits,
) -> Result<(Transport, Vec<(Origin, Transport)>), Error> {
    let addresses = AddressPolicy::new(connection.private_addresses.clone())
        .map_err(Error::PrivateAddresses)?;
    let resolver = connection.resolver.clone();
    let resolver = resolver.unwrap_or_else(|| Arc::new(SystemResolver));
    let (ca_file, proxy) = (connection.ca_file.clone(), connection.proxy.clone());
    let config = TransportConfig::new(addresses, resolver, ca_file, proxy, limits.clone())?;
    let mut elsewhere = Vec::new();
    for origin in &operator.redirect_origins {
        elsewhere.push((origin.clone(), Transport::new(&config, origin, None)?));
    }
    let identity = connection.client_identity.clone();
    Ok((Transport::new(&config, origin, identity)?, elsewhere))
}

fn header_name(name: &str) -> Result<HeaderName, Error> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|error| Error::Sandbox {
        problem: format!("the profile's credential header is not one: {error}"),
    })
}
