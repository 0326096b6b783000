//! What goes wrong on demand; apart, because no handler knows of it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use http::{Method, StatusCode};

use crate::record::lock;

/// Something that goes wrong with some requests.
#[derive(Clone, Debug)]
pub struct Fault {
    /// With which requests.
    pub on: Matcher,
    /// With which of those.
    pub when: When,
    /// What happens.
    pub what: Effect,
}

/// Which requests are meant. What is left out does not restrict.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// The method.
    pub method: Option<Method>,
    /// Part of the path and query as they are sent, such as `/repository/tree?`.
    pub target: String,
}

impl Matcher {
    /// Every request.
    pub fn all() -> Self {
        Self::default()
    }

    /// Requests whose path and query contain this.
    pub fn target(part: &str) -> Self {
        Self {
            method: None,
            target: part.to_owned(),
        }
    }

    /// Narrows to one method.
    pub fn method(self, method: Method) -> Self {
        Self {
            method: Some(method),
            ..self
        }
    }

    fn matches(&self, method: &Method, target: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted == method) && target.contains(&self.target)
    }
}

/// Which of the requests that match are hit, counted from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum When {
    /// All.
    Always,
    /// One in so many, the last of each such row.
    Every(u64),
    /// The first so many.
    First(u64),
    /// Only this one.
    Nth(u64),
    /// The first one.
    Once,
}

impl When {
    fn hits(self, count: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Every(row) => row != 0 && count.is_multiple_of(row),
            Self::First(limit) => count <= limit,
            Self::Nth(wanted) => count == wanted,
            Self::Once => count == 1,
        }
    }
}

/// What happens to a request or to its answer.
///
/// Whatever stands instead of the answer comes before any work: nothing was changed then. Inside
/// [`Effect::AfterWork`] it comes when the work was done, and only the client does not know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Effect {
    /// The request is carried out, and then this happens to its answer.
    AfterWork(Box<Self>),
    /// A proxy's page with status 502 instead of the answer.
    BadGateway,
    /// The connection closes without an answer. The request was carried out.
    CloseAfterWork,
    /// The connection closes without an answer, and without anything having been done.
    CloseBeforeAnswer,
    /// The connection closes after so many bytes of the body.
    CutBodyAfter(u64),
    /// The answer holds the request's own credential, in its body and in a header.
    EchoCredential,
    /// A page with status 200 instead of the answer.
    Html,
    /// The answer comes later.
    Latency(Duration),
    /// The paging headers do not tell the truth.
    LyingLink(LinkLie),
    /// Nothing is answered, and the connection stays.
    NoAnswer,
    /// One value of a JSON answer is missing, null, an unknown text or of another type: which one
    /// and what becomes of it, the number decides.
    OddJson(u64),
    /// A redirect to this URL instead of the answer.
    RedirectTo(String),
    /// A page to sign in with status 200 instead of the answer.
    SignInPage,
    /// A redirect to the page where people sign in.
    SignInRedirect,
    /// The body comes in pieces of so many bytes with a pause before each.
    SlowBody(usize, Duration),
    /// After so many bytes of the body nothing comes any more, and the connection stays.
    StallBodyAfter(u64),
    /// This answer instead of the true one: status, body, headers.
    Status(u16, String, Vec<(&'static str, String)>),
    /// A refusal of the throttle or of an application limit.
    TooManyRequests {
        /// Whether it is JSON, as an application limit's is, or plain text, as the throttle's is.
        json: bool,
        /// When to come again.
        retry_after: RetryAfter,
    },
    /// A web firewall's page with status 403 instead of the answer.
    WebFirewall,
    /// `Content-Length` says so many bytes more than there are, or fewer.
    WrongContentLength(i64),
}

impl Effect {
    /// The effect once the request was carried out.
    pub fn after_work(self) -> Self {
        Self::AfterWork(Box::new(self))
    }

    /// An answer of this status that GitLab itself would give: `{"message": …}`.
    pub fn status(status: u16) -> Self {
        let reason = StatusCode::from_u16(status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("Unknown");
        let body = format!(r#"{{"message":"{status} {reason}"}}"#);
        let json = ("content-type", "application/json".to_owned());
        Self::Status(status, body, vec![json])
    }
}

/// What `Link` and `X-Next-Page` claim.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LinkLie {
    /// There is no next page.
    Missing,
    /// The next page is at another origin, such as `https://elsewhere.example`.
    OtherOrigin(String),
    /// The next page is this one.
    SamePage,
}

/// How a refusal says when to come again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RetryAfter {
    /// As a date, so many seconds from now.
    Date(u64),
    /// Not at all.
    Missing,
    /// In seconds.
    Seconds(u64),
}

/// A fault that was set up.
#[derive(Clone)]
pub struct FaultHandle(Arc<Armed>);

impl FaultHandle {
    /// How many requests it hit so far.
    pub fn hits(&self) -> u64 {
        self.0.hits.load(Ordering::Relaxed)
    }

    /// Ends it.
    pub fn remove(&self) {
        self.0.removed.store(true, Ordering::Relaxed);
    }
}

struct Armed {
    fault: Fault,
    seen: AtomicU64,
    hits: AtomicU64,
    removed: AtomicBool,
}

#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Arc<Armed>>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) -> FaultHandle {
        let armed = Arc::new(Armed {
            fault,
            seen: AtomicU64::new(0),
            hits: AtomicU64::new(0),
            removed: AtomicBool::new(false),
        });
        lock(&self.0).push(armed.clone());
        FaultHandle(armed)
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// The effects on this request, in the order in which the faults were set up.
    pub(crate) fn effects(&self, method: &Method, target: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut armed = lock(&self.0);
        armed.retain(|armed| !armed.removed.load(Ordering::Relaxed));
        for armed in armed.iter() {
            if !armed.fault.on.matches(method, target) {
                continue;
            }
            let count = armed.seen.fetch_add(1, Ordering::Relaxed) + 1;
            if armed.fault.when.hits(count) {
                armed.hits.fetch_add(1, Ordering::Relaxed);
                effects.push(armed.fault.what.clone());
            }
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_that_match_are_counted() {
        let faults = Faults::default();
        let handle = faults.add(Fault {
            on: Matcher::target("/tree").method(Method::GET),
            when: When::Nth(2),
            what: Effect::BadGateway,
        });
        for (method, target, hit) in [
            (Method::GET, "/tree?a", false),
            (Method::POST, "/tree", false),
            (Method::GET, "/blob", false),
            (Method::GET, "/tree?b", true),
            (Method::GET, "/tree?c", false),
        ] {
            assert_eq!(!faults.effects(&method, target).is_empty(), hit, "{target}");
        }
        assert_eq!(handle.hits(), 1);
    }

    #[test]
    fn every_third_is_the_third_and_the_sixth() {
        let hit: Vec<u64> = (1..=7).filter(|n| When::Every(3).hits(*n)).collect();
        assert_eq!(hit, [3, 6]);
    }
}
