//! `pull-requests.merge-pull-request`; apart as every function of the contract is.

use serde_json::{Map, Value, json};

use super::{
    argument,
    place::{Doing, LOOKING, Place, already, explain},
};
use crate::{
    bindings::{
        pull_requests::{Mergeability, Merging, State, Written},
        types::{Conflict, Denial, ErrorCode, RepositoryId, Subject},
    },
    call::{self, Call},
    error::{Failure, quote},
    git,
    model::MergeRequest,
    transport::{Request, Transport},
};

/// Merge a pull request whose head is the expected one.
pub(crate) async fn merge_pull_request<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
    merging: &Merging,
) -> Result<Written, Failure> {
    let place = Place::new(repository, number)?;
    git::argument::object_id("expected-head", &merging.expected_head)?;
    if let Some(message) = &merging.message {
        argument::message(message)?;
    }
    let merge = Merge { place, merging };
    match merge.wait(call).await? {
        Before::Merged(merge_request) => already(*merge_request),
        Before::Open(merge_error) => merge.send(call, &merge_error).await,
    }
}

/// One call of the function.
struct Merge<'a> {
    place: Place,
    merging: &'a Merging,
}

/// What there is to do.
enum Before {
    Merged(Box<MergeRequest>),
    /// With why merging failed before, where it did.
    Open(String),
}

impl Merge<'_> {
    /// Look until GitLab knows whether it can be merged. What it cannot be merged for is left to GitLab
    /// to say when it is asked to: its word may be that of a moment ago.
    async fn wait<T: Transport>(&self, call: &Call<T>) -> Result<Before, Failure> {
        let mut is_locked = false;
        let look = async || {
            let merge_request = self.place.look(call).await?;
            let state = merge_request.state();
            is_locked = matches!(state, State::Locked);
            if merge_request.head().is_none() {
                return Ok(None);
            }
            self.check_head(&merge_request)?;
            match state {
                State::Merged => Ok(Some(Before::Merged(Box::new(merge_request)))),
                State::Locked => Ok(None),
                State::Closed => Err(self.not_mergeable("closed")),
                State::Open | State::Other(_) => match merge_request.mergeability() {
                    Mergeability::Unknown => Ok(None),
                    _ => Ok(Some(Before::Open(merge_request.merge_error))),
                },
            }
        };
        match call.wait_for(FINDING_OUT, look).await {
            Ok(Some(before)) => Ok(before),
            Ok(None) if is_locked => Err(self.failure(
                ErrorCode::Conflict(Conflict::Locked),
                "it is being merged at the moment",
            )),
            Ok(None) => Err(self
                .failure(
                    ErrorCode::NotReady,
                    "GitLab has not found out yet whether it can be merged",
                )
                .with_retry_after(Some(5_000))),
            Err(failure) => Err(explain(call, &self.place.project, Doing::Reading, failure).await),
        }
    }

    async fn send<T: Transport>(
        &self,
        call: &Call<T>,
        failed_before: &str,
    ) -> Result<Written, Failure> {
        let request = Request::put(self.place.target("/merge"), &self.body());
        let purpose = self.place.purpose("merging", Subject::PullRequest);
        match call.write(&request, &purpose).await {
            Ok(call::Written::Done(done)) => match done.json() {
                Some(merge_request) if self.is_merged(&merge_request) => {
                    self.place.applied(call, merge_request).await
                }
                told => {
                    let why = told.and_then(|now| why_it_failed(&now, failed_before));
                    self.finish(call, why).await
                }
            },
            Ok(call::Written::Unsettled(failure)) => {
                let is_merged = |now: &MergeRequest| self.is_merged(now);
                let merge_request = self.place.settle(call, failure, is_merged).await?;
                self.place.applied(call, merge_request).await
            }
            Err(failure) => self.refused(call, failure).await,
        }
    }

    /// GitLab took it, but does not say that it is merged: it is still at it, or it failed on the way.
    /// That it is open a while later tells the two apart only where GitLab's answer says why it failed.
    async fn finish<T: Transport>(
        &self,
        call: &Call<T>,
        why: Option<String>,
    ) -> Result<Written, Failure> {
        let mut is_open = false;
        let look = async || {
            let now = self.place.look(call).await?;
            is_open = matches!(now.state(), State::Open);
            Ok(Some(now).filter(|now| self.is_merged(now)))
        };
        let seen = call.wait_for(LOOKING, look).await;
        match (seen, why) {
            (Ok(Some(merge_request)), _) => self.place.applied(call, merge_request).await,
            (Ok(None), Some(why)) if is_open => Err(self.not_mergeable(&why)),
            _ => {
                let message = "GitLab took the order and has not merged it yet";
                Err(self
                    .failure(ErrorCode::NotReady, message)
                    .into_unknown_outcome())
            }
        }
    }

    /// GitLab's refusals have few words: what the merge request is now says more.
    async fn refused<T: Transport>(
        &self,
        call: &Call<T>,
        failure: Failure,
    ) -> Result<Written, Failure> {
        if matches!(failure.code(), ErrorCode::Unauthenticated(_)) {
            return Err(self.may_not(call, failure).await);
        }
        if !matches!(failure.status(), Some(400 | 405 | 406 | 409 | 422)) {
            return Err(explain(call, &self.place.project, Doing::Writing, failure).await);
        }
        let Ok(now) = self.place.look(call).await else {
            return Err(failure);
        };
        self.check_head(&now)?;
        match (now.state(), failure.code()) {
            (State::Merged, _) => already(now),
            (_, ErrorCode::Conflict(Conflict::Locked)) => Err(failure),
            _ => {
                let why = match now.mergeability() {
                    Mergeability::Blocked(_) => why_not(&now),
                    _ => quote(failure.message()),
                };
                Err(failure.with_code(ErrorCode::Conflict(Conflict::NotMergeable(why))))
            }
        }
    }

    /// GitLab answers 401 to an account that may not merge, and the credential was good for reading a
    /// moment ago. The role that it needs is a matter of the branch, which may be protected.
    async fn may_not<T: Transport>(&self, call: &Call<T>, failure: Failure) -> Failure {
        let role = || ErrorCode::Forbidden(Denial::Role(String::new()));
        let failure = failure.with_code(role());
        let failure = explain(call, &self.place.project, Doing::Writing, failure).await;
        match failure.code() {
            ErrorCode::Forbidden(Denial::Role(_)) => failure.with_code(role()).with_hint(
                "the token's owner may not merge into that branch, which may be protected",
            ),
            _ => failure,
        }
    }

    fn is_merged(&self, now: &MergeRequest) -> bool {
        let is_ours = now.head() == Some(&self.merging.expected_head);
        matches!(now.state(), State::Merged) && is_ours
    }

    fn check_head(&self, now: &MergeRequest) -> Result<(), Failure> {
        let head = now.head().unwrap_or_default();
        if head == self.merging.expected_head {
            return Ok(());
        }
        if !git::argument::is_object_id(head) {
            return Err(Failure::malformed("`sha` of a merge request"));
        }
        let code = ErrorCode::Conflict(Conflict::HeadMoved(head.to_owned()));
        Err(self.failure(code, &format!("its head is {head}")))
    }

    fn not_mergeable(&self, why: &str) -> Failure {
        let why = quote(why);
        let message = format!("it cannot be merged: {why}");
        self.failure(ErrorCode::Conflict(Conflict::NotMergeable(why)), &message)
    }

    fn failure(&self, code: ErrorCode, what: &str) -> Failure {
        let action = self.place.purpose("merging", Subject::PullRequest).action;
        Failure::new(code, format!("{action}: {what}"))
    }

    fn body(&self) -> Value {
        let merging = self.merging;
        let mut body = Map::new();
        body.insert("sha".to_owned(), json!(merging.expected_head));
        body.insert("squash".to_owned(), json!(merging.squash));
        let removes = json!(merging.remove_source_branch);
        body.insert("should_remove_source_branch".to_owned(), removes);
        if let Some(message) = &merging.message {
            // A project that squashes may make a merge commit as well, with a message of its own.
            body.insert("merge_commit_message".to_owned(), json!(message));
            if merging.squash {
                body.insert("squash_commit_message".to_owned(), json!(message));
            }
        }
        Value::Object(body)
    }
}

/// What the answer to the order says of a failure, and did not say before.
fn why_it_failed(now: &MergeRequest, failed_before: &str) -> Option<String> {
    let is_new = !now.merge_error.is_empty() && now.merge_error != failed_before;
    let is_blocked = matches!(now.mergeability(), Mergeability::Blocked(_));
    match (now.state(), is_new) {
        (State::Open, true) => Some(quote(&now.merge_error)),
        (State::Open, false) if is_blocked => Some(quote(&now.detailed_merge_status)),
        _ => None,
    }
}

/// In GitLab's own words: of the last try, or of the state.
fn why_not(now: &MergeRequest) -> String {
    let words = [&now.merge_error, &now.detailed_merge_status];
    let words = words.into_iter().find(|words| !words.is_empty());
    quote(words.map_or("GitLab does not say why", String::as_str))
}

/// Milliseconds for which GitLab may find out whether it can be merged.
const FINDING_OUT: u64 = 30_000;
