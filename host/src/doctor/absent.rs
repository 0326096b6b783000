//! Why a repository that is expected is not there: apart from those that are, because the forge is
//! asked for it, and its reasons have to come down to one.

use super::answer::{ADMIN_MODE, of_finding};
use super::problem::{Gravity, Party, Problem};
use super::repositories::{ExpectedRepository, Found, name, of_failure};
use crate::contract::repositories::{Absence, Filter, Repository, RepositoryRef};
use crate::contract::types::{ErrorCode, Finding, Severity, Subject};
use crate::error::Error;
use crate::outcome::Failure;
use crate::report::Report;
use crate::source::Source;

/// Ask the forge why it does not show a repository.
pub(super) async fn explain(
    source: &Source,
    expected: &ExpectedRepository,
    failure: Failure,
    report: &Report,
    found: &mut Found,
) {
    if let Failure::Host(Error::Refused(denial)) = &failure {
        found
            .problems
            .push(unnameable(&name(expected), denial.detail()));
        return;
    }
    let is_hidden = matches!(
        &failure,
        Failure::Answer(error) if matches!(error.code, ErrorCode::NotFound(Subject::Repository))
    );
    if is_hidden {
        // The path is what tells where to look; the identity alone is a number.
        let reference = match (&expected.reference, &expected.path) {
            (RepositoryRef::Id(_), Some(path)) => RepositoryRef::Path(path.clone()),
            (reference, _) => reference.clone(),
        };
        let absence = source.explain_absence(&reference, &everything()).await;
        if let Ok(absence) = absence.answer
            && let Some(problem) = of_absence(&absence, expected, found)
        {
            found.problems.push(problem);
            return;
        }
    }
    found.problems.push(of_failure(failure, report));
}

/// Why it is not there, as the forge knows it; nothing where that explains nothing.
fn of_absence(
    absence: &Absence,
    expected: &ExpectedRepository,
    found: &mut Found,
) -> Option<Problem> {
    let name = name(expected);
    if let (Some(other), RepositoryRef::Id(id)) = (&absence.repository, &expected.reference)
        && other.id != *id
    {
        found.names.push(other.path.clone());
        return Some(replaced(&name, id, other));
    }
    let reasons = &absence.reasons;
    // What the token lacks hides everything else.
    let mode = reasons.iter().position(|one| one.code == ADMIN_MODE);
    let first = reasons
        .iter()
        .position(|one| one.severity == Severity::Error);
    let decides = mode.or(first)?;
    let others = reasons.iter().enumerate().filter(|(at, _)| *at != decides);
    found
        .notes
        .extend(others.map(|(_, one)| one.message.clone()));
    of_reason(&reasons[decides], &name)
}

/// The number leads nowhere, and the path to something else.
fn replaced(path: &str, id: &str, other: &Repository) -> Problem {
    Problem::new(
        "repository-replaced",
        format!(
            "`{path}` is another repository now, number {}: the one that was connected, number {id}, is gone or hidden",
            other.id
        ),
        "if the new one is meant, connect it anew; else ask its owner what became of the one before",
        Party::User,
    )
}

fn of_reason(reason: &Finding, name: &str) -> Option<Problem> {
    let mut problem = of_finding(reason)?;
    if !problem.message.contains(name) {
        let seen = if problem.code == ADMIN_MODE {
            " cannot be seen"
        } else {
            ""
        };
        problem.message = format!("`{name}`{seen}: {}", problem.message);
    }
    // Elsewhere these words would be about something else.
    if matches!(
        &*problem.code,
        "hidden" | "moved" | "archived" | "pending-deletion"
    ) {
        problem.code = format!("repository-{}", problem.code);
    }
    problem.gravity = Gravity::Failure;
    Some(problem)
}

fn unnameable(name: &str, detail: &str) -> Problem {
    Problem::new(
        "repository-name-unusable",
        format!("`{name}` names no repository: {detail}"),
        "name it by its number, or by its full path with the group or the account before it",
        Party::User,
    )
}

/// A list that leaves nothing out.
fn everything() -> Filter {
    Filter {
        search: None,
        owner: None,
        minimum_access: None,
        member_only: false,
        include_archived: true,
    }
}
