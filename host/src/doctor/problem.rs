//! What is wrong at a station, what to do about it, and who can: apart because host and plugin both
//! find problems, and people are to see one kind of them.

use std::error::Error as _;
use std::sync::Arc;

use crate::contract::types;
use crate::error::Error;
use crate::outcome::Trap;
use crate::report::RequestFailure;

/// What is wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Problem {
    /// Stable name, in kebab case.
    pub code: String,
    /// What is wrong, for people. Untrusted where it comes from the plugin or the forge.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// The line of configuration that does it, where one does.
    pub setting: Option<String>,
    /// Who can do it.
    pub remedied_by: Party,
    /// How grave it is.
    pub gravity: Gravity,
    /// What it was made of.
    pub cause: Cause,
}

/// Who can do something about a problem.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Party {
    /// Whoever uses the connection.
    User,
    /// Who administers the forge.
    ForgeAdministrator,
    /// Who runs what stands between the two: the network, a proxy, a firewall, the cluster.
    NetworkAdministrator,
}

impl Party {
    /// Stable name, in kebab case.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ForgeAdministrator => "forge-administrator",
            Self::NetworkAdministrator => "network-administrator",
        }
    }
}

/// How grave a problem is, the gravest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Gravity {
    /// Something does not work.
    Failure,
    /// Something may not work, or not for long.
    Warning,
    /// All works, and should be done in another way.
    Advice,
}

/// What a problem was made of, for whoever decides by it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Cause {
    /// The plugin answered with an error of the contract.
    Answer(types::Error),
    /// It is what the examination itself found.
    Examination,
    /// The plugin reported it, and did not fail.
    Finding,
    /// The host failed.
    Host(Arc<Error>),
    /// The host saw a request, or a connection for one, fail.
    Request(Box<RequestFailure>),
    /// The plugin did not live to answer.
    Trap(Trap),
}

impl Problem {
    /// A problem that the examination itself found.
    pub(super) fn new(
        code: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
        remedied_by: Party,
    ) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            hint: hint.into(),
            setting: None,
            remedied_by,
            gravity: Gravity::Failure,
            cause: Cause::Examination,
        }
    }

    /// What kept a caller from coming as far as an examination.
    pub fn before_the_examination(
        code: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self::new(code, message, hint, Party::User)
    }

    pub(super) fn warning(self) -> Self {
        Self {
            gravity: Gravity::Warning,
            ..self
        }
    }

    pub(super) fn advice(self) -> Self {
        Self {
            gravity: Gravity::Advice,
            ..self
        }
    }

    pub(super) fn mended_by(self, setting: Option<String>) -> Self {
        Self { setting, ..self }
    }

    pub(super) fn caused_by(self, cause: Cause) -> Self {
        Self { cause, ..self }
    }

    /// What the host itself refuses.
    pub(super) fn of_host(code: &str, error: Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message = format!("{message}: {cause}");
            source = cause.source();
        }
        let hint = error.hint().unwrap_or_else(|| SETTINGS.to_owned());
        Self::new(code, message, hint, Party::User).caused_by(Cause::Host(Arc::new(error)))
    }
}

const SETTINGS: &str = "change the settings of the connection";
