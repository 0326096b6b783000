//! `connection.check`.

use super::forge::{Reply, Seen, run};
use crate::{
    bindings::{
        connection::Report,
        types::{CredentialProblem, Denial, Error, ErrorCode},
    },
    connection::check,
};

const VERSION: &str =
    r#"{"version":"18.6.0-ee","enterprise":true,"kas":{"externalK8sProxyUrl":null}}"#;
const USER: &str = r#"{"username":"root","name":"Root","state":"active","is_admin":true,"web_url":"https://forge.example/gitlab/root"}"#;
const TOKEN: &str =
    r#"{"name":"ours","scopes":["api","admin_mode"],"expires_at":"2026-12-31","revoked":false}"#;

fn ask(answer: impl Fn(&str) -> Option<Reply>) -> (Result<Report, Error>, Seen) {
    run(
        "connection.check",
        |line, _| {
            answer(line).unwrap_or_else(|| match line {
                "GET /version" => Reply::json(VERSION),
                "GET /user" => Reply::json(USER),
                _ => Reply::json(TOKEN),
            })
        },
        async |call| check(call).await.map_err(|failure| failure.into_error()),
    )
}

#[test]
fn a_good_connection_is_reported_without_findings() {
    let (report, seen) = ask(|_| None);
    let report = report.expect("it works");
    assert_eq!(report.version.as_deref(), Some("18.6.0-ee"));
    assert_eq!(report.edition.as_deref(), Some("enterprise"));
    assert_eq!(report.account.expect("is known").administrator, Some(true));
    assert_eq!(
        report.token.expect("is known").scopes,
        ["api", "admin_mode"]
    );
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(seen.requests.len(), 3);
}

#[test]
fn a_credential_that_is_not_accepted_is_an_error() {
    let (report, _) = ask(|_| {
        Some(Reply::status(
            401,
            r#"{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}"#,
        ))
    });
    assert!(matches!(
        report.expect_err("it expired").code,
        ErrorCode::Unauthenticated(CredentialProblem::Expired)
    ));
}

#[test]
fn a_missing_scope_is_a_finding() {
    let refusal =
        r#"{"error":"insufficient_scope","error_description":"x","scope":"api read_api"}"#;
    let (report, _) = ask(|line| match line {
        "GET /personal_access_tokens/self" => Some(Reply::json(
            r#"{"scopes":["read_repository"],"expires_at":"2026-12-31"}"#,
        )),
        _ => Some(Reply::status(403, refusal)),
    });
    let report = report.expect("it can be reported");
    let codes: Vec<_> = report
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(
        codes,
        [
            "token-without-api-scope",
            "version-unknown",
            "account-unknown"
        ]
    );
    assert!(report.account.is_none());
}

#[test]
fn a_blocked_account_is_an_error() {
    let (report, _) = ask(|_| {
        Some(Reply::status(
            403,
            r#"{"message":"403 Forbidden - Your account has been blocked"}"#,
        ))
    });
    assert!(matches!(
        report.expect_err("it is blocked").code,
        ErrorCode::Forbidden(Denial::Account(_))
    ));
}

#[test]
fn another_product_is_not_the_api() {
    let (report, _) = ask(|_| Some(Reply::status(404, r#"{"message":"not found"}"#)));
    assert!(matches!(
        report.expect_err("it is another").code,
        ErrorCode::NotTheApi(_)
    ));
    let (report, _) = ask(|_| Some(Reply::content(302, "").field("location", "/users/sign_in")));
    assert!(matches!(
        report.expect_err("it is a page").code,
        ErrorCode::NotTheApi(_)
    ));
}

#[test]
fn a_token_that_does_not_know_itself_is_reported_as_unknown() {
    let (report, _) = ask(|line| {
        (line == "GET /personal_access_tokens/self")
            .then(|| Reply::status(404, r#"{"message":"404 Not Found"}"#))
    });
    let report = report.expect("it works");
    assert!(report.token.is_none());
    assert_eq!(report.findings[0].code, "token-scopes-unknown");
}
