//! What all the exchanges of one call have in common: apart because it lives as long as the longest
//! of them.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::{Exchange, lock};
use crate::audit::AuditSink;
use crate::report::{Request, Stage, State};
use crate::telemetry;

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
    pub(super) requests: Mutex<Vec<Request>>,
    pub(super) contents: Mutex<Vec<Weak<Exchange>>>,
    pub(super) exchanges: Mutex<Vec<Weak<Exchange>>>,
    started: Instant,
    span: tracing::Span,
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
        id: String,
        operation: &'static str,
        connection: &str,
        plugin: &str,
        audit: Arc<dyn AuditSink>,
    ) -> Arc<Self> {
        Arc::new(Self {
            span: telemetry::call(&id, operation, connection, plugin),
            started: Instant::now(),
            id,
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

    /// Time since the call began.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// What the call is for whoever watches the process.
    pub(crate) fn span(&self) -> &tracing::Span {
        &self.span
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    /// A request that writes, has left, and has no whole answer.
    pub(crate) fn unsettled_write(&self) -> Option<Request> {
        let requests = lock(&self.requests);
        let is_unsettled = |request: &&Request| {
            let writes = !matches!(request.method.as_str(), "GET" | "HEAD");
            let has_left = match &request.state {
                State::Complete => false,
                State::Failed(failure) => failure.stage >= Stage::Exchange,
                State::Cancelled | State::UnderWay => true,
            };
            writes && has_left
        };
        requests.iter().rev().find(is_unsettled).cloned()
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

/// Names of calls: unique in a process, and nearly so across restarts.
pub(crate) fn next_id() -> String {
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
