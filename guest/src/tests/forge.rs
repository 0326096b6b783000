//! The forge in memory: a function from requests to answers, a clock, and a record.
//!
//! It fails the test on a request that the manifest does not declare for the function under test.

use std::{
    cell::{Cell, RefCell},
    future::pending,
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
};

use serde_json::Value;

use crate::{
    bindings::settings::Forge,
    call::Call,
    transport::{Answer, Breakage, BreakageKind, Head, Request, Transport},
};

/// What the forge answers.
pub(super) enum Reply {
    Answer {
        status: u16,
        fields: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// The body ends early.
    Cut(BreakageKind),
    /// There is no answer.
    Broken(BreakageKind),
    /// There never is an answer.
    Silence,
}

impl Reply {
    pub(super) fn json(body: impl Into<String>) -> Self {
        Self::status(200, body)
    }

    pub(super) fn status(status: u16, body: impl Into<String>) -> Self {
        Self::content(status, body.into()).field("content-type", "application/json")
    }

    pub(super) fn content(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer {
            status,
            fields: Vec::new(),
            body: body.into(),
        }
    }

    pub(super) fn missing(what: &str) -> Self {
        Self::status(404, format!(r#"{{"message":"404 {what} Not Found"}}"#))
    }

    pub(super) fn field(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Self::Answer { fields, .. } = &mut self {
            fields.push((name.to_owned(), value.into()));
        }
        self
    }
}

/// A transport that asks a function.
pub(super) struct Memory<'a> {
    operation: &'a str,
    answer: &'a dyn Fn(&str, &Request) -> Reply,
    now: &'a Cell<u64>,
    seen: &'a RefCell<Vec<String>>,
    /// Where answers led, which may be followed once.
    places: RefCell<Vec<String>>,
}

/// A body in memory, or how it breaks.
pub(super) type Body = Result<Vec<u8>, BreakageKind>;

impl Transport for Memory<'_> {
    type Body = Body;

    async fn send(&self, request: &Request) -> Result<Answer<Body>, Breakage> {
        let line = format!("{} {}", request.method.as_str(), request.target);
        match request.is_elsewhere {
            true => self.take_place(&request.target),
            false => assert!(
                is_declared(self.operation, &line),
                "{} may not ask for {line}",
                self.operation
            ),
        }
        self.seen.borrow_mut().push(line.clone());
        match (self.answer)(&line, request) {
            Reply::Answer {
                status,
                fields,
                body,
            } => {
                let places = fields.iter().filter(|(name, _)| name == "location");
                let places = places.map(|(_, place)| place.clone());
                self.places.borrow_mut().extend(places);
                let fields = fields
                    .into_iter()
                    .map(|(k, v)| (k, v.into_bytes()))
                    .collect();
                let head = Head { status, fields };
                Ok(Answer {
                    head,
                    body: Ok(body),
                })
            }
            Reply::Cut(kind) => {
                let fields = vec![("content-type".to_owned(), b"application/json".to_vec())];
                let head = Head {
                    status: 200,
                    fields,
                };
                Ok(Answer {
                    head,
                    body: Err(kind),
                })
            }
            Reply::Broken(kind) => Err(breakage(kind)),
            Reply::Silence => pending().await,
        }
    }

    async fn collect(&self, body: Body, limit: usize) -> Result<Vec<u8>, Breakage> {
        match body {
            Ok(body) if body.len() > limit => {
                Err(breakage(BreakageKind::TooLarge(Some(limit as u64))))
            }
            Ok(body) => Ok(body),
            Err(kind) => Err(breakage(kind)),
        }
    }

    async fn sleep(&self, milliseconds: u64) {
        self.now.set(self.now.get().saturating_add(milliseconds));
    }

    fn now(&self) -> u64 {
        self.now.get()
    }

    fn wall_clock(&self) -> i64 {
        1_767_225_600 + (self.now.get() / 1_000) as i64
    }

    fn random(&self) -> u64 {
        self.now.get().wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl Memory<'_> {
    /// As the host does, a request for a place elsewhere is let through once for each answer that led
    /// there, and without anything.
    fn take_place(&self, url: &str) {
        let mut places = self.places.borrow_mut();
        let place = places.iter().position(|place| place == url);
        places.remove(place.unwrap_or_else(|| panic!("no answer led to {url}")));
    }
}

fn breakage(kind: BreakageKind) -> Breakage {
    Breakage {
        kind,
        detail: "as the test asks".to_owned(),
    }
}

/// What a test's forge saw, and how long it took on its clock.
pub(super) struct Seen {
    pub(super) requests: Vec<String>,
    pub(super) milliseconds: u64,
}

/// Run a function of the contract against `answer`.
pub(super) fn run<V>(
    operation: &str,
    answer: impl Fn(&str, &Request) -> Reply,
    work: impl AsyncFnOnce(&Call<Memory<'_>>) -> V,
) -> (V, Seen) {
    let now = Cell::new(5);
    let seen = RefCell::new(Vec::new());
    let memory = Memory {
        operation,
        answer: &answer,
        now: &now,
        seen: &seen,
        places: RefCell::default(),
    };
    let forge = Forge {
        base_url: "https://forge.example/gitlab".to_owned(),
        concurrency: 4,
        budget: 30_000,
    };
    let call = Call::new(memory, &forge);
    let value = finish(work(&call));
    drop(call);
    let seen = Seen {
        requests: seen.into_inner(),
        milliseconds: now.get() - 5,
    };
    (value, seen)
}

/// Nothing here waits for anything outside, so polling again is all there is to do.
fn finish<V>(work: impl Future<Output = V>) -> V {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(value) = work.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("it never ends");
}

static MANIFEST: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../manifest.json")).expect("the manifest is JSON")
});

fn is_declared(operation: &str, line: &str) -> bool {
    let path = line.split('?').next().unwrap_or_default();
    MANIFEST["operations"][operation]
        .as_array()
        .unwrap_or_else(|| panic!("the manifest does not know {operation}"))
        .iter()
        .any(|declared| matches(declared["endpoint"].as_str().unwrap_or_default(), path))
}

fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted.starts_with('{') => {
                if found.is_empty() {
                    return false;
                }
            }
            (Some(wanted), Some(found)) if wanted == found => {}
            _ => return false,
        }
    }
}

/// The value of a query parameter, as it was sent.
pub(super) fn parameter<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (_, query) = line.split_once('?')?;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}

/// A parameter that is a number.
pub(super) fn number(line: &str, key: &str) -> Option<usize> {
    parameter(line, key)?.parse().ok()
}

/// A commit's name for tests.
pub(super) fn id(digit: char) -> String {
    digit.to_string().repeat(40)
}
