//! `pull-requests.resolve-thread`; apart as every function of the contract is.

use serde_json::json;

use super::{
    argument,
    close_pull_request::conflict,
    place::{Doing, Place},
};
use crate::{
    bindings::types::{Outcome, RepositoryId, Subject},
    call::{Call, Written},
    endpoint::Target,
    error::Failure,
    model::Discussion,
    transport::{Request, Transport},
    writing,
};

/// Mark a thread as resolved, or as open.
pub(crate) async fn resolve_thread<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
    thread: &str,
    resolved: bool,
) -> Result<Outcome, Failure> {
    let place = Place::new(repository, number)?;
    argument::thread_id("thread", thread)?;
    let now = match read(call, &place, thread).await {
        Ok(discussion) => discussion.resolved(),
        Err(failure) => return Err(place.explain_part(call, Doing::Reading, failure).await),
    };
    match now {
        None => return Err(conflict(&place, "that thread cannot be resolved")),
        Some(now) if now == resolved => return Ok(Outcome::Already),
        Some(_) => {}
    }
    let request = Request::put(target(&place, thread), &json!({ "resolved": resolved }));
    let purpose = place.purpose("resolving a thread of", Subject::Comment);
    let failure = match call.write(&request, &purpose).await {
        Ok(Written::Done(_)) => return Ok(Outcome::Applied),
        Ok(Written::Unsettled(failure)) => failure,
        Err(failure) => return Err(place.explain_part(call, Doing::Writing, failure).await),
    };
    let look = async || {
        let now = read(call, &place, thread).await?.resolved();
        Ok((now == Some(resolved)).then_some(Outcome::Applied))
    };
    writing::settle(call, failure, look).await
}

async fn read<T: Transport>(
    call: &Call<T>,
    place: &Place,
    thread: &str,
) -> Result<Discussion, Failure> {
    let request = Request::json(target(place, thread));
    let purpose = place.purpose("reading a thread of", Subject::Comment);
    let (_, discussion) = call.json(&request, &purpose).await?;
    Ok(discussion)
}

fn target(place: &Place, thread: &str) -> Target {
    place.target("/discussions").segment(thread)
}
