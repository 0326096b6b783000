//! The contract's values as words and times for people and programs: apart so that a value has
//! the same name wherever it is shown.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::contract::git::{ChangeKind, EntryKind, RefKind};
use crate::contract::repositories::{Access, State, Visibility};
use crate::contract::types::{
    Aspect, Conflict, CredentialProblem, Denial, ErrorCode, Party, Severity, Stranger, Subject,
    Timestamp,
};

pub(crate) fn visibility(visibility: Visibility) -> String {
    match visibility {
        Visibility::Public => "public".into(),
        Visibility::Internal => "internal".into(),
        Visibility::Private => "private".into(),
        Visibility::Other(word) => word,
    }
}

pub(crate) fn access(access: Access) -> String {
    match access {
        Access::None => "none".into(),
        Access::Guest => "guest".into(),
        Access::Reporter => "reporter".into(),
        Access::Developer => "developer".into(),
        Access::Maintainer => "maintainer".into(),
        Access::Owner => "owner".into(),
        Access::Other(word) => word,
    }
}

pub(crate) fn state(state: State) -> String {
    match state {
        State::Active => "active".into(),
        State::Archived => "archived".into(),
        State::PendingDeletion => "pending-deletion".into(),
        State::Other(word) => word,
    }
}

pub(crate) fn reference_kind(kind: RefKind) -> &'static str {
    match kind {
        RefKind::Branch => "branch",
        RefKind::Tag => "tag",
    }
}

pub(crate) fn entry_kind(kind: EntryKind) -> String {
    match kind {
        EntryKind::File => "file".into(),
        EntryKind::Executable => "executable".into(),
        EntryKind::Symlink => "symlink".into(),
        EntryKind::Directory => "directory".into(),
        EntryKind::Submodule => "submodule".into(),
        EntryKind::Other(mode) => mode,
    }
}

pub(crate) fn change_kind(kind: ChangeKind) -> String {
    match kind {
        ChangeKind::Added => "added".into(),
        ChangeKind::Modified => "modified".into(),
        ChangeKind::Deleted => "deleted".into(),
        ChangeKind::Renamed => "renamed".into(),
        ChangeKind::Copied => "copied".into(),
        ChangeKind::KindChanged => "kind-changed".into(),
        ChangeKind::Other(word) => word,
    }
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

pub(crate) fn aspect(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Address => "address",
        Aspect::Api => "api",
        Aspect::Version => "version",
        Aspect::Token => "token",
        Aspect::Account => "account",
        Aspect::Repository => "repository",
        Aspect::RateLimit => "rate-limit",
    }
}

pub(crate) fn party(party: Party) -> &'static str {
    match party {
        Party::User => "user",
        Party::ForgeAdministrator => "forge-administrator",
        Party::NetworkAdministrator => "network-administrator",
    }
}

/// What the case of an error says beyond its name.
pub(crate) fn error_detail(code: &ErrorCode) -> Option<String> {
    let (word, payload) = match code {
        ErrorCode::Unauthenticated(problem) => credential_problem(problem),
        ErrorCode::Forbidden(denial) => denial_words(denial),
        ErrorCode::NotFound(subject) => subject_words(subject),
        ErrorCode::Conflict(conflict) => conflict_words(conflict),
        ErrorCode::NotTheApi(stranger) => stranger_words(stranger),
        ErrorCode::TooLarge(limit) => return Some(limit.to_string()),
        ErrorCode::Moved(text)
        | ErrorCode::ReadOnly(text)
        | ErrorCode::InvalidArgument(text)
        | ErrorCode::Rejected(text)
        | ErrorCode::Unsupported(text)
        | ErrorCode::Malformed(text)
        | ErrorCode::BaseMissing(text)
        | ErrorCode::Other(text) => return Some(text.clone()),
        ErrorCode::EmptyRepository
        | ErrorCode::NotReady
        | ErrorCode::RateLimited
        | ErrorCode::Unavailable
        | ErrorCode::Timeout
        | ErrorCode::Unreachable
        | ErrorCode::Untrusted
        | ErrorCode::Denied
        | ErrorCode::OutcomeUnknown => return None,
    };
    Some(match payload.filter(|text| !text.is_empty()) {
        Some(payload) => format!("{word}: {payload}"),
        None => word.to_owned(),
    })
}

fn credential_problem(problem: &CredentialProblem) -> (&'static str, Option<&str>) {
    match problem {
        CredentialProblem::Missing => ("missing", None),
        CredentialProblem::Invalid => ("invalid", None),
        CredentialProblem::Expired => ("expired", None),
        CredentialProblem::Revoked => ("revoked", None),
        CredentialProblem::Other(text) => ("other", Some(text)),
    }
}

fn denial_words(denial: &Denial) -> (&'static str, Option<&str>) {
    match denial {
        Denial::Scope(scope) => ("scope", Some(scope)),
        Denial::Role(role) => ("role", Some(role)),
        Denial::AdminMode => ("admin-mode", None),
        Denial::Account(text) => ("account", Some(text)),
        Denial::IpAddress => ("ip-address", None),
        Denial::Other(text) => ("other", Some(text)),
    }
}

fn subject_words(subject: &Subject) -> (&'static str, Option<&str>) {
    match subject {
        Subject::Repository => ("repository", None),
        Subject::Reference => ("reference", None),
        Subject::Path => ("path", None),
        Subject::Commit => ("commit", None),
        Subject::Blob => ("blob", None),
        Subject::PullRequest => ("pull-request", None),
        Subject::Comment => ("comment", None),
        Subject::Webhook => ("webhook", None),
        Subject::Other(text) => ("other", Some(text)),
    }
}

fn conflict_words(conflict: &Conflict) -> (&'static str, Option<&str>) {
    match conflict {
        Conflict::AlreadyExists => ("already-exists", None),
        Conflict::HeadMoved(commit) => ("head-moved", Some(commit)),
        Conflict::FileChanged(path) => ("file-changed", Some(path)),
        Conflict::Locked => ("locked", None),
        Conflict::NotMergeable(text) => ("not-mergeable", Some(text)),
        Conflict::Other(text) => ("other", Some(text)),
    }
}

fn stranger_words(stranger: &Stranger) -> (&'static str, Option<&str>) {
    match stranger {
        Stranger::SignInPage => ("sign-in-page", None),
        Stranger::WebFirewall => ("web-firewall", None),
        Stranger::Redirect(place) => ("redirect", Some(place)),
        Stranger::Other(text) => ("other", Some(text)),
    }
}

/// A time in RFC 3339; one that no calendar has, as the number that it is.
pub(crate) fn date_time(seconds: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("@{seconds}"))
}

/// Days from now until then, of which one that has begun counts; none or fewer if it is over.
pub(crate) fn days_until(seconds: Timestamp) -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    -now.saturating_sub(seconds).div_euclid(24 * 3600)
}

/// A number with its thousands apart.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The beginning of an object's name, as people are used to see it.
pub(crate) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_no_calendar_has_is_shown_as_a_number() {
        assert_eq!(date_time(0), "1970-01-01T00:00:00Z");
        assert_eq!(date_time(i64::MAX), "@9223372036854775807");
        assert!(days_until(0) < 0 && days_until(i64::MAX) > 0);
    }

    #[test]
    fn thousands_stand_apart() {
        let written = [0, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(written, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_day_that_has_begun_is_left() {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let day = 24 * 3600;
        for (seconds, days) in [(-day, -1), (-1, 0), (60, 1), (day + 60, 2)] {
            assert_eq!(days_until(now + seconds), days, "{seconds}");
        }
    }

    #[test]
    fn an_error_says_what_its_case_carries() {
        let detail = |code| error_detail(&code);
        assert_eq!(
            detail(ErrorCode::Forbidden(Denial::Scope("api".into()))).unwrap(),
            "scope: api"
        );
        assert_eq!(
            detail(ErrorCode::Forbidden(Denial::Role(String::new()))).unwrap(),
            "role"
        );
        assert_eq!(detail(ErrorCode::NotFound(Subject::Path)).unwrap(), "path");
        assert_eq!(detail(ErrorCode::TooLarge(5)).unwrap(), "5");
        assert_eq!(detail(ErrorCode::Timeout), None);
    }
}
