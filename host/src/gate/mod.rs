//! The way of a request from the plugin to the network: apart because the order of its steps is
//! the firewall, and the runtime's hook is the only way in.

mod refusal;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use code_source_egress::{Answer, Call, Denial, Permit, RequestHead};
use http::{HeaderMap, HeaderName, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error as HttpError, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

use self::refusal::{BodyProblem, drain, known};
use crate::answer::{AnswerBody, Bounds};
use crate::engine::Inspector;
use crate::exchange::{CallRecord, Exchange, Head, IdentityAnswer, lock};
use crate::report::{Stage, State};
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

/// The right to have a request under way, when it is there.
type Turn = Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send>>;

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
        turn: Turn,
    ) -> Result<Sent, HttpError> {
        let (parts, body) = request.into_parts();
        let method = known(parts.method.as_str());
        let origin = self.shared.origin.to_string();
        self.count(method, &origin)?;
        let asked = asked(method, &parts.uri);
        let permit = match self.decide(&asked, &parts.headers) {
            Ok(permit) => permit,
            Err(denial) => {
                // The turn belongs to one that leaves.
                drop(turn);
                // A plugin that never ends the body keeps the refusal from itself, and not from
                // the record.
                let refused = self.refuse(&asked, &denial);
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
        // First the turn, then the body: bodies that wait are memory of the host.
        let Ok(slot) = turn.await else {
            return Err(HttpError::ConnectionLimitReached);
        };
        let body = match self.body(body, &permit).await {
            Ok(body) => body,
            Err(problem) => return Err(self.refuse_body(&head, problem)),
        };
        let request = match self.outgoing(&parts, body) {
            Ok(request) => request,
            Err(failure) => {
                self.record_refusal(&head, failure.describe());
                return Err(failure.kind.code());
            }
        };
        let exchange = Exchange::begin(&self.record, &head);
        let first_byte = options.and_then(|options| options.first_byte_timeout);
        let sent = self.send(&exchange, &head, request, first_byte).await;
        match sent.and_then(|response| self.incoming(&exchange, &permit, response, slot)) {
            Ok(response) => Ok((response, Box::new(async { Ok(()) }))),
            Err(failure) => {
                exchange.finish(State::Failed(failure.describe()));
                Err(failure.kind.code())
            }
        }
    }

    fn decide(&self, asked: &RequestHead<'_>, headers: &HeaderMap) -> Result<Permit<'_>, Denial> {
        let permit = self.grant.decide(asked)?;
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()));
        self.grant.check_headers(&permit, headers)?;
        Ok(permit)
    }

    /// Line up for a request that may be under way. This happens at once, so that requests get
    /// their turns in the order in which the plugin made them: one that reads the answers in that
    /// order would otherwise wait for an answer whose request waits for its turn.
    fn queue(&self) -> Turn {
        let mut acquiring = Box::pin(Arc::clone(&self.under_way).acquire_owned());
        match acquiring
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(slot) => Box::pin(std::future::ready(slot)),
            Poll::Pending => acquiring,
        }
    }

    /// Write down that it leaves, and let it leave.
    async fn send(
        &self,
        exchange: &Arc<Exchange>,
        head: &Head<'_>,
        request: Request<Full<Bytes>>,
        first_byte: Option<Duration>,
    ) -> Result<Response<Incoming>, Failure> {
        exchange
            .announce(head, "allow", "allowed")
            .map_err(|error| {
                let detail = format!("the audit cannot be written: {error}");
                Failure::new(Stage::Audit, Kind::AuditFailed, detail)
            })?;
        let answered = self.shared.transport.send(request, first_byte).await;
        let answered = answered.inspect_err(|failure| exchange.dialled(failure.address))?;
        exchange.connected(answered.address, answered.timings);
        exchange.answered(answered.response.status().as_u16());
        Ok(answered.response)
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
        slot: OwnedSemaphorePermit,
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
            own: (limits.answer_bytes, limits.call_bytes),
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

    /// The request's body, as long as its rule and the limits allow one.
    async fn body(&self, body: WasiBody, permit: &Permit<'_>) -> Result<Bytes, BodyProblem> {
        let limit = usize::try_from(self.shared.limits.request_bytes).unwrap_or(usize::MAX);
        let rule = permit.rule().body();
        let most = rule.map_or(0, |rule| rule.max_bytes().min(limit));
        match Limited::new(body, most).collect().await {
            Ok(body) => {
                let bytes = body.to_bytes();
                let checked = self.grant.check_body(permit, &bytes);
                checked.map(|()| bytes).map_err(BodyProblem::Denied)
            }
            Err(error) if !error.is::<LengthLimitError>() => Err(BodyProblem::Cut),
            Err(_) if rule.is_some() => Err(BodyProblem::TooLong),
            // Whatever it is, there may be none.
            Err(_) => Err(match self.grant.check_body(permit, b"{}") {
                Err(denial) => BodyProblem::Denied(denial),
                Ok(()) => BodyProblem::TooLong,
            }),
        }
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

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        BODY_CHUNK
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, HttpError>> + Send> {
        let turn = self.queue();
        let passing: Pin<Box<dyn Future<Output = _> + Send>> =
            Box::pin(self.clone().pass(request, options, turn));
        Box::new(passing)
    }
}

/// What the policy looks at, as the plugin wrote it.
fn asked<'a>(method: &'a str, uri: &'a Uri) -> RequestHead<'a> {
    RequestHead {
        method,
        scheme: uri.scheme_str().unwrap_or_default(),
        authority: uri.authority().map_or("", http::uri::Authority::as_str),
        path: uri.path(),
        query: uri.query(),
    }
}

/// Bytes that an outgoing body takes at once, and keeps until they are wanted.
const BODY_CHUNK: usize = 64 << 10;

const USER_AGENT: http::HeaderValue =
    http::HeaderValue::from_static(concat!("code-source/", env!("CARGO_PKG_VERSION")));
const IDENTITY_ENCODING: http::HeaderValue = http::HeaderValue::from_static("identity");
