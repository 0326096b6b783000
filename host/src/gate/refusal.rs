//! What becomes of a request that does not leave: apart because the plugin learns nothing of it and
//! the record everything.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use code_source_egress::{Denial, Layer, Origin, RequestHead};
use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error as HttpError, WasiBody};

use super::Gate;
use crate::exchange::{Exchange, Head};
use crate::report::{RequestFailure, Stage, State};
use crate::transport::{Failure, Kind};

/// Why a permitted request's body keeps it from leaving.
pub(super) enum BodyProblem {
    Cut,
    Denied(Denial),
    TooLong,
}

impl Gate {
    /// Count a request, be it permitted or not. Of those over the limit only the first is
    /// recorded: a plugin must not be able to flood the audit either.
    pub(super) fn count(&self, method: &str, origin: &str) -> Result<(), HttpError> {
        let most = self.shared.limits.requests;
        let tried = self.record.tried.fetch_add(1, Ordering::Relaxed);
        if tried < most {
            return Ok(());
        }
        let detail = format!("the call has made {most} requests, and no more are allowed");
        let failure = Failure::new(Stage::Limit, Kind::TooManyRequests, detail);
        if tried == most {
            let head = Head {
                method,
                origin,
                template: "",
                repository: None,
            };
            self.record_refusal(&head, failure.describe());
        }
        Err(failure.kind.code())
    }

    /// Record a refusal. The plugin learns that it was refused and nothing more.
    pub(super) fn refuse(&self, asked: &RequestHead<'_>, denial: &Denial) -> HttpError {
        let origin = match denial.layer() {
            Layer::Authority => asked_origin(asked),
            _ => self.shared.origin.to_string(),
        };
        let head = Head {
            method: known(asked.method),
            origin: &origin,
            template: "",
            repository: None,
        };
        self.deny(&head, denial)
    }

    pub(super) fn refuse_body(&self, head: &Head<'_>, problem: BodyProblem) -> HttpError {
        let most = self.shared.limits.request_bytes;
        let (kind, detail) = match problem {
            BodyProblem::Denied(denial) => return self.deny(head, &denial),
            BodyProblem::TooLong => (
                Kind::RequestTooLong,
                format!("the request's body is longer than {most} bytes"),
            ),
            BodyProblem::Cut => (
                Kind::RequestCut,
                "the plugin did not end the request's body".to_owned(),
            ),
        };
        let failure = Failure::new(Stage::Limit, kind, detail);
        self.record_refusal(head, failure.describe());
        match kind {
            Kind::RequestTooLong => HttpError::HttpRequestBodySize(Some(most)),
            other => other.code(),
        }
    }

    pub(super) fn deny(&self, head: &Head<'_>, denial: &Denial) -> HttpError {
        self.record_refusal(
            head,
            RequestFailure {
                stage: Stage::Policy,
                layer: Some(denial.layer().label()),
                reason: denial.reason().label(),
                detail: denial.detail().to_owned(),
                remedy: denial.remedy().map(str::to_owned),
            },
        );
        HttpError::HttpRequestDenied
    }

    pub(super) fn record_refusal(&self, head: &Head<'_>, failure: RequestFailure) {
        let exchange = Exchange::begin(&self.record, head);
        // It does not leave in any case, so a lost line changes nothing but the record.
        if let Err(error) = exchange.announce(head, "deny", failure.reason) {
            tracing::error!("the audit lost a refusal: {error}");
        }
        exchange.finish(State::Failed(failure));
    }
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
