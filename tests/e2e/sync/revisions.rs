//! What may be synced: a branch, a tag, a commit, of a repository wherever it is now.

use code_source::Failure;
use code_source::contract::git::Revision;
use code_source::contract::types::{ErrorCode, Subject};
use code_source::sync::{
    Directory, Mode, Progress, ProgressEvent, Summary, SyncError, SyncOptions, sync,
};
use code_source_stand_in::Change;

use super::Stage;

fn code(error: &SyncError) -> &ErrorCode {
    match error {
        SyncError::Call { failure, .. } => match failure.as_ref() {
            Failure::Answer(error) => &error.code,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn readme(text: &str) -> [(&'static str, Change); 1] {
    [("README.md", Change::file(text))]
}

async fn run(stage: &Stage, at: Revision, commit: &str) -> Summary {
    let summary = stage.attempt(&at).await.unwrap();
    stage.holds(commit, &summary);
    summary
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_a_tag_and_a_commit_are_what_they_lead_to() {
    let stage = Stage::synced().await;
    let first = stage.project.tip("main");
    let second = stage
        .project
        .commit("feature/a#b", "Go on", &readme("feature"));
    stage.project.tag("v1", &first, Some("The first"));
    stage.project.tag("v2", &second, None);
    // The tag `main` is not the branch `main`.
    stage.project.tag("main", &second, None);
    for (at, commit) in [
        (Revision::Branch("feature/a#b".into()), &second),
        (Revision::Tag("v1".into()), &first),
        (Revision::Tag("v2".into()), &second),
        (Revision::Commit(first.clone()), &first),
        (Revision::Tag("main".into()), &second),
        (Revision::Branch("main".into()), &first),
        (Revision::DefaultBranch, &first),
    ] {
        run(&stage, at, commit).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_branch_may_become_another_one() {
    let stage = Stage::synced().await;
    let other = stage.project.commit("next", "Begin", &readme("next"));
    let project = stage.project.clone().default_branch("next");
    let summary = run(&stage, Revision::DefaultBranch, &other).await;
    assert_eq!(summary.previous, Some(project.tip("main")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_costs_no_request_to_find_it_unchanged_or_one() {
    let stage = Stage::synced().await;
    let commit = stage.project.tip("main");
    let before = stage.rig.asked("");
    let summary = run(&stage, Revision::Commit(commit.clone()), &commit).await;
    assert_eq!(summary.mode, Mode::Unchanged);
    assert!(stage.rig.asked("") - before <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_moved_is_still_the_same() {
    let stage = Stage::synced().await;
    stage.project.rename("shops/web");
    assert_eq!(stage.run().await.mode, Mode::Unchanged);
    stage.project.commit("main", "Change", &readme("moved"));
    assert_eq!(stage.run().await.mode, Mode::Incremental);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_not_found_and_the_old_tree_stays() {
    let stage = Stage::synced().await;
    let old = stage.project.tip("main");
    for (at, subject) in [
        (Revision::Branch("gone".into()), Subject::Reference),
        (Revision::Tag("main".into()), Subject::Reference),
        (Revision::Commit("0".repeat(40)), Subject::Commit),
    ] {
        let error = stage.attempt(&at).await.unwrap_err();
        assert!(
            matches!(code(&error), ErrorCode::NotFound(found) if format!("{found:?}") == format!("{subject:?}")),
            "{at:?}: {error:?}"
        );
        stage.keeps(&old, &code_source_tests::Beside::default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_without_a_commit_says_so() {
    let stage = Stage::empty().await;
    for at in [Revision::DefaultBranch, Revision::Branch("main".into())] {
        let error = stage.attempt(&at).await.unwrap_err();
        assert!(
            matches!(code(&error), ErrorCode::EmptyRepository),
            "{at:?}: {error:?}"
        );
    }
    assert!(!stage.directory().exists());
    let commit = stage.project.commit("main", "Begin", &readme("now"));
    run(&stage, Revision::DefaultBranch, &commit).await;
}

/// Somebody pushes as soon as the archive comes.
struct Push<'a> {
    stage: &'a Stage,
    once: std::sync::Once,
}

impl Progress for Push<'_> {
    fn event(&self, event: &ProgressEvent) {
        if matches!(event, ProgressEvent::Downloading { .. }) {
            let push = || drop(self.stage.project.commit("main", "Go on", &readme("later")));
            self.once.call_once(push);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_moves_on_during_the_run_is_what_it_was_at_its_beginning() {
    let stage = Stage::empty().await;
    // The archive leaves the file out, so that it is asked for when the branch is elsewhere.
    let changes = [
        ("README.md", Change::file("first")),
        (".gitattributes", Change::file("README.md export-ignore\n")),
    ];
    let first = stage.project.commit("main", "Begin", &changes);
    let push = Push {
        stage: &stage,
        once: std::sync::Once::new(),
    };
    let mut directory = Directory::new(stage.directory());
    let (id, at) = (stage.project.id().to_string(), Revision::DefaultBranch);
    let options = SyncOptions::default();
    let run = sync(&stage.source, &id, &at, &mut directory, &options, &push);
    let summary = run.await.unwrap();
    assert!(push.once.is_completed());
    stage.holds(&first, &summary);
    drop(directory);
    assert_eq!(stage.run().await.mode, Mode::Incremental);
}
