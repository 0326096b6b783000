//! The contract's errors with each of their cases, and plugins that do not live to answer: apart
//! because their words come from three places, the case, the plugin and the advice.

use super::{Example, examples};
use crate::cli::failure::CommandError;
use crate::contract::types::{
    Conflict, CredentialProblem, Denial, Error, ErrorCode, Stranger, Subject,
};
use crate::outcome::{Failure, Trap, TrapKind};
use crate::report::Report;

pub(super) fn all() -> Vec<Example> {
    let mut all: Vec<Example> = codes().into_iter().map(answer).collect();
    all.extend(traps().into_iter().map(trap));
    all.push(("answer: what the plugin adds".into(), with_all()));
    all
}

fn codes() -> Vec<ErrorCode> {
    let commit = || "1f7391f92b6a3792204e07e99f71f643cc35e7e1".to_owned();
    let mut all = Vec::new();
    all.extend(token().into_iter().map(ErrorCode::Unauthenticated));
    all.extend(denials().into_iter().map(ErrorCode::Forbidden));
    all.extend(subjects().into_iter().map(ErrorCode::NotFound));
    all.extend(conflicts().into_iter().map(ErrorCode::Conflict));
    all.extend(strangers().into_iter().map(ErrorCode::NotTheApi));
    all.extend(examples! { ErrorCode:
        ErrorCode::Unauthenticated(_) | ErrorCode::Forbidden(_) | ErrorCode::NotFound(_)
        | ErrorCode::Conflict(_) | ErrorCode::NotTheApi(_)
        | ErrorCode::EmptyRepository => [ErrorCode::EmptyRepository],
        ErrorCode::Moved(_) => [ErrorCode::Moved("42".into())],
        ErrorCode::ReadOnly(_) => [ErrorCode::ReadOnly("the repository is archived".into())],
        ErrorCode::InvalidArgument(_) => [ErrorCode::InvalidArgument("path".into())],
        ErrorCode::Rejected(_) => [ErrorCode::Rejected("a push rule wants another message".into())],
        ErrorCode::TooLarge(_) => [ErrorCode::TooLarge(33_554_432)],
        ErrorCode::NotReady => [ErrorCode::NotReady],
        ErrorCode::RateLimited => [ErrorCode::RateLimited],
        ErrorCode::Unavailable => [ErrorCode::Unavailable],
        ErrorCode::Timeout => [ErrorCode::Timeout],
        ErrorCode::Unreachable => [ErrorCode::Unreachable],
        ErrorCode::Untrusted => [ErrorCode::Untrusted],
        ErrorCode::Denied => [ErrorCode::Denied],
        ErrorCode::Unsupported(_) => [ErrorCode::Unsupported("16.8 or later".into())],
        ErrorCode::Malformed(_) => [ErrorCode::Malformed("`id` is no number".into())],
        ErrorCode::BaseMissing(_) => [ErrorCode::BaseMissing(commit())],
        ErrorCode::OutcomeUnknown => [ErrorCode::OutcomeUnknown],
        ErrorCode::Other(_) => [ErrorCode::Other("an answer without a body".into())],
    });
    all
}

fn token() -> Vec<CredentialProblem> {
    use CredentialProblem as Problem;
    examples! { Problem:
        Problem::Missing => [Problem::Missing],
        Problem::Invalid => [Problem::Invalid],
        Problem::Expired => [Problem::Expired],
        Problem::Revoked => [Problem::Revoked],
        Problem::Other(_) => [Problem::Other("it is of another kind".into())],
    }
}

fn denials() -> Vec<Denial> {
    examples! { Denial:
        Denial::Scope(_) => [Denial::Scope("api".into())],
        Denial::Role(_) => [Denial::Role("maintainer".into()), Denial::Role(String::new())],
        Denial::AdminMode => [Denial::AdminMode],
        Denial::Account(_) => [Denial::Account("it is blocked".into())],
        Denial::IpAddress => [Denial::IpAddress],
        Denial::Other(_) => [Denial::Other("the branch is protected".into())],
    }
}

fn subjects() -> Vec<Subject> {
    examples! { Subject:
        Subject::Repository => [Subject::Repository],
        Subject::Reference => [Subject::Reference],
        Subject::Path => [Subject::Path],
        Subject::Commit => [Subject::Commit],
        Subject::Blob => [Subject::Blob],
        Subject::PullRequest => [Subject::PullRequest],
        Subject::Comment => [Subject::Comment],
        Subject::Webhook => [Subject::Webhook],
        Subject::Other(_) => [Subject::Other("account".into())],
    }
}

fn conflicts() -> Vec<Conflict> {
    let commit = "1f7391f92b6a3792204e07e99f71f643cc35e7e1";
    examples! { Conflict:
        Conflict::AlreadyExists => [Conflict::AlreadyExists],
        Conflict::HeadMoved(_) => [Conflict::HeadMoved(commit.into())],
        Conflict::FileChanged(_) => [Conflict::FileChanged("src/main.rs".into())],
        Conflict::Locked => [Conflict::Locked],
        Conflict::NotMergeable(_) => [Conflict::NotMergeable("it has conflicts".into())],
        Conflict::Other(_) => [Conflict::Other("its state is another one".into())],
    }
}

fn strangers() -> Vec<Stranger> {
    examples! { Stranger:
        Stranger::SignInPage => [Stranger::SignInPage],
        Stranger::WebFirewall => [Stranger::WebFirewall],
        Stranger::Redirect(_) => [Stranger::Redirect("https://git.acme.example".into())],
        Stranger::Other(_) => [Stranger::Other("a web page".into())],
    }
}

fn traps() -> Vec<TrapKind> {
    examples! { TrapKind:
        TrapKind::Content => [TrapKind::Content],
        TrapKind::CpuTime => [TrapKind::CpuTime],
        TrapKind::Crash => [TrapKind::Crash],
        TrapKind::Handles => [TrapKind::Handles],
        TrapKind::Hostcall => [TrapKind::Hostcall],
        TrapKind::Memory => [TrapKind::Memory],
        TrapKind::Stack => [TrapKind::Stack],
        TrapKind::Table => [TrapKind::Table],
        TrapKind::WallClock => [TrapKind::WallClock],
    }
}

/// The words of a plugin that adds nothing, so that what stands there is the command's own.
fn answer(code: ErrorCode) -> Example {
    let name = format!("answer: {code:?}");
    let error = Error {
        code,
        message: String::new(),
        hint: None,
        remedied_by: None,
        status: None,
        request_id: None,
        retry_after: None,
    };
    (name, call(Failure::Answer(error)))
}

fn with_all() -> CommandError {
    call(Failure::Answer(Error {
        code: ErrorCode::RateLimited,
        message: "reading `src/main.rs`: the throttle answered".into(),
        hint: Some("the limits are under Admin, Settings, Network".into()),
        remedied_by: None,
        status: Some(429),
        request_id: Some("01JABC".into()),
        retry_after: Some(30_000),
    }))
}

fn trap(kind: TrapKind) -> Example {
    let detail = match kind {
        TrapKind::Crash => "wasm trap: wasm `unreachable` instruction executed",
        _ => "",
    };
    let trap = Trap {
        kind,
        detail: detail.into(),
    };
    (format!("trap: {kind:?}"), call(Failure::Trap(trap)))
}

fn call(failure: Failure) -> CommandError {
    CommandError::Call {
        tried: "read `src/main.rs` of `web/shop`".into(),
        failure: Box::new(failure),
        report: Box::new(Report::default()),
    }
}
