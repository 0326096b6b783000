//! What a plugin offers: apart because some interfaces are optional, which generated code does not
//! know.

use std::fmt;

use wasmtime::Store;
use wasmtime::component::{Component, InstancePre};

use crate::bindings::exports::{
    changes, connection, git, pull_requests, repositories, search, statuses, webhooks,
};
use crate::contract::types;
use crate::outcome::Failure;
use crate::state::CallState;

/// An interface of the contract that a plugin may leave out.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum OptionalInterface {
    /// Changing branches, tags and files.
    Changes,
    /// Proposing changes, and talking about them.
    PullRequests,
    /// Finding code by what is in it.
    Search,
    /// What checks say of a commit.
    Statuses,
    /// Being told of changes.
    Webhooks,
}

impl OptionalInterface {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 5] = [
        Self::Changes,
        Self::PullRequests,
        Self::Search,
        Self::Statuses,
        Self::Webhooks,
    ];

    /// Its name in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::PullRequests => "pull-requests",
            Self::Search => "search",
            Self::Statuses => "statuses",
            Self::Webhooks => "webhooks",
        }
    }

    /// The interface of an operation, if a plugin may leave it out.
    pub(crate) fn of(operation: &str) -> Option<Self> {
        let (interface, _) = operation.split_once('.')?;
        Self::ALL.into_iter().find(|one| one.name() == interface)
    }

    /// What is answered in the place of a plugin that does not have it.
    pub(crate) fn unsupported(self) -> Failure {
        Failure::Answer(types::Error {
            code: types::ErrorCode::Unsupported(format!("a plugin that offers `{self}`")),
            message: format!("the plugin does not offer `{self}`"),
            hint: Some("use a plugin that does, where there is one".to_owned()),
            remedied_by: None,
            status: None,
            request_id: None,
            retry_after: None,
        })
    }

    fn is_exported(self, component: &Component) -> bool {
        let name = format!("{PACKAGE}/{}@{VERSION}", self.name());
        component.get_export_index(None, &name).is_some()
    }
}

impl fmt::Display for OptionalInterface {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A plugin, ready to be instantiated, and where its functions are.
#[derive(Clone)]
pub(crate) struct ExportsPre {
    instance: InstancePre<CallState>,
    connection: connection::GuestIndices,
    repositories: repositories::GuestIndices,
    git: git::GuestIndices,
    changes: Option<changes::GuestIndices>,
    pull_requests: Option<pull_requests::GuestIndices>,
    search: Option<search::GuestIndices>,
    statuses: Option<statuses::GuestIndices>,
    webhooks: Option<webhooks::GuestIndices>,
}

impl ExportsPre {
    /// Look which interfaces are there. One that is there has to be the contract's own.
    pub(crate) fn new(instance: InstancePre<CallState>) -> wasmtime::Result<Self> {
        use OptionalInterface as Optional;
        let pre = &instance;
        let offered = |interface: Optional| interface.is_exported(pre.component());
        Ok(Self {
            connection: connection::GuestIndices::new(pre)?,
            repositories: repositories::GuestIndices::new(pre)?,
            git: git::GuestIndices::new(pre)?,
            changes: offered(Optional::Changes)
                .then(|| changes::GuestIndices::new(pre))
                .transpose()?,
            pull_requests: offered(Optional::PullRequests)
                .then(|| pull_requests::GuestIndices::new(pre))
                .transpose()?,
            search: offered(Optional::Search)
                .then(|| search::GuestIndices::new(pre))
                .transpose()?,
            statuses: offered(Optional::Statuses)
                .then(|| statuses::GuestIndices::new(pre))
                .transpose()?,
            webhooks: offered(Optional::Webhooks)
                .then(|| webhooks::GuestIndices::new(pre))
                .transpose()?,
            instance,
        })
    }

    pub(crate) fn component(&self) -> &Component {
        self.instance.component()
    }

    pub(crate) fn offers(&self, interface: OptionalInterface) -> bool {
        match interface {
            OptionalInterface::Changes => self.changes.is_some(),
            OptionalInterface::PullRequests => self.pull_requests.is_some(),
            OptionalInterface::Search => self.search.is_some(),
            OptionalInterface::Statuses => self.statuses.is_some(),
            OptionalInterface::Webhooks => self.webhooks.is_some(),
        }
    }

    /// Make an instance, and hold the types of its functions against the contract's.
    pub(crate) async fn instantiate(
        &self,
        store: &mut Store<CallState>,
    ) -> wasmtime::Result<Exports> {
        let instance = self.instance.instantiate_async(&mut *store).await?;
        let at = &instance;
        Ok(Exports {
            connection: self.connection.load(&mut *store, at)?,
            repositories: self.repositories.load(&mut *store, at)?,
            git: self.git.load(&mut *store, at)?,
            changes: load(&self.changes, |indices| indices.load(&mut *store, at))?,
            pull_requests: load(&self.pull_requests, |indices| indices.load(&mut *store, at))?,
            search: load(&self.search, |indices| indices.load(&mut *store, at))?,
            statuses: load(&self.statuses, |indices| indices.load(&mut *store, at))?,
            webhooks: load(&self.webhooks, |indices| indices.load(&mut *store, at))?,
        })
    }
}

fn load<I, G>(
    indices: &Option<I>,
    load: impl FnOnce(&I) -> wasmtime::Result<G>,
) -> wasmtime::Result<Option<G>> {
    indices.as_ref().map(load).transpose()
}

/// The functions of an instance.
pub(crate) struct Exports {
    connection: connection::Guest,
    repositories: repositories::Guest,
    git: git::Guest,
    changes: Option<changes::Guest>,
    pull_requests: Option<pull_requests::Guest>,
    search: Option<search::Guest>,
    statuses: Option<statuses::Guest>,
    webhooks: Option<webhooks::Guest>,
}

impl Exports {
    pub(crate) fn connection(&self) -> Result<&connection::Guest, Failure> {
        Ok(&self.connection)
    }

    pub(crate) fn repositories(&self) -> Result<&repositories::Guest, Failure> {
        Ok(&self.repositories)
    }

    pub(crate) fn git(&self) -> Result<&git::Guest, Failure> {
        Ok(&self.git)
    }

    pub(crate) fn changes(&self) -> Result<&changes::Guest, Failure> {
        offered(&self.changes, OptionalInterface::Changes)
    }

    pub(crate) fn pull_requests(&self) -> Result<&pull_requests::Guest, Failure> {
        offered(&self.pull_requests, OptionalInterface::PullRequests)
    }

    pub(crate) fn search(&self) -> Result<&search::Guest, Failure> {
        offered(&self.search, OptionalInterface::Search)
    }

    pub(crate) fn statuses(&self) -> Result<&statuses::Guest, Failure> {
        offered(&self.statuses, OptionalInterface::Statuses)
    }

    pub(crate) fn webhooks(&self) -> Result<&webhooks::Guest, Failure> {
        offered(&self.webhooks, OptionalInterface::Webhooks)
    }
}

fn offered<G>(guest: &Option<G>, interface: OptionalInterface) -> Result<&G, Failure> {
    guest.as_ref().ok_or_else(|| interface.unsupported())
}

const PACKAGE: &str = "jitera:code-source";
const VERSION: &str = "0.1.0";
