//! `git.read-commit`; apart as every function of the contract is.

use super::{argument, missing, revision};
use crate::{
    bindings::{
        git::Commit,
        types::{ObjectId, RepositoryId},
    },
    call::Call,
    endpoint::Project,
    error::Failure,
    transport::Transport,
};

/// Read one commit.
pub(crate) async fn read_commit<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    id: &ObjectId,
) -> Result<Commit, Failure> {
    let project = Project::new(repository)?;
    argument::object_id("id", id)?;
    match revision::commit(call, &project, id).await {
        Ok(commit) => Ok(commit.into_commit()),
        Err(failure) => Err(missing::explain(call, &project, failure).await),
    }
}
