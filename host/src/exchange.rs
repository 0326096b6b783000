//! One request and its answer, as report and audit see them: apart because an exchange outlives
//! the call when its answer's body is handed on as content.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::audit::{self, AuditSink, Line, Stages};
use crate::report::{Request, RequestFailure, State, Timings};

/// What all the exchanges of one call have in common.
pub(crate) struct CallRecord {
    pub(crate) id: String,
    pub(crate) operation: &'static str,
    pub(crate) connection: String,
    pub(crate) plugin: String,
    pub(crate) audit: Arc<dyn AuditSink>,
    /// Requests that the plugin has tried to make.
    pub(crate) tried: AtomicU32,
    /// Bytes of answers that the plugin has read itself.
    pub(crate) read: AtomicU64,
    /// The newest answer of the endpoint that says which repository one is: whole, or an error.
    pub(crate) identity: Mutex<Option<IdentityAnswer>>,
    requests: Mutex<Vec<Request>>,
    contents: Mutex<Vec<Weak<Exchange>>>,
    exchanges: Mutex<Vec<Weak<Exchange>>>,
    /// Whether the plugin has returned, so that what still comes is content for the caller.
    pub(crate) is_handed_on: AtomicBool,
}

/// An answer that says which repository it is about, as it came over the wire.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdentityAnswer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl IdentityAnswer {
    /// An answer of which only the head has come.
    pub(crate) fn head(parts: &http::response::Parts) -> Self {
        let location = parts.headers.get(http::header::LOCATION);
        Self {
            status: parts.status.as_u16(),
            location: location
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            body: Vec::new(),
        }
    }
}

impl CallRecord {
    pub(crate) fn new(
        operation: &'static str,
        connection: &str,
        plugin: &str,
        audit: Arc<dyn AuditSink>,
    ) -> Arc<Self> {
        Arc::new(Self {
            id: next_id(),
            operation,
            connection: connection.to_owned(),
            plugin: plugin.to_owned(),
            audit,
            tried: AtomicU32::new(0),
            read: AtomicU64::new(0),
            identity: Mutex::default(),
            requests: Mutex::default(),
            contents: Mutex::default(),
            exchanges: Mutex::default(),
            is_handed_on: AtomicBool::new(false),
        })
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    /// The exchanges whose answers are content that somebody still holds.
    pub(crate) fn held(&self) -> Vec<Arc<Exchange>> {
        let contents = lock(&self.contents);
        let held = contents.iter().filter_map(Weak::upgrade);
        held.filter(|exchange| !exchange.is_cancelled()).collect()
    }

    /// End what the plugin left under way. The tasks behind it are told to stop, and may need a
    /// moment to; the record must not wait for them. Content is left to whoever holds it.
    pub(crate) fn cancel_rest(&self) {
        let contents: Vec<_> = lock(&self.contents).iter().map(Weak::as_ptr).collect();
        let exchanges: Vec<_> = lock(&self.exchanges)
            .iter()
            .filter(|exchange| !contents.contains(&exchange.as_ptr()))
            .filter_map(Weak::upgrade)
            .collect();
        for exchange in exchanges {
            exchange.finish(State::Cancelled);
        }
    }
}

/// One request and its answer.
pub(crate) struct Exchange {
    pub(crate) call: Arc<CallRecord>,
    index: usize,
    id: String,
    started: Instant,
    end: Mutex<Option<State>>,
    /// Bytes of the body that were passed on.
    pub(crate) passed: AtomicU64,
}

/// What is known of a request before it leaves.
pub(crate) struct Head<'a> {
    pub(crate) method: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) template: &'a str,
    pub(crate) repository: Option<&'a str>,
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
            status: None,
            bytes: 0,
            timings: Timings::default(),
        });
        drop(requests);
        let exchange = Arc::new(Self {
            call: Arc::clone(call),
            index,
            id,
            started: Instant::now(),
            end: Mutex::default(),
            passed: AtomicU64::new(0),
        });
        lock(&call.exchanges).push(Arc::downgrade(&exchange));
        exchange
    }

    /// Write the line that comes before the request leaves, or is refused.
    pub(crate) fn announce(&self, head: &Head<'_>, decision: &str, reason: &str) -> io::Result<()> {
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
            decision,
            reason,
        };
        audit::write(self.call.audit.as_ref(), &line)
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

    /// Note the answer's status.
    pub(crate) fn answered(&self, status: u16) {
        self.change(|request| request.status = Some(status));
    }

    /// Note that the answer's body is content, and may be handed on.
    pub(crate) fn offer(self: &Arc<Self>) {
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
        let total = self.started.elapsed();
        self.change(|request| {
            request.state = state;
            request.bytes = bytes;
            request.timings.total = Some(total);
        });
        self.close();
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
        let line = Line::Response {
            time: audit::now(),
            id: &self.id,
            call: &self.call.id,
            address: request.address,
            status: request.status,
            bytes: request.bytes,
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
        tls: milliseconds(timings.tls),
        first_byte: milliseconds(timings.first_byte),
        total: milliseconds(timings.total),
    }
}

/// Names of calls: unique in a process, and nearly so across restarts.
fn next_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    static START: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |time| {
                u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
            })
    });
    format!("{:x}-{:x}", *START, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Every value behind these locks is changed in single assignments, so a panic elsewhere leaves
/// none of them half-made.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
