//! The exit status of a cause: apart because a diagnosis says what is wrong, and a script wants to
//! know it by the status that a call would have ended with.

use crate::cli::exit::Exit;
use crate::contract::types::ErrorCode;
use crate::doctor::{Cause, Located, StationName};

/// The status that a call would have ended with because of it. `before` is that of a failure before
/// the examination.
pub(super) fn of(located: &Located<'_>, before: Exit) -> Exit {
    match (&located.problem.cause, located.station) {
        (Cause::Answer(error), _) => Exit::from(&error.code),
        (Cause::Host(error), _) => Exit::from(&**error),
        (Cause::Request(failure), _) => of_request(failure.reason),
        (Cause::Trap(_), _) => Exit::TRAP,
        (_, StationName::Repositories) if located.problem.code == "repository-empty" => {
            Exit::from(&ErrorCode::EmptyRepository)
        }
        (_, StationName::Configuration) => before,
        (_, StationName::TokenSource) => Exit::TOKEN,
        _ => Exit::FINDINGS,
    }
}

fn of_request(reason: &str) -> Exit {
    match reason {
        "address-refused" => Exit::DENIED,
        "audit-failed" => Exit::UNEXPECTED,
        "certificate-refused" | "certificate-required" => Exit::UNREACHABLE,
        "connect-timeout" | "first-byte-timeout" | "stalled" | "too-slow" => Exit::TIMEOUT,
        "credential-unusable" => Exit::TOKEN,
        "encoded" => Exit::MALFORMED,
        "head-too-large" | "too-many-requests" => Exit::TOO_LARGE,
        reason if reason.starts_with("certificate-") => Exit::UNTRUSTED,
        _ => Exit::UNREACHABLE,
    }
}
