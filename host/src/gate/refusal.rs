//! What becomes of a request that does not leave: apart because the plugin learns nothing of it and
//! the record everything.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use code_source_egress::{Denial, Layer, Origin, RequestHead};
use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error as HttpError, WasiBody};

use super::Gate;
use crate::error::Error;
use crate::exchange::{Exchange, Head, Verdict};
use crate::report::{RequestFailure, Stage, State};
use crate::transport::{Failure, Kind};

/// Why a permitted request does not leave after all.
pub(super) enum Problem {
    Denied(Denial),
    Failed(Failure),
}

impl Problem {
    pub(super) fn credential(error: Error) -> Self {
        let kind = Kind::CredentialUnusable;
        Self::Failed(Failure::new(Stage::Credential, kind, error.to_string()))
    }

    pub(super) fn cut() -> Self {
        let detail = "the plugin did not end the request's body";
        Self::Failed(Failure::new(Stage::Limit, Kind::RequestCut, detail))
    }

    pub(super) fn too_long(most: usize) -> Self {
        let detail = format!("the request's body is longer than {most} bytes");
        Self::Failed(Failure::new(Stage::Limit, Kind::RequestTooLong, detail))
    }
}

impl Gate {
    /// Count a request, be it permitted or not. Of those over the limit only the first is
    /// recorded: a plugin must not be able to flood the audit either.
    pub(super) fn count(&self, method: &str) -> Result<(), HttpError> {
        let most = self.shared.limits.requests;
        let tried = self.record.tried.fetch_add(1, Ordering::Relaxed);
        if tried < most {
            return Ok(());
        }
        let failure = too_many(most);
        if tried == most {
            self.record_refusal(&Head::unknown(method, &self.origin), failure.describe());
        }
        Err(failure.kind.code())
    }

    /// Record a refusal. The plugin learns that it was refused and nothing more.
    pub(super) fn refuse(&self, asked: &RequestHead<'_>, denial: &Denial) -> HttpError {
        let origin = match denial.layer() {
            Layer::Authority | Layer::Redirect => &asked_origin(asked),
            _ => &*self.origin,
        };
        self.deny(&Head::unknown(known(asked.method), origin), denial)
    }

    /// Record why a permitted request stays.
    pub(super) fn stop(&self, head: &Head<'_>, problem: Problem) -> HttpError {
        match problem {
            Problem::Denied(denial) => self.deny(head, &denial),
            Problem::Failed(failure) => {
                self.record_refusal(head, failure.describe());
                failure.kind.code()
            }
        }
    }

    fn deny(&self, head: &Head<'_>, denial: &Denial) -> HttpError {
        let failure = RequestFailure {
            layer: Some(denial.layer().label()),
            remedy: denial.remedy().map(str::to_owned),
            ..RequestFailure::new(Stage::Policy, denial.reason().label(), denial.detail())
        };
        self.record_refusal(head, failure);
        HttpError::HttpRequestDenied
    }

    fn record_refusal(&self, head: &Head<'_>, failure: RequestFailure) {
        let exchange = Exchange::begin(&self.record, head);
        // It does not leave in any case, so a lost line changes nothing but the record.
        if let Err(error) = exchange.announce(head, Verdict::Denied(&failure)) {
            tracing::error!("the audit lost a refusal: {error}");
        }
        exchange.finish(State::Failed(failure));
    }
}

fn too_many(most: u32) -> Failure {
    let detail = format!("the call has made {most} requests, and no more are allowed");
    Failure::new(Stage::Limit, Kind::TooManyRequests, detail)
}

pub(super) fn unaudited(error: &std::io::Error) -> Failure {
    let detail = format!("the audit cannot be written: {error}");
    Failure::new(Stage::Audit, Kind::AuditFailed, detail)
}

/// One of each failure that the gate finds, as people are told of it.
#[cfg(all(test, feature = "cli"))]
pub(crate) fn examples() -> Vec<Failure> {
    use super::incoming::{encoded, head_too_large};

    let empty = Error::Credential {
        what: "token",
        place: "the file `/run/secrets/forge-token`".into(),
        problem: "it is empty".into(),
    };
    let problems = [
        Problem::credential(empty),
        Problem::cut(),
        Problem::too_long(8 << 20),
    ];
    let failed = problems.into_iter().filter_map(|problem| match problem {
        Problem::Failed(failure) => Some(failure),
        Problem::Denied(_) => None,
    });
    let full = std::io::ErrorKind::StorageFull.into();
    let others = [
        too_many(1_000),
        unaudited(&full),
        head_too_large(90_000),
        encoded("br"),
    ];
    failed.chain(others).collect()
}

/// The method, if it is one that requests have. A plugin can write anything in its place, of any
/// length, and neither the record nor the report is the place for that.
pub(super) fn known(method: &str) -> &'static str {
    match method {
        "DELETE" => "DELETE",
        "GET" => "GET",
        "HEAD" => "HEAD",
        "PATCH" => "PATCH",
        "POST" => "POST",
        "PUT" => "PUT",
        _ => "other",
    }
}

/// Where a refused request was meant to go, for the record: canonical where it can be, and short
/// and harmless to print where it cannot.
pub(super) fn asked_origin(asked: &RequestHead<'_>) -> String {
    match Origin::parse(asked.scheme, asked.authority) {
        Ok(origin) => origin.to_string(),
        Err(_) => {
            let scheme = asked.scheme.chars().take(10);
            // Before an `@` stands what could be a credential.
            let authority = asked.authority.rsplit('@').next().unwrap_or_default();
            let authority = authority.chars().take(ORIGIN);
            let text: String = scheme.chain("://".chars()).chain(authority).collect();
            text.escape_debug().to_string()
        }
    }
}

/// Take a little of a refused request's body and keep nothing of it, so that a plugin which writes
/// it first and asks afterwards meets the refusal and not a broken stream.
pub(super) async fn drain(mut body: WasiBody) {
    let mut taken = 0;
    while let Some(Ok(frame)) = body.frame().await {
        taken += frame.data_ref().map_or(0, Bytes::len);
        if taken > DRAIN {
            return;
        }
    }
}

/// Characters of a refused authority that are kept.
const ORIGIN: usize = 200;

const DRAIN: usize = 1 << 20;
