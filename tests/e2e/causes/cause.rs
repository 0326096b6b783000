//! A cause: how it is produced and what `doctor` has to say of it, side by side, so that a table of
//! them is both the test and its documentation.

use futures_util::future::LocalBoxFuture;

use super::scene::Scene;

/// One cause of a trouble.
pub(super) struct Cause {
    /// In a few words.
    pub(super) name: &'static str,
    /// What people say that they have.
    pub(super) trouble: Trouble,
    /// How it is produced, in words.
    pub(super) produced_by: &'static str,
    /// How it is produced.
    pub(super) produce: fn() -> LocalBoxFuture<'static, Scene>,
    /// What `doctor` has to say.
    pub(super) expected: Expected,
}

/// What `doctor` has to say of a cause.
pub(super) struct Expected {
    /// The first line of its verdict, behind `cause: `. What is different each time is `…`.
    pub(super) says: &'static str,
    /// The stable name.
    pub(super) code: &'static str,
    /// Where it was found.
    pub(super) station: &'static str,
    /// What the hint has to hold.
    pub(super) hint: &'static str,
    /// Who can do something about it.
    pub(super) who: Who,
    /// The exit status.
    pub(super) status: i32,
    /// The stations that could not be looked at, in order.
    pub(super) not_reached: &'static str,
    /// The codes of what else is wrong, in order.
    pub(super) also: &'static [&'static str],
    /// What `why` has to say, where it is about a repository.
    pub(super) why: Option<Why>,
}

/// What `why` has to say of a repository.
pub(super) struct Why {
    /// How it is named.
    pub(super) repository: &'static str,
    /// The first line.
    pub(super) says: &'static str,
    /// The code of the first reason; none where nothing is to be said.
    pub(super) code: &'static str,
    /// Whether the list has it.
    pub(super) listed: bool,
}

/// What people say that they have.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Trouble {
    /// The forge does not let anybody in.
    Authorisation,
    /// A repository is not where it is looked for.
    NotListed,
    /// The certificate, or the handshake.
    Tls,
    /// Nothing is reached, or nothing comes back.
    TimeOut,
}

/// Who can do something about a cause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Who {
    /// Whoever uses the connection.
    User,
    /// Who administers the forge.
    ForgeAdministrator,
    /// Who runs what stands between the two.
    NetworkAdministrator,
}

impl Trouble {
    /// As the page calls it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Authorisation => "Authorisation failed",
            Self::NotListed => "Repository not listed",
            Self::Tls => "TLS errors",
            Self::TimeOut => "Time-outs, and nothing reached",
        }
    }
}

impl Who {
    /// As JSON names it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ForgeAdministrator => "forge-administrator",
            Self::NetworkAdministrator => "network-administrator",
        }
    }

    /// As people are told.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::User => "you",
            Self::ForgeAdministrator => "the forge's administrator",
            Self::NetworkAdministrator => "whoever runs the network between, or the cluster",
        }
    }
}

/// What is behind the settings.
pub(super) const BEHIND_CONFIGURATION: &str =
    "dns tcp proxy tls http version token account repositories rate-limit clock";

/// What is behind the look-up of a name.
pub(super) const BEHIND_DNS: &str =
    "tcp tls http version token account repositories rate-limit clock";

/// What is behind a socket.
pub(super) const BEHIND_TCP: &str = "tls http version token account repositories rate-limit clock";

/// What is behind a handshake.
pub(super) const BEHIND_TLS: &str = "http version token account repositories rate-limit clock";

/// What is behind an answer that never came, and tells no time either.
pub(super) const BEHIND_HTTP: &str = "version token account repositories rate-limit clock";
