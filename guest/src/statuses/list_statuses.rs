//! `statuses.list-statuses`; apart as every function of the contract is.

use super::checks;
use crate::{
    bindings::{
        statuses::StatusesPage,
        types::{PageRequest, RepositoryId},
    },
    call::Call,
    endpoint::Project,
    error::Failure,
    git::argument,
    model::CommitStatus,
    page::{self, Fingerprint, Place},
    transport::Transport,
};

/// List what the checks of a commit say, by their names.
///
/// GitLab's list changes while it is read, and checks of several pipelines have the same names; so
/// it is read whole each time, and a page goes on behind a name.
pub(crate) async fn list_statuses<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    commit: &str,
    request: &PageRequest,
) -> Result<StatusesPage, Failure> {
    let project = Project::new(repository)?;
    argument::object_id("commit", commit)?;
    let limit = page::limit(request)?;
    let list = Fingerprint::new("statuses.list-statuses", call.base_url())
        .with(repository)
        .with(commit);
    let place: Place<String> = page::resume(request, &list)?;
    let mut newest = checks::newest(call, &project, commit, None).await?;
    if let Some(last) = &place.last {
        newest.retain(|status| status.name > *last);
    }
    let is_cut = newest.len() > limit;
    newest.truncate(limit);
    let last = newest.last().filter(|_| is_cut);
    let next = last.map(|status| Place::in_whole(status.name.clone()));
    Ok(StatusesPage {
        items: newest.into_iter().map(CommitStatus::into_status).collect(),
        end: page::end(next.as_ref(), &list),
    })
}
