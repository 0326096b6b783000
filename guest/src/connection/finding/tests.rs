//! Findings one by one; apart because they are more than the rules.

use super::*;
use crate::{
    bindings::types::{Denial, ErrorCode},
    connection::AdminMode,
    error::Failure,
};

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;

fn told<D: serde::de::DeserializeOwned>(json: &str) -> Asked<D> {
    Asked::Told(serde_json::from_str(json).expect("is one"), None)
}

fn refused<D>(denial: Denial) -> Asked<D> {
    Asked::Refused(Failure::new(ErrorCode::Forbidden(denial), "refused"))
}

fn standing() -> Standing {
    Standing {
        user: told(
            r#"{"username":"root","state":"active","is_admin":true,"web_url":"https://h/gitlab/root"}"#,
        ),
        token: told(r#"{"scopes":["api","admin_mode"],"expires_at":"2026-12-31"}"#),
        admin_mode: AdminMode::Satisfied,
    }
}

fn of(standing: Standing) -> Facts<'static> {
    Facts {
        version: told(r#"{"version":"17.7.0-ee"}"#),
        standing,
        slashes: Slashes::Kept,
        rate_limit: None,
        base_url: "https://H:443/gitlab",
        now: NOW,
    }
}

fn good() -> Facts<'static> {
    of(standing())
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
        let token = told(json);
        codes(&of(Standing {
            token,
            ..standing()
        }))
    };
    let end = r#""expires_at":"2026-12-31""#;
    for scopes in [r#"["read_api","admin_mode"]"#, r#"["admin_mode"]"#] {
        let json = format!(r#"{{"scopes":{scopes},{end}}}"#);
        assert_eq!(of(&json), ["token-without-api-scope"]);
    }
}

#[test]
fn a_refusal_for_want_of_a_scope_is_that_finding() {
    let token = refused(Denial::Scope("api".to_owned()));
    let facts = Facts {
        version: refused(Denial::Scope("api".to_owned())),
        ..of(Standing {
            token,
            ..standing()
        })
    };
    assert_eq!(
        codes(&facts),
        ["token-without-api-scope", "version-unknown"]
    );
}

#[test]
fn a_token_that_does_not_know_itself_is_no_error() {
    let token = refused(Denial::Scope("read_personal_access_token".to_owned()));
    let findings = all(&of(Standing {
        token,
        ..standing()
    }));
    assert_eq!(findings[0].code, "token-scopes-unknown");
    assert!(matches!(findings[0].severity, Severity::Info));
}

#[test]
fn the_end_of_a_token_is_told_in_time() {
    let ending = |end: &str| {
        let token = told(&format!(
            r#"{{"scopes":["api","admin_mode"],"expires_at":{end}}}"#
        ));
        let finding = all(&of(Standing {
            token,
            ..standing()
        }))
        .pop();
        finding.map(|finding| (finding.code, finding.severity))
    };
    assert!(
        matches!(ending("null"), Some((code, Severity::Info)) if code == "token-never-expires")
    );
    assert!(
        matches!(ending(r#""2026-01-15""#), Some((code, Severity::Warning)) if code == "token-expires-soon")
    );
    assert!(matches!(
        ending(r#""2026-01-16""#),
        Some((_, Severity::Info))
    ));
    assert!(matches!(
        ending(r#""2026-01-31""#),
        Some((_, Severity::Info))
    ));
    assert!(ending(r#""2026-02-01""#).is_none());
}

#[test]
fn the_days_of_a_token_are_those_between_the_two_dates() {
    for (end, words) in [("2026-01-02", "in 1 day"), ("2026-01-03", "in 2 days")] {
        let token = format!(r#"{{"scopes":["api","admin_mode"],"expires_at":"{end}"}}"#);
        let facts = Facts {
            // An hour of that day is over.
            now: NOW + 3_600,
            ..of(Standing {
                token: told(&token),
                ..standing()
            })
        };
        let finding = all(&facts).pop().expect("it ends soon");
        assert_eq!(finding.message, format!("the token ends on {end}, {words}"));
    }
}

#[test]
fn an_account_that_does_not_act_as_administrator_is_told() {
    let user = told(r#"{"username":"ann","state":"deactivated","web_url":"https://h/gitlab/ann"}"#);
    let facts = of(Standing { user, ..standing() });
    assert_eq!(
        codes(&facts),
        ["account-not-active", "not-an-administrator"]
    );
}

#[test]
fn an_ordinary_account_is_told_what_it_sees_and_is_no_fault() {
    let told_of = |user: &str| {
        let user = told(user);
        let facts = of(Standing { user, ..standing() });
        all(&facts).pop().expect("there is one")
    };
    let finding = told_of(r#"{"username":"ann","web_url":"https://h/gitlab/ann"}"#);
    assert_eq!(finding.severity, Severity::Info);
    assert_eq!(
        finding.message,
        "`ann` is not an administrator: it sees what is public or internal, and what it is a member of"
    );
    let finding = told_of(r#"{"username":"ann","external":true}"#);
    assert!(
        finding.message.contains("sees what is public, and"),
        "{finding:?}"
    );
}

#[test]
fn an_administrators_token_that_admin_mode_stops_is_told_for_certain_where_that_was_asked() {
    let with = |admin_mode| {
        codes(&of(Standing {
            token: told(r#"{"scopes":["api"],"expires_at":"2026-12-31"}"#),
            admin_mode,
            ..standing()
        }))
    };
    assert_eq!(with(AdminMode::Unknown), ["admin-mode-not-covered"]);
    assert_eq!(with(AdminMode::Lacking), ["admin-mode-required"]);
    assert!(with(AdminMode::Satisfied).is_empty());
}

#[test]
fn an_unknown_account_is_told() {
    let facts = of(Standing {
        user: refused(Denial::AdminMode),
        admin_mode: AdminMode::Lacking,
        ..standing()
    });
    assert_eq!(codes(&facts), ["admin-mode-required", "account-unknown"]);
}

#[test]
fn tokens_that_gitlab_made_an_account_for_are_told_as_what_they_are() {
    for (username, code) in [
        ("project_42_bot_0a1b", Some("project-access-token")),
        ("project_42_bot", Some("project-access-token")),
        ("group_7_bot1", Some("group-access-token")),
        ("service_account_9", None),
        ("project_x_bot", None),
    ] {
        let user = told(&format!(
            r#"{{"username":"{username}","bot":true,"is_admin":true}}"#
        ));
        let expected: Vec<_> = code.into_iter().collect();
        assert_eq!(
            codes(&of(Standing { user, ..standing() })),
            expected,
            "{username}"
        );
    }
}

#[test]
fn a_fine_grained_token_is_told_and_its_scopes_are_no_matter() {
    let token = told(r#"{"scopes":["granular"],"granular":true,"expires_at":"2026-12-31"}"#);
    let facts = of(Standing {
        token,
        ..standing()
    });
    assert_eq!(codes(&facts), ["fine-grained-token"]);
}

#[test]
fn what_becomes_of_encoded_slashes_is_told_where_it_is_bad() {
    let with = |slashes| codes(&Facts { slashes, ..good() });
    assert_eq!(with(Slashes::Decoded), ["encoded-slash-decoded"]);
    assert_eq!(with(Slashes::Refused), ["encoded-slash-refused"]);
    assert!(with(Slashes::Unknown).is_empty());
}

#[test]
fn a_rate_limit_is_told_when_less_than_a_tenth_is_left() {
    let with = |remaining| {
        let rate_limit = Some(RateLimit {
            limit: 120,
            remaining,
            resets_at: None,
        });
        codes(&Facts {
            rate_limit,
            ..good()
        })
    };
    assert!(with(12).is_empty());
    assert_eq!(with(11), ["rate-limit-nearly-used-up"]);
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
        ..of(Standing {
            user: told(r#"{"username":"ann"}"#),
            token: told(r#"{"scopes":["api"]}"#),
            admin_mode: AdminMode::Unknown,
        })
    };
    assert_eq!(
        codes(&facts),
        [
            "version-too-old",
            "token-never-expires",
            "not-an-administrator"
        ]
    );
}
