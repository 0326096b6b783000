//! An answer's body on its way in: apart because every bound on what comes back is kept here,
//! for what the plugin reads and for what it hands on alike.

mod bounds;
mod encoding;
mod screen;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime_wasi_http::Error as HttpError;

use self::bounds::Clock;
use self::encoding::Gunzip;
use crate::engine::Inspector;
use crate::exchange::{Exchange, IdentityAnswer, lock};
use crate::report::{RequestFailure, Stage, State};
use crate::transport::innermost;

pub(crate) use self::bounds::Bounds;
pub(crate) use self::encoding::{ACCEPTED, AS_IT_IS, Encoding};
pub(crate) use self::screen::Screen;
use self::screen::Screened;

/// A body that is decoded and screened, counts, measures time and reports its end.
pub(crate) struct AnswerBody {
    inner: Option<Incoming>,
    decoder: Option<Gunzip>,
    screen: Screen,
    /// What passed the screen and was not read yet.
    ready: VecDeque<Bytes>,
    /// Bytes that came over the wire.
    received: u64,
    exchange: Arc<Exchange>,
    bounds: Bounds,
    clock: Clock,
    /// What is kept of it for the host, where it says which repository it is about.
    identity: Option<IdentityAnswer>,
    inspector: Option<Arc<dyn Inspector>>,
    /// The right to have a request under way, given back with the body's end.
    permit: Option<OwnedSemaphorePermit>,
}

/// What an answer's body is read through.
pub(crate) struct Reading {
    pub(crate) encoding: Encoding,
    pub(crate) screen: Screen,
    pub(crate) bounds: Bounds,
}

impl AnswerBody {
    pub(crate) fn new(
        inner: Incoming,
        exchange: Arc<Exchange>,
        reading: Reading,
        permit: OwnedSemaphorePermit,
        inspector: Option<Arc<dyn Inspector>>,
    ) -> Self {
        // An answer without a body has none to decode, whatever its headers say.
        let is_empty = inner.is_end_stream();
        let mut body = Self {
            inner: Some(inner),
            decoder: reading.encoding.decoder().filter(|_| !is_empty),
            screen: reading.screen,
            ready: VecDeque::new(),
            received: 0,
            exchange,
            clock: Clock::start(&reading.bounds),
            bounds: reading.bounds,
            identity: None,
            inspector,
            permit: Some(permit),
        };
        if is_empty {
            body.end(State::Complete);
        }
        body
    }

    /// Keep what passes, for the host to read the repository's identity from. It counts when it
    /// is whole: answers that come at the same time must not mix.
    pub(crate) fn keep_identity(mut self, head: IdentityAnswer) -> Self {
        self.identity = Some(head);
        self
    }

    fn end(&mut self, state: State) {
        self.inner = None;
        self.permit = None;
        self.ready.clear();
        if let (Some(whole), State::Complete) = (self.identity.take(), &state) {
            *lock(&self.exchange.call.identity) = Some(whole);
        }
        self.exchange.finish(state);
    }

    fn fail(&mut self, broken: Broken) -> Poll<FrameResult> {
        self.end(State::Failed(broken.describe()));
        Poll::Ready(Some(Err(broken.error)))
    }

    /// Take what came over the wire.
    fn receive(&mut self, bytes: Bytes) -> Result<(), Broken> {
        self.clock.restart(&self.bounds);
        self.received += bytes.len() as u64;
        // Encoded bytes may come to nothing, and then nothing else would count them.
        if self.received > self.most() {
            return Err(Broken::too_long(self.most()));
        }
        match &mut self.decoder {
            Some(decoder) => decoder.fill(bytes),
            None => self.screen(bytes)?,
        }
        Ok(())
    }

    /// Decode a piece of what came. Answers whether there was one.
    fn decode(&mut self) -> Result<bool, Broken> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(false);
        };
        match decoder.next().map_err(|error| Broken::encoding(&error))? {
            Some(bytes) => self.screen(bytes).map(|()| true),
            None => Ok(false),
        }
    }

    fn screen(&mut self, bytes: Bytes) -> Result<(), Broken> {
        let screened = self.screen.push(bytes).map_err(|_| Broken::credential())?;
        self.keep(screened);
        Ok(())
    }

    fn keep(&mut self, screened: Screened) {
        self.exchange.mask(screened.hits);
        if !screened.bytes.is_empty() {
            self.ready.push_back(screened.bytes);
        }
    }

    /// Whether all has come and was decoded.
    fn is_over(&self) -> bool {
        self.inner.as_ref().is_some_and(Body::is_end_stream)
            && self.decoder.as_ref().is_none_or(Gunzip::is_drained)
    }

    /// Nothing more comes: what was held back follows, and then the end.
    fn close(&mut self) -> Result<(), Broken> {
        self.inner = None;
        // Nothing is a whole answer too, and no gzip.
        let decoder = self.decoder.take().filter(|_| self.received > 0);
        if let Some(mut decoder) = decoder {
            let last = decoder.finish().map_err(|error| Broken::encoding(&error))?;
            self.screen(last)?;
        }
        let screened = self.screen.finish().map_err(|_| Broken::credential())?;
        self.keep(screened);
        Ok(())
    }

    /// Most bytes that this body may have.
    fn most(&self) -> u64 {
        let is_own = !self.exchange.call.is_handed_on.load(Ordering::Relaxed);
        if is_own {
            self.bounds.own.0.min(self.bounds.bytes)
        } else {
            self.bounds.bytes
        }
    }

    fn count(&self, length: u64) -> Result<u64, Broken> {
        let passed = self.exchange.passed.load(Ordering::Relaxed) + length;
        if passed > self.most() {
            return Err(Broken::too_long(self.most()));
        }
        let call = &self.exchange.call;
        let is_own = !call.is_handed_on.load(Ordering::Relaxed);
        let all = self.bounds.own.1;
        if is_own && call.read.fetch_add(length, Ordering::Relaxed) + length > all {
            return Err(Broken::all_too_long(all));
        }
        self.exchange.passed.store(passed, Ordering::Relaxed);
        Ok(passed)
    }

    fn pass(&mut self, bytes: Bytes) -> Poll<FrameResult> {
        let passed = match self.count(bytes.len() as u64) {
            Ok(passed) => passed,
            Err(broken) => return self.fail(broken),
        };
        if let Some(inspector) = &self.inspector {
            inspector.handed(&bytes);
        }
        if let Some(answer) = &mut self.identity
            && passed <= IDENTITY
        {
            answer.body.extend_from_slice(&bytes);
        }
        // Whoever reads a body need not ask for what follows its last byte, so that byte is the
        // end: the connection is free for the next request.
        if self.ready.is_empty() && self.inner.is_none() {
            self.end(State::Complete);
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    /// One step towards the next bytes that can pass.
    fn step(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        match self.decode() {
            Ok(false) => {}
            Ok(true) => return Poll::Ready(self.close_if_over()),
            Err(broken) => return Poll::Ready(Err(broken)),
        }
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(Ok(()));
        };
        match Pin::new(inner).poll_frame(context) {
            Poll::Pending => match self.clock.run_out(&self.bounds, context) {
                Some(broken) => Poll::Ready(Err(broken)),
                None => Poll::Pending,
            },
            Poll::Ready(None) => Poll::Ready(self.close()),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Err(Broken::cut(&innermost(&error)))),
            Poll::Ready(Some(Ok(frame))) => {
                // Trailers mean nothing to any forge, and could carry anything.
                let received = frame
                    .into_data()
                    .map_or(Ok(()), |bytes| self.receive(bytes));
                Poll::Ready(received.and_then(|()| self.close_if_over()))
            }
        }
    }

    fn close_if_over(&mut self) -> Result<(), Broken> {
        match self.is_over() {
            true => self.close(),
            false => Ok(()),
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<FrameResult> {
        let this = &mut *self;
        loop {
            if let Some(bytes) = this.ready.pop_front() {
                return this.pass(bytes);
            }
            if this.inner.is_none() {
                this.end(State::Complete);
                return Poll::Ready(None);
            }
            match this.step(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(broken)) => return this.fail(broken),
            }
        }
    }
}

type FrameResult = Option<Result<Frame<Bytes>, HttpError>>;

/// Why a body is not passed on to its end.
struct Broken {
    reason: &'static str,
    detail: String,
    error: HttpError,
}

impl Broken {
    fn describe(&self) -> RequestFailure {
        RequestFailure::new(Stage::Body, self.reason, &*self.detail)
    }

    fn too_long(most: u64) -> Self {
        Self {
            reason: "too-long",
            detail: format!("the answer is longer than {most} bytes"),
            error: HttpError::HttpResponseBodySize(Some(most)),
        }
    }

    fn all_too_long(most: u64) -> Self {
        Self {
            reason: "call-too-long",
            detail: format!("the answers of this call are longer than {most} bytes together"),
            error: HttpError::HttpResponseBodySize(Some(most)),
        }
    }

    fn stalled(time: Duration) -> Self {
        Self {
            reason: "stalled",
            detail: format!("no byte came for {} s", time.as_secs_f32()),
            error: HttpError::ConnectionReadTimeout,
        }
    }

    fn too_slow() -> Self {
        Self {
            reason: "too-slow",
            detail: "the content took longer than allowed".to_owned(),
            error: HttpError::ConnectionReadTimeout,
        }
    }

    fn cut(cause: &str) -> Self {
        Self {
            reason: "cut",
            detail: format!("the answer was cut: {cause}"),
            error: HttpError::HttpResponseIncomplete,
        }
    }

    fn encoding(error: &std::io::Error) -> Self {
        Self {
            reason: "encoding-broken",
            detail: format!("the answer's gzip is broken or cut: {error}"),
            error: HttpError::HttpResponseContentCoding(None),
        }
    }

    fn credential() -> Self {
        Self {
            reason: "contains-credential",
            detail:
                "the content holds a secret of this connection, in clear or in a usual encoding"
                    .to_owned(),
            error: HttpError::HttpResponseIncomplete,
        }
    }
}

/// One of each way in which an answer breaks off, and what the plugin is told of it.
#[cfg(all(test, feature = "cli"))]
pub(crate) fn examples() -> Vec<(RequestFailure, HttpError)> {
    let broken = std::io::Error::other("corrupt deflate stream");
    let all = [
        Broken::cut("end of file before message length reached"),
        Broken::encoding(&broken),
        Broken::stalled(Duration::from_secs(30)),
        Broken::too_slow(),
        Broken::too_long(64 << 20),
        Broken::all_too_long(512 << 20),
        Broken::credential(),
    ];
    all.into_iter()
        .map(|broken| (broken.describe(), broken.error))
        .collect()
}

/// Bytes of an answer in which an identity is looked for.
const IDENTITY: u64 = 1 << 20;
