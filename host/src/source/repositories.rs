//! The contract's `repositories`, called.

use code_source_egress::RepositoryArgument;

use super::Source;
use crate::contract::repositories::{Absence, Filter, Page, Repository, RepositoryRef};
use crate::contract::types::PageRequest;
use crate::identity;
use crate::outcome::Outcome;

impl Source {
    /// List the repositories that `filter` describes, from where `page` says.
    pub async fn list_repositories(&self, filter: &Filter, page: &PageRequest) -> Outcome<Page> {
        let (running, returned) = call!(
            self,
            "repositories.list-repositories",
            None,
            repositories.call_list_repositories(filter, page)
        );
        running.end(returned).outcome
    }

    /// Read one repository, connected or not. The host holds the answer's identity against what
    /// was named and against what came over the wire.
    pub async fn read_repository(&self, repository: &RepositoryRef) -> Outcome<Repository> {
        let named = match repository {
            RepositoryRef::Id(id) => RepositoryArgument::Id(id),
            RepositoryRef::Path(path) => RepositoryArgument::Path(path),
        };
        let (running, returned) = call!(
            self,
            "repositories.read-repository",
            Some(named),
            repositories.call_read_repository(repository)
        );
        let ended = running.end(returned);
        let wire = ended.identity();
        let Outcome { answer, report } = ended.outcome;
        let answer = identity::confirm(self.shared.plugin.profile(), named, wire, answer);
        Outcome { answer, report }
    }

    /// Find out why the list that `filter` describes does not have a repository, connected or not,
    /// or that it has it. What is answered is for people: nothing is bound to the identity in it,
    /// which is the plugin's word.
    pub async fn explain_absence(
        &self,
        repository: &RepositoryRef,
        filter: &Filter,
    ) -> Outcome<Absence> {
        let named = match repository {
            RepositoryRef::Id(id) => Some(RepositoryArgument::Id(id)),
            // A group or an account, perhaps, and certainly no repository.
            RepositoryRef::Path(path) if !path.contains('/') => None,
            RepositoryRef::Path(path) => Some(RepositoryArgument::Path(path)),
        };
        let (running, returned) = call!(
            self,
            "repositories.explain-absence",
            named,
            repositories.call_explain_absence(repository, filter)
        );
        running.end(returned).outcome
    }
}
