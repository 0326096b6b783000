//! Whether GitLab has made a merge request's difference; apart because nothing in it says so plainly.

use super::place::{Doing, Place, explain};
use crate::{
    bindings::types::{ErrorCode, Subject},
    call::Call,
    error::Failure,
    model::{DiffRefs, DiffVersion, MergeRequest},
    transport::{Request, Transport},
};

/// A difference that is made.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) refs: DiffRefs,
    /// Files that change; `None` where there are more than GitLab lists.
    pub(super) count: Option<u64>,
}

/// Read a merge request whose difference is made, waiting for it up to 30 s.
pub(super) async fn wait<T: Transport>(call: &Call<T>, place: &Place) -> Result<Ready, Failure> {
    let look = async || look(call, place).await;
    match call.wait_for(MAKING, look).await {
        Ok(Some(ready)) => Ok(ready),
        Ok(None) => {
            let action = place.purpose("reading", Subject::PullRequest).action;
            let message = format!("{action}: GitLab is still making its difference");
            Err(Failure::new(ErrorCode::NotReady, message).with_retry_after(Some(5_000)))
        }
        Err(failure) => Err(explain(call, &place.project, Doing::Reading, failure).await),
    }
}

/// The same, looking once; `None` while GitLab is still making it.
pub(super) async fn look<T: Transport>(
    call: &Call<T>,
    place: &Place,
) -> Result<Option<Ready>, Failure> {
    let merge_request = place.look(call).await?;
    let Some(refs) = merge_request.diff_refs().cloned() else {
        return Ok(None);
    };
    let count = match counted(&merge_request) {
        Some(count) => count,
        None if refs.base_sha == refs.head_sha => Some(0),
        None => match version(call, place, &refs).await? {
            Some(count) => count,
            None => return Ok(None),
        },
    };
    // A push leads to new commits before it leads to a new difference.
    let is_stale = merge_request.head() != Some(&refs.head_sha);
    // Nothing changes, or nothing is counted yet.
    let is_preparing = count == Some(0) && merge_request.detailed_merge_status == "preparing";
    Ok((!is_stale && !is_preparing).then_some(Ready { refs, count }))
}

/// The number of files where GitLab counted them; `Some(None)` where it stopped counting.
fn counted(merge_request: &MergeRequest) -> Option<Option<u64>> {
    match merge_request.changes_count.as_str() {
        "" => None,
        count => Some(count.parse().ok()),
    }
}

/// Without a number the difference is not made yet, or it is empty: its versions tell the two apart.
async fn version<T: Transport>(
    call: &Call<T>,
    place: &Place,
    refs: &DiffRefs,
) -> Result<Option<Option<u64>>, Failure> {
    let request = Request::json(place.target("/versions"));
    let purpose = place.purpose("reading the versions of", Subject::PullRequest);
    let (_, versions): (_, Vec<DiffVersion>) = call.json(&request, &purpose).await?;
    let version = versions.iter().find(|version| {
        version.head_commit_sha == refs.head_sha && version.base_commit_sha == refs.base_sha
    });
    Ok(match version.map(|version| version.state.as_str()) {
        Some("empty") => Some(Some(0)),
        None | Some("") => None,
        // Such as `overflow`, `timeout` and `without_files`: made, but perhaps not whole.
        Some(_) => Some(None),
    })
}

/// Milliseconds for which a difference is waited for.
const MAKING: u64 = 30_000;
