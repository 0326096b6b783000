//! `pull-requests.reopen-pull-request`; apart as every function of the contract is.

use serde_json::json;

use super::{
    close_pull_request::{conflict, locked},
    place::{Doing, Place, already, as_conflict, explain},
};
use crate::{
    bindings::{
        pull_requests::{State, Written},
        types::RepositoryId,
    },
    call::Call,
    error::Failure,
    model::MergeRequest,
    transport::{Request, Transport},
};

/// Take a pull request up again.
pub(crate) async fn reopen_pull_request<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
) -> Result<Written, Failure> {
    let place = Place::new(repository, number)?;
    let merge_request = place.read(call).await?;
    match merge_request.state() {
        State::Open => return already(merge_request),
        State::Merged => return Err(conflict(&place, "it is merged")),
        State::Locked => return Err(locked(&place)),
        State::Closed | State::Other(_) => {}
    }
    let request = Request::put(place.target(""), &json!({ "state_event": "reopen" }));
    let is_open = |merge_request: &MergeRequest| matches!(merge_request.state(), State::Open);
    match place.change(call, &request, is_open).await {
        Ok(merge_request) if is_open(&merge_request) => place.applied(call, merge_request).await,
        // GitLab answers with success and leaves it closed where its branch is gone.
        Ok(_) => Err(conflict(&place, "GitLab did not reopen it")),
        Err(failure) => {
            let failure = explain(call, &place.project, Doing::Writing, failure).await;
            Err(as_conflict(failure))
        }
    }
}
