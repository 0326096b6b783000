//! A connection as far as it can be judged without opening it: apart from a session, because it
//! reads neither the token nor a certificate, and makes no socket.

use code_source_egress::{AddressPolicy, BaseUrl, Origin, Policy};

use super::addresses::Peer;
use crate::cli::chosen::Chosen;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::connection::Connection;
use crate::error::Error;
use crate::plugin::PluginDescription;
use crate::transport::{Proxy, check_proxied};

/// A connection that is not open.
pub(super) struct Outline {
    pub(super) chosen: Chosen,
    pub(super) connection: Connection,
    pub(super) plugin: PluginDescription,
    pub(super) policy: Policy,
    pub(super) addresses: AddressPolicy,
    pub(super) proxy: Option<Origin>,
}

impl Outline {
    /// The connection that the options name.
    pub(super) fn of(context: &Context) -> Result<Self, CommandError> {
        let options = &context.options;
        let chosen = Chosen::new(options)?;
        let connection = chosen.outline(options);
        let plugin = chosen.description(options, context.notes)?;
        let judged = Judged::new(&connection, &plugin).map_err(|error| chosen.failed(error))?;
        Ok(Self {
            chosen,
            connection,
            plugin,
            policy: judged.policy,
            addresses: judged.addresses,
            proxy: judged.proxy,
        })
    }

    /// Whom a socket is made to for a request to `origin`: the proxy where there is one.
    pub(super) fn dialled<'a>(&'a self, origin: &'a Origin) -> Peer<'a> {
        Peer {
            origin: self.proxy.as_ref().unwrap_or(origin),
            is_proxy: self.proxy.is_some(),
        }
    }
}

/// What follows from a connection and a plugin.
struct Judged {
    policy: Policy,
    addresses: AddressPolicy,
    proxy: Option<Origin>,
}

impl Judged {
    fn new(connection: &Connection, plugin: &PluginDescription) -> Result<Self, Error> {
        let base = BaseUrl::parse(&connection.url).map_err(Error::Url)?;
        let operator = connection.operator()?;
        let policy = Policy::new(&plugin.profile, &plugin.manifest, &base, operator)
            .map_err(Error::Policy)?;
        let proxy = connection.proxy.as_ref().map(Proxy::origin).transpose()?;
        check_proxied(base.origin(), proxy.is_some())?;
        let private = connection.private_addresses.clone();
        Ok(Self {
            policy,
            addresses: AddressPolicy::new(private).map_err(Error::PrivateAddresses)?,
            proxy,
        })
    }
}
