//! `changes.delete-branch`: a branch goes, if it is where the caller saw it.

use code_source::Source;
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, Effect, Fault, Matcher, Project, When};
use code_source_tests::{Rig, code, expect, git, writes};
use http::Method;

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    project.branch("feature/a#1", &tip);
    let source = rig.writer_of(&project);
    (rig, project, source, tip)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_goes_and_a_second_call_finds_nothing_to_do() {
    let (_rig, project, source, tip) = shop().await;
    let id = project.id().to_string();
    let first = source.delete_branch(&id, "feature/a#1", Some(&tip)).await;
    assert_eq!(expect(first), Outcome::Applied);
    assert_eq!(git(&project, &["branch", "--list", "feature/*"]), "");
    let second = source.delete_branch(&id, "feature/a#1", Some(&tip)).await;
    assert_eq!(expect(second), Outcome::Already);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_moved_stays() {
    let (rig, project, source, tip) = shop().await;
    let id = project.id().to_string();
    let moved = project.commit("feature/a#1", "Go on", &[("a", Change::file("a"))]);
    let refused = source.delete_branch(&id, "feature/a#1", Some(&tip)).await;
    assert_eq!(code(refused), format!("Conflict(HeadMoved({moved:?}))"));
    assert_eq!(project.tip("feature/a#1"), moved);
    assert_eq!(writes(&rig), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_branch_stays() {
    let (_rig, project, source, tip) = shop().await;
    let refused = source
        .delete_branch(&project.id().to_string(), "main", Some(&tip))
        .await;
    let refused = code(refused);
    assert!(refused.starts_with("Conflict(Other"), "{refused}");
    assert_eq!(project.tip("main"), tip);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_the_branch_went_is_seen_through() {
    let (rig, project, source, _) = shop().await;
    rig.forge.fault(Fault {
        on: Matcher::target("/repository/branches").method(Method::DELETE),
        when: When::Always,
        what: Effect::AfterWork(Box::new(Effect::BadGateway)),
    });
    let outcome = source
        .delete_branch(&project.id().to_string(), "feature/a#1", None)
        .await;
    assert_eq!(expect(outcome), Outcome::Applied);
    assert_eq!(writes(&rig), 1);
}
