//! What the plugin answered, as problems: apart because an error of the contract and a finding are
//! two forms of one thing to a person.

use std::borrow::Cow;

use super::observer::Way;
use super::problem::{Cause, Gravity, Party, Problem};
use super::seen;
use super::station::StationName;
use crate::contract::types::{
    self, Aspect, CredentialProblem, Denial, ErrorCode, Finding, Severity, Stranger,
};
use crate::outcome::{Failure, Trap};
use crate::report::{Report, Request, RequestFailure};

/// Where a call failed, and why: as the host saw it, where it did.
pub(super) fn located(failure: Failure, report: &Report) -> (StationName, Problem) {
    match failure {
        Failure::Answer(error) => match deciding(&error, report) {
            Some(seen) => (StationName::Http, seen::problem(seen)),
            None => of_answer(error),
        },
        Failure::Host(error) => (StationName::Http, Problem::of_host("host-failed", error)),
        Failure::Trap(trap) => (StationName::Http, of_trap(trap)),
    }
}

/// What the host saw that led to an answer, where it is not the forge's own: a request that failed,
/// that no later one made up for, and that came no further than what the answer is about.
fn deciding<'a>(error: &types::Error, report: &'a Report) -> Option<&'a RequestFailure> {
    if error.code.is_settled_by_the_forge() {
        return None;
    }
    let requests = report.requests.iter().enumerate().rev();
    let mut failed = requests.filter(|(at, one)| {
        let is_same =
            |later: &&Request| (&later.method, &later.template) == (&one.method, &one.template);
        let later = &report.requests[at + 1..];
        let is_overcome = later
            .iter()
            .find(is_same)
            .is_some_and(|later| later.failure().is_none());
        !is_overcome && (error.status.is_none() || error.status == one.status)
    });
    failed.find_map(|(_, one)| one.failure())
}

/// What a finding comes to; nothing for what is only good to know.
pub(super) fn of_finding(finding: &Finding) -> Option<Problem> {
    let gravity = match finding.severity {
        Severity::Error => Gravity::Failure,
        Severity::Warning => Gravity::Warning,
        Severity::Info => return None,
    };
    let party = finding.remedied_by.map_or(Party::User, Party::from);
    let hint = finding.hint.clone();
    let hint = hint.unwrap_or_else(|| whom_to_ask(party).to_owned());
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
    let Words {
        station,
        code,
        party,
        happened,
    } = words(&error.code);
    let said = error.message.trim();
    let message = match said.is_empty() || happened.is_empty() {
        true => format!("{happened}{said}"),
        false => format!("{happened}: {said}"),
    };
    let party = error.remedied_by.map_or(party, Party::from);
    let hint = error.hint.clone().unwrap_or_else(|| {
        let hint = match error.code {
            ErrorCode::Malformed(_) => SENSELESS,
            _ => whom_to_ask(party),
        };
        hint.to_owned()
    });
    let problem = Problem::new(code, message, hint, party);
    (station, problem.caused_by(Cause::Answer(error)))
}

fn of_trap(trap: Trap) -> Problem {
    let hint = "it is a mistake of the plugin's: use another version of it";
    let message = format!("{trap}: {}", trap.detail);
    Problem::new("plugin-broke", message, hint, Party::User).caused_by(Cause::Trap(trap))
}

/// What an error of the contract comes to.
struct Words {
    /// Where it belongs.
    station: StationName,
    /// Its stable name.
    code: &'static str,
    /// Who can do something about it.
    party: Party,
    /// What happened.
    happened: Cow<'static, str>,
}

impl Words {
    fn new(
        station: StationName,
        code: &'static str,
        party: Party,
        happened: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            station,
            code,
            party,
            happened: happened.into(),
        }
    }
}

fn words(code: &ErrorCode) -> Words {
    use Party::{ForgeAdministrator, NetworkAdministrator, User};
    match code {
        ErrorCode::Unauthenticated(problem) => token(problem),
        ErrorCode::Forbidden(denial) => denied(denial),
        ErrorCode::NotTheApi(stranger) => strange(stranger),
        ErrorCode::RateLimited => Words::new(
            StationName::RateLimit,
            "rate-limited",
            ForgeAdministrator,
            "the forge asks to slow down",
        ),
        ErrorCode::Unsupported(_) => Words::new(
            StationName::Version,
            "unsupported",
            ForgeAdministrator,
            "the forge cannot do what is needed",
        ),
        ErrorCode::Unavailable => Words::new(
            StationName::Http,
            "unavailable",
            ForgeAdministrator,
            "the forge cannot serve now",
        ),
        ErrorCode::Timeout => Words::new(
            StationName::Http,
            "timeout",
            ForgeAdministrator,
            "there was no answer in time",
        ),
        ErrorCode::Malformed(_) => Words::new(
            StationName::Http,
            "malformed",
            NetworkAdministrator,
            "the forge's answer makes no sense",
        ),
        ErrorCode::Denied => Words::new(
            StationName::Http,
            "denied",
            User,
            "the host does not allow the request",
        ),
        ErrorCode::NotFound(_) => Words::new(
            StationName::Http,
            "not-found",
            User,
            "the forge does not know what was asked for",
        ),
        _ => Words::new(StationName::Http, "other", ForgeAdministrator, ""),
    }
}

fn token(problem: &CredentialProblem) -> Words {
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
    Words::new(StationName::Token, name, party, happened)
}

fn denied(denial: &Denial) -> Words {
    match denial {
        Denial::Scope(scope) => Words::new(
            StationName::Token,
            "scope-missing",
            Party::User,
            format!("the token lacks the scope `{scope}`"),
        ),
        Denial::AdminMode => Words::new(
            StationName::Token,
            ADMIN_MODE,
            Party::User,
            "the forge asks for its admin mode, which the token does not have",
        ),
        Denial::Role(_) => Words::new(
            StationName::Account,
            "role-too-low",
            Party::ForgeAdministrator,
            "the account's role is too low",
        ),
        // What is to be done in an account, only its owner can: sign in, accept, set up. Where it
        // is somebody else, the plugin says so.
        Denial::Account(why) => Words::new(
            StationName::Account,
            "account-unusable",
            Party::User,
            with("the account cannot be used", why),
        ),
        Denial::IpAddress => Words::new(
            StationName::Http,
            "ip-address-refused",
            Party::ForgeAdministrator,
            "the forge does not accept this machine's address",
        ),
        Denial::Other(_) => Words::new(
            StationName::Http,
            "forbidden",
            Party::ForgeAdministrator,
            "the forge refuses",
        ),
    }
}

fn strange(stranger: &Stranger) -> Words {
    let (name, party, happened): (_, _, Cow<'static, str>) = match stranger {
        Stranger::SignInPage => (
            "sign-in-page",
            Party::NetworkAdministrator,
            "a page to sign in at answers, and not the forge's API".into(),
        ),
        Stranger::WebFirewall => (
            "web-firewall",
            Party::NetworkAdministrator,
            "a web firewall answers, and not the forge's API".into(),
        ),
        Stranger::Redirect(to) => (
            "redirected",
            Party::User,
            match to.is_empty() {
                true => "the forge's API is not there: what answers leads elsewhere".into(),
                false => {
                    format!("the forge's API is not there: what answers leads to `{to}`").into()
                }
            },
        ),
        Stranger::Other(_) => (
            "not-the-api",
            Party::User,
            "what answers is not the forge's API".into(),
        ),
    };
    Words::new(StationName::Http, name, party, happened)
}

fn with(what: &'static str, why: &str) -> Cow<'static, str> {
    match why.is_empty() {
        true => what.into(),
        false => format!("{what}: {why}").into(),
    }
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

/// What to do where nobody says it: the very party that is named beside it.
fn whom_to_ask(party: Party) -> &'static str {
    match party {
        Party::User | Party::ForgeAdministrator => "ask the forge's administrator",
        Party::NetworkAdministrator => {
            "ask whoever runs what stands between here and the forge: a proxy, a load balancer, a firewall"
        }
    }
}

/// What to do about an answer that makes no sense, whichever command met it.
pub(crate) const SENSELESS: &str = "ask whoever runs what stands between here and the forge whether it changes answers; if nothing does, tell whoever made the plugin, with what the command says with `-vv`";

/// What both a finding and an error of the contract are called.
pub(super) const ADMIN_MODE: &str = "admin-mode-required";

#[cfg(test)]
mod tests;
