//! Finds out why a connection does not work: goes the way of a request, station by station, and
//! says of each what is there.
//!
//! # The way
//!
//! ```text
//!  configuration   what can be refused without a request       host
//!  token-source    a token that is readable and can be one     host
//!  dns tcp proxy   the stages of a connection, by the very     host: a probe of the transport
//!  tls             code that makes one for a request
//!  http version    one `check` of the plugin, its findings     plugin, and the host's report of it
//!  token account   sorted by what they are about
//!  repositories    each that is connected, and its branch      plugin
//!  rate-limit      what the forge told of it                   plugin
//!  clock           the time of its answers against ours        host
//! ```
//!
//! Whatever the host saw by itself is told by the host; the plugin's words count for the rest. Where
//! a station fails, what depends on it is not looked at, and everything else is: two independent
//! problems are found at once.
//!
//! # Example
//!
//! ```no_run
//! use code_source::doctor::Examination;
//! # async fn example(plugin: &code_source::Plugin, connection: code_source::Connection) {
//! let mut examination = Examination::new(plugin, connection);
//! examination.run(&mut ()).await;
//! let diagnosis = examination.into_diagnosis();
//! let verdict = diagnosis.verdict();
//! if let Some(cause) = verdict.cause {
//!     println!("{}: {}", cause.problem.code, cause.problem.message);
//! }
//! # }
//! ```

mod absent;
mod answer;
mod certificates;
mod clock;
mod configuration;
mod forge;
mod network;
mod observer;
mod problem;
mod repositories;
mod seen;
mod station;
mod token;
mod verdict;

use std::time::Duration;

use self::observer::Way;
use crate::connection::Connection;
use crate::credential::Held;
use crate::plugin::Plugin;

#[cfg(feature = "cli")]
pub(crate) use self::answer::SENSELESS;
pub use self::observer::Observer;
pub use self::problem::{Cause, Gravity, Party, Problem};
pub use self::repositories::ExpectedRepository;
pub use self::station::{Fact, State, Station, StationName};
pub use self::verdict::{Diagnosis, Located, Name, Status, Verdict};

/// An examination of one connection.
#[derive(Debug)]
pub struct Examination {
    plugin: Plugin,
    connection: Connection,
    facts: Vec<(&'static str, String)>,
    expected: Vec<ExpectedRepository>,
    diagnosis: Diagnosis,
    /// What was read where the token should be.
    held: Option<Held>,
}

impl Examination {
    /// An examination of a connection that is to be opened with this plugin. Nothing of it needs to
    /// be usable. Its repositories are looked at.
    #[must_use]
    pub fn new(plugin: &Plugin, connection: Connection) -> Self {
        let connected = connection.repositories.iter();
        let expected = connected.map(ExpectedRepository::from).collect();
        Self {
            plugin: plugin.clone(),
            connection,
            facts: Vec::new(),
            expected,
            diagnosis: Diagnosis::default(),
            held: None,
        }
    }

    /// A fact about the configuration that only the caller knows, such as its file.
    #[must_use]
    pub fn fact(mut self, key: &'static str, text: impl Into<String>) -> Self {
        self.facts.push((key, text.into()));
        self
    }

    /// Look at these repositories, and at no others.
    #[must_use]
    pub fn repositories(mut self, those: Vec<ExpectedRepository>) -> Self {
        self.expected = those;
        self
    }

    /// Go all the way. Each station is bounded by the connection's limits. Where the future is
    /// dropped before its end, what was found until then stays.
    pub async fn run(&mut self, observer: &mut dyn Observer) {
        let Self {
            plugin,
            connection,
            facts,
            expected,
            diagnosis,
            held,
        } = self;
        *diagnosis = Diagnosis::default();
        let mut connection = connection.clone();
        // A call goes on trying for as long as it may, which tells nothing new.
        let limits = &mut connection.limits;
        limits.call = limits.call.min(LONGEST_CALL);
        // In a call, a connection is given up when the call is.
        limits.connect = limits.connect.min(limits.call);
        let way = &mut Way {
            diagnosis,
            observer,
        };
        way.observer.begins(StationName::TokenSource);
        let patience = connection.limits.connect;
        let inspection;
        (inspection, *held) = connection.token.inspect(patience).await;
        // What comes out of a pipe is gone once it is read.
        if let Some(source) = held.as_ref().and_then(Held::source) {
            connection.token = source;
        }
        let opened = configuration::visit(plugin, &connection, &inspection, facts, way);
        token::visit(&inspection, way);
        let Some((probe, source)) = opened else {
            way.unreached(StationName::ALL.into_iter().skip(2));
            return;
        };
        let is_reached = network::visit(&probe, way).await;
        match source.filter(|_| is_reached) {
            Some(source) => forge::visit(&source, &inspection, expected, way).await,
            None => way.unreached(StationName::ALL.into_iter().skip(6)),
        }
    }

    /// What to look for where no secret of the connection may stand.
    #[cfg(feature = "cli")]
    pub(crate) fn secret_patterns(&self) -> code_source_egress::MaskPatterns {
        self.connection.secret_patterns(self.held.as_ref())
    }

    /// What was found.
    #[must_use]
    pub fn into_diagnosis(self) -> Diagnosis {
        self.diagnosis
    }
}

/// How long a call may take. One request, with everything that it may take, fits into it.
const LONGEST_CALL: Duration = Duration::from_secs(90);
