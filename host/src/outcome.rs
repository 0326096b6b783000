//! What a call comes to: apart because it keeps the three kinds of failure from being mixed.

use std::fmt;

use crate::contract::types;
use crate::error::Error;
use crate::report::Report;

/// What a call came to: the plugin's answer, and what the host saw on the way.
///
/// The plugin cannot know why a connection failed or which rule refused a request; the report
/// does. People and programs take the cause from the report and the meaning from the answer.
#[derive(Debug)]
#[must_use]
pub struct Outcome<T> {
    /// The answer, or why there is none.
    pub answer: Result<T, Failure>,
    /// What the host saw, request by request.
    pub report: Report,
}

impl<T> Outcome<T> {
    /// The same outcome with another answer made from this one's.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome {
            answer: self.answer.map(change),
            report: self.report,
        }
    }
}

/// Why a call has no answer of the kind that was hoped for. Three kinds, never mixed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The plugin answered with an error of the contract.
    Answer(types::Error),
    /// The host failed before or after the plugin's part: nothing was answered.
    Host(Error),
    /// The plugin did not live to answer: it broke, or met a limit of its sandbox.
    Trap(Trap),
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The plugin's words are untrusted: whoever shows them to a terminal escapes them.
            Self::Answer(error) => formatter.write_str(&error.message),
            Self::Host(error) => error.fmt(formatter),
            Self::Trap(trap) => trap.fmt(formatter),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Host(error) => error.source(),
            Self::Answer(_) | Self::Trap(_) => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Host(error)
    }
}

impl types::ErrorCode {
    /// Whether the forge's own answer is the cause, so that a connection that broke earlier and was
    /// made again, which a report still tells of, is not.
    #[must_use]
    pub fn is_settled_by_the_forge(&self) -> bool {
        matches!(
            self,
            Self::Unauthenticated(_)
                | Self::Forbidden(_)
                | Self::NotFound(_)
                | Self::EmptyRepository
                | Self::Moved(_)
                | Self::ReadOnly(_)
                | Self::Conflict(_)
                | Self::InvalidArgument(_)
                | Self::Rejected(_)
                | Self::BaseMissing(_)
                | Self::Unsupported(_)
        )
    }
}

/// How a plugin came to its end before it answered.
#[derive(Clone, Debug)]
pub struct Trap {
    /// What ended it.
    pub kind: TrapKind,
    /// What the sandbox says about it, for the plugin's author.
    pub detail: String,
}

impl fmt::Display for Trap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            TrapKind::Crash => "the plugin crashed",
            TrapKind::Content => "the plugin handed on content that is not an answer's",
            TrapKind::CpuTime => "the plugin used up its processor time",
            TrapKind::Handles => "the plugin held more things at once than it may",
            TrapKind::Hostcall => "the plugin passed more to the host at once than it may",
            TrapKind::Memory => "the plugin used up its memory",
            TrapKind::Stack => "the plugin used up its stack",
            TrapKind::Table => "the plugin used up its tables",
            TrapKind::WallClock => "the call used up its time",
        })
    }
}

/// What ended a plugin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TrapKind {
    /// It failed by itself: a panic, a wrong memory access, a misused resource.
    Crash,
    /// It returned a stream that is not the untouched body of one of this call's answers, or bytes
    /// that are not what it says of them.
    Content,
    /// [`Limits::cpu`](crate::Limits::cpu).
    CpuTime,
    /// [`Limits::handles`](crate::Limits::handles).
    Handles,
    /// [`Limits::hostcall_bytes`](crate::Limits::hostcall_bytes).
    Hostcall,
    /// [`Limits::memory`](crate::Limits::memory).
    Memory,
    /// Its calls of itself went deeper than the 512 KiB that every plugin has for them.
    Stack,
    /// [`Limits::table_elements`](crate::Limits::table_elements).
    Table,
    /// [`Limits::call`](crate::Limits::call).
    WallClock,
}
