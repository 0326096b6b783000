//! `pull-requests.close-pull-request`; apart as every function of the contract is.

use serde_json::json;

use super::place::{Doing, Place, already, explain};
use crate::{
    bindings::{
        pull_requests::{State, Written},
        types::{Conflict, ErrorCode, RepositoryId},
    },
    call::Call,
    error::Failure,
    model::MergeRequest,
    transport::{Request, Transport},
};

/// Give a pull request up.
pub(crate) async fn close_pull_request<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
) -> Result<Written, Failure> {
    let place = Place::new(repository, number)?;
    let merge_request = place.read(call).await?;
    match merge_request.state() {
        State::Closed => return already(merge_request),
        State::Merged => return Err(conflict(&place, "it is merged")),
        State::Locked => return Err(locked(&place)),
        State::Open | State::Other(_) => {}
    }
    let request = Request::put(place.target(""), &json!({ "state_event": "close" }));
    let is_closed = |merge_request: &MergeRequest| matches!(merge_request.state(), State::Closed);
    match place.change(call, &request, is_closed).await {
        Ok(merge_request) if is_closed(&merge_request) => place.applied(call, merge_request).await,
        Ok(_) => Err(conflict(&place, "GitLab did not close it")),
        Err(failure) => Err(explain(call, &place.project, Doing::Writing, failure).await),
    }
}

/// The pull request is in a state in which it cannot be opened or closed.
pub(super) fn conflict(place: &Place, why: &str) -> Failure {
    let message = format!(
        "pull request {} of repository {}: {why}",
        place.number,
        place.project.id()
    );
    Failure::new(
        ErrorCode::Conflict(Conflict::Other(why.to_owned())),
        message,
    )
}

/// It is being merged at the moment.
pub(super) fn locked(place: &Place) -> Failure {
    conflict(place, "it is being merged").with_code(ErrorCode::Conflict(Conflict::Locked))
}
