//! One request and its answer, as report and audit see them: apart because an exchange outlives
//! the call when its answer's body is handed on as content.

mod clock;
mod record;

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderMap;

use crate::audit::{self, Line, Stages};
use crate::report::{Request, RequestFailure, State, Timings};
use crate::telemetry;

pub(crate) use self::record::{CallRecord, IdentityAnswer, next_id};

/// One request and its answer.
pub(crate) struct Exchange {
    pub(crate) call: Arc<CallRecord>,
    index: usize,
    id: String,
    started: Instant,
    end: Mutex<Option<State>>,
    /// Bytes of the body that were passed on.
    pub(crate) passed: AtomicU64,
    /// How often something in the answer was covered.
    masked: AtomicU64,
    offered: Mutex<Offered>,
    span: tracing::Span,
}

/// What an answer's head says of the content that follows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Offered {
    /// Whether it is all that there is, and not a part.
    pub(crate) is_whole: bool,
    /// Its bytes, where that is said.
    pub(crate) length: Option<u64>,
}

/// What is known of a request before it leaves.
pub(crate) struct Head<'a> {
    pub(crate) method: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) template: &'a str,
    pub(crate) repository: Option<&'a str>,
    /// The rule that it falls under, as the profile writes it.
    pub(crate) rule: Option<&'a str>,
}

impl<'a> Head<'a> {
    /// Of a request that falls under no rule.
    pub(crate) fn unknown(method: &'a str, origin: &'a str) -> Self {
        Self {
            method,
            origin,
            template: "",
            repository: None,
            rule: None,
        }
    }
}

/// Whether a request leaves, and why, in the audit's words.
pub(crate) enum Verdict<'a> {
    Allowed,
    Denied(&'a RequestFailure),
}

impl Exchange {
    /// Begin to record a request.
    pub(crate) fn begin(call: &Arc<CallRecord>, head: &Head<'_>) -> Arc<Self> {
        let mut requests = lock(&call.requests);
        let index = requests.len();
        let id = format!("{}.{}", call.id, index + 1);
        requests.push(Request {
            id: id.clone(),
            method: head.method.to_owned(),
            origin: head.origin.to_owned(),
            template: head.template.to_owned(),
            state: State::UnderWay,
            address: None,
            via_proxy: false,
            status: None,
            bytes: 0,
            masked: 0,
            timings: Timings::default(),
            clock: None,
        });
        drop(requests);
        let span = telemetry::request(call, &id, head);
        let exchange = Arc::new(Self {
            call: Arc::clone(call),
            index,
            id,
            started: Instant::now(),
            end: Mutex::default(),
            passed: AtomicU64::new(0),
            masked: AtomicU64::new(0),
            offered: Mutex::default(),
            span,
        });
        lock(&call.exchanges).push(Arc::downgrade(&exchange));
        exchange
    }

    /// Write the line that comes before the request leaves, or is refused.
    pub(crate) fn announce(&self, head: &Head<'_>, verdict: Verdict<'_>) -> io::Result<()> {
        let (decision, layer, reason) = match verdict {
            Verdict::Allowed => ("allow", None, "allowed"),
            Verdict::Denied(failure) => ("deny", failure.layer, failure.reason),
        };
        let line = Line::Request {
            time: audit::now(),
            id: &self.id,
            call: &self.call.id,
            operation: self.call.operation,
            connection: &self.call.connection,
            plugin: &self.call.plugin,
            method: head.method,
            origin: head.origin,
            template: head.template,
            repository: head.repository,
            rule: head.rule,
            decision,
            layer,
            reason,
        };
        audit::write(self.call.audit.as_ref(), &line)
    }

    /// Note that a proxy is asked for the way.
    pub(crate) fn by_proxy(&self) {
        self.change(|request| request.via_proxy = true);
    }

    /// Note the address that was dialled without success.
    pub(crate) fn dialled(&self, address: Option<IpAddr>) {
        self.change(|request| request.address = address);
    }

    /// Note where the connection leads and how long its stages took.
    pub(crate) fn connected(&self, address: Option<IpAddr>, stages: Timings) {
        let first_byte = self.started.elapsed();
        self.change(|request| {
            request.address = address;
            request.timings = Timings {
                first_byte: Some(first_byte),
                ..stages
            };
        });
    }

    /// Note the answer's status, and what its head says of the time.
    pub(crate) fn answered(&self, status: u16, headers: &HeaderMap) {
        let round_trip = self.started.elapsed();
        let clock = clock::read(headers, round_trip);
        self.change(|request| {
            request.status = Some(status);
            request.clock = clock;
        });
    }

    /// Note that something in the answer was covered, so many times.
    pub(crate) fn mask(&self, hits: usize) {
        self.masked.fetch_add(hits as u64, Ordering::Relaxed);
    }

    /// What the request is for whoever watches the process.
    pub(crate) fn span(&self) -> &tracing::Span {
        &self.span
    }

    /// Note that the answer's body is content, and may be handed on.
    pub(crate) fn offer(self: &Arc<Self>, offered: Offered) {
        *lock(&self.offered) = offered;
        lock(&self.call.contents).push(Arc::downgrade(self));
    }

    /// Note the end: the first one counts. Writes the closing line.
    pub(crate) fn finish(&self, state: State) {
        let mut end = lock(&self.end);
        if end.is_some() {
            return;
        }
        *end = Some(state.clone());
        drop(end);
        let bytes = self.passed.load(Ordering::Relaxed);
        let masked = self.masked.load(Ordering::Relaxed);
        let total = self.started.elapsed();
        self.change(|request| {
            request.state = state;
            request.bytes = bytes;
            request.masked = masked;
            request.timings.total = Some(total);
        });
        self.close();
    }

    /// What the answer's head says of the content.
    pub(crate) fn offered(&self) -> Offered {
        *lock(&self.offered)
    }

    /// Whether the whole answer came.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(&*lock(&self.end), Some(State::Complete))
    }

    fn is_cancelled(&self) -> bool {
        matches!(&*lock(&self.end), Some(State::Cancelled))
    }

    /// Why it has no whole answer, once it has ended.
    pub(crate) fn failure(&self) -> Option<RequestFailure> {
        match &*lock(&self.end) {
            Some(State::Failed(failure)) => Some(failure.clone()),
            _ => None,
        }
    }

    /// The request, as far as it has come.
    pub(crate) fn request(&self) -> Request {
        let mut request = lock(&self.call.requests)[self.index].clone();
        request.bytes = self.passed.load(Ordering::Relaxed);
        request.masked = self.masked.load(Ordering::Relaxed);
        request
    }

    fn change(&self, change: impl FnOnce(&mut Request)) {
        change(&mut lock(&self.call.requests)[self.index]);
    }

    fn close(&self) {
        let request = self.request();
        let (end, reason) = match &request.state {
            State::Complete => ("complete", None),
            State::Failed(failure) if request.status.is_some() => ("cut", Some(failure.reason)),
            State::Failed(failure) => ("failed", Some(failure.reason)),
            State::Cancelled | State::UnderWay => ("cancelled", None),
        };
        telemetry::ended(&self.span, &request, end, reason);
        let address = match request.via_proxy {
            true => Some("by proxy".to_owned()),
            false => request.address.map(|address| address.to_string()),
        };
        let line = Line::Response {
            time: audit::now(),
            id: &self.id,
            call: &self.call.id,
            address: address.as_deref(),
            status: request.status,
            bytes: request.bytes,
            masked: request.masked,
            end,
            reason,
            milliseconds: stages(&request.timings),
        };
        if let Err(error) = audit::write(self.call.audit.as_ref(), &line) {
            // What happened cannot be undone by failing now; the line before it was written.
            tracing::error!("the audit lost the end of request {}: {error}", self.id);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.finish(State::Cancelled);
    }
}

fn stages(timings: &Timings) -> Stages {
    let milliseconds =
        |time: Option<Duration>| time.map(|time| (time.as_secs_f64() * 1e6).round() / 1e3);
    Stages {
        resolve: milliseconds(timings.resolve),
        connect: milliseconds(timings.connect),
        proxy: milliseconds(timings.proxy),
        tls: milliseconds(timings.tls),
        first_byte: milliseconds(timings.first_byte),
        total: milliseconds(timings.total),
    }
}

/// Every value behind these locks is changed in single assignments, so a panic elsewhere leaves
/// none of them half-made.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
