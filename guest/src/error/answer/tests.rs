//! Answers one by one; apart because they are more than the rules.

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
