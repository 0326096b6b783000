//! An open connection: the contract's functions, typed, each call in a plugin of its own.

/// The way of every call: make a plugin, call the function before the deadline, end the plugin.
macro_rules! call {
    ($source:expr, $operation:literal, $repository:expr, $interface:ident.$function:ident($($argument:expr),*)) => {{
        let mut running = match crate::call::begin($source, $operation, $repository).await {
            Ok(running) => running,
            Err(refused) => return refused.outcome(),
        };
        let returned = match running.exports.$interface() {
            Ok(interface) => tokio::time::timeout_at(running.deadline, interface.$function(&mut running.store, $($argument),*)).await,
            Err(failure) => return running.abandon(failure),
        };
        (running, returned)
    }};
}

mod changes;
mod connection;
mod deliveries;
mod git;
mod opening;
mod pull_requests;
mod repositories;
mod search;
mod small_files;
mod statuses;
mod webhooks;

use std::fmt;
use std::sync::Arc;

use code_source_egress::{
    BaseUrl, Bindings, ConnectedRepository, CutEndpoint, Operator, Origin, Policy, SecretFields,
};
use http::HeaderName;
use tokio::sync::Semaphore;

use crate::audit::AuditSink;
use crate::contract::repositories::{Repository, RepositoryRef};
use crate::credential::Credential;
use crate::error::Error;
use crate::limits::Limits;
use crate::outcome::Outcome;
use crate::plugin::Plugin;
use crate::transport::Transport;

pub use self::git::FileContent;

/// A connection that is open: one forge, one credential, one plugin.
///
/// Clones are the same connection. Every call runs in a fresh instance of the plugin; dropping a
/// call's future ends it, and whatever it had under way.
#[derive(Clone)]
pub struct Source {
    shared: Arc<Shared>,
    policy: Arc<Policy>,
    operator: Arc<Operator>,
}

/// What all the calls of a connection use.
pub(crate) struct Shared {
    pub(crate) name: String,
    pub(crate) plugin: Plugin,
    pub(crate) base: BaseUrl,
    pub(crate) origin: Origin,
    pub(crate) transport: Transport,
    /// The origins that a redirect may lead to. Nothing that goes there carries a credential.
    pub(crate) elsewhere: Vec<(Origin, Transport)>,
    pub(crate) credential: Arc<Credential>,
    /// Where the credential may go.
    pub(crate) bindings: Bindings,
    pub(crate) credential_header: HeaderName,
    pub(crate) secret_fields: SecretFields,
    pub(crate) limits: Limits,
    pub(crate) concurrency: u32,
    pub(crate) audit: Arc<dyn AuditSink>,
    /// Whether deliveries are accepted where there is no secret to verify them with.
    pub(crate) allow_unauthenticated_deliveries: bool,
    pub(crate) permits: Arc<Semaphore>,
}

impl Source {
    /// The connection's name, as the audit has it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Scheme, host, port where it is not the scheme's own, and path of the forge.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.shared.base.to_string()
    }

    /// The plugin that serves the connection.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.shared.plugin
    }

    /// What the plugin's manifest asks for and the connection does not grant.
    #[must_use]
    pub fn cut(&self) -> &[CutEndpoint] {
        self.policy.cut()
    }

    /// The repositories that are connected.
    #[must_use]
    pub fn repositories(&self) -> &[ConnectedRepository] {
        &self.operator.repositories
    }

    /// A source like this one for which one more repository counts as connected. Its identity is
    /// taken as it is given, as that of
    /// [`Connection::repositories`](crate::Connection::repositories) is.
    ///
    /// # Errors
    ///
    /// [`Error::Policy`] if it is not one that could be connected.
    pub fn with_repository(&self, repository: ConnectedRepository) -> Result<Self, Error> {
        let mut operator = Operator::clone(&self.operator);
        operator
            .repositories
            .retain(|known| known.id != repository.id && known.path != repository.path);
        operator.repositories.push(repository);
        let (plugin, base) = (&self.shared.plugin, &self.shared.base);
        let (profile, manifest) = (plugin.profile(), plugin.manifest());
        let policy = Policy::new(profile, manifest, base, operator.clone());
        Ok(Self {
            shared: Arc::clone(&self.shared),
            policy: Arc::new(policy.map_err(Error::Policy)?),
            operator: Arc::new(operator),
        })
    }

    /// Connect one more repository: ask the forge which one it is, read its identity from the
    /// answer on the wire, and make a source like this one for which it counts as connected.
    pub async fn connect_repository(
        &self,
        repository: &RepositoryRef,
    ) -> Outcome<(Self, Repository)> {
        let Outcome { answer, report } = self.read_repository(repository).await;
        let answer = answer.and_then(|found| {
            let known = ConnectedRepository {
                id: found.id.clone(),
                path: found.path.clone(),
            };
            Ok((self.with_repository(known)?, found))
        });
        Outcome { answer, report }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Source")
            .field("name", &self.shared.name)
            .field("base", &self.shared.base.to_string())
            .field("plugin", &self.shared.plugin)
            .finish_non_exhaustive()
    }
}
