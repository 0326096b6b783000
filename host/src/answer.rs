//! An answer's body on its way in: apart because every bound on what comes back is kept here,
//! for what the plugin reads and for what it hands on alike.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep};
use wasmtime_wasi_http::Error as HttpError;

use crate::engine::Inspector;
use crate::exchange::{Exchange, IdentityAnswer, lock};
use crate::report::{RequestFailure, Stage, State};

/// What holds for one body.
pub(crate) struct Bounds {
    /// Bytes of this body.
    pub(crate) bytes: u64,
    /// Bytes of this body, and of all the bodies of the call, that the plugin may read itself.
    pub(crate) own: (u64, u64),
    /// Time without a byte.
    pub(crate) between_bytes: Duration,
    /// Time in all; `None` where the call's own clock covers it.
    pub(crate) total: Option<Duration>,
}

/// A body that counts, measures time and reports its end.
pub(crate) struct AnswerBody {
    inner: Option<Incoming>,
    exchange: Arc<Exchange>,
    bounds: Bounds,
    idle: Pin<Box<Sleep>>,
    total: Option<Pin<Box<Sleep>>>,
    /// What is kept of it for the host, where it says which repository it is about.
    identity: Option<IdentityAnswer>,
    inspector: Option<Arc<dyn Inspector>>,
    /// The right to have a request under way, given back with the body's end.
    permit: Option<OwnedSemaphorePermit>,
}

impl AnswerBody {
    pub(crate) fn new(
        inner: Incoming,
        exchange: Arc<Exchange>,
        bounds: Bounds,
        permit: OwnedSemaphorePermit,
        inspector: Option<Arc<dyn Inspector>>,
    ) -> Self {
        let mut body = Self {
            inner: Some(inner),
            exchange,
            idle: Box::pin(sleep(bounds.between_bytes)),
            total: bounds.total.map(|time| Box::pin(sleep(time))),
            bounds,
            identity: None,
            inspector,
            permit: Some(permit),
        };
        body.end_if_done();
        body
    }

    /// Keep what passes, for the host to read the repository's identity from. It counts when it
    /// is whole: answers that come at the same time must not mix.
    pub(crate) fn keep_identity(mut self, head: IdentityAnswer) -> Self {
        self.identity = Some(head);
        self
    }

    /// Whoever reads a body need not ask for what follows its last byte, so that byte is the end,
    /// and the head is where there is no body: the connection is free for the next request.
    fn end_if_done(&mut self) {
        if self.inner.as_ref().is_some_and(Body::is_end_stream) {
            self.end(State::Complete);
        }
    }

    fn end(&mut self, state: State) {
        self.inner = None;
        self.permit = None;
        if let (Some(whole), State::Complete) = (self.identity.take(), &state) {
            *lock(&self.exchange.call.identity) = Some(whole);
        }
        self.exchange.finish(state);
    }

    fn fail(
        &mut self,
        reason: &'static str,
        detail: String,
        error: HttpError,
    ) -> Poll<FrameResult> {
        self.end(State::Failed(RequestFailure {
            stage: Stage::Body,
            layer: None,
            reason,
            detail,
            remedy: None,
        }));
        Poll::Ready(Some(Err(error)))
    }

    fn pass(&mut self, bytes: Bytes) -> Poll<FrameResult> {
        let length = bytes.len() as u64;
        let passed = self.exchange.passed.load(Ordering::Relaxed) + length;
        let call = &self.exchange.call;
        let is_own = !call.is_handed_on.load(Ordering::Relaxed);
        let (own, all) = self.bounds.own;
        let most = if is_own {
            own.min(self.bounds.bytes)
        } else {
            self.bounds.bytes
        };
        if passed > most {
            let detail = format!("the answer is longer than {most} bytes");
            return self.fail(
                "too-long",
                detail,
                HttpError::HttpResponseBodySize(Some(most)),
            );
        }
        if is_own && call.read.fetch_add(length, Ordering::Relaxed) + length > all {
            let detail = format!("the answers of this call are longer than {all} bytes together");
            let error = HttpError::HttpResponseBodySize(Some(all));
            return self.fail("call-too-long", detail, error);
        }
        self.exchange.passed.store(passed, Ordering::Relaxed);
        if let Some(inspector) = &self.inspector {
            inspector.handed(&bytes);
        }
        if let Some(answer) = &mut self.identity
            && passed <= IDENTITY
        {
            answer.body.extend_from_slice(&bytes);
        }
        self.end_if_done();
        self.idle
            .as_mut()
            .reset(Instant::now() + self.bounds.between_bytes);
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<FrameResult> {
        if self.idle.as_mut().poll(context).is_ready() {
            let detail = format!(
                "no byte came for {} s",
                self.bounds.between_bytes.as_secs_f32()
            );
            return self.fail("stalled", detail, HttpError::ConnectionReadTimeout);
        }
        if self
            .total
            .as_mut()
            .is_some_and(|total| total.as_mut().poll(context).is_ready())
        {
            let detail = "the content took longer than allowed".to_owned();
            return self.fail("too-slow", detail, HttpError::ConnectionReadTimeout);
        }
        Poll::Pending
    }
}

type FrameResult = Option<Result<Frame<Bytes>, HttpError>>;

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<FrameResult> {
        let this = &mut *self;
        loop {
            let Some(inner) = &mut this.inner else {
                return Poll::Ready(None);
            };
            return match Pin::new(inner).poll_frame(context) {
                Poll::Pending => this.wait(context),
                Poll::Ready(None) => {
                    this.end(State::Complete);
                    Poll::Ready(None)
                }
                Poll::Ready(Some(Err(error))) => {
                    let detail = format!(
                        "the answer was cut: {}",
                        crate::transport::innermost(&error)
                    );
                    this.fail("cut", detail, HttpError::HttpResponseIncomplete)
                }
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) if bytes.is_empty() => continue,
                    Ok(bytes) => this.pass(bytes),
                    // Trailers mean nothing to any forge, and could carry anything.
                    Err(_) => continue,
                },
            };
        }
    }
}

/// Bytes of an answer in which an identity is looked for.
const IDENTITY: u64 = 1 << 20;
