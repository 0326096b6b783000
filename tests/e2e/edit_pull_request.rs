//! `pull-requests.edit-pull-request`, `close-pull-request` and `reopen-pull-request`.

use code_source::Source;
use code_source::contract::pull_requests::{Edit, Proposal, State};
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, Effect, Fault, Matcher, Project, When};
use code_source_tests::{Rig, code, expect, writes};
use http::Method;

async fn shop() -> (Rig, Project, Source, String, u64) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let base = project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    project.branch("release", &base);
    project.branch("topic", &base);
    project.commit(
        "topic",
        "Change",
        &[("README.md", Change::file("# Store\n"))],
    );
    let (source, id) = (rig.writer_of(&project), project.id().to_string());
    let proposal = Proposal {
        source_branch: "topic".into(),
        target_branch: "main".into(),
        title: "Call it a store".into(),
        body: "Because.".into(),
        draft: false,
        labels: vec!["a".into()],
        remove_source_branch: false,
    };
    let number = expect(source.open_pull_request(&id, &proposal).await)
        .pull_request
        .number;
    (rig, project, source, id, number)
}

fn nothing() -> Edit {
    Edit {
        title: None,
        body: None,
        draft: None,
        target_branch: None,
        add_labels: Vec::new(),
        remove_labels: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_changes_and_what_is_left_out_stays() {
    let (_rig, _, source, id, number) = shop().await;
    let edit = Edit {
        title: Some("Call it a department store".into()),
        draft: Some(true),
        target_branch: Some("release".into()),
        add_labels: vec!["b".into()],
        remove_labels: vec!["a".into()],
        ..nothing()
    };
    let written = expect(source.edit_pull_request(&id, number, &edit).await);
    assert_eq!(written.outcome, Outcome::Applied);
    let now = expect(source.read_pull_request(&id, number).await);
    assert_eq!(now.title, "Call it a department store");
    assert!(now.draft);
    assert_eq!(now.target_branch, "release");
    assert_eq!(now.labels, ["b"]);
    assert_eq!(now.body, "Because.");
    let ready = Edit {
        draft: Some(false),
        ..nothing()
    };
    let written = expect(source.edit_pull_request(&id, number, &ready).await);
    assert!(!written.pull_request.draft);
    assert_eq!(written.pull_request.title, "Call it a department store");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_is_not_written() {
    let (rig, _, source, id, number) = shop().await;
    rig.forge.clear_requests();
    let edit = Edit {
        title: Some("Call it a store".into()),
        body: Some("Because.".into()),
        draft: Some(false),
        add_labels: vec!["a".into()],
        ..nothing()
    };
    assert_eq!(
        expect(source.edit_pull_request(&id, number, &edit).await).outcome,
        Outcome::Already
    );
    assert_eq!(writes(&rig), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_closed_and_taken_up_again() {
    let (_rig, _, source, id, number) = shop().await;
    for (expected, again) in [(Outcome::Applied, false), (Outcome::Already, true)] {
        let closed = expect(source.close_pull_request(&id, number).await);
        assert_eq!(closed.outcome, expected, "{again}");
        assert!(matches!(closed.pull_request.state, State::Closed));
    }
    for expected in [Outcome::Applied, Outcome::Already] {
        let open = expect(source.reopen_pull_request(&id, number).await);
        assert_eq!(open.outcome, expected);
        assert!(matches!(open.pull_request.state, State::Open));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_apart() {
    let (_rig, _, source, id, number) = shop().await;
    for missing in [0, number + 1, u64::MAX] {
        let refused = code(source.read_pull_request(&id, missing).await);
        let is_right = refused == "NotFound(PullRequest)" || refused.starts_with("InvalidArgument");
        assert!(is_right, "{missing}: {refused}");
    }
    let edit = Edit {
        target_branch: Some("none".into()),
        ..nothing()
    };
    assert_eq!(
        code(source.edit_pull_request(&id, number, &edit).await),
        "NotFound(Reference)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_the_change_is_seen_through() {
    let (rig, _, source, id, number) = shop().await;
    rig.forge.clear_requests();
    rig.forge.fault(Fault {
        on: Matcher::target("/merge_requests/").method(Method::PUT),
        when: When::Always,
        what: Effect::AfterWork(Box::new(Effect::BadGateway)),
    });
    let edit = Edit {
        title: Some("Another".into()),
        ..nothing()
    };
    assert_eq!(
        expect(source.edit_pull_request(&id, number, &edit).await).outcome,
        Outcome::Applied
    );
    assert_eq!(
        expect(source.close_pull_request(&id, number).await).outcome,
        Outcome::Applied
    );
    assert_eq!(
        expect(source.reopen_pull_request(&id, number).await).outcome,
        Outcome::Applied
    );
    assert_eq!(writes(&rig), 3);
}
