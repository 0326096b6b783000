//! One call's way to the forge: deadline, retries, limits; apart so that no operation repeats them.

use std::pin::pin;

use futures_util::future::{Either, join, select};
use serde::de::DeserializeOwned;

use crate::{
    bindings::settings::Forge,
    bindings::types::ErrorCode,
    error::{Failure, Purpose, from_answer, quote},
    retry,
    transport::{Answer, Breakage, BreakageKind, Head, Request, Transport},
};

mod stored;
mod write;

pub(crate) use self::write::{Done, Written};

/// What one call of an exported function may use.
#[derive(Debug)]
pub(crate) struct Call<T> {
    transport: T,
    base_url: String,
    concurrency: usize,
    /// On the transport's clock, as the deadline is.
    began: u64,
    deadline: u64,
}

impl<T: Transport> Call<T> {
    pub(crate) fn new(transport: T, forge: &Forge) -> Self {
        // The host ends the call without an answer when its budget is over, so answer before that.
        let margin = (forge.budget / 20).clamp(20, 2_000);
        let began = transport.now();
        let deadline = began.saturating_add(forge.budget.saturating_sub(margin));
        Self {
            transport,
            base_url: forge.base_url.clone(),
            concurrency: usize::try_from(forge.concurrency.max(1)).unwrap_or(1),
            began,
            deadline,
        }
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) fn concurrency(&self) -> usize {
        self.concurrency
    }

    pub(crate) fn wall_clock(&self) -> i64 {
        self.transport.wall_clock()
    }

    /// Read JSON.
    pub(crate) async fn json<D: DeserializeOwned>(
        &self,
        request: &Request,
        purpose: &Purpose,
    ) -> Result<(Head, D), Failure> {
        let (head, body) = self.bytes(request, purpose, LARGEST_JSON).await?;
        if !is_json(&head) {
            // A page for people may come with status 200 too.
            return Err(Failure::not_the_api(purpose, &head, &body));
        }
        match serde_json::from_slice(&body) {
            Ok(value) => Ok((head, value)),
            Err(problem) => {
                // What was expected instead is a word of this program's.
                let problem = problem.to_string();
                let place = quote(problem.split(", expected ").next().unwrap_or_default());
                Err(Failure::malformed(format!("{}: {place}", purpose.action)).with_head(&head))
            }
        }
    }

    /// Read a body that fits into memory.
    pub(crate) async fn bytes(
        &self,
        request: &Request,
        purpose: &Purpose,
        limit: usize,
    ) -> Result<(Head, Vec<u8>), Failure> {
        self.bytes_within(request, purpose, |_| Ok(limit)).await
    }

    /// Read a body of which the answer's head tells how long it may be, or that it is not wanted.
    pub(crate) async fn bytes_within(
        &self,
        request: &Request,
        purpose: &Purpose,
        limit: impl Fn(&Head) -> Result<usize, Failure>,
    ) -> Result<(Head, Vec<u8>), Failure> {
        let mut sent = 1;
        loop {
            let answer = self.open_counted(request, purpose, &mut sent).await?;
            let limit = limit(&answer.head)?;
            match self.collect(answer.body, limit).await {
                Ok(body) => return Ok((answer.head, body)),
                Err(breakage) => {
                    let failure = Failure::from_breakage(purpose, &breakage);
                    let failure = failure.with_head(&answer.head);
                    self.pause_after_breakage(&breakage, request, sent, failure)
                        .await?;
                    sent += 1;
                }
            }
        }
    }

    /// Read the body of an answer that `open` gave, once.
    pub(crate) async fn read(
        &self,
        answer: Answer<T::Body>,
        purpose: &Purpose,
        limit: usize,
    ) -> Result<Vec<u8>, Failure> {
        let body = self.collect(answer.body, limit).await;
        body.map_err(|breakage| Failure::from_breakage(purpose, &breakage).with_head(&answer.head))
    }

    /// Wait for both, at the same time where the forge allows two requests at once.
    pub(crate) async fn both<A, B>(
        &self,
        first: impl Future<Output = A>,
        second: impl Future<Output = B>,
    ) -> (A, B) {
        match self.concurrency {
            0 | 1 => (first.await, second.await),
            _ => join(first, second).await,
        }
    }

    /// Send a request and hand the body of its answer on, unread.
    pub(crate) async fn open(
        &self,
        request: &Request,
        purpose: &Purpose,
    ) -> Result<Answer<T::Body>, Failure> {
        let answer = self.open_counted(request, purpose, &mut 1).await?;
        check_content(&answer.head, purpose)?;
        Ok(answer)
    }

    /// Send until there is a successful answer. `sent` counts this request too.
    async fn open_counted(
        &self,
        request: &Request,
        purpose: &Purpose,
        sent: &mut u32,
    ) -> Result<Answer<T::Body>, Failure> {
        loop {
            match self.within_deadline(self.transport.send(request)).await {
                Ok(answer) if self.is_success(&answer.head, request) => return Ok(answer),
                Ok(answer) => {
                    self.pause_after_answer(answer, request, purpose, *sent)
                        .await?
                }
                Err(breakage) => {
                    let failure = Failure::from_breakage(purpose, &breakage);
                    self.pause_after_breakage(&breakage, request, *sent, failure)
                        .await?;
                }
            }
            *sent += 1;
        }
    }

    /// Wait until the request may be sent again, or fail.
    async fn pause_after_answer(
        &self,
        answer: Answer<T::Body>,
        request: &Request,
        purpose: &Purpose,
        sent: u32,
    ) -> Result<(), Failure> {
        let Answer { head, body } = answer;
        let now = self.transport.wall_clock();
        // A refusal is understood from its status alone where its body does not arrive.
        let body = self
            .collect(body, LARGEST_PROBLEM)
            .await
            .unwrap_or_default();
        let failure = from_answer(purpose, &head, &body, now);
        if !retry::is_passing(head.status) || matches!(failure.code(), ErrorCode::NotTheApi(_)) {
            return Err(failure);
        }
        let random = self.transport.random();
        let wait = retry::asked(&head, now)
            .unwrap_or_else(|| retry::backoff(Some(head.status), sent, random));
        self.pause(wait, request, sent, failure).await
    }

    async fn pause_after_breakage(
        &self,
        breakage: &Breakage,
        request: &Request,
        sent: u32,
        failure: Failure,
    ) -> Result<(), Failure> {
        if !retry::is_passing_breakage(breakage) {
            return Err(failure);
        }
        let wait = retry::backoff(None, sent, self.transport.random());
        self.pause(wait, request, sent, failure).await
    }

    async fn pause(
        &self,
        wait: u64,
        request: &Request,
        sent: u32,
        failure: Failure,
    ) -> Result<(), Failure> {
        let end = self.transport.now().saturating_add(wait);
        let tries = match request.is_elsewhere {
            // The host lets it through once. Who led there is asked again instead.
            true => 1,
            false => retry::tries(failure.status(), request.is_divisible),
        };
        let is_too_late = request.is_hasty
            && failure.status() == Some(429)
            && end > self.began.saturating_add(HASTE);
        // Asked again with hardly any time left, the answer would be a time-out, which says less.
        if is_too_late || sent >= tries || end.saturating_add(ROOM) >= self.deadline {
            return Err(failure);
        }
        self.transport.sleep(wait).await;
        Ok(())
    }

    async fn collect(&self, body: T::Body, limit: usize) -> Result<Vec<u8>, Breakage> {
        self.within_deadline(self.transport.collect(body, limit))
            .await
    }

    async fn within_deadline<V>(
        &self,
        work: impl Future<Output = Result<V, Breakage>>,
    ) -> Result<V, Breakage> {
        self.within(self.left(), work).await
    }

    /// Milliseconds until the call has to answer.
    pub(crate) fn left(&self) -> u64 {
        self.deadline.saturating_sub(self.transport.now())
    }

    /// A part of the content is a success only where a part was asked for, and a place elsewhere only
    /// where it is wanted.
    fn is_success(&self, head: &Head, request: &Request) -> bool {
        match head.status {
            200 => true,
            206 => request.range.is_some(),
            _ => request.may_lead_elsewhere && stored::place(head, &self.base_url).is_some(),
        }
    }

    async fn within<V>(
        &self,
        milliseconds: u64,
        work: impl Future<Output = Result<V, Breakage>>,
    ) -> Result<V, Breakage> {
        let limit = pin!(self.transport.sleep(milliseconds));
        match select(pin!(work), limit).await {
            Either::Left((result, _)) => result,
            Either::Right(((), _)) => Err(Breakage {
                kind: BreakageKind::TimedOut,
                detail: "the call's budget is used up".to_owned(),
            }),
        }
    }
}

fn is_json(head: &Head) -> bool {
    let media_type = head.media_type();
    media_type == "application/json" || media_type.ends_with("+json")
}

/// What GitLab's API hands on is never a page for people: it serves any file as plain text.
pub(crate) fn check_content(head: &Head, purpose: &Purpose) -> Result<(), Failure> {
    match head.media_type() == "text/html" {
        true => Err(Failure::not_the_api(purpose, head, &[])),
        false => Ok(()),
    }
}

/// Milliseconds in which it is told that the forge limits, where that is among what is asked.
const HASTE: u64 = 10_000;

/// Milliseconds that a request is given at least where it is made again.
const ROOM: u64 = 250;

/// A page of 100 projects has 0.4 MB; a comparison may have more, and the sandbox's memory ends.
const LARGEST_JSON: usize = 32 * 1024 * 1024;

const LARGEST_PROBLEM: usize = 64 * 1024;
