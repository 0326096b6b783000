//! `changes.create-branch`: a branch at a commit, once.

use code_source::Source;
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, Effect, Fault, Matcher, Project, When};
use code_source_tests::{Rig, code, expect, git, writes};
use http::Method;

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    let source = rig.writer_of(&project);
    (rig, project, source, tip)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_is_made_at_the_commit_whatever_its_name() {
    let (_rig, project, source, tip) = shop().await;
    let id = project.id().to_string();
    for name in ["topic", "feature/a#1", "100%", "a+b", "grün/🌱", "a&b=c"] {
        let outcome = expect(source.create_branch(&id, name, &tip).await);
        assert_eq!(outcome, Outcome::Applied, "{name}");
        let reference = format!("refs/heads/{name}");
        assert_eq!(git(&project, &["rev-parse", &reference]), tip, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_is_there_already_is_found_and_not_moved() {
    let (_rig, project, source, tip) = shop().await;
    let id = project.id().to_string();
    let next = project.commit("main", "Go on", &[("a", Change::file("a"))]);
    project.branch("topic", &tip);
    let again = expect(source.create_branch(&id, "topic", &tip).await);
    assert_eq!(again, Outcome::Already);
    let elsewhere = source.create_branch(&id, "topic", &next).await;
    assert_eq!(code(elsewhere), "Conflict(AlreadyExists)");
    assert_eq!(project.tip("topic"), tip);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_apart() {
    let (_rig, project, source, tip) = shop().await;
    let id = project.id().to_string();
    let nowhere = "1".repeat(40);
    assert_eq!(
        code(source.create_branch(&id, "topic", &nowhere).await),
        "NotFound(Commit)"
    );
    for name in [
        "", "a..b", "a b", "-a", "a.lock", "/a", "a/", "a//b", "a\0", "@", "a~1", "HEAD",
    ] {
        let refused = code(source.create_branch(&id, name, &tip).await);
        assert!(
            refused.starts_with("InvalidArgument"),
            "{name:?}: {refused}"
        );
    }
    for commit in ["", "main", "abc", "HEAD", &tip[..39], &tip.to_uppercase()] {
        let refused = code(source.create_branch(&id, "topic", commit).await);
        assert!(
            refused.starts_with("InvalidArgument"),
            "{commit:?}: {refused}"
        );
    }
    assert_eq!(git(&project, &["branch", "--list", "topic"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_repository_is_read_only() {
    let (_rig, project, source, tip) = shop().await;
    let project = project.archived();
    let refused = code(
        source
            .create_branch(&project.id().to_string(), "topic", &tip)
            .await,
    );
    assert!(refused.starts_with("ReadOnly"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_the_branch_was_made_is_seen_through() {
    let (rig, project, source, tip) = shop().await;
    rig.forge.fault(Fault {
        on: Matcher::target("/repository/branches").method(Method::POST),
        when: When::Always,
        what: Effect::AfterWork(Box::new(Effect::BadGateway)),
    });
    let outcome = source
        .create_branch(&project.id().to_string(), "topic", &tip)
        .await;
    assert_eq!(expect(outcome), Outcome::Applied);
    assert_eq!(project.tip("topic"), tip);
    assert_eq!(writes(&rig), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_before_anything_was_done_leaves_the_outcome_unknown() {
    let (rig, project, source, tip) = shop().await;
    let fault = rig.forge.fault(Fault {
        on: Matcher::target("/repository/branches").method(Method::POST),
        when: When::Always,
        what: Effect::BadGateway,
    });
    let id = project.id().to_string();
    assert_eq!(
        code(source.create_branch(&id, "topic", &tip).await),
        "OutcomeUnknown"
    );
    assert_eq!(writes(&rig), 1, "a write is never repeated blindly");
    fault.remove();
    let again = expect(source.create_branch(&id, "topic", &tip).await);
    assert_eq!(again, Outcome::Applied);
}
