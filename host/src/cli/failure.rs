//! Why a command failed: apart so that every failure is told in the same form, whichever
//! command it happened to, and so that the cause comes from the host where the host saw it.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;

use serde::Serialize;

use super::exit::Exit;
use super::{cases, remedy, words};
use crate::config::ConfigurationError;
use crate::content::ContentError;
use crate::contract::types::{Error as Answer, ErrorCode};
use crate::error::Error;
use crate::outcome::{Failure, TrapKind};
use crate::report::{Report, Request, Stage};
use crate::sync::SyncError;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// A call failed.
    Call {
        tried: String,
        failure: Box<Failure>,
        report: Box<Report>,
    },
    /// The configuration file is unusable.
    Configuration(ConfigurationError),
    /// Content did not arrive as promised.
    Content {
        tried: String,
        source: ContentError,
        request: Box<Request>,
    },
    /// A file of this machine cannot be used.
    File {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// The command did its work, and what it found is bad. It has said so itself.
    Findings,
    /// The host failed before any call.
    Host { tried: String, source: Error },
    /// Somebody pressed Ctrl-C. `left` says what state was left.
    Interrupted { left: String },
    /// The plugin's list leads back to where it was.
    Loop { tried: String },
    /// Standard output cannot be written to.
    Output(io::Error),
    /// The runtime cannot start.
    Runtime(io::Error),
    /// A sync failed.
    Sync { tried: String, source: SyncError },
    /// The command line asks for something that cannot be.
    Usage {
        message: String,
        hint: Option<String>,
    },
}

impl CommandError {
    /// A usage error with what to do instead.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// Whether it is only that whoever read the output stopped reading.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What there is to say about it.
    pub(crate) fn describe(&self) -> Description {
        match self {
            Self::Call {
                tried,
                failure,
                report,
            } => Description::of_call(failure, report).while_trying(tried),
            Self::Configuration(error) => {
                let mut description = Description::new(Exit::CONFIGURATION, error.to_string());
                description.hint = error.hint();
                description.caused_by(error.source())
            }
            Self::Content {
                tried,
                source,
                request,
            } => {
                let mut description = Description::new(Exit::CONTENT, source.to_string());
                description.detail = Some(source.reason().to_owned());
                description.saw(request);
                description.while_trying(tried)
            }
            Self::File {
                action,
                path,
                source,
            } => Description::new(
                Exit::UNEXPECTED,
                format!("cannot {action} `{}`", path.display()),
            )
            .caused_by(Some(source)),
            Self::Findings => {
                Description::new(Exit::FINDINGS, "not everything will work".to_owned())
            }
            Self::Host { tried, source } => Description::of_host(source).while_trying(tried),
            Self::Interrupted { left } => {
                Description::new(Exit::INTERRUPTED, format!("interrupted: {left}"))
            }
            Self::Loop { tried } => Description::new(
                Exit::MALFORMED,
                "the plugin's list leads back to where it was".to_owned(),
            )
            .while_trying(tried),
            Self::Output(error) => Description::new(
                Exit::UNEXPECTED,
                "cannot write to standard output".to_owned(),
            )
            .caused_by(Some(error)),
            Self::Runtime(error) => {
                Description::new(Exit::UNEXPECTED, "cannot start the runtime".to_owned())
                    .caused_by(Some(error))
            }
            Self::Sync { tried, source } => Description::of_sync(source).while_trying(tried),
            Self::Usage { message, hint } => {
                let mut description = Description::new(Exit::USAGE, message.clone());
                description.hint = hint.clone();
                description
            }
        }
    }
}

/// What there is to say about a failure, for people and, as this very shape, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Description {
    /// Stable name of the kind of failure, the same as that of the exit status.
    pub(crate) code: &'static str,
    /// The exit status.
    pub(crate) exit_status: u8,
    /// Who says it: `answer` (the plugin), `trap` (its sandbox), or `host`.
    pub(crate) kind: &'static str,
    /// What narrows the code down, such as `scope: api`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// What was tried and what happened, for people.
    pub(crate) message: String,
    /// Why, the outermost first.
    pub(crate) causes: Vec<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    /// The forge's HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// The forge's name for the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    /// Milliseconds to wait before trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<u64>,
}

impl Description {
    fn new(exit: Exit, message: String) -> Self {
        Self {
            code: exit.name,
            exit_status: exit.number,
            kind: "host",
            detail: None,
            message,
            causes: Vec::new(),
            hint: None,
            status: None,
            request_id: None,
            retry_after: None,
        }
    }

    fn of_call(failure: &Failure, report: &Report) -> Self {
        match failure {
            Failure::Answer(answer) => Self::of_answer(answer, report),
            Failure::Host(error) => {
                let mut description = Self::of_host(error);
                if let Some(request) = report.failed_request() {
                    description.saw(request);
                }
                description
            }
            Failure::Trap(trap) => {
                let mut description = Self::new(Exit::TRAP, trap.to_string());
                description.kind = "trap";
                description.detail = Some(trap_kind(trap.kind).to_owned());
                description.cause(trap.detail.clone());
                description
            }
        }
    }

    fn of_answer(answer: &Answer, report: &Report) -> Self {
        let mut description = Self::new(Exit::from(&answer.code), cases::happened(&answer.code));
        description.cause(answer.message.clone());
        description.kind = "answer";
        description.detail = words::error_detail(&answer.code);
        description.status = answer.status;
        description.request_id.clone_from(&answer.request_id);
        description.retry_after = answer.retry_after;
        if !is_settled_by_the_forge(&answer.code)
            && let Some(request) = report.failed_request()
        {
            description.saw(request);
        }
        if description.hint.is_none() {
            description.hint.clone_from(&answer.hint);
        }
        if let (Some(status), Some(id)) = (answer.status, &answer.request_id) {
            description.cause(format!(
                "the forge answered {status}; its logs call the request `{id}`"
            ));
        }
        description
    }

    fn of_host(error: &Error) -> Self {
        let mut description = Self::new(Exit::from(error), error.to_string());
        description.hint = error.hint().as_deref().map(remedy::with_option);
        description.caused_by(error.source())
    }

    fn of_sync(error: &SyncError) -> Self {
        if let SyncError::Call {
            failure, report, ..
        } = error
        {
            return Self::of_call(failure, report);
        }
        let mut description = Self::new(sync_exit(error), error.to_string());
        description.hint = error.hint();
        description.caused_by(error.source())
    }

    /// Put what was tried before what happened.
    fn while_trying(mut self, tried: &str) -> Self {
        self.message = format!("failed to {tried}: {}", self.message);
        self
    }

    fn caused_by(mut self, mut source: Option<&(dyn std::error::Error + 'static)>) -> Self {
        while let Some(error) = source {
            self.cause(error.to_string());
            source = error.source();
        }
        self
    }

    /// Add a cause, unless the line before it says the same.
    fn cause(&mut self, cause: String) {
        let last = self.causes.last().unwrap_or(&self.message);
        if !cause.is_empty() && !last.contains(&cause) {
            self.causes.push(cause);
        }
    }

    /// What the host saw of the request that failed.
    fn saw(&mut self, request: &Request) {
        let Some(failure) = request.failure() else {
            return;
        };
        let place = request
            .address
            .map(|address| format!(" at {address}"))
            .unwrap_or_default();
        self.cause(format!(
            "{}{place}: {}",
            stage(failure.stage),
            failure.detail
        ));
        if let Some(remedy) = &failure.remedy {
            self.hint = Some(remedy::with_option(remedy));
        }
    }
}

/// Whether the forge's own answer is the cause, so that a connection that broke earlier and was
/// made again is not.
fn is_settled_by_the_forge(code: &ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Unauthenticated(_)
            | ErrorCode::Forbidden(_)
            | ErrorCode::NotFound(_)
            | ErrorCode::EmptyRepository
            | ErrorCode::Moved(_)
            | ErrorCode::ReadOnly(_)
            | ErrorCode::Conflict(_)
            | ErrorCode::InvalidArgument(_)
            | ErrorCode::Rejected(_)
            | ErrorCode::BaseMissing(_)
            | ErrorCode::Unsupported(_)
    )
}

fn sync_exit(error: &SyncError) -> Exit {
    match error {
        _ if error.is_full_disk() => Exit::DISK_FULL,
        SyncError::Collision { .. } => Exit::COLLISION,
        SyncError::Content { .. } => Exit::CONTENT,
        SyncError::Foreign { .. } | SyncError::Io { .. } => Exit::DIRECTORY,
        SyncError::Inconsistent { .. } | SyncError::Unreadable(_) => Exit::INCONSISTENT,
        SyncError::Limit { .. } => Exit::LIMIT,
        SyncError::Locked { .. } => Exit::LOCKED,
        SyncError::Unsafe { .. } => Exit::UNSAFE,
        SyncError::Call { .. } | SyncError::Sink(_) => Exit::UNEXPECTED,
    }
}

fn trap_kind(kind: TrapKind) -> &'static str {
    match kind {
        TrapKind::Content => "content",
        TrapKind::CpuTime => "cpu-time",
        TrapKind::Crash => "crash",
        TrapKind::Memory => "memory",
        TrapKind::WallClock => "wall-clock",
    }
}

/// Where a request failed, as people say it.
pub(crate) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Policy => "refused by the policy",
        Stage::Limit => "a limit of the call",
        Stage::Credential => "adding the credential",
        Stage::Audit => "writing the audit",
        Stage::Resolve => "looking up the name",
        Stage::Address => "choosing an address",
        Stage::Connect => "connecting",
        Stage::Tls => "the TLS handshake",
        Stage::Exchange => "sending the request",
        Stage::Head => "reading the head of the answer",
        Stage::Body => "reading the answer",
    }
}
