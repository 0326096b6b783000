//! From GitLab's status and body to an error; apart because this table is what people trust.

use super::{Failure, Mark, Purpose, denial, quote, stranger};
use crate::{
    bindings::types::{Conflict, ErrorCode, Party, Subject},
    model::Problem,
    retry,
    transport::Head,
};

/// Explain an answer that is not the one wanted. `now` is the wall clock.
pub(crate) fn from_answer(purpose: &Purpose, head: &Head, body: &[u8], now: i64) -> Failure {
    let problem = Problem::parse(body);
    let verdict = judge(purpose, head, body, &problem);
    // GitLab's own words begin with the status more often than not.
    let said = match problem.text() {
        "" => head.status.to_string(),
        text if is_said_in(text, head.status) => quote(text),
        text => format!("{}: {}", head.status, quote(text)),
    };
    let whose = match verdict.code {
        ErrorCode::NotTheApi(_) => "the answer has status",
        _ => "GitLab answered",
    };
    let message = format!("{}: {whose} {said}", purpose.action);
    let mut failure = Failure::new(verdict.code, message)
        .with_head(head)
        .with_mark(verdict.mark)
        .with_remedy_by(verdict.remedied_by);
    if let Some(hint) = verdict.hint {
        failure = failure.with_hint(hint);
    }
    match head.status {
        429 | 503 => failure.with_retry_after(retry::asked(head, now)),
        _ => failure,
    }
}

fn is_said_in(text: &str, status: u16) -> bool {
    text.strip_prefix(&status.to_string())
        .is_some_and(|rest| rest.starts_with(' '))
}

/// What an answer means, before it is put into words.
pub(super) struct Verdict {
    pub(super) code: ErrorCode,
    pub(super) hint: Option<String>,
    pub(super) remedied_by: Option<Party>,
    pub(super) mark: Option<Mark>,
}

impl Verdict {
    pub(super) fn new(code: ErrorCode) -> Self {
        Self {
            code,
            hint: None,
            remedied_by: None,
            mark: None,
        }
    }

    pub(super) fn hint(code: ErrorCode, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..Self::new(code)
        }
    }

    pub(super) fn by(mut self, party: Party) -> Self {
        self.remedied_by = Some(party);
        self
    }

    pub(super) fn with_mark(mut self, mark: Mark) -> Self {
        self.mark = Some(mark);
        self
    }
}

fn judge(purpose: &Purpose, head: &Head, body: &[u8], problem: &Problem) -> Verdict {
    if (300..400).contains(&head.status) {
        return redirected(head);
    }
    if head.status == 401
        && let Some(verdict) = stranger::challenge(head)
    {
        return verdict;
    }
    // A proxy's error page has the status that it likes; only 5xx and 429 are believed without a
    // body from GitLab, because Rack answers those in plain text or through a proxy.
    let is_foreign = head.media_type() == "text/html" && head.status != 429 && head.status < 500;
    if is_foreign || stranger::is_web_firewall(head, body) {
        return stranger::verdict(head, body);
    }
    match head.status {
        401 => denial::unauthenticated(problem),
        403 => denial::forbidden(problem),
        404 => missing(purpose, problem),
        405 => Verdict::new(ErrorCode::Unsupported(method_problem(problem))),
        406 => Verdict::hint(
            ErrorCode::Rejected(quote(problem.text())),
            "GitLab took the request for one of a browser on another site",
        ),
        409 => Verdict::new(ErrorCode::Conflict(conflict(problem))),
        413 | 414 => Verdict::new(ErrorCode::InvalidArgument("it is too long".to_owned())),
        429 => Verdict::hint(
            ErrorCode::RateLimited,
            "an administrator can raise GitLab's rate limits for this account",
        ),
        503 if problem.text().contains(MAINTENANCE) => Verdict::hint(
            ErrorCode::ReadOnly("maintenance".to_owned()),
            "an administrator of GitLab switched its maintenance mode on; reading works",
        ),
        500..=599 => Verdict::hint(
            ErrorCode::Unavailable,
            "look at GitLab's own logs for the request's name",
        ),
        200..=299 => Verdict::new(ErrorCode::Malformed(format!("status {}", head.status)))
            .with_mark(Mark::Senseless),
        // What GitLab refuses has one of a few statuses.
        status if !REFUSALS.contains(&status) => stranger::verdict(head, body),
        _ => Verdict::new(ErrorCode::Rejected(quote(problem.text()))),
    }
}

/// GitLab's own lock on a repository or a merge request passes by itself.
fn conflict(problem: &Problem) -> Conflict {
    match problem.text().contains("Resource lock") {
        true => Conflict::Locked,
        false => Conflict::Other(quote(problem.text())),
    }
}

/// Redirects are never followed, because the one that matters is known by its target.
fn redirected(head: &Head) -> Verdict {
    let location = head.field("location").unwrap_or_default();
    if let Some(id) = moved_to(location) {
        return Verdict::hint(
            ErrorCode::Moved(id.to_owned()),
            "read the repository by its identity",
        );
    }
    stranger::verdict(head, &[])
}

/// The id at the end of `…/api/v4/projects/42`. Its host and scheme are those of GitLab's own
/// `external_url`, or `http` all the same, so nothing else of it is used.
fn moved_to(location: &str) -> Option<&str> {
    let path = location.split(['?', '#']).next()?;
    let (before, id) = path.rsplit_once('/')?;
    let is_number = !id.is_empty() && id.len() <= 19 && id.bytes().all(|b| b.is_ascii_digit());
    (before.ends_with("/api/v4/projects") && is_number).then_some(id)
}

fn missing(purpose: &Purpose, problem: &Problem) -> Verdict {
    // GitLab's router, not one of its endpoints: the path did not arrive as it was sent, or this
    // version has no such endpoint.
    if problem.error == "404 Not Found" {
        return Verdict::hint(
            ErrorCode::NotFound(purpose.missing.clone()),
            "if it exists, the address of the connection may lack the path that GitLab lives below, or a \
             proxy in front of GitLab decodes `%2F` in addresses; with Apache, `AllowEncodedSlashes \
             NoDecode` and `nocanon` prevent that",
        )
        .with_mark(Mark::Unrouted);
    }
    let message = problem.message.as_str();
    let named = SUBJECTS.iter().find(|(name, _)| message.contains(name));
    let subject = named
        .map_or(&purpose.missing, |(_, subject)| subject)
        .clone();
    let code = ErrorCode::NotFound(subject);
    match code {
        ErrorCode::NotFound(Subject::Repository) => Verdict::hint(
            code,
            "GitLab hides what the account may not see: if it is there, make the token's account a \
             member of it or of its group, as Reporter to read code, as Developer to push, as \
             Maintainer to change settings and to have it listed by products",
        ),
        _ => Verdict::new(code),
    }
}

fn method_problem(problem: &Problem) -> String {
    match problem.error.starts_with("Offset pagination") {
        true => "a list that does not count pages, as this one is over GitLab's limit".to_owned(),
        false => quote(problem.text()),
    }
}

/// The statuses of GitLab's refusals that have no rule of their own.
const REFUSALS: &[u16] = &[400, 402, 408, 410, 411, 412, 415, 416, 422, 423, 424, 428];

/// What GitLab's maintenance mode says, in every version.
const MAINTENANCE: &str = "maintenance mode";

/// What GitLab's endpoints call what is missing.
const SUBJECTS: &[(&str, Subject)] = &[
    ("404 Project", Subject::Repository),
    ("404 Group", Subject::Repository),
    ("404 User", Subject::Repository),
    ("404 Commit", Subject::Commit),
    ("404 Tree", Subject::Commit),
    ("404 Branch", Subject::Reference),
    ("404 Tag", Subject::Reference),
    ("404 Ref", Subject::Reference),
    ("404 Blob", Subject::Blob),
    ("404 File", Subject::Path),
];

#[cfg(test)]
mod tests;
