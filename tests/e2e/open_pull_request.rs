//! `pull-requests.open-pull-request`: one pull request for two branches, however often it is asked for.

use code_source::Source;
use code_source::contract::pull_requests::{Mergeability, Proposal, State};
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, Effect, Fault, Feature, Matcher, Project, When};
use code_source_tests::{Rig, code, expect, git, writes};
use http::Method;

async fn shop() -> (Rig, Project, Source, String, [String; 2]) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let base = project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    project.branch("topic/ä#1", &base);
    let head = project.commit(
        "topic/ä#1",
        "Change",
        &[("README.md", Change::file("# Store\n"))],
    );
    let (source, id) = (rig.writer_of(&project), project.id().to_string());
    (rig, project, source, id, [base, head])
}

fn proposal() -> Proposal {
    Proposal {
        source_branch: "topic/ä#1".into(),
        target_branch: "main".into(),
        title: "Call it a store".into(),
        body: "Because.\n\n- ä <b> `x`\n".into(),
        draft: false,
        labels: vec!["one".into(), "two words".into()],
        remove_source_branch: true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_is_opened_with_all_that_was_said() {
    let (_rig, project, source, id, [base, head]) = shop().await;
    let written = expect(source.open_pull_request(&id, &proposal()).await);
    assert_eq!(written.outcome, Outcome::Applied);
    let opened = expect(
        source
            .read_pull_request(&id, written.pull_request.number)
            .await,
    );
    assert_eq!(opened.title, "Call it a store");
    assert_eq!(opened.body.trim_end(), "Because.\n\n- ä <b> `x`");
    assert!(matches!(opened.state, State::Open), "{:?}", opened.state);
    assert!(!opened.draft);
    assert_eq!(
        (&*opened.source_branch, &*opened.target_branch),
        ("topic/ä#1", "main")
    );
    assert_eq!(opened.source_repository, Some(project.id().to_string()));
    assert_eq!(opened.head.as_ref(), Some(&head));
    assert_eq!(opened.base.as_ref(), Some(&base));
    assert_eq!(opened.labels, ["one", "two words"]);
    assert_eq!(opened.author, "root");
    assert_eq!(opened.merged_as, None);
    assert!(
        matches!(opened.mergeability, Some(Mergeability::Mergeable)),
        "{opened:?}"
    );
    assert!(
        opened
            .web_url
            .contains(&format!("/merge_requests/{}", opened.number))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_open_already_is_found_and_left_as_it_is() {
    let (rig, _, source, id, _) = shop().await;
    let first = expect(source.open_pull_request(&id, &proposal()).await);
    let mut other = proposal();
    other.title = "Another title".into();
    let again = expect(source.open_pull_request(&id, &other).await);
    assert_eq!(again.outcome, Outcome::Already);
    assert_eq!(again.pull_request.number, first.pull_request.number);
    assert_eq!(again.pull_request.title, "Call it a store");
    // One that is closed does not count.
    expect(
        source
            .close_pull_request(&id, first.pull_request.number)
            .await,
    );
    let second = expect(source.open_pull_request(&id, &proposal()).await);
    assert_eq!(second.outcome, Outcome::Applied);
    assert_ne!(second.pull_request.number, first.pull_request.number);
    assert!(writes(&rig) >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_marked_and_its_title_is_told_without_the_mark() {
    let (_rig, _, source, id, _) = shop().await;
    let mut draft = proposal();
    draft.draft = true;
    let written = expect(source.open_pull_request(&id, &draft).await);
    assert!(written.pull_request.draft);
    assert_eq!(written.pull_request.title, "Call it a store");
    let blocked = &written.pull_request.mergeability;
    assert!(
        !matches!(blocked, Some(Mergeability::Mergeable)),
        "{blocked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn branches_that_are_not_there_are_told_and_the_same_branch_twice_is_refused() {
    let (_rig, _, source, id, _) = shop().await;
    for (from, to, expected) in [
        ("none", "main", "NotFound(Reference)"),
        ("topic/ä#1", "none", "NotFound(Reference)"),
        ("main", "main", "Conflict(Other"),
    ] {
        let mut wrong = proposal();
        wrong.source_branch = from.into();
        wrong.target_branch = to.into();
        let refused = code(source.open_pull_request(&id, &wrong).await);
        assert!(refused.starts_with(expected), "{from} {to}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_was_just_pushed_is_waited_for() {
    let (rig, _, source, id, [base, _]) = shop().await;
    rig.forge.feature(Feature::BranchesVisibleAfter(2));
    expect(source.create_branch(&id, "fresh", &base).await);
    let mut fresh = proposal();
    fresh.source_branch = "fresh".into();
    let written = expect(source.open_pull_request(&id, &fresh).await);
    assert_eq!(written.outcome, Outcome::Applied);
    assert_eq!(written.pull_request.source_branch, "fresh");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_fails_after_it_opened_one_has_opened_one() {
    let (rig, project, source, id, _) = shop().await;
    for effect in [
        Effect::BadGateway,
        Effect::status(500),
        Effect::CloseBeforeAnswer,
    ] {
        rig.forge.clear_requests();
        let fault = rig.forge.fault(Fault {
            on: Matcher::target("/merge_requests").method(Method::POST),
            when: When::Always,
            what: Effect::AfterWork(Box::new(effect)),
        });
        let written = expect(source.open_pull_request(&id, &proposal()).await);
        assert_eq!(written.outcome, Outcome::Applied);
        assert_eq!(writes(&rig), 1);
        fault.remove();
        expect(
            source
                .close_pull_request(&id, written.pull_request.number)
                .await,
        );
    }
    assert_eq!(
        git(
            &project,
            &["for-each-ref", "refs/heads", "--format=%(refname)"]
        )
        .lines()
        .count(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_the_forge_would_take_for_commands_is_refused_before_it_leaves() {
    let (rig, _, source, id, _) = shop().await;
    rig.forge.clear_requests();
    for body in ["/approve", "Good.\n/merge now", "x\n  /assign @me\n"] {
        let mut commanding = proposal();
        commanding.body = body.into();
        let refused = code(source.open_pull_request(&id, &commanding).await);
        let kind = refused.split('(').next().unwrap_or_default();
        assert!(
            ["Rejected", "InvalidArgument"].contains(&kind),
            "{body:?}: {refused}"
        );
    }
    assert_eq!(writes(&rig), 0);
    let mut path = proposal();
    path.body = "/usr/bin/env is a path".into();
    expect(source.open_pull_request(&id, &path).await);
}
