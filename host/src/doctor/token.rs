//! The station of the token's source: apart because it is looked at without the token.

use time::OffsetDateTime;

use super::certificates::rfc3339;
use super::observer::Way;
use super::problem::{Party, Problem};
use super::station::StationName;
use crate::credential::{Inspection, TokenProblemKind};

/// Tell everything of the token but what it is.
pub(super) fn visit(inspection: &Inspection, way: &mut Way<'_>) {
    let mut visit = way.begin(StationName::TokenSource);
    visit.fact("place", inspection.place.clone());
    if let Some(bytes) = inspection.bytes {
        visit.fact("bytes", bytes.to_string());
    }
    if let Some(written) = written(inspection) {
        visit.fact("written", written);
    }
    if inspection.is_trimmed {
        visit.fact("left-out", "a line break at its end");
    }
    if let Some(problem) = &inspection.problem {
        let (code, hint) = words(problem.kind);
        let message = format!(
            "the token from {} cannot be used: {}",
            inspection.place, problem.detail
        );
        visit.problem(Problem::new(code, message, hint, Party::User));
    }
    if inspection.is_readable_by_others {
        visit.problem(readable(inspection));
    }
    way.end(visit.end());
}

/// When the token's file was written last.
pub(super) fn written(inspection: &Inspection) -> Option<String> {
    inspection
        .written
        .map(|time| rfc3339(OffsetDateTime::from(time)))
}

fn words(kind: TokenProblemKind) -> (&'static str, &'static str) {
    match kind {
        TokenProblemKind::Empty => ("token-empty", "put the token there, and nothing else"),
        TokenProblemKind::Malformed => (
            "token-malformed",
            "put nothing there but the token itself, in one line, as the forge showed it",
        ),
        TokenProblemKind::NotSet => (
            "token-variable-missing",
            "set the variable in the environment of this process, or name a file with the token",
        ),
        TokenProblemKind::Unreadable => (
            "token-file-unreadable",
            "check the path, and that the account of this process may read the file",
        ),
    }
}

fn readable(inspection: &Inspection) -> Problem {
    Problem::new(
        "token-readable-by-others",
        format!(
            "everybody on this machine can read the token in {}",
            inspection.place
        ),
        "`chmod 600` leaves it to its owner; a secret that is mounted into a container is often meant so",
        Party::User,
    )
    .advice()
}
