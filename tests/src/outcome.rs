//! What a call came to, in the short forms that tests compare.

use code_source::contract::types::{Error, PageEnd, PageRequest};
use code_source::report::RequestFailure;
use code_source::{Content, ContentError, Failure, Outcome, Trap};

use crate::rig::Rig;

/// The error of a call that the contract's own errors are expected of.
///
/// # Panics
///
/// If the call succeeded, or failed in another way.
#[track_caller]
pub fn expect_error<T>(outcome: Outcome<T>) -> Error {
    crate::rig::search_report(&outcome);
    match outcome.answer {
        Err(Failure::Answer(error)) => error,
        Err(failure) => panic!("{failure}: {failure:?}\n{:#?}", outcome.report),
        Ok(_) => panic!("the call succeeded\n{:#?}", outcome.report),
    }
}

/// That error's code in one line, such as `NotFound(Path)`.
#[track_caller]
pub fn code<T>(outcome: Outcome<T>) -> String {
    let error = expect_error(outcome);
    let mut text = format!("{:?}", error.code);
    for kind in [
        "ErrorCode",
        "Subject",
        "Denial",
        "CredentialProblem",
        "Conflict",
    ] {
        text = text.replace(&format!("{kind}::"), "");
    }
    text
}

/// How the plugin ended before it answered.
///
/// # Panics
///
/// If it did answer.
#[track_caller]
pub fn trap<T: std::fmt::Debug>(outcome: Outcome<T>) -> Trap {
    match outcome.answer {
        Err(Failure::Trap(trap)) => trap,
        other => panic!("{other:?}\n{:#?}", outcome.report),
    }
}

/// Why the newest request that failed did so, as the host saw it.
///
/// # Panics
///
/// If none failed.
#[track_caller]
pub fn failed_request<T: std::fmt::Debug>(outcome: &Outcome<T>) -> RequestFailure {
    crate::rig::search_report(outcome);
    let request = outcome
        .report
        .failed_request()
        .unwrap_or_else(|| panic!("{outcome:?}"));
    request
        .failure()
        .expect("a failed request has a failure")
        .clone()
}

/// All bytes of a content.
///
/// # Errors
///
/// What the content ended with, if not with its last byte.
pub async fn bytes(mut content: Content) -> Result<Vec<u8>, ContentError> {
    let mut all = Vec::new();
    while let Some(chunk) = content.next().await {
        all.extend_from_slice(&chunk?);
    }
    Ok(all)
}

/// How many requests arrived so far that were to change something.
pub fn writes(rig: &Rig) -> usize {
    let requests = rig.forge.requests();
    let reads = [http::Method::GET, http::Method::HEAD];
    requests
        .iter()
        .filter(|request| !reads.contains(&request.method))
        .count()
}

/// The page that follows one that ended so; `None` where it was the last.
pub fn following(end: PageEnd, limit: u32) -> Option<PageRequest> {
    match end {
        PageEnd::Complete => None,
        PageEnd::More(cursor) => Some(PageRequest {
            cursor: Some(cursor),
            limit: Some(limit),
        }),
    }
}

/// The first page of a list, of so many items at most.
pub fn page_of(limit: u32) -> PageRequest {
    PageRequest {
        cursor: None,
        limit: Some(limit),
    }
}
