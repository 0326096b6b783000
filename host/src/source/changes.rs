//! The contract's `changes`, called.

use code_source_egress::RepositoryArgument;

use super::Source;
use crate::contract::changes::{CommitRequest, Committed};
use crate::contract::types;
use crate::outcome::Outcome;

impl Source {
    /// Make a branch at a commit.
    pub async fn create_branch(
        &self,
        repository: &str,
        name: &str,
        at: &str,
    ) -> Outcome<types::Outcome> {
        let (running, returned) = call!(
            self,
            "changes.create-branch",
            Some(RepositoryArgument::Id(repository)),
            changes.call_create_branch(&repository.to_owned(), name, &at.to_owned())
        );
        running.end(returned).outcome
    }

    /// Remove a branch, if it is at `expected_head` where that is given.
    pub async fn delete_branch(
        &self,
        repository: &str,
        name: &str,
        expected_head: Option<&str>,
    ) -> Outcome<types::Outcome> {
        let (running, returned) = call!(
            self,
            "changes.delete-branch",
            Some(RepositoryArgument::Id(repository)),
            changes.call_delete_branch(
                &repository.to_owned(),
                name,
                expected_head.map(str::to_owned).as_ref()
            )
        );
        running.end(returned).outcome
    }

    /// Make a tag that leads to a commit: an annotated one where there is a message.
    pub async fn create_tag(
        &self,
        repository: &str,
        name: &str,
        at: &str,
        message: Option<&str>,
    ) -> Outcome<types::Outcome> {
        let (running, returned) = call!(
            self,
            "changes.create-tag",
            Some(RepositoryArgument::Id(repository)),
            changes.call_create_tag(&repository.to_owned(), name, &at.to_owned(), message)
        );
        running.end(returned).outcome
    }

    /// Make one commit of all the actions, or none.
    pub async fn create_commit(
        &self,
        repository: &str,
        request: &CommitRequest,
    ) -> Outcome<Committed> {
        let (running, returned) = call!(
            self,
            "changes.create-commit",
            Some(RepositoryArgument::Id(repository)),
            changes.call_create_commit(&repository.to_owned(), request)
        );
        running.end(returned).outcome
    }
}
