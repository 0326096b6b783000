//! How many requests a call may make and have under way: a plugin that takes all of it takes it from
//! itself, and what was refused takes nothing.

use std::time::Duration;

use code_source_test_plugins::{Instruction, Request};
use code_source_tests::{tell, told};

use super::scene::{Scene, api, tree};

#[tokio::test(flavor = "multi_thread")]
async fn refused_requests_that_never_end_hold_up_no_other() {
    let scene = Scene::open().await;
    let source = scene.source_within(|limits| limits.requests_under_way = 2);
    for (held, reason) in [
        (
            Request::post(api("/variables"), "{"),
            "endpoint-refused-by-name",
        ),
        (
            Request::post("/api/v4/projects/2/hooks", "{"),
            "other-repository",
        ),
        (
            tree().method("POST").authority("other.example").body("{"),
            "other-origin",
        ),
    ] {
        let (times, then) = (20, tree());
        let outcome = tell(&source, Instruction::Hold { held, times, then }).await;
        assert!(outcome.report.duration < Duration::from_secs(60));
        assert_eq!(told(outcome)[0].status(), Some(200));
        let lines = scene.site.audit.events("request");
        let denied = lines.iter().filter(|line| line["reason"] == reason);
        assert_eq!(denied.count(), 20, "{reason}");
    }
    let lines = scene.forge.requests();
    let lines: Vec<_> = lines.iter().map(|request| request.line()).collect();
    assert_eq!(lines, vec![format!("GET {}", api("/repository/tree")); 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_requests_of_a_call_are_as_many_as_its_limit() {
    let scene = Scene::open().await;
    let source = scene.source_within(|limits| limits.requests = 5);
    let all = Instruction::Repeat {
        request: tree(),
        times: 10_000,
        at_once: false,
    };
    let outcome = tell(&source, all).await;
    assert_eq!(outcome.report.requests.len(), 6);
    let counts = r#"{"200":5,"connection-limit-reached":9995}"#;
    assert_eq!(outcome.answer.unwrap(), counts);
    assert_eq!(scene.forge.requests().len(), 5);
    // Of those that are too many the first one is recorded: a record can be flooded as well.
    let lines = scene.site.audit.events("request");
    assert_eq!(lines.len(), 6);
    assert_eq!(
        (&lines[5]["decision"], &lines[5]["reason"]),
        (&"deny".into(), &"too-many-requests".into())
    );
    scene.send_by(&source, tree()).await.is_whole(200, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_requests_count_as_well() {
    let scene = Scene::open().await;
    let source = scene.source_within(|limits| limits.requests = 5);
    let all = Instruction::Repeat {
        request: Request::get("/api/v4/user"),
        times: 100,
        at_once: false,
    };
    let outcome = tell(&source, all).await;
    assert_eq!(outcome.report.requests.len(), 6);
    let counts = r#"{"HTTP-request-denied":5,"connection-limit-reached":95}"#;
    assert_eq!(outcome.answer.unwrap(), counts);
    assert_eq!(scene.forge.connections(), 0);
    assert_eq!(scene.site.audit.events("request").len(), 6);
}
