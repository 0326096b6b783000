//! `git.resolve`; apart because every other function starts from its result.

use super::{missing, revision};
use crate::{
    bindings::{
        git::Revision,
        types::{ObjectId, RepositoryId},
    },
    call::Call,
    endpoint::Project,
    error::Failure,
    transport::Transport,
};

/// Find the commit that a revision leads to.
pub(crate) async fn resolve<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    at: &Revision,
) -> Result<ObjectId, Failure> {
    let project = Project::new(repository)?;
    let pinned = revision::pin(call, &project, at).await?;
    if !pinned.is_known
        && let Err(failure) = revision::commit(call, &project, &pinned.commit).await
    {
        return Err(missing::explain(call, &project, failure).await);
    }
    Ok(pinned.commit)
}
