//! The way of a request from the plugin to the network: apart because the order of its steps is
//! the firewall, and the runtime's hook is the only way in.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use code_source_egress::{Answer, Call, Denial, Permit, RequestHead};
use http::{HeaderName, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error as HttpError, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

use crate::answer::{AnswerBody, Bounds};
use crate::engine::Inspector;
use crate::exchange::{CallRecord, Exchange, Head, IdentityAnswer, lock};
use crate::report::{RequestFailure, Stage, State};
use crate::source::Shared;
use crate::transport::{Failure, Kind};

/// Decides for one call about every request, and sends what may leave.
#[derive(Clone)]
pub(crate) struct Gate {
    shared: Arc<Shared>,
    grant: Arc<Call>,
    record: Arc<CallRecord>,
    under_way: Arc<Semaphore>,
    inspector: Option<Arc<dyn Inspector>>,
}

/// An answer as the runtime's hook returns it.
type Sent = (
    Response<WasiBody>,
    Box<dyn Future<Output = Result<(), HttpError>> + Send>,
);

impl Gate {
    pub(crate) fn new(
        shared: Arc<Shared>,
        grant: Call,
        record: Arc<CallRecord>,
        inspector: Option<Arc<dyn Inspector>>,
    ) -> Self {
        let under_way = Arc::new(Semaphore::new(
            shared.limits.requests_under_way.max(1) as usize
        ));
        Self {
            shared,
            grant: Arc::new(grant),
            record,
            under_way,
            inspector,
        }
    }

    async fn pass(
        self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
    ) -> Result<Sent, HttpError> {
        let (parts, body) = request.into_parts();
        let method = parts.method.as_str();
        let origin = self.shared.origin.to_string();
        self.count(method, &origin)?;
        let asked = RequestHead {
            method,
            scheme: parts.uri.scheme_str().unwrap_or_default(),
            authority: parts
                .uri
                .authority()
                .map_or("", http::uri::Authority::as_str),
            path: parts.uri.path(),
            query: parts.uri.query(),
        };
        let decision = self.grant.decide(&asked).and_then(|permit| {
            let headers = parts
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes()));
            self.grant.check_headers(&permit, headers).map(|()| permit)
        });
        let permit = match decision {
            Ok(permit) => permit,
            Err(denial) => {
                // A plugin that never ends the body keeps the refusal from itself, and not from
                // the record.
                let refused = self.refuse(method, &denial);
                drain(body).await;
                return Err(refused);
            }
        };
        let head = Head {
            method,
            origin: &origin,
            template: permit.template(),
            repository: permit.repository(),
        };
        let body = match self.body(body, &permit).await {
            Ok(body) => body,
            Err(denial) => return Err(self.refuse_body(&head, denial)),
        };
        let exchange = Exchange::begin(&self.record, &head);
        match self
            .send(&exchange, &head, &permit, &parts, body, options)
            .await
        {
            Ok(sent) => Ok(sent),
            Err(failure) => {
                exchange.finish(State::Failed(failure.describe()));
                Err(failure.kind.code())
            }
        }
    }

    /// Count a request, be it permitted or not. Of those over the limit only the first is
    /// recorded: a plugin must not be able to flood the audit either.
    fn count(&self, method: &str, origin: &str) -> Result<(), HttpError> {
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

    /// Everything that can still keep a permitted request from leaving, and then the leaving.
    async fn send(
        &self,
        exchange: &Arc<Exchange>,
        head: &Head<'_>,
        permit: &Permit<'_>,
        parts: &http::request::Parts,
        body: Bytes,
        options: Option<RequestOptions>,
    ) -> Result<Sent, Failure> {
        let slot = Arc::clone(&self.under_way)
            .acquire_owned()
            .await
            .map_err(|error| {
                Failure::new(Stage::Limit, Kind::TooManyRequests, error.to_string())
            })?;
        let request = self.outgoing(parts, body)?;
        exchange
            .announce(head, "allow", "allowed")
            .map_err(|error| {
                let detail = format!("the audit cannot be written: {error}");
                Failure::new(Stage::Audit, Kind::AuditFailed, detail)
            })?;
        let first_byte = options.and_then(|options| options.first_byte_timeout);
        let answered = self.shared.transport.send(request, first_byte).await?;
        exchange.connected(answered.address, answered.timings);
        exchange.answered(answered.response.status().as_u16());
        let response = self.incoming(exchange, permit, answered.response, slot)?;
        Ok((response, Box::new(async { Ok(()) })))
    }

    /// The request as it leaves: the origin is the connection's own, path and query are the ones
    /// that were checked, and the credential is added here and nowhere else.
    fn outgoing(
        &self,
        parts: &http::request::Parts,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Failure> {
        let broken =
            |error: http::Error| Failure::new(Stage::Policy, Kind::WrongOrigin, error.to_string());
        let target = parts
            .uri
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        let uri = Uri::builder()
            .scheme(self.shared.origin.scheme().as_str())
            .authority(self.shared.origin.authority())
            .path_and_query(target)
            .build()
            .map_err(broken)?;
        let mut request = Request::builder()
            .method(parts.method.clone())
            .uri(uri)
            .body(Full::new(body))
            .map_err(broken)?;
        let credential = self.shared.credential.header().map_err(|error| {
            Failure::new(
                Stage::Credential,
                Kind::CredentialUnusable,
                error.to_string(),
            )
        })?;
        let headers = request.headers_mut();
        for (name, value) in &parts.headers {
            // The length is that of the body that was checked, not of the one announced.
            if name != header::CONTENT_LENGTH {
                headers.append(name, value.clone());
            }
        }
        headers.entry(header::USER_AGENT).or_insert(USER_AGENT);
        headers.insert(header::ACCEPT_ENCODING, IDENTITY_ENCODING);
        headers.insert(&self.shared.credential_header, credential);
        Ok(request)
    }

    fn incoming(
        &self,
        exchange: &Arc<Exchange>,
        permit: &Permit<'_>,
        response: Response<Incoming>,
        slot: tokio::sync::OwnedSemaphorePermit,
    ) -> Result<Response<WasiBody>, Failure> {
        let (mut parts, body) = response.into_parts();
        self.check_head(&parts)?;
        parts.extensions.clear();
        if let Some(inspector) = &self.inspector {
            for (name, value) in &parts.headers {
                inspector.handed(name.as_str().as_bytes());
                inspector.handed(value.as_bytes());
            }
        }
        let limits = &self.shared.limits;
        // What says that it is no content is read by the plugin, whatever the rule expects.
        let is_content = permit.rule().answer() == Answer::Content && parts.status.is_success();
        let bounds = Bounds {
            bytes: if is_content {
                limits.content_bytes
            } else {
                limits.answer_bytes
            },
            call_bytes: (!is_content).then_some(limits.call_bytes),
            between_bytes: limits.between_bytes,
            total: is_content.then_some(limits.content),
        };
        if is_content {
            exchange.offer();
        }
        let mut body = AnswerBody::new(
            body,
            Arc::clone(exchange),
            bounds,
            slot,
            self.inspector.clone(),
        );
        if permit.is_identity() {
            let head = IdentityAnswer::head(&parts);
            if parts.status.is_success() {
                body = body.keep_identity(head);
            } else {
                *lock(&self.record.identity) = Some(head);
            }
        }
        Ok(Response::from_parts(parts, body.boxed_unsync()))
    }

    fn check_head(&self, parts: &http::response::Parts) -> Result<(), Failure> {
        // An encoding that nobody asked for would pass every limit on bytes unseen.
        let encoding = parts.headers.get(header::CONTENT_ENCODING);
        if let Some(encoding) = encoding.filter(|encoding| *encoding != IDENTITY_ENCODING) {
            let detail = format!("the answer is encoded as {encoding:?}, which was not asked for");
            return Err(Failure::new(Stage::Head, Kind::Encoded, detail));
        }
        let bytes: usize = parts
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        if bytes > self.shared.limits.header_bytes {
            let detail = format!("the answer's headers have {bytes} bytes");
            return Err(Failure::new(Stage::Head, Kind::HeadTooLarge, detail));
        }
        Ok(())
    }

    async fn body(&self, body: WasiBody, permit: &Permit<'_>) -> Result<Bytes, BodyProblem> {
        let most = usize::try_from(self.shared.limits.request_bytes).unwrap_or(usize::MAX);
        let bytes = Limited::new(body, most)
            .collect()
            .await
            .map_err(|error| {
                if error.is::<LengthLimitError>() {
                    BodyProblem::TooLong
                } else {
                    BodyProblem::Cut
                }
            })?
            .to_bytes();
        self.grant
            .check_body(permit, &bytes)
            .map_err(BodyProblem::Denied)?;
        Ok(bytes)
    }

    /// Record a refusal. The plugin learns that it was refused and nothing more.
    fn refuse(&self, method: &str, denial: &Denial) -> HttpError {
        let origin = self.shared.origin.to_string();
        let head = Head {
            method,
            origin: &origin,
            template: "",
            repository: None,
        };
        self.deny(&head, denial)
    }

    fn refuse_body(&self, head: &Head<'_>, problem: BodyProblem) -> HttpError {
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

    fn deny(&self, head: &Head<'_>, denial: &Denial) -> HttpError {
        self.record_refusal(
            head,
            RequestFailure {
                stage: Stage::Policy,
                reason: denial.reason().label(),
                detail: denial.detail().to_owned(),
                remedy: denial.remedy().map(str::to_owned),
            },
        );
        HttpError::HttpRequestDenied
    }

    fn record_refusal(&self, head: &Head<'_>, failure: RequestFailure) {
        let exchange = Exchange::begin(&self.record, head);
        // It does not leave in any case, so a lost line changes nothing but the record.
        if let Err(error) = exchange.announce(head, "deny", failure.reason) {
            tracing::error!("the audit lost a refusal: {error}");
        }
        exchange.finish(State::Failed(failure));
    }
}

impl WasiHttpHooks for Gate {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        // Cookies would be a second credential; a plugin neither gets nor sends any.
        Arc::new(|name: &HeaderName| {
            DEFAULT_FORBIDDEN_HEADERS.contains(name) || *name == header::SET_COOKIE
        })
    }

    fn set_host_header(&mut self) -> bool {
        false
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, HttpError>> + Send> {
        let passing: Pin<Box<dyn Future<Output = _> + Send>> =
            Box::pin(self.clone().pass(request, options));
        Box::new(passing)
    }
}

enum BodyProblem {
    Cut,
    Denied(Denial),
    TooLong,
}

/// Take a little of a refused request's body, so that a plugin which writes it first and asks
/// afterwards meets the refusal and not a broken stream.
async fn drain(body: WasiBody) {
    // What the body holds, or why it ended, means nothing any more.
    let _ = Limited::new(body, DRAIN).collect().await;
}

const DRAIN: usize = 1 << 20;
const USER_AGENT: http::HeaderValue =
    http::HeaderValue::from_static(concat!("code-source/", env!("CARGO_PKG_VERSION")));
const IDENTITY_ENCODING: http::HeaderValue = http::HeaderValue::from_static("identity");
