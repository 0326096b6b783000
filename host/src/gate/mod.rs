//! The way of a request from the plugin to the network: apart because the order of its steps is
//! the firewall, and the runtime's hook is the only way in.

mod incoming;
mod outgoing;
mod refusal;
mod way;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use code_source_egress::{Call, RequestHead, Tickets};
use http::{HeaderName, Request, Response, Uri, header};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tracing::Instrument as _;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error as HttpError, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

#[cfg(all(test, feature = "cli"))]
pub(crate) use self::refusal::examples;
use self::refusal::{drain, known};
use self::way::Way;
use crate::engine::Inspector;
use crate::exchange::{CallRecord, Exchange, Head, Verdict, lock};
use crate::report::State;
use crate::source::Shared;
use crate::transport::Failure;

/// Decides for one call about every request, and sends what may leave.
#[derive(Clone)]
pub(crate) struct Gate {
    shared: Arc<Shared>,
    grant: Arc<Call>,
    record: Arc<CallRecord>,
    tickets: Arc<Mutex<Tickets>>,
    under_way: Arc<Semaphore>,
    inspector: Option<Arc<dyn Inspector>>,
    /// The connection's own, in words.
    origin: Arc<str>,
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
        let origins = shared.elsewhere.iter().map(|(origin, _)| origin.clone());
        Self {
            tickets: Arc::new(Mutex::new(Tickets::new(origins.collect()))),
            origin: shared.origin.to_string().into(),
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
        self.count(method)?;
        let asked = asked(method, &parts.uri);
        let way = match self.way(&asked, &parts.headers) {
            Ok(way) => way,
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
        let head = way.head(&self, method);
        // First the turn, then the body: bodies that wait are memory of the host.
        let Ok(slot) = turn.await else {
            return Err(HttpError::ConnectionLimitReached);
        };
        let body = match self.body(body, &way).await {
            Ok(body) => body,
            Err(problem) => return Err(self.stop(&head, problem)),
        };
        let request = match self.outgoing(&parts, body, &way) {
            Ok(request) => request,
            Err(problem) => return Err(self.stop(&head, problem)),
        };
        let exchange = Exchange::begin(&self.record, &head);
        let first_byte = options.and_then(|options| options.first_byte_timeout);
        let sending = self.send(&exchange, &head, &way, request, first_byte);
        let sent = sending.instrument(exchange.span().clone()).await;
        match sent.and_then(|response| self.incoming(&exchange, &way, response, slot)) {
            Ok(response) => Ok((response, Box::new(async { Ok(()) }))),
            Err(failure) => {
                exchange.finish(State::Failed(failure.describe()));
                Err(failure.kind.code())
            }
        }
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
        way: &Way<'_>,
        request: Request<Full<Bytes>>,
        first_byte: Option<Duration>,
    ) -> Result<Response<Incoming>, Failure> {
        exchange
            .announce(head, Verdict::Allowed)
            .map_err(|error| refusal::unaudited(&error))?;
        let transport = match way {
            Way::Elsewhere { transport, .. } => transport,
            Way::Forge { .. } => &self.shared.transport,
        };
        if transport.is_by_proxy() {
            exchange.by_proxy();
        }
        let answered = transport.send(request, first_byte).await;
        let answered = answered.inspect_err(|failure| exchange.dialled(failure.address))?;
        exchange.connected(answered.address, answered.timings);
        let response = &answered.response;
        exchange.answered(response.status().as_u16(), response.headers());
        Ok(answered.response)
    }

    fn tickets(&self) -> MutexGuard<'_, Tickets> {
        lock(&self.tickets)
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
