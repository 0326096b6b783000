//! `check`: what it reports about a forge, an account and a token.

mod refused;

use code_source::contract::connection::Report;
use code_source::contract::types::{Aspect, ErrorCode, Party, Severity};
use code_source::{Failure, Source};
use code_source_stand_in::{
    Certificate, Effect, Fault, Feature, Matcher, StandIn, TokenSpec, When,
};
use code_source_tests::{Rig, expect, first_page, played, plugin};

use crate::operations::everything;

fn codes(report: &Report) -> Vec<(&str, Severity)> {
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
async fn a_version_that_does_not_know_the_questions_is_named_all_the_same() {
    for version in ["15.4.6", "14.10.5-ee"] {
        let rig = Rig::with(StandIn::builder().version(version)).await;
        let report = expect(rig.source().check().await);
        assert_eq!(codes(&report)[0], ("version-too-old", Severity::Error));
        assert_eq!(report.version.as_deref(), Some(version));
        assert!(report.account.is_some() && report.token.is_none());
    }
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
        codes(&report).contains(&("not-an-administrator", Severity::Info)),
        "{:?}",
        report.findings
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

async fn checked(rig: &Rig, token: &str) -> Report {
    let source = Source::open(plugin(), rig.connection_with(token)).unwrap();
    expect(source.check().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_costs_five_requests_and_four_as_an_ordinary_account() {
    let rig = Rig::new().await;
    checked(&rig, &rig.token).await;
    assert_eq!(rig.asked(""), 5);
    let user = rig.forge.user("bot");
    let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
    checked(&rig, &token).await;
    assert_eq!(rig.asked(""), 9);
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
async fn admin_mode_that_the_token_lacks_is_found_out_for_certain() {
    let rig = Rig::new().await;
    let is_told = |report: &Report| {
        report
            .findings
            .iter()
            .any(|one| one.code.contains("admin-mode"))
    };
    assert!(!is_told(&checked(&rig, &rig.token).await));
    rig.forge.feature(Feature::AdminMode);
    let report = checked(&rig, &rig.token).await;
    assert!(codes(&report).contains(&("admin-mode-required", Severity::Warning)));
    let root = rig.forge.user("root");
    let token = rig
        .forge
        .token(TokenSpec::new(&root, &["api", "admin_mode"]));
    let report = checked(&rig, &token).await;
    assert!(!is_told(&report), "{report:?}");
    assert_eq!(report.account.unwrap().administrator, Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_who_does_not_grant_the_questions_gets_a_report_all_the_same() {
    let rig = Rig::new().await;
    rig.forge.feature(Feature::AdminMode);
    rig.forge.feature(Feature::DecodePercent2f);
    let denied = ["GET /application/**", "GET /projects/*"];
    let denied = denied.map(|pattern| pattern.parse().unwrap());
    let source = Source::open(plugin(), rig.connection().deny(denied)).unwrap();
    let report = expect(source.check().await);
    assert!(codes(&report).contains(&("admin-mode-not-covered", Severity::Info)));
    assert!(report.findings.iter().all(|one| one.about != Aspect::Api));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_takes_paths_apart_is_an_error_among_the_findings() {
    let rig = Rig::new().await;
    rig.forge.feature(Feature::DecodePercent2f);
    let report = checked(&rig, &rig.token).await;
    assert_eq!(
        codes(&report)[0],
        ("encoded-slash-decoded", Severity::Error)
    );
    let finding = &report.findings[0];
    assert_eq!(finding.remedied_by, Some(Party::NetworkAdministrator));
    assert!(finding.hint.as_ref().unwrap().contains("nocanon"));
    let rig = Rig::new().await;
    rig.forge.fault(Fault {
        on: Matcher::target("%2F"),
        when: When::Always,
        what: Effect::Html,
    });
    let report = checked(&rig, &rig.token).await;
    assert_eq!(
        codes(&report)[0],
        ("encoded-slash-refused", Severity::Error)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_limit_is_told_where_the_forge_tells_it() {
    let rig = Rig::with(StandIn::builder().version("18.6.0")).await;
    let user = rig.forge.user("bot");
    let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
    assert!(checked(&rig, &token).await.rate_limit.is_none());
    rig.forge.feature(Feature::RateLimitHeaders);
    rig.forge.feature(Feature::Throttle {
        requests: 40,
        period: std::time::Duration::from_secs(3_600),
        text: "Retry later".to_owned(),
    });
    let few =
        |report: &Report| codes(report).contains(&("rate-limit-nearly-used-up", Severity::Warning));
    let report = checked(&rig, &token).await;
    let limit = report.rate_limit.expect("it is told");
    // Of the whole hour, although GitLab writes the limit as one of a minute.
    assert_eq!(limit.limit, 40);
    assert!((36..40).contains(&limit.remaining) && limit.resets_at.is_some());
    assert!(!few(&report), "{report:?}");
    let source = Source::open(plugin(), rig.connection_with(&token)).unwrap();
    for _ in 0..31 {
        expect(source.list_repositories(&everything(), &first_page()).await);
    }
    assert!(few(&checked(&rig, &token).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_no_persons_own_are_told_as_what_they_are() {
    let rig = Rig::with(StandIn::builder().version("18.6.0")).await;
    for (name, code) in [
        ("project_42_bot_0a1b2c", "project-access-token"),
        ("group_7_bot_0a1b2c", "group-access-token"),
    ] {
        let user = rig.forge.user(name).bot();
        let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
        let report = checked(&rig, &token).await;
        assert!(
            codes(&report).contains(&(code, Severity::Warning)),
            "{report:?}"
        );
    }
    let user = rig.forge.user("ann");
    let spec = TokenSpec {
        granular: true,
        ..TokenSpec::new(&user, &["read_user"])
    };
    let report = checked(&rig, &rig.forge.token(spec)).await;
    assert!(
        codes(&report).contains(&("fine-grained-token", Severity::Warning)),
        "{report:?}"
    );
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
