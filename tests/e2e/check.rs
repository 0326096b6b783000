//! `check`: what it reports about a forge, an account and a token.

use code_source::contract::types::{CredentialProblem, ErrorCode, Severity};
use code_source::{Failure, Source};
use code_source_stand_in::{Certificate, Feature, StandIn, TokenSpec};
use code_source_tests::{Rig, expect, played, plugin};

fn codes(report: &code_source::contract::connection::Report) -> Vec<(&str, Severity)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.code.as_str(), finding.severity))
        .collect()
}

fn error(failure: Failure) -> code_source::contract::types::Error {
    match failure {
        Failure::Answer(error) => error,
        other => panic!("not an answer: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_connection_has_no_finding_of_severity_error() {
    let rig = Rig::new().await;
    let report = expect(rig.source().check().await);
    assert_eq!(report.product, "GitLab");
    assert_eq!(report.version, Some(rig.forge.version()));
    assert_eq!(
        report
            .account
            .as_ref()
            .and_then(|account| account.administrator),
        Some(true)
    );
    assert!(
        report
            .token
            .as_ref()
            .is_some_and(|token| token.scopes.contains(&"api".to_owned()))
    );
    assert!(
        codes(&report)
            .iter()
            .all(|(_, severity)| *severity != Severity::Error),
        "{:?}",
        report.findings
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_before_16_8_is_an_error_among_the_findings() {
    let rig = Rig::with(StandIn::builder().version("16.7.0")).await;
    let report = expect(rig.source().check().await);
    assert!(
        codes(&report).contains(&("version-too-old", Severity::Error)),
        "{:?}",
        report.findings
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope_api_is_an_error_among_the_findings() {
    let rig = Rig::new().await;
    let user = rig.forge.user("reader");
    let token = rig.forge.token(TokenSpec::new(&user, &["read_api"]));
    let source = Source::open(plugin(), rig.connection_with(&token)).unwrap();
    let report = expect(source.check().await);
    assert!(
        codes(&report).contains(&("token-without-api-scope", Severity::Error)),
        "{:?}",
        report.findings
    );
    assert!(
        codes(&report)
            .iter()
            .any(|(code, _)| *code == "not-an-administrator"),
        "{:?}",
        report.findings
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_and_a_revoked_token_are_told_apart() {
    let rig = Rig::new().await;
    let user = rig.forge.user("somebody");
    let past = time::macros::date!(2020 - 01 - 01);
    let expired = rig.forge.token(TokenSpec {
        expires: Some(past),
        ..TokenSpec::new(&user, &["api"])
    });
    let revoked = rig.forge.token(TokenSpec::new(&user, &["api"]));
    rig.forge.revoke(&revoked);
    for (token, problem) in [(expired, "Expired"), (revoked, "Revoked")] {
        let source = Source::open(plugin(), rig.connection_with(&token)).unwrap();
        let error = error(source.check().await.answer.unwrap_err());
        let ErrorCode::Unauthenticated(found) = &error.code else {
            panic!("{error:?}")
        };
        assert_eq!(
            format!("{found:?}"),
            format!("CredentialProblem::{problem}")
        );
        assert_eq!(error.status, Some(401));
        assert!(error.hint.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_forge_does_not_know_is_invalid() {
    let rig = Rig::new().await;
    let source = Source::open(plugin(), rig.connection_with("glpat-nobody-knows-this")).unwrap();
    let error = error(source.check().await.answer.unwrap_err());
    assert!(
        matches!(
            error.code,
            ErrorCode::Unauthenticated(CredentialProblem::Invalid | CredentialProblem::Missing)
        ),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_authority_is_untrusted_to_the_plugin_and_named_in_the_report() {
    let rig = Rig::with(played().certificate(Certificate::SelfSigned)).await;
    let outcome = rig.source().check().await;
    assert!(matches!(
        error(outcome.answer.unwrap_err()).code,
        ErrorCode::Untrusted
    ));
    let failure = outcome
        .report
        .failed_request()
        .and_then(|request| request.failure())
        .unwrap();
    assert!(failure.reason.starts_with("certificate-"), "{failure:?}");
}

async fn checked(rig: &Rig, token: &str) -> code_source::contract::connection::Report {
    let source = Source::open(plugin(), rig.connection_with(token)).unwrap();
    expect(source.check().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_costs_three_requests() {
    let rig = Rig::new().await;
    checked(&rig, &rig.token).await;
    assert_eq!(rig.asked(""), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_token_is_told_and_so_is_that_it_comes_soon() {
    let rig = Rig::new().await;
    let root = rig.forge.user("root");
    let soon = time::OffsetDateTime::now_utc().date() + time::Duration::days(5);
    let spec = TokenSpec {
        expires: Some(soon),
        ..TokenSpec::new(&root, &["api"])
    };
    let report = checked(&rig, &rig.forge.token(spec)).await;
    assert!(codes(&report).contains(&("token-expires-soon", Severity::Warning)));
    let ends = report.token.unwrap().expires_at.unwrap();
    assert_eq!(ends, soon.midnight().assume_utc().unix_timestamp());
    let report = checked(&rig, &rig.token).await;
    assert!(codes(&report).contains(&("token-never-expires", Severity::Info)));
}

#[tokio::test(flavor = "multi_thread")]
async fn under_admin_mode_a_token_without_that_scope_is_not_an_administrators() {
    let rig = Rig::new().await;
    rig.forge.feature(Feature::AdminMode);
    let report = checked(&rig, &rig.token).await;
    let finding = report
        .findings
        .iter()
        .find(|finding| finding.code == "not-an-administrator");
    let hint = finding.and_then(|finding| finding.hint.as_ref()).unwrap();
    assert!(hint.contains("admin_mode"), "{hint}");
    let root = rig.forge.user("root");
    let token = rig
        .forge
        .token(TokenSpec::new(&root, &["api", "admin_mode"]));
    let report = checked(&rig, &token).await;
    assert_eq!(report.account.unwrap().administrator, Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_forge_does_not_know_of_itself_is_worth_knowing() {
    let builder = played()
        .path_prefix("/gitlab")
        .external_url("http://other.example");
    let rig = Rig::with(builder).await;
    let report = checked(&rig, &rig.token).await;
    assert!(
        codes(&report).contains(&("external-url-differs", Severity::Info)),
        "{report:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fine_grained_token_leaves_things_unknown_and_is_no_error() {
    let rig = Rig::new().await;
    let root = rig.forge.user("root");
    let spec = TokenSpec {
        granular: true,
        ..TokenSpec::new(&root, &["read_code"])
    };
    let report = checked(&rig, &rig.forge.token(spec)).await;
    assert!(
        codes(&report)
            .iter()
            .any(|(code, _)| *code == "account-unknown"),
        "{report:?}"
    );
    assert!(report.account.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_version_is_not_the_forge() {
    let rig = Rig::new().await;
    let source = Source::open(plugin(), {
        let url = format!("{}/api", rig.forge.url());
        let token = code_source::TokenSource::Value(code_source::Secret::new(&rig.token));
        let private = ["127.0.0.0/8".parse().unwrap()];
        let connection = code_source::Connection::new("test", url, token);
        connection
            .ca_file(rig.folder().join("ca.pem"))
            .private_addresses(private)
    });
    rig.forge.allow_unexpected();
    let error = error(source.unwrap().check().await.answer.unwrap_err());
    assert!(matches!(error.code, ErrorCode::NotTheApi(_)), "{error:?}");
    rig.forge.clear_requests();
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_come_with_the_most_severe_first() {
    let rig = Rig::with(StandIn::builder().version("16.0.0")).await;
    let user = rig.forge.user("reader");
    let report = checked(&rig, &rig.forge.token(TokenSpec::new(&user, &["read_api"]))).await;
    let rank = |severity: &Severity| match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    };
    assert!(codes(&report).len() >= 3, "{report:?}");
    assert!(codes(&report).is_sorted_by_key(|(_, severity)| rank(severity)));
}
