//! A station of a request's way, and what was found there: apart because all of them look alike,
//! whatever is looked at.

use std::time::{Duration, Instant};

use super::problem::{Gravity, Problem};

/// The stations, in the order of a request's way.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum StationName {
    /// What the connection is, and what can be refused about it without a request.
    Configuration,
    /// Where the token comes from.
    TokenSource,
    /// The addresses, and which of them may be dialled.
    Dns,
    /// A connection to one of them.
    Tcp,
    /// The way that a proxy opens.
    Proxy,
    /// The handshake, and the certificates.
    Tls,
    /// What answers.
    Http,
    /// Whether its version is one that works.
    Version,
    /// What the forge says of the token.
    Token,
    /// What the forge says of the account.
    Account,
    /// The repositories that are connected.
    Repositories,
    /// How many requests the forge still takes.
    RateLimit,
    /// The clocks of the two.
    Clock,
}

impl StationName {
    /// All of them, in order.
    pub const ALL: [Self; 13] = [
        Self::Configuration,
        Self::TokenSource,
        Self::Dns,
        Self::Tcp,
        Self::Proxy,
        Self::Tls,
        Self::Http,
        Self::Version,
        Self::Token,
        Self::Account,
        Self::Repositories,
        Self::RateLimit,
        Self::Clock,
    ];

    /// Stable name, in kebab case.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::TokenSource => "token-source",
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::Version => "version",
            Self::Token => "token",
            Self::Account => "account",
            Self::Repositories => "repositories",
            Self::RateLimit => "rate-limit",
            Self::Clock => "clock",
        }
    }
}

/// How a station ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum State {
    /// Nothing is in the way.
    Passed,
    /// It works, and there is something to know.
    Warned,
    /// It does not work.
    Failed,
    /// The way of this connection does not lead past it.
    Skipped,
    /// It could not be looked at, because of an earlier failure, or because somebody ended it.
    NotReached,
}

impl State {
    /// Stable name, in kebab case.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::NotReached => "not-reached",
        }
    }
}

/// A station, and what was found there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Station {
    /// Which one.
    pub name: StationName,
    /// How it ended.
    pub state: State,
    /// How long it took.
    pub duration: Duration,
    /// What was seen, in order. Much of it is untrusted.
    pub facts: Vec<(&'static str, Fact)>,
    /// What is wrong, the gravest first.
    pub problems: Vec<Problem>,
}

/// Something that was seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fact {
    /// One thing.
    Text(String),
    /// Several.
    List(Vec<String>),
}

impl Station {
    pub(super) fn skipped(name: StationName) -> Self {
        Self::unseen(name, State::Skipped)
    }

    pub(super) fn not_reached(name: StationName) -> Self {
        Self::unseen(name, State::NotReached)
    }

    fn unseen(name: StationName, state: State) -> Self {
        Self {
            name,
            state,
            duration: Duration::ZERO,
            facts: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Whether the stations behind it can be looked at.
    pub(super) fn is_passable(&self) -> bool {
        !matches!(self.state, State::Failed | State::NotReached)
    }
}

/// A station that is being looked at.
pub(super) struct Visit {
    start: Instant,
    station: Station,
}

impl Visit {
    pub(super) fn begin(name: StationName) -> Self {
        Self {
            start: Instant::now(),
            station: Station::unseen(name, State::Passed),
        }
    }

    /// Note something that was seen; nothing where there is nothing to tell.
    pub(super) fn fact(&mut self, key: &'static str, text: impl Into<String>) -> &mut Self {
        let text = text.into();
        if !text.is_empty() {
            self.station.facts.push((key, Fact::Text(text)));
        }
        self
    }

    /// Note several things of a kind.
    pub(super) fn facts(&mut self, key: &'static str, texts: Vec<String>) -> &mut Self {
        if !texts.is_empty() {
            self.station.facts.push((key, Fact::List(texts)));
        }
        self
    }

    /// Note what is wrong.
    pub(super) fn problem(&mut self, problem: Problem) -> &mut Self {
        self.station.problems.push(problem);
        self
    }

    /// Note what is wrong, where something is.
    pub(super) fn problem_if(&mut self, problem: Option<Problem>) -> &mut Self {
        self.station.problems.extend(problem);
        self
    }

    pub(super) fn end(self) -> Station {
        let duration = self.start.elapsed();
        self.end_after(duration)
    }

    /// The end of a station that took another time than the visit of it.
    pub(super) fn end_after(mut self, duration: Duration) -> Station {
        self.station.problems.sort_by_key(|problem| problem.gravity);
        self.station.state = match self.station.problems.first() {
            None => State::Passed,
            Some(problem) if problem.gravity == Gravity::Failure => State::Failed,
            Some(_) => State::Warned,
        };
        self.station.duration = duration;
        self.station
    }
}
