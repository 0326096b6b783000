//! A call's way to the forge for what changes it; apart because nothing here is sent twice unless it
//! is known that it was not carried out.

use serde::de::DeserializeOwned;

use super::{Call, is_json};
use crate::{
    bindings::types::{Conflict, ErrorCode},
    error::{Failure, Purpose, from_answer},
    model::Problem,
    retry,
    transport::{Answer, Breakage, BreakageKind, Head, Request, Transport},
};

/// What is known after a request that changes something was sent.
#[derive(Debug)]
pub(crate) enum Written {
    /// GitLab says that it did it.
    Done(Done),
    /// It may have been done: this is what came instead of GitLab's word. The forge has to be looked
    /// at, and where that does not help the failure becomes [`Failure::into_unknown_outcome`].
    Unsettled(Failure),
}

/// GitLab's word that it did something.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) head: Head,
    /// What it told of it. The status alone decides: a body that was cut takes nothing back.
    body: Option<Vec<u8>>,
}

impl Done {
    /// What GitLab told, where it makes sense.
    pub(crate) fn json<D: DeserializeOwned>(&self) -> Option<D> {
        let body = self.body.as_ref().filter(|_| is_json(&self.head))?;
        serde_json::from_slice(body).ok()
    }
}

impl<T: Transport> Call<T> {
    /// Send a request that changes something.
    ///
    /// It is sent again only after an answer that says that nothing was done: a rate limit, or
    /// GitLab's own lock. What fails here changed nothing.
    pub(crate) async fn write(
        &self,
        request: &Request,
        purpose: &Purpose,
    ) -> Result<Written, Failure> {
        let mut sent = 1;
        loop {
            let limit = self.write_limit();
            let answer = match self.within(limit, self.transport.send(request)).await {
                Ok(answer) => answer,
                Err(breakage) => return judge_breakage(purpose, &breakage),
            };
            let Answer { head, body } = answer;
            // The budget goes on while GitLab thinks.
            let limit = self.write_limit();
            let body = self
                .within(limit, self.transport.collect(body, LARGEST_ANSWER))
                .await
                .ok();
            if is_done(&head) {
                return Ok(Written::Done(Done { head, body }));
            }
            let now = self.transport.wall_clock();
            let body = body.unwrap_or_default();
            let failure = from_answer(purpose, &head, &body, now);
            if is_unsettled(&head, &body, &failure) {
                return Ok(Written::Unsettled(failure));
            }
            if !was_put_off(&head, &failure) {
                return Err(failure);
            }
            let random = self.transport.random();
            let wait = retry::asked(&head, now)
                .unwrap_or_else(|| retry::backoff(Some(head.status), sent, random));
            self.pause(wait, request, sent, failure).await?;
            sent += 1;
        }
    }

    /// Look again and again, ever more slowly, until there is something to see: for `longest`
    /// milliseconds, or for half of what is left of the call where that is less.
    pub(crate) async fn wait_for<V>(
        &self,
        longest: u64,
        mut look: impl AsyncFnMut() -> Result<Option<V>, Failure>,
    ) -> Result<Option<V>, Failure> {
        let begun = self.transport.now();
        let end = begun.saturating_add(longest.min(self.left() / 2));
        let mut looks = 0;
        loop {
            if let Some(seen) = look().await? {
                return Ok(Some(seen));
            }
            looks += 1;
            let wait = retry::backoff(None, looks, self.transport.random());
            if self.transport.now().saturating_add(wait) >= end {
                return Ok(None);
            }
            self.transport.sleep(wait).await;
        }
    }

    /// Milliseconds that a write may take: not all that is left, so that there is time to look what
    /// became of it.
    fn write_limit(&self) -> u64 {
        let left = self.left();
        left - (left / 3).min(LOOKING)
    }
}

/// A missing answer tells that nothing was done only where nothing was sent.
fn judge_breakage(purpose: &Purpose, breakage: &Breakage) -> Result<Written, Failure> {
    let failure = Failure::from_breakage(purpose, breakage);
    match breakage.kind {
        BreakageKind::Denied
        | BreakageKind::NotSent(_)
        | BreakageKind::ConnectTimedOut
        | BreakageKind::Unreachable
        | BreakageKind::Untrusted => Err(failure),
        _ => Ok(Written::Unsettled(failure)),
    }
}

/// A page for people with a status of success is a proxy's, which says nothing of GitLab's.
fn is_done(head: &Head) -> bool {
    (200..300).contains(&head.status) && head.media_type() != "text/html"
}

/// Whether the request may have been carried out nevertheless. GitLab's maintenance mode refuses
/// before anything is done, and says so.
fn is_unsettled(head: &Head, body: &[u8], failure: &Failure) -> bool {
    match head.status {
        200..=299 => true,
        408 | 500..=599 => !matches!(failure.code(), ErrorCode::ReadOnly(_)),
        400 | 422 => is_storages(Problem::parse(body).text()),
        _ => false,
    }
}

/// Whether a refusal is that of GitLab's storage layer, which ran out of time, broke, or was lost on
/// the way: GitLab hands on its words, which begin with the number of a gRPC status.
fn is_storages(words: &str) -> bool {
    let parts =
        std::iter::once(words).chain(words.match_indices(": ").map(|(at, _)| &words[at + 2..]));
    parts.into_iter().any(|part| {
        let number = part.split_once(':').map(|(number, _)| number);
        number.is_some_and(|number| UNSETTLING.contains(&number))
    })
}

/// Whether GitLab says that it did not even begin. Its lock on a repository or a merge request
/// answers 409 with these words.
fn was_put_off(head: &Head, failure: &Failure) -> bool {
    match failure.code() {
        ErrorCode::RateLimited => head.status == 429,
        ErrorCode::Conflict(Conflict::Locked) => true,
        _ => false,
    }
}

/// gRPC's cancelled, unknown, deadline exceeded, resource exhausted, aborted, internal, unavailable.
const UNSETTLING: &[&str] = &["1", "2", "4", "8", "10", "13", "14"];

/// The answer about a commit of many files has its statistics at most.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// Milliseconds that are kept for looking what became of a write.
const LOOKING: u64 = 15_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_behind_gitlab_is_told_from_a_refusal() {
        for lost in [
            "4:Deadline Exceeded",
            "14:failed to connect to all addresses",
            "Failed to create branch 'x': 4:Deadline Exceeded",
            "13:creating commit: exit status 128",
        ] {
            assert!(is_storages(lost), "{lost}");
        }
        for refusal in [
            "",
            "A file with this name already exists",
            "3:invalid argument",
            "9:failed precondition",
            "Failed at 14:30",
            "GitLab: pre-receive hook declined",
        ] {
            assert!(!is_storages(refusal), "{refusal}");
        }
    }
}
