//! The forge's JSON: apart so that what the forge calls things is written down once. Only what is
//! used is read; a field more in an answer is no mistake.

use serde::Deserialize;

use crate::bindings::types::{Error, ErrorCode, PageEnd, PageRequest, RepositoryId, Subject};
use crate::http;

/// `GET /version`
#[derive(Deserialize)]
pub(crate) struct Version {
    pub(crate) version: String,
}

/// `GET /projects/{project}`, and each entry of `GET /projects`
#[derive(Deserialize)]
pub(crate) struct Project {
    pub(crate) id: u64,
    pub(crate) path_with_namespace: String,
    pub(crate) branch: String,
    /// The one commit; none in an empty repository.
    pub(crate) commit: Option<String>,
}

/// An entry of `GET /projects/{project}/repository/tree`
#[derive(Deserialize)]
pub(crate) struct Node {
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) mode: String,
    /// Bytes of a file.
    pub(crate) size: Option<u64>,
}

/// The repository, by its id or its path.
pub(crate) fn project(named: &str) -> Result<Project, Error> {
    let address = format!("/projects/{}", http::encode(named));
    http::json(&address, Subject::Repository)
}

/// Everything that stands in a commit.
pub(crate) fn tree(repository: &RepositoryId, commit: &str) -> Result<Vec<Node>, Error> {
    let (repository, commit) = (http::encode(repository), http::encode(commit));
    let address = format!("/projects/{repository}/repository/tree?ref={commit}");
    http::json(&address, Subject::Commit)
}

/// The part of `items` that a page is asked for, and how it ends. `key` tells where an item stands
/// in the order of the list, so that a cursor names an item and not a number of items.
pub(crate) fn page<T>(
    items: Vec<T>,
    wanted: &PageRequest,
    after: Option<&str>,
    key: impl Fn(&T) -> String,
) -> Result<(Vec<T>, PageEnd), Error> {
    let begin = match after {
        None => 0,
        Some(last) => match items.iter().position(|item| key(item) == last) {
            Some(found) => found + 1,
            None => return Err(failure(ErrorCode::InvalidArgument("cursor".to_owned()))),
        },
    };
    let limit = match wanted.limit.unwrap_or(100) {
        limit @ 1..=1_000 => limit as usize,
        _ => return Err(failure(ErrorCode::InvalidArgument("limit".to_owned()))),
    };
    let rest = items.len() - begin;
    let items: Vec<T> = items.into_iter().skip(begin).take(limit).collect();
    let end = match items.last() {
        Some(last) if items.len() < rest => PageEnd::More(key(last)),
        _ => PageEnd::Complete,
    };
    Ok((items, end))
}

/// What a function answers that a shelf has nothing for.
pub(crate) fn unsupported<T>(needs: &str) -> Result<T, Error> {
    Err(failure(ErrorCode::Unsupported(needs.to_owned())))
}

/// An error whose code says all that there is to say to a program; the message says it to people.
pub(crate) fn failure(code: ErrorCode) -> Error {
    let message = match &code {
        ErrorCode::EmptyRepository => "the repository has no commit yet",
        ErrorCode::InvalidArgument(_) => "an argument cannot be right",
        ErrorCode::NotFound(_) => "there is no such thing, or none that the token may see",
        ErrorCode::NotTheApi(_) => "something else answers in the shelf's place",
        ErrorCode::Unauthenticated(_) => "the shelf does not accept the token",
        ErrorCode::Unsupported(_) => "a shelf cannot do that",
        _ => "the shelf did not answer as it should",
    };
    Error {
        message: message.to_owned(),
        code,
        hint: None,
        remedied_by: None,
        status: None,
        request_id: None,
        retry_after: None,
    }
}
