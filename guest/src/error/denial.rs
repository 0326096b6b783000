//! The forms of 401 and 403; apart because most of GitLab's words are in them.

use super::{Mark, account, answer::Verdict, quote};
use crate::{
    bindings::types::{CredentialProblem, Denial, ErrorCode},
    model::Problem,
};

pub(super) fn unauthenticated(problem: &Problem) -> Verdict {
    let description = problem.description.to_lowercase();
    let (problem, hint) = if description.contains("expired") {
        (
            CredentialProblem::Expired,
            "make a new token in GitLab and enter it",
        )
    } else if description.contains("revoked") {
        (
            CredentialProblem::Revoked,
            "make a new token in GitLab and enter it",
        )
    } else if problem.error == "dpop_error" {
        (
            CredentialProblem::Other(quote(problem.text())),
            "the account asks for proof of possession, which a plain token does not give",
        )
    } else if description.contains("impersonation") {
        (
            CredentialProblem::Other(quote(problem.text())),
            "use a personal access token",
        )
    } else {
        (
            CredentialProblem::Invalid,
            "check that the token was copied whole and belongs to this GitLab",
        )
    };
    Verdict::hint(ErrorCode::Unauthenticated(problem), hint)
}

pub(super) fn forbidden(problem: &Problem) -> Verdict {
    let (denial, hint) = match problem.error.as_str() {
        "insufficient_scope" => (
            Denial::Scope(quote(or(&problem.scope, "api"))),
            "make a token with the scope `api`",
        ),
        "insufficient_granular_scope" => {
            let needed = quote(or(&problem.description, problem.text()));
            let hint = "the token is a fine-grained one: give it that permission, or use one with the \
                        scope `api`";
            return Verdict::hint(ErrorCode::Forbidden(Denial::Scope(needed)), hint)
                .with_mark(Mark::FineGrained);
        }
        _ => match of_account(problem) {
            Some(verdict) => return verdict,
            None => by_message(problem),
        },
    };
    let is_explained = match denial {
        Denial::Role(_) => false,
        // GitLab's own reasons begin like that.
        Denial::Other(_) => problem.text().starts_with(REASON_FOLLOWS),
        _ => true,
    };
    let verdict = Verdict::hint(ErrorCode::Forbidden(denial), hint);
    match is_explained {
        true => verdict,
        false => verdict.with_mark(Mark::Unexplained),
    }
}

/// GitLab appends the reason to `403 Forbidden`.
fn of_account(problem: &Problem) -> Option<Verdict> {
    let reason = problem.text().strip_prefix(REASON_FOLLOWS)?;
    let state = account::state(reason)?;
    let why = match state.name {
        "" => quote(reason),
        name => name.to_owned(),
    };
    let verdict = Verdict::hint(ErrorCode::Forbidden(Denial::Account(why)), state.hint);
    Some(verdict.by(state.remedied_by))
}

/// Any other reason; its words are matched loosely, because they change
/// between versions and instances.
fn by_message(problem: &Problem) -> (Denial, &'static str) {
    let text = problem.text();
    let lower = text.to_lowercase();
    let reason = text.split_once(" - ").map_or("", |(_, reason)| reason);
    let mentions = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if mentions(&["admin mode", "admin_mode"]) {
        return (
            Denial::AdminMode,
            "make a token that also has the scope `admin_mode`",
        );
    }
    if mentions(&["ip address", "ip restriction", "ip ranges"]) {
        return (
            Denial::IpAddress,
            "add this host's address to those that GitLab accepts",
        );
    }
    match reason.is_empty() {
        true => (
            Denial::Role(String::new()),
            "the token's owner needs a higher role there, at least Reporter to read code",
        ),
        false => (Denial::Other(quote(reason)), "GitLab names the reason"),
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    match text.is_empty() {
        true => otherwise,
        false => text,
    }
}

const REASON_FOLLOWS: &str = "403 Forbidden - ";
