//! What the host saw during a call: apart from the answer because the plugin has no say in it.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use crate::delivery::Verification;

/// What the host saw during one call.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The call's name in the audit.
    pub call: String,
    /// The exported function, as `interface.function`.
    pub operation: String,
    /// The repository that the call named: the path that it was connected with, or its identity.
    pub repository: Option<String>,
    /// Every request that the plugin made, in order, whether it left or not.
    pub requests: Vec<Request>,
    /// Time from the call to its answer.
    pub duration: Duration,
    /// Processor time that the plugin used.
    pub cpu: Duration,
    /// The path that the repository has by now, where the forge told another one than it was
    /// connected with. The identity is what counts: nothing is bound anew.
    pub moved_to: Option<String>,
    /// How the delivery was verified, where the call is about one.
    pub verification: Option<Verification>,
    /// What the plugin wrote to its output: untrusted, cut at a limit, control characters
    /// replaced.
    pub output: String,
}

impl Report {
    /// The newest request that did not get an answer, and so the cause of most failures.
    #[must_use]
    pub fn failed_request(&self) -> Option<&Request> {
        self.requests
            .iter()
            .rev()
            .find(|request| request.failure().is_some())
    }
}

/// One request of a plugin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// Its name in the audit.
    pub id: String,
    /// Method, as sent.
    pub method: String,
    /// Scheme, host and port that it was for.
    pub origin: String,
    /// The rule's path template; the path itself may hold a customer's names.
    pub template: String,
    /// What became of it.
    pub state: State,
    /// Address that was dialled, or that the pooled connection leads to. By proxy there is none:
    /// the proxy chooses it.
    pub address: Option<IpAddr>,
    /// Whether it went through the connection's proxy.
    pub via_proxy: bool,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// Bytes of the answer's body that were passed on, decoded.
    pub bytes: u64,
    /// How often something secret was covered in the answer.
    pub masked: u64,
    /// Time of each stage.
    pub timings: Timings,
    /// What time it was at the forge when it answered, where the answer says so.
    pub clock: Option<ClockReading>,
}

/// The time of an answer by two clocks.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClockReading {
    /// What the answer says: untrusted, in whole seconds.
    pub forge: SystemTime,
    /// When that was here: half-way between the request and the head of its answer.
    pub here: SystemTime,
    /// How much the two may differ although both clocks are right.
    pub tolerance: Duration,
}

impl Request {
    /// Why it has no whole answer, if so.
    #[must_use]
    pub fn failure(&self) -> Option<&RequestFailure> {
        match &self.state {
            State::Failed(failure) => Some(failure),
            State::Cancelled | State::Complete | State::UnderWay => None,
        }
    }
}

/// What became of a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum State {
    /// The plugin lost interest before the end of the answer.
    Cancelled,
    /// The answer came, whatever it said, and was read to its end.
    Complete,
    /// It was refused, or got no whole answer.
    Failed(RequestFailure),
    /// It has not ended yet.
    UnderWay,
}

/// Why a request has no whole answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequestFailure {
    /// Where it failed.
    pub stage: Stage,
    /// Which layer of the policy refused it, where one did.
    pub layer: Option<&'static str>,
    /// Stable name of the reason, in kebab case.
    pub reason: &'static str,
    /// What happened, for people.
    pub detail: String,
    /// A line of configuration, or an action, that would change it.
    pub remedy: Option<String>,
    /// The certificate that was not accepted, where one was shown.
    pub certificate: Option<Box<Certificate>>,
}

/// What a certificate says of itself: untrusted, and cut where it is long.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Certificate {
    /// Whom it is for, such as `CN=git.acme.example`. Empty where it cannot be read.
    pub subject: String,
    /// Who signed it. Empty where it cannot be read.
    pub issuer: String,
    /// The names and addresses that it is for.
    pub names: Vec<String>,
    /// When it begins to be valid, in RFC 3339.
    pub not_before: Option<String>,
    /// When it is over, in RFC 3339.
    pub not_after: Option<String>,
    /// SHA-256 of the whole certificate, in lower-case hexadecimal.
    pub fingerprint: String,
}

impl RequestFailure {
    pub(crate) fn new(stage: Stage, reason: &'static str, detail: impl Into<String>) -> Self {
        Self {
            stage,
            layer: None,
            reason,
            detail: detail.into(),
            remedy: None,
            certificate: None,
        }
    }
}

/// Where a request can fail, in the order of its way.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Stage {
    /// The policy refused it: it did not leave.
    Policy,
    /// A limit of the call was reached: it did not leave.
    Limit,
    /// The credential could not be added: it did not leave.
    Credential,
    /// The audit could not be written: it did not leave.
    Audit,
    /// The host's name could not be looked up.
    Resolve,
    /// None of its addresses may be dialled.
    Address,
    /// No address took the connection.
    Connect,
    /// The proxy did not make a way to the forge.
    Proxy,
    /// The TLS handshake failed.
    Tls,
    /// The request could not be written, or no answer began.
    Exchange,
    /// The answer's head is not acceptable.
    Head,
    /// The answer's body was cut, stalled, or too long.
    Body,
}

/// How long each stage took. A stage that did not happen, as on a pooled connection, has none.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Timings {
    /// Name look-up.
    pub resolve: Option<Duration>,
    /// TCP connection.
    pub connect: Option<Duration>,
    /// Asking the proxy for a way, the TLS handshake with the proxy included.
    pub proxy: Option<Duration>,
    /// TLS handshake.
    pub tls: Option<Duration>,
    /// From sending the request to the head of the answer, a new connection included.
    pub first_byte: Option<Duration>,
    /// From sending the request to the end of the body.
    pub total: Option<Duration>,
}
