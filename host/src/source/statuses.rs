//! The contract's `statuses`, called.

use code_source_egress::RepositoryArgument;

use super::Source;
use crate::contract::statuses::{NewStatus, StatusesPage};
use crate::contract::types::{self, PageRequest};
use crate::outcome::Outcome;

impl Source {
    /// List what the checks of a commit say.
    pub async fn list_statuses(
        &self,
        repository: &str,
        commit: &str,
        page: &PageRequest,
    ) -> Outcome<StatusesPage> {
        let (running, returned) = call!(
            self,
            "statuses.list-statuses",
            Some(RepositoryArgument::Id(repository)),
            statuses.call_list_statuses(&repository.to_owned(), &commit.to_owned(), page)
        );
        running.end(returned).outcome
    }

    /// Say how a check stands.
    pub async fn set_status(
        &self,
        repository: &str,
        commit: &str,
        status: &NewStatus,
    ) -> Outcome<types::Outcome> {
        let (running, returned) = call!(
            self,
            "statuses.set-status",
            Some(RepositoryArgument::Id(repository)),
            statuses.call_set_status(&repository.to_owned(), &commit.to_owned(), status)
        );
        running.end(returned).outcome
    }
}
