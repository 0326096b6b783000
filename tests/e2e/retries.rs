//! Asking again: when, how long after, and when to give up, counted in requests.

use std::time::{Duration, Instant};

use code_source::contract::git::Revision;
use code_source::contract::types::ErrorCode;
use code_source::{Limits, Outcome, Source};
use code_source_stand_in::{Change, Effect, Fault, Feature, Matcher, Project, RetryAfter, When};
use code_source_tests::{Rig, code, expect, expect_error, first_page, plugin};

async fn shop() -> (Rig, Project, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    let id = project.id().to_string();
    (rig, project, id)
}

/// A connection whose calls may take this long.
fn patient(rig: &Rig, project: &Project, budget: Duration) -> Source {
    let mut limits = Limits::default();
    limits.call = budget;
    let connected = code_source::egress::ConnectedRepository {
        id: project.id().to_string(),
        path: project.path(),
    };
    let connection = rig.connection().limits(limits).repositories([connected]);
    Source::open(plugin(), connection).unwrap()
}

fn disturb(rig: &Rig, when: When, what: Effect) {
    rig.forge.fault(Fault {
        on: Matcher::all(),
        when,
        what,
    });
}

async fn resolve(source: &Source, id: &str) -> Outcome<String> {
    source
        .resolve(id, &Revision::Branch("main".to_owned()))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_that_the_forge_asks_for_is_waited_in_both_forms_and_shapes() {
    for json in [false, true] {
        for retry_after in [RetryAfter::Seconds(1), RetryAfter::Date(2)] {
            let (rig, project, id) = shop().await;
            disturb(
                &rig,
                When::Once,
                Effect::TooManyRequests { json, retry_after },
            );
            let begun = Instant::now();
            expect(resolve(&rig.source_of(&project), &id).await);
            // A date has no parts of seconds.
            assert!(
                begun.elapsed() >= Duration::from_millis(990),
                "{:?}",
                begun.elapsed()
            );
            assert_eq!(rig.asked(""), 2);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_by_itself_is_asked_again_once() {
    let effects = [
        Effect::BadGateway,
        Effect::status(500),
        Effect::status(503),
        Effect::status(504),
        Effect::CloseBeforeAnswer,
        Effect::CloseAfterWork,
        Effect::CutBodyAfter(5),
        Effect::WrongContentLength(10),
    ];
    for what in effects {
        let (rig, project, id) = shop().await;
        disturb(&rig, When::Once, what.clone());
        let found = expect(resolve(&rig.source_of(&project), &id).await);
        assert_eq!((found, rig.asked("")), (project.tip("main"), 2), "{what:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_longer_than_the_call_may_take_is_told_at_once() {
    for retry_after in [RetryAfter::Seconds(3_600), RetryAfter::Date(3_600)] {
        let (rig, project, id) = shop().await;
        disturb(
            &rig,
            When::Always,
            Effect::TooManyRequests {
                json: false,
                retry_after,
            },
        );
        let begun = Instant::now();
        let error = expect_error(resolve(&rig.source_of(&project), &id).await);
        assert!(matches!(error.code, ErrorCode::RateLimited), "{error:?}");
        assert!(
            (3_590_000..=3_600_000).contains(&error.retry_after.unwrap()),
            "{error:?}"
        );
        assert_eq!((error.status, rig.asked("")), (Some(429), 1));
        // What it was told to wait is an hour.
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_does_not_end_is_told_within_the_budget() {
    for json in [false, true] {
        let (rig, project, id) = shop().await;
        disturb(
            &rig,
            When::Always,
            Effect::TooManyRequests {
                json,
                retry_after: RetryAfter::Missing,
            },
        );
        let source = patient(&rig, &project, Duration::from_secs(3));
        assert_eq!(code(resolve(&source, &id).await), "RateLimited");
        assert!((2..=5).contains(&rig.asked("")), "{}", rig.asked(""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_stays_broken_is_unavailable_after_a_few_requests() {
    for status in [500, 502, 503, 504] {
        let (rig, project, id) = shop().await;
        disturb(&rig, When::Always, Effect::status(status));
        let source = patient(&rig, &project, Duration::from_secs(2));
        let error = expect_error(resolve(&source, &id).await);
        assert!(matches!(error.code, ErrorCode::Unavailable), "{error:?}");
        assert_eq!(error.status, Some(status));
        assert!((2..=6).contains(&rig.asked("")), "{}", rig.asked(""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_always_cut_is_never_taken_for_one() {
    for after in [0, 1, 100] {
        let (rig, project, id) = shop().await;
        disturb(&rig, When::Always, Effect::CutBodyAfter(after));
        let source = patient(&rig, &project, Duration::from_secs(2));
        let code = code(resolve(&source, &id).await);
        // On a machine that is busy the budget may end before the attempts do.
        let is_failure = ["Malformed", "Timeout", "Unreachable"]
            .iter()
            .any(|failure| code.starts_with(failure));
        assert!(is_failure, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_stalls_is_a_time_out_within_the_budget() {
    let (rig, project, id) = shop().await;
    disturb(&rig, When::Always, Effect::StallBodyAfter(10));
    let begun = Instant::now();
    let source = patient(&rig, &project, Duration::from_secs(4));
    assert_eq!(code(resolve(&source, &id).await), "Timeout");
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_never_asked_again() {
    for status in [400, 401, 403, 404, 405, 406, 409, 410, 413, 414, 422, 451] {
        let (rig, project, id) = shop().await;
        disturb(&rig, When::Always, Effect::status(status));
        let error = expect_error(resolve(&rig.source_of(&project), &id).await);
        assert_eq!(error.status, Some(status));
        // A missing branch may lead to the question whether the repository is empty.
        assert!(rig.asked("/repository/branches/") == 1, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_too_large_for_the_forge_are_read_in_smaller_ones() {
    let (rig, project, id) = shop().await;
    let files: Vec<_> = (0..250)
        .map(|number| (format!("f/{number:03}"), Change::file("x")))
        .collect();
    project.commit("main", "Add", &files);
    for size in ["per_page=100", "per_page=50"] {
        let fault = Fault {
            on: Matcher::target(size),
            when: When::Always,
            what: Effect::status(500),
        };
        rig.forge.fault(fault);
    }
    let at = Revision::DefaultBranch;
    let page = expect(
        rig.source_of(&project)
            .list_tree(&id, &at, "f", false, &first_page())
            .await,
    );
    assert_eq!(page.items.len(), 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_outlasts_the_throttle() {
    let (rig, project, id) = shop().await;
    let files: Vec<_> = (0..700)
        .map(|number| (format!("f/{number:03}"), Change::file("x")))
        .collect();
    project.commit("main", "Add", &files);
    let period = Duration::from_secs(1);
    rig.forge.feature(Feature::Throttle {
        requests: 4,
        period,
        text: "Bitte warten".to_owned(),
    });
    let at = Revision::DefaultBranch;
    let page = expect(
        rig.source_of(&project)
            .list_tree(&id, &at, "f", false, &first_page())
            .await,
    );
    assert_eq!(page.items.len(), 700);
}
