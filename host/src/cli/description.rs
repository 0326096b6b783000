//! What there is to say about a failure: apart from the failures themselves, so that all of them
//! are told in the same form, and so that the cause comes from the host where the host saw it.

use std::error::Error as _;

use serde::Serialize;

use super::approval::NotApproved;
use super::certificate::CertificateShape;
use super::exit::Exit;
use super::{advice, cases, remedy, words};
use crate::config::ConfigurationError;
use crate::contract::types::{Error as Answer, ErrorCode};
use crate::error::Error;
use crate::outcome::{Failure, TrapKind};
use crate::report::{Report, Request, RequestFailure, Stage};
use crate::shell::quoted;
use crate::sync::SyncError;

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
    /// Who can do that, where the plugin says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remedied_by: Option<&'static str>,
    /// The line of the configuration file that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Place>,
    /// That line, for people, where the message does not show it already.
    #[serde(skip)]
    pub(crate) snippet: Option<String>,
    /// The certificate that was not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<CertificateShape>,
    /// The layer of the policy that refused the request, and why in a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refused_by: Option<RefusedBy>,
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
    pub(super) fn new(exit: Exit, message: String) -> Self {
        Self {
            code: exit.name,
            exit_status: exit.number,
            kind: "host",
            detail: None,
            message,
            causes: Vec::new(),
            hint: None,
            remedied_by: None,
            at: None,
            snippet: None,
            certificate: None,
            refused_by: None,
            status: None,
            request_id: None,
            retry_after: None,
        }
    }

    pub(super) fn of_call(failure: &Failure, report: &Report) -> Self {
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
                description.hint = Some(advice::of_trap(trap.kind).to_owned());
                description
            }
        }
    }

    fn of_answer(answer: &Answer, report: &Report) -> Self {
        let seen = report.failed_request().is_some();
        let happened = match &answer.code {
            ErrorCode::Other(_) if seen => "a request was not answered".to_owned(),
            code => cases::happened_beside(code, &answer.message),
        };
        let mut description = Self::new(Exit::from(&answer.code), happened);
        if !(seen && is_hearsay(&answer.code)) {
            description.cause(answer.message.clone());
        }
        description.kind = "answer";
        description.detail = words::error_detail(&answer.code);
        description.status = answer.status;
        description.request_id.clone_from(&answer.request_id);
        description.retry_after = answer.retry_after;
        description.remedied_by = answer.remedied_by.map(words::party);
        if !answer.code.is_settled_by_the_forge()
            && let Some(request) = report.failed_request()
        {
            description.saw(request);
        }
        // What a plugin suggests fits whatever its host tells it, and the host has seen more.
        if description.hint.is_none() {
            let advice = || advice::of_answer(&answer.code).map(|advice| naming(advice, report));
            description.hint = answer.hint.clone().or_else(advice);
        }
        if let (Some(status), Some(id)) = (answer.status, &answer.request_id) {
            let words = ["answered", "has status"].map(|words| format!("{words} {status}"));
            let is_told = words.iter().any(|words| answer.message.contains(words));
            description.cause(match is_told {
                true => format!("the forge's logs call the request `{id}`"),
                false => format!("the forge answered {status}; its logs call the request `{id}`"),
            });
        }
        description
    }

    pub(super) fn of_host(error: &Error) -> Self {
        let mut description = Self::new(Exit::from(error), error.to_string());
        description.hint = error.hint().as_deref().map(remedy::with_option);
        description.caused_by(error.source())
    }

    pub(super) fn of_plugin(plugin: &NotApproved) -> Self {
        let message = format!(
            "the plugin `{}` is not the one that was approved for the connection `{}`",
            plugin.path.display(),
            plugin.connection
        );
        let mut description = Self::new(Exit::NOT_APPROVED, message);
        if let Some(pinned) = &plugin.pinned {
            let found = &plugin.found;
            description.cause(format!(
                "its SHA-256 is `{found}`, and `{pinned}` is pinned"
            ));
        }
        for one in &plugin.difference.added {
            let (operation, endpoint) = (&one.operation, &one.endpoint);
            description.cause(format!(
                "it asks for more: `{endpoint}` for `{operation}`: {}",
                one.why
            ));
        }
        let others = plugin.difference.changed.iter();
        for one in others.filter(|one| one.key == "provider") {
            description.cause(format!(
                "it is for `{}`, and no longer for `{}`",
                one.new, one.old
            ));
        }
        let connection = &plugin.connection;
        description.hint = Some(format!(
            "`code-source plugin approve --connection {connection}` shows all that is new, and asks"
        ));
        description
    }

    pub(super) fn of_sync(error: &SyncError) -> Self {
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
    pub(super) fn while_trying(mut self, tried: &str) -> Self {
        self.message = format!("failed to {tried}: {}", self.message);
        self
    }

    pub(super) fn caused_by(
        mut self,
        mut source: Option<&(dyn std::error::Error + 'static)>,
    ) -> Self {
        while let Some(error) = source {
            // Its own form has the lines of a file in it, which nobody has seen here.
            let words = match error.downcast_ref::<toml::de::Error>() {
                Some(error) => error.message().trim_end().replace('\n', ", "),
                None => error.to_string(),
            };
            self.cause(words);
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
    pub(super) fn saw(&mut self, request: &Request) {
        let Some(failure) = request.failure() else {
            return;
        };
        self.cause(told(request, failure));
        let advice = || advice::of_request(failure.stage, failure.reason).map(str::to_owned);
        let remedy = failure.remedy.as_deref().map(remedy::with_option);
        self.hint = remedy.or_else(advice).or(self.hint.take());
        self.refused_by = failure.layer.map(|layer| RefusedBy {
            layer,
            reason: failure.reason,
        });
        self.certificate = failure.certificate.as_deref().map(CertificateShape::from);
    }
}

/// Where a request failed, and why.
fn told(request: &Request, failure: &RequestFailure) -> String {
    let place = match request.address {
        _ if request.via_proxy => Some("by proxy".to_owned()),
        address => address.map(|address| format!("at {address}")),
    };
    let detail = &failure.detail;
    // What is said of a connection says by itself what was being done.
    if matches!(
        failure.stage,
        Stage::Resolve | Stage::Address | Stage::Connect | Stage::Proxy | Stage::Tls
    ) {
        let place = place.map(|place| format!(" ({place})"));
        return format!("{detail}{}", place.unwrap_or_default());
    }
    let layer = failure.layer.map(|layer| format!(" ({layer})"));
    let place = place.map(|place| format!(" {place}"));
    let (layer, place) = (layer.unwrap_or_default(), place.unwrap_or_default());
    format!("{}{layer}{place}: {detail}", stage(failure.stage))
}

/// Who refused a request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct RefusedBy {
    /// The layer of the policy.
    pub(crate) layer: &'static str,
    /// Why, in a stable word.
    pub(crate) reason: &'static str,
}

/// A place in a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Place {
    /// The file.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The character in it, from 1.
    pub(crate) column: usize,
}

impl Place {
    pub(super) fn of(error: &ConfigurationError) -> Option<Self> {
        let ConfigurationError::Malformed {
            file, line, column, ..
        } = error
        else {
            return None;
        };
        Some(Self {
            file: file.display().to_string(),
            line: *line,
            column: *column,
        })
    }
}

/// Whether all that the plugin knows of it is what its host has told it, so that the host tells it
/// better.
fn is_hearsay(code: &ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Denied
            | ErrorCode::Other(_)
            | ErrorCode::Timeout
            | ErrorCode::Unreachable
            | ErrorCode::Untrusted
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
        TrapKind::Handles => "handles",
        TrapKind::Hostcall => "hostcall",
        TrapKind::Memory => "memory",
        TrapKind::Stack => "stack",
        TrapKind::Table => "table",
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
        Stage::Proxy => "asking the proxy for a way",
        Stage::Tls => "the TLS handshake",
        Stage::Exchange => "sending the request",
        Stage::Head => "reading the head of the answer",
        Stage::Body => "reading the answer",
    }
}

/// Advice with the repository that it is about, so that its commands can be typed as they stand.
fn naming(advice: &str, report: &Report) -> String {
    match &report.repository {
        Some(repository) => advice.replace("REPOSITORY", &quoted(repository)),
        None => advice.to_owned(),
    }
}
