//! What the plugin answered, as problems: apart because an error of the contract and a finding are
//! two forms of one thing to a person.

use super::observer::Way;
use super::problem::{Cause, Gravity, Party, Problem};
use super::seen;
use super::station::StationName;
use crate::contract::types::{
    self, Aspect, CredentialProblem, Denial, ErrorCode, Finding, Severity, Stranger,
};
use crate::outcome::{Failure, Trap};
use crate::report::Report;

/// Where a call failed, and why: as the host saw it, where it did.
pub(super) fn located(failure: Failure, report: &Report) -> (StationName, Problem) {
    match failure {
        Failure::Answer(error) => {
            let seen = report.failed_request().and_then(|one| one.failure());
            match seen.filter(|_| !error.code.is_settled_by_the_forge()) {
                Some(seen) => (StationName::Http, seen::problem(seen)),
                None => of_answer(error),
            }
        }
        Failure::Host(error) => (StationName::Http, Problem::of_host("host-failed", error)),
        Failure::Trap(trap) => (StationName::Http, of_trap(trap)),
    }
}

/// What a finding comes to; nothing for what is only good to know.
pub(super) fn of_finding(finding: &Finding) -> Option<Problem> {
    let gravity = match finding.severity {
        Severity::Error => Gravity::Failure,
        Severity::Warning => Gravity::Warning,
        Severity::Info => return None,
    };
    let hint = finding.hint.clone().unwrap_or_else(|| NO_HINT.to_owned());
    let party = finding.remedied_by.map_or(Party::User, Party::from);
    let mut problem = Problem::new(&*finding.code, &*finding.message, hint, party);
    problem.gravity = gravity;
    Some(problem.caused_by(Cause::Finding))
}

/// The station that a finding is about.
pub(super) fn station(about: Aspect) -> StationName {
    match about {
        Aspect::Address | Aspect::Api => StationName::Http,
        Aspect::Version => StationName::Version,
        Aspect::Token => StationName::Token,
        Aspect::Account => StationName::Account,
        Aspect::Repository => StationName::Repositories,
        Aspect::RateLimit => StationName::RateLimit,
    }
}

/// An error of the contract that the forge's own answer led to.
pub(super) fn of_answer(error: types::Error) -> (StationName, Problem) {
    let (station, code, party, happened) = words(&error.code);
    let said = error.message.trim();
    let message = match said.is_empty() || happened.is_empty() {
        true => format!("{happened}{said}"),
        false => format!("{happened}: {said}"),
    };
    let hint = error.hint.clone().unwrap_or_else(|| NO_HINT.to_owned());
    let problem = Problem::new(code, message, hint, party);
    (station, problem.caused_by(Cause::Answer(error)))
}

fn of_trap(trap: Trap) -> Problem {
    let hint = "it is a mistake of the plugin's: use another version of it";
    let message = format!("{trap}: {}", trap.detail);
    Problem::new("plugin-broke", message, hint, Party::User).caused_by(Cause::Trap(trap))
}

/// Where an error belongs, its stable name, who can do something, and what happened.
fn words(code: &ErrorCode) -> (StationName, String, Party, &'static str) {
    use Party::{ForgeAdministrator, NetworkAdministrator, User};
    let (station, name, party, happened) = match code {
        ErrorCode::Unauthenticated(problem) => return token(problem),
        ErrorCode::Forbidden(denial) => return denied(denial),
        ErrorCode::NotTheApi(stranger) => return strange(stranger),
        ErrorCode::RateLimited => (
            StationName::RateLimit,
            "rate-limited",
            ForgeAdministrator,
            "the forge asks to slow down",
        ),
        ErrorCode::Unsupported(_) => (
            StationName::Version,
            "unsupported",
            ForgeAdministrator,
            "the forge cannot do what is needed",
        ),
        ErrorCode::Unavailable => (
            StationName::Http,
            "unavailable",
            ForgeAdministrator,
            "the forge cannot serve now",
        ),
        ErrorCode::Timeout => (
            StationName::Http,
            "timeout",
            ForgeAdministrator,
            "there was no answer in time",
        ),
        ErrorCode::Malformed(_) => (
            StationName::Http,
            "malformed",
            NetworkAdministrator,
            "the forge's answer makes no sense",
        ),
        ErrorCode::Denied => (
            StationName::Http,
            "denied",
            User,
            "the host does not allow the request",
        ),
        ErrorCode::NotFound(_) => (
            StationName::Http,
            "not-found",
            User,
            "the forge does not know what was asked for",
        ),
        _ => (StationName::Http, "other", ForgeAdministrator, ""),
    };
    (station, name.to_owned(), party, happened)
}

fn token(problem: &CredentialProblem) -> (StationName, String, Party, &'static str) {
    let (name, happened) = match problem {
        CredentialProblem::Missing => ("token-missing", "no token arrived at the forge"),
        CredentialProblem::Invalid => ("token-unknown", "the forge does not know the token"),
        CredentialProblem::Expired => ("token-expired", "the token has expired"),
        CredentialProblem::Revoked => ("token-revoked", "the token was revoked"),
        CredentialProblem::Other(_) => ("token-refused", "the forge does not accept the token"),
    };
    let party = match problem {
        CredentialProblem::Missing => Party::NetworkAdministrator,
        _ => Party::User,
    };
    (StationName::Token, name.to_owned(), party, happened)
}

fn denied(denial: &Denial) -> (StationName, String, Party, &'static str) {
    let (station, name, party, happened) = match denial {
        Denial::Scope(_) => (
            StationName::Token,
            "scope-missing",
            Party::User,
            "the token lacks a scope",
        ),
        Denial::AdminMode => (
            StationName::Token,
            "admin-mode-required",
            Party::User,
            "the forge asks for its admin mode, which the token does not have",
        ),
        Denial::Role(_) => (
            StationName::Account,
            "role-too-low",
            Party::ForgeAdministrator,
            "the account's role is too low",
        ),
        Denial::Account(_) => (
            StationName::Account,
            "account-unusable",
            Party::ForgeAdministrator,
            "the account cannot be used",
        ),
        Denial::IpAddress => (
            StationName::Http,
            "ip-address-refused",
            Party::ForgeAdministrator,
            "the forge does not accept this machine's address",
        ),
        Denial::Other(_) => (
            StationName::Http,
            "forbidden",
            Party::ForgeAdministrator,
            "the forge refuses",
        ),
    };
    (station, name.to_owned(), party, happened)
}

fn strange(stranger: &Stranger) -> (StationName, String, Party, &'static str) {
    let (name, party, happened) = match stranger {
        Stranger::SignInPage => (
            "sign-in-page",
            Party::NetworkAdministrator,
            "a page to sign in at answers, and not the forge's API",
        ),
        Stranger::WebFirewall => (
            "web-firewall",
            Party::NetworkAdministrator,
            "a web firewall answers, and not the forge's API",
        ),
        Stranger::Redirect(_) => (
            "redirected",
            Party::User,
            "the forge's API is not there: what answers leads elsewhere",
        ),
        Stranger::Other(_) => (
            "not-the-api",
            Party::User,
            "what answers is not the forge's API",
        ),
    };
    (StationName::Http, name.to_owned(), party, happened)
}

impl From<types::Party> for Party {
    fn from(party: types::Party) -> Self {
        match party {
            types::Party::User => Self::User,
            types::Party::ForgeAdministrator => Self::ForgeAdministrator,
            types::Party::NetworkAdministrator => Self::NetworkAdministrator,
        }
    }
}

/// Names of people in what was told, for whoever passes it on.
pub(super) fn name_account(way: &mut Way<'_>, username: &str, display_name: &str) {
    way.name("account", username.to_owned());
    way.name("account", display_name.to_owned());
}

const NO_HINT: &str = "ask the forge's administrator";
