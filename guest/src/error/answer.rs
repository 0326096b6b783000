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
    let said = match problem.text() {
        "" => String::new(),
        text => format!(": {}", quote(text)),
    };
    let whose = match verdict.code {
        ErrorCode::NotTheApi(_) => "the answer has status",
        _ => "GitLab answered",
    };
    let message = format!("{}: {whose} {}{said}", purpose.action, head.status);
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
    // A proxy's error page has the status that it likes; only 5xx and 429 are believed without a
    // body from GitLab, because Rack answers those in plain text or through a proxy.
    let is_foreign = head.media_type() == "text/html" && head.status != 429 && head.status < 500;
    if is_foreign || stranger::is_web_firewall(head, body) {
        return stranger::verdict(head, body);
    }
    if head.status == 401
        && let Some(verdict) = stranger::challenge(head)
    {
        return verdict;
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
        200..=299 => Verdict::new(ErrorCode::Malformed(format!("status {}", head.status))),
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
            "if it exists, a proxy in front of GitLab may decode `%2F` in addresses; with Apache, \
             `AllowEncodedSlashes NoDecode` and `nocanon` prevent that",
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
mod tests {
    use super::*;
    use crate::bindings::types::{CredentialProblem, Denial, Stranger};

    fn explain(status: u16, kind: &str, body: &str) -> Failure {
        explain_with(status, &[("content-type", kind)], body)
    }

    fn explain_with(status: u16, fields: &[(&str, &str)], body: &str) -> Failure {
        let head = Head::of(status, fields);
        let purpose = Purpose::new("reading it", Subject::Path);
        from_answer(&purpose, &head, body.as_bytes(), 1_000)
    }

    fn json(status: u16, body: &str) -> ErrorCode {
        explain(status, "application/json", body).into_error().code
    }

    #[test]
    fn what_is_wrong_with_a_credential_is_told_apart() {
        let problem = |body| match json(401, body) {
            ErrorCode::Unauthenticated(problem) => problem,
            other => panic!("{other:?}"),
        };
        assert!(matches!(
            problem(r#"{"message":"401 Unauthorized"}"#),
            CredentialProblem::Invalid
        ));
        assert!(matches!(
            problem(
                r#"{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}"#
            ),
            CredentialProblem::Expired
        ));
        assert!(matches!(
            problem(
                r#"{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}"#
            ),
            CredentialProblem::Revoked
        ));
        assert!(matches!(
            problem(r#"{"error":"dpop_error","error_description":"DPoP header is missing"}"#),
            CredentialProblem::Other(_)
        ));
    }

    #[test]
    fn refusals_are_told_apart() {
        let denial = |body| match json(403, body) {
            ErrorCode::Forbidden(denial) => denial,
            other => panic!("{other:?}"),
        };
        assert!(matches!(
            denial(r#"{"error":"insufficient_scope","error_description":"x","scope":"api read_api"}"#),
            Denial::Scope(scope) if scope == "api read_api"
        ));
        assert!(matches!(
            denial(r#"{"error":"insufficient_granular_scope","error_description":"needs read_commit"}"#),
            Denial::Scope(scope) if scope == "needs read_commit"
        ));
        assert!(matches!(
            denial(r#"{"message":"403 Forbidden - Your account has been blocked"}"#),
            Denial::Account(reason) if reason == "it is blocked"
        ));
        assert!(matches!(
            denial(r#"{"message":"403 Forbidden - admin mode required"}"#),
            Denial::AdminMode
        ));
        assert!(matches!(
            denial(r#"{"message":"403 Forbidden - Your IP address is not allowed"}"#),
            Denial::IpAddress
        ));
        assert!(matches!(
            denial(r#"{"message":"403 Forbidden"}"#),
            Denial::Role(role) if role.is_empty()
        ));
        for words in [
            "403 Forbidden - The merge request is locked",
            "403 Forbidden - 2fa0c1 is not in your account's terms",
            "Your account has been blocked",
        ] {
            let body = format!(r#"{{"message":"{words}"}}"#);
            let other = json(403, &body);
            assert!(
                !matches!(other, ErrorCode::Forbidden(Denial::Account(_))),
                "{other:?}"
            );
        }
    }

    #[test]
    fn what_is_missing_is_named_as_gitlab_names_it() {
        let subject = |body| match json(404, body) {
            ErrorCode::NotFound(subject) => subject,
            other => panic!("{other:?}"),
        };
        assert!(matches!(
            subject(r#"{"message":"404 Project Not Found"}"#),
            Subject::Repository
        ));
        assert!(matches!(
            subject(r#"{"message":"404 Tree Not Found"}"#),
            Subject::Commit
        ));
        assert!(matches!(
            subject(r#"{"message":"404 Ref Not Found"}"#),
            Subject::Reference
        ));
        assert!(matches!(
            subject(r#"{"message":"404 Blob Not Found"}"#),
            Subject::Blob
        ));
        assert!(matches!(
            subject(r#"{"message":"404 invalid revision"}"#),
            Subject::Path
        ));
    }

    #[test]
    fn an_unknown_route_hints_at_proxies_that_decode_slashes() {
        let failure = explain(404, "application/json", r#"{"error":"404 Not Found"}"#);
        assert!(failure.hint().expect("there is a hint").contains("%2F"));
    }

    #[test]
    fn a_moved_repository_gives_its_identity_whatever_the_host_of_its_address() {
        let location = ("location", "http://other.example/gitlab/api/v4/projects/42");
        let code = explain_with(301, &[location], "This resource has been moved")
            .into_error()
            .code;
        assert!(matches!(code, ErrorCode::Moved(id) if id == "42"));
    }

    #[test]
    fn a_challenge_that_is_not_gitlabs_says_nothing_of_the_token() {
        let challenge = ("www-authenticate", "Negotiate");
        let failure = explain_with(401, &[challenge, ("content-type", "text/plain")], "");
        assert!(
            matches!(failure.code(), ErrorCode::NotTheApi(Stranger::SignInPage)),
            "{failure:?}"
        );
        assert!(
            failure
                .hint()
                .expect("there is one")
                .contains("`Negotiate`")
        );
        let own = (
            "www-authenticate",
            r#"Bearer realm="Protected by OAuth 2.0""#,
        );
        let fields = [own, ("content-type", "application/json")];
        let failure = explain_with(401, &fields, r#"{"message":"401 Unauthorized"}"#);
        assert!(matches!(failure.code(), ErrorCode::Unauthenticated(_)));
        let failure = explain(401, "text/plain", "");
        assert!(matches!(failure.code(), ErrorCode::Unauthenticated(_)));
    }

    #[test]
    fn any_other_redirect_is_not_the_api() {
        for location in [
            "https://h/users/sign_in?token=secret",
            "https://h/api/v4/projects/web%2Fshop",
            "",
        ] {
            let failure = explain_with(302, &[("location", location)], "");
            assert!(
                matches!(failure.code(), ErrorCode::NotTheApi(_)),
                "{location}"
            );
            assert!(!failure.hint().unwrap_or_default().contains("secret"));
        }
    }

    #[test]
    fn a_page_for_people_is_not_the_api() {
        let failure = explain(403, "text/html; charset=utf-8", "<html>");
        assert!(
            matches!(failure.code(), ErrorCode::NotTheApi(Stranger::Other(kind)) if kind == "text/html")
        );
        assert_eq!(failure.message(), "reading it: the answer has status 403");
    }

    #[test]
    fn both_shapes_of_429_are_rate_limits() {
        for (kind, body) in [
            ("text/plain", "Retry later\n"),
            (
                "application/json",
                r#"{"message":{"error":"Try again later."}}"#,
            ),
        ] {
            let fields = [("content-type", kind), ("retry-after", "7")];
            let error = explain_with(429, &fields, body).into_error();
            assert!(matches!(error.code, ErrorCode::RateLimited));
            assert_eq!(error.retry_after, Some(7_000));
        }
    }

    #[test]
    fn a_servers_own_failure_is_unavailable_even_from_a_proxy() {
        let failure = explain(502, "text/html", "<html>");
        assert!(matches!(failure.code(), ErrorCode::Unavailable));
        assert_eq!(failure.status(), Some(502));
    }

    #[test]
    fn the_offset_limit_is_not_a_refused_method() {
        let code = json(
            405,
            r#"{"error":"Offset pagination has a maximum allowed offset of 50000"}"#,
        );
        assert!(matches!(code, ErrorCode::Unsupported(need) if need.contains("limit")));
    }

    #[test]
    fn other_refusals_keep_gitlabs_words() {
        assert!(
            matches!(json(400, r#"{"error":"per_page is bad"}"#), ErrorCode::Rejected(text) if text == "per_page is bad")
        );
        assert!(matches!(json(406, "{}"), ErrorCode::Rejected(_)));
        assert!(matches!(json(409, "{}"), ErrorCode::Conflict(_)));
        assert!(matches!(json(414, "{}"), ErrorCode::InvalidArgument(_)));
        assert!(matches!(json(204, ""), ErrorCode::Malformed(_)));
    }

    #[test]
    fn the_request_id_is_kept_and_made_harmless() {
        let fields = [
            ("content-type", "application/json"),
            ("x-request-id", "01H\u{7}"),
        ];
        let error = explain_with(500, &fields, "{}").into_error();
        assert_eq!(error.request_id.as_deref(), Some("01H\u{FFFD}"));
    }
}
