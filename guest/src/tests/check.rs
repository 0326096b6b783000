//! `connection.check`.

use std::cell::Cell;

use super::forge::{Reply, Seen, run};
use crate::{
    bindings::{
        connection::Report,
        types::{CredentialProblem, Denial, Error, ErrorCode, Party, Stranger},
    },
    connection::check,
    transport::BreakageKind,
};

const VERSION: &str =
    r#"{"version":"18.6.0-ee","enterprise":true,"kas":{"externalK8sProxyUrl":null}}"#;
const USER: &str = r#"{"username":"root","name":"Root","state":"active","is_admin":true,"web_url":"https://forge.example/gitlab/root"}"#;
const TOKEN: &str =
    r#"{"name":"ours","scopes":["api","admin_mode"],"expires_at":"2026-12-31","revoked":false}"#;

const SLASHES: &str = "GET /projects/-%2Fencoded-slash";

fn ask(answer: impl Fn(&str) -> Option<Reply>) -> (Result<Report, Error>, Seen) {
    run(
        "connection.check",
        |line, _| {
            answer(line).unwrap_or_else(|| match line {
                "GET /version" => Reply::json(VERSION),
                "GET /user" => Reply::json(USER),
                SLASHES => Reply::missing("Project"),
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
    assert_eq!(seen.requests.len(), 4);
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

fn codes(report: &Report) -> Vec<&str> {
    let findings = report.findings.iter();
    findings.map(|finding| finding.code.as_str()).collect()
}

const PLAIN_TOKEN: &str = r#"{"scopes":["api"],"expires_at":"2026-12-31"}"#;

#[test]
fn an_administrator_without_the_scope_is_asked_what_only_administrators_may_know() {
    let with = |limits: fn() -> Reply| {
        let (report, seen) = ask(|line| match line {
            "GET /personal_access_tokens/self" => Some(Reply::json(PLAIN_TOKEN)),
            "GET /application/plan_limits" => Some(limits()),
            _ => None,
        });
        assert_eq!(seen.requests.len(), 5);
        let report = report.expect("it can be reported");
        codes(&report).join(" ")
    };
    assert_eq!(with(|| Reply::json("{}")), "");
    let refused = || Reply::status(403, r#"{"message":"403 Forbidden"}"#);
    assert_eq!(with(refused), "admin-mode-required");
    assert_eq!(with(|| Reply::missing("Plan")), "admin-mode-not-covered");
}

#[test]
fn an_administrator_whose_token_does_not_know_itself_is_asked_as_well() {
    let (report, seen) = ask(|line| match line {
        "GET /personal_access_tokens/self" => Some(Reply::missing("Token")),
        "GET /application/plan_limits" => {
            Some(Reply::status(403, r#"{"message":"403 Forbidden"}"#))
        }
        _ => None,
    });
    assert_eq!(seen.requests.len(), 5);
    let report = report.expect("it can be reported");
    assert_eq!(
        codes(&report),
        ["admin-mode-required", "token-scopes-unknown"]
    );
}

#[test]
fn a_version_that_is_too_old_is_told_whatever_else_is_answered() {
    let old = || Some(Reply::json(r#"{"version":"14.10.5-ee"}"#));
    for (status, body) in [
        (405, r#"{"error":"405 Not Allowed"}"#),
        (400, r#"{"error":"id is invalid"}"#),
    ] {
        let (report, _) = ask(|line| match line {
            "GET /version" => old(),
            "GET /personal_access_tokens/self" => Some(Reply::status(status, body)),
            _ => None,
        });
        let report = report.expect("it can be reported");
        assert_eq!(
            codes(&report)[..2],
            ["version-too-old", "token-scopes-unknown"]
        );
        assert_eq!(report.account.expect("it is told").username, "root");
    }
    let (report, _) = ask(|line| match line {
        "GET /version" => old(),
        _ => Some(Reply::Broken(BreakageKind::TimedOut)),
    });
    let report = report.expect("it can be reported");
    assert_eq!(codes(&report)[0], "version-too-old");
}

#[test]
fn where_the_host_refuses_the_questions_the_report_is_made_without_them() {
    let (report, _) = ask(|line| match line {
        "GET /personal_access_tokens/self" => Some(Reply::json(PLAIN_TOKEN)),
        "GET /application/plan_limits" | SLASHES => Some(Reply::Broken(BreakageKind::Denied)),
        _ => None,
    });
    let report = report.expect("it can be reported");
    assert_eq!(codes(&report), ["admin-mode-not-covered"]);
}

#[test]
fn a_path_that_the_router_does_not_know_was_taken_apart() {
    let (report, _) =
        ask(|line| (line == SLASHES).then(|| Reply::status(404, r#"{"error":"404 Not Found"}"#)));
    let report = report.expect("it can be reported");
    assert_eq!(codes(&report), ["encoded-slash-decoded"]);
    let (report, _) = ask(|line| {
        (line == SLASHES)
            .then(|| Reply::content(404, "<h1>Not Found</h1>").field("content-type", "text/html"))
    });
    let report = report.expect("it can be reported");
    assert_eq!(codes(&report), ["encoded-slash-refused"]);
    let asked = Cell::new(0);
    let (report, _) = ask(|line| {
        let is_first = line == SLASHES && asked.replace(asked.get() + 1) == 0;
        is_first.then(|| Reply::content(404, "").field("content-type", "text/html"))
    });
    assert!(codes(&report.expect("it can be reported")).is_empty());
}

#[test]
fn the_rate_limit_is_that_of_its_real_span_and_of_the_last_answer() {
    let (report, _) = ask(|line| {
        let left = match line {
            "GET /version" => "90",
            "GET /user" => "89",
            _ => return None,
        };
        let observed = if left == "90" { "10" } else { "11" };
        let body = if left == "90" { VERSION } else { USER };
        Some(
            Reply::json(body)
                .field("RateLimit-Limit", "2")
                .field("RateLimit-Observed", observed)
                .field("RateLimit-Remaining", left)
                .field("RateLimit-Reset", "1767225600"),
        )
    });
    let limit = report.expect("it works").rate_limit.expect("it is told");
    assert_eq!((limit.limit, limit.remaining), (100, 89));
    assert_eq!(limit.resets_at, Some(1_767_225_600));
}

#[test]
fn a_web_firewall_is_told_and_not_asked_again() {
    let (report, seen) = ask(|_| {
        Some(
            Reply::content(503, "<title>Just a moment...</title>")
                .field("content-type", "text/html"),
        )
    });
    assert!(matches!(
        report.expect_err("it is a firewall").code,
        ErrorCode::NotTheApi(Stranger::WebFirewall)
    ));
    // What `%2F` meets is the one question that is asked twice.
    assert_eq!(seen.requests.len(), 5);
}

#[test]
fn where_everything_is_refused_without_a_reason_nothing_is_known_to_be_gitlab() {
    for (kind, body) in [
        ("application/json", r#"{"message":"Forbidden"}"#),
        ("application/json", r#"{"message":"403 Forbidden"}"#),
        ("application/json", r#"{"message":"Denied - by policy 7"}"#),
        ("text/plain", "Forbidden"),
    ] {
        let (report, _) = ask(|_| Some(Reply::content(403, body).field("content-type", kind)));
        let error = report.expect_err("nobody knows who that is");
        assert!(
            matches!(error.code, ErrorCode::NotTheApi(Stranger::WebFirewall)),
            "{body}: {error:?}"
        );
        assert_eq!(error.remedied_by, Some(Party::NetworkAdministrator));
    }
}

#[test]
fn where_gitlab_refuses_everything_for_a_reason_of_its_own_that_is_the_error() {
    let (report, _) = ask(|_| {
        let body = r#"{"message":"403 Forbidden - The moon is full"}"#;
        Some(Reply::status(403, body))
    });
    let error = report.expect_err("nothing works");
    assert!(
        matches!(&error.code, ErrorCode::Forbidden(Denial::Other(why)) if why == "The moon is full"),
        "{error:?}"
    );
}

#[test]
fn a_refusal_is_a_finding_where_anything_is_gitlabs_own() {
    let refused = || Some(Reply::status(403, r#"{"message":"403 Forbidden"}"#));
    for known in [
        "GET /version",
        "GET /user",
        "GET /personal_access_tokens/self",
        SLASHES,
    ] {
        let (report, _) = ask(|line| match line {
            line if line == known => None,
            _ => refused(),
        });
        assert!(report.is_ok(), "{known}: {report:?}");
    }
}

#[test]
fn what_answers_everything_with_an_empty_object_is_another_product() {
    for body in ["{}", r#"{"a":1}"#, "null", "[1]", "{"] {
        let (report, _) = ask(|_| Some(Reply::json(body)));
        let error = report.expect_err("it is another");
        assert!(
            matches!(&error.code, ErrorCode::NotTheApi(Stranger::Other(kind)) if kind == "application/json"),
            "{body}: {error:?}"
        );
    }
    for (status, body) in [(204, ""), (400, "{}"), (407, ""), (418, "{}")] {
        let (report, _) = ask(|_| Some(Reply::status(status, body)));
        let error = report.expect_err("it is another");
        let code = &error.code;
        assert!(
            matches!(code, ErrorCode::NotTheApi(Stranger::Other(_))),
            "{status}: {error:?}"
        );
    }
    let large = || Some(Reply::json(" ".repeat(33 * 1024 * 1024)));
    let error = ask(|_| large()).0.expect_err("it is another");
    assert!(matches!(error.code, ErrorCode::NotTheApi(_)), "{error:?}");
}

#[test]
fn an_account_without_a_name_and_a_token_without_a_scope_make_no_sense() {
    for blank in ["GET /user", "GET /personal_access_tokens/self"] {
        let (report, _) = ask(|line| (line == blank).then(|| Reply::json("{}")));
        let error = report.expect_err("it makes no sense");
        assert!(matches!(error.code, ErrorCode::Malformed(_)), "{error:?}");
    }
    let (report, _) = ask(|line| (line == "GET /version").then(|| Reply::json("{}")));
    assert_eq!(
        codes(&report.expect("it can be reported")),
        ["version-unknown"]
    );
}

#[test]
fn a_limit_is_told_soon_and_a_short_one_waited_for() {
    let limited = || Some(Reply::content(429, "Retry later\n"));
    let (report, seen) = ask(|_| limited());
    let error = report.expect_err("it is limited");
    assert!(matches!(error.code, ErrorCode::RateLimited), "{error:?}");
    assert!(seen.milliseconds <= 10_000, "{}", seen.milliseconds);
    let sent = Cell::new(0);
    let (report, _) = ask(|_| {
        sent.set(sent.get() + 1);
        (sent.get() == 1)
            .then(limited)
            .flatten()
            .map(|reply| reply.field("Retry-After", "3"))
    });
    assert!(report.is_ok(), "{report:?}");
}
