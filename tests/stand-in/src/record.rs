//! What was asked and what went wrong; apart, because it is what tests look at.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use bytes::Bytes;
use http::{HeaderMap, Method};

/// A request that arrived, and how it was answered.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its path as it was sent, still percent-encoded.
    pub path: String,
    /// What stood behind the `?`, still percent-encoded.
    pub query: String,
    /// Its headers, the credential included.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// The status it was answered with; `None` while under way, and where the connection was
    /// closed instead.
    pub status: Option<u16>,
    /// The route that served it, such as `/projects/:id/repository/tree`.
    pub template: Option<&'static str>,
}

impl Request {
    /// The path and the query as one.
    pub fn target(&self) -> String {
        match self.query.as_str() {
            "" => self.path.clone(),
            query => format!("{}?{query}", self.path),
        }
    }
}

#[derive(Default)]
pub(crate) struct Record {
    requests: Mutex<Requests>,
    unexpected: Mutex<Vec<String>>,
    tolerant: AtomicBool,
    numbers: AtomicU64,
}

#[derive(Default)]
struct Requests {
    /// How many were forgotten, so that tickets handed out before stay apart from later ones.
    forgotten: usize,
    kept: Vec<Request>,
}

impl Record {
    /// Notes a request and returns the ticket that `answered` wants.
    pub(crate) fn arrived(&self, request: Request) -> usize {
        let mut requests = lock(&self.requests);
        requests.kept.push(request);
        requests.forgotten + requests.kept.len() - 1
    }

    pub(crate) fn answered(&self, ticket: usize, status: u16, template: Option<&'static str>) {
        let mut requests = lock(&self.requests);
        let Some(index) = ticket.checked_sub(requests.forgotten) else {
            return;
        };
        if let Some(request) = requests.kept.get_mut(index) {
            request.status = Some(status);
            request.template = template;
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).kept.clone()
    }

    pub(crate) fn clear(&self) {
        let mut requests = lock(&self.requests);
        requests.forgotten += requests.kept.len();
        requests.kept.clear();
    }

    pub(crate) fn unexpected(&self, what: String) {
        lock(&self.unexpected).push(what);
    }

    pub(crate) fn tolerate(&self) {
        self.tolerant.store(true, Ordering::Relaxed);
    }

    pub(crate) fn failures(&self) -> Vec<String> {
        lock(&self.unexpected).clone()
    }

    /// A number that no other request has.
    pub(crate) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn is_tolerant(&self) -> bool {
        self.tolerant.load(Ordering::Relaxed)
    }
}

/// A test that panicked while it held a lock has failed anyway; the others go on.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
