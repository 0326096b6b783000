//! Findings one by one; apart because they are more than the rules.

use super::*;
use crate::error::Failure;

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;

fn told<D: serde::de::DeserializeOwned>(json: &str) -> Asked<D> {
    Asked::Told(serde_json::from_str(json).expect("is one"))
}

fn refused<D>(denial: Denial) -> Asked<D> {
    Asked::Refused(Failure::new(ErrorCode::Forbidden(denial), "refused"))
}

fn good() -> Facts<'static> {
    Facts {
        version: told(r#"{"version":"17.7.0-ee"}"#),
        user: told(
            r#"{"username":"root","state":"active","is_admin":true,"web_url":"https://h/gitlab/root"}"#,
        ),
        token: told(r#"{"scopes":["api","admin_mode"],"expires_at":"2026-12-31"}"#),
        base_url: "https://H:443/gitlab",
        now: NOW,
    }
}

fn codes(facts: &Facts<'_>) -> Vec<String> {
    all(facts).into_iter().map(|finding| finding.code).collect()
}

#[test]
fn a_good_connection_has_no_findings() {
    assert!(codes(&good()).is_empty());
}

#[test]
fn an_old_version_is_an_error_and_an_unknown_one_a_warning() {
    let of = |json| {
        codes(&Facts {
            version: told(json),
            ..good()
        })
    };
    assert_eq!(of(r#"{"version":"16.7.9"}"#), ["version-too-old"]);
    assert!(of(r#"{"version":"16.8.0"}"#).is_empty());
    assert_eq!(of("{}"), ["version-unknown"]);
}

#[test]
fn a_token_needs_the_scope_api() {
    let of = |json: &str| {
        codes(&Facts {
            token: told(json),
            ..good()
        })
    };
    let end = r#""expires_at":"2026-12-31""#;
    for scopes in [r#"["read_api","admin_mode"]"#, r#"["admin_mode"]"#] {
        let json = format!(r#"{{"scopes":{scopes},{end}}}"#);
        assert_eq!(of(&json), ["token-without-api-scope"]);
    }
}

#[test]
fn a_refusal_for_want_of_a_scope_is_that_finding() {
    let facts = Facts {
        version: refused(Denial::Scope("api".to_owned())),
        token: refused(Denial::Scope("api".to_owned())),
        ..good()
    };
    assert_eq!(
        codes(&facts),
        ["token-without-api-scope", "version-unknown"]
    );
}

#[test]
fn a_fine_grained_token_that_does_not_know_itself_is_no_error() {
    let facts = Facts {
        token: refused(Denial::Scope("read_personal_access_token".to_owned())),
        ..good()
    };
    let findings = all(&facts);
    assert_eq!(findings[0].code, "token-scopes-unknown");
    assert!(matches!(findings[0].severity, Severity::Info));
}

#[test]
fn the_end_of_a_token_is_told_in_time() {
    let of = |end: &str| {
        let token = told(&format!(
            r#"{{"scopes":["api","admin_mode"],"expires_at":{end}}}"#
        ));
        let finding = all(&Facts { token, ..good() }).pop();
        finding.map(|finding| (finding.code, finding.severity))
    };
    assert!(matches!(of("null"), Some((code, Severity::Info)) if code == "token-never-expires"));
    assert!(
        matches!(of(r#""2026-01-15""#), Some((code, Severity::Warning)) if code == "token-expires-soon")
    );
    assert!(matches!(of(r#""2026-01-16""#), Some((_, Severity::Info))));
    assert!(matches!(of(r#""2026-01-31""#), Some((_, Severity::Info))));
    assert!(of(r#""2026-02-01""#).is_none());
}

#[test]
fn an_account_that_does_not_act_as_administrator_is_told() {
    let user = told(r#"{"username":"ann","state":"deactivated","web_url":"https://h/gitlab/ann"}"#);
    let facts = Facts { user, ..good() };
    assert_eq!(
        codes(&facts),
        ["not-an-administrator", "account-not-active"]
    );
}

#[test]
fn an_administrators_token_that_admin_mode_would_stop_is_told() {
    let token = told(r#"{"scopes":["api"],"expires_at":"2026-12-31"}"#);
    let facts = Facts { token, ..good() };
    assert_eq!(codes(&facts), ["admin-mode-not-covered"]);
}

#[test]
fn admin_mode_and_an_unknown_account_are_told() {
    let facts = Facts {
        user: refused(Denial::AdminMode),
        ..good()
    };
    assert_eq!(codes(&facts), ["admin-mode-required", "account-unknown"]);
}

#[test]
fn another_external_address_is_told_whatever_differs() {
    for base_url in [
        "http://h/gitlab",
        "https://h",
        "https://h:8443/gitlab",
        "https://i/gitlab",
    ] {
        let facts = Facts { base_url, ..good() };
        assert_eq!(codes(&facts), ["external-url-differs"], "{base_url}");
    }
}

#[test]
fn errors_come_before_warnings() {
    let facts = Facts {
        version: told(r#"{"version":"15.0"}"#),
        user: told(r#"{"username":"ann"}"#),
        token: told(r#"{"scopes":["api"]}"#),
        ..good()
    };
    assert_eq!(
        codes(&facts),
        [
            "version-too-old",
            "not-an-administrator",
            "token-never-expires"
        ]
    );
}
