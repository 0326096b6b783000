//! The directory itself: whose it is, who uses it, and what may be in it.

use code_source::contract::git::Revision;
use code_source::sync::{Directory, Mode, ProgressEvent, SyncError, SyncOptions, sync};
use code_source_stand_in::{Change, Effect, When, noise};

use super::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn somebodys_files_are_refused_and_stay() {
    let stage = Stage::new(&[("a", Change::file("a"))]).await;
    std::fs::create_dir(stage.directory()).unwrap();
    std::fs::write(stage.directory().join("thesis.tex"), "years of work").unwrap();
    let error = stage.failure().await;
    assert!(matches!(error, SyncError::Foreign { .. }), "{error:?}");
    assert!(error.to_string().contains("copy"), "{error}");
    assert!(error.hint().unwrap().contains("empty"));
    let kept = std::fs::read(stage.directory().join("thesis.tex")).unwrap();
    assert_eq!(kept, b"years of work");
    assert_eq!(stage.rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_the_place_of_the_directory_is_refused_and_stays() {
    let stage = Stage::new(&[("a", Change::file("a"))]).await;
    std::fs::write(stage.directory(), "a file").unwrap();
    assert!(matches!(stage.failure().await, SyncError::Foreign { .. }));
    assert_eq!(std::fs::read(stage.directory()).unwrap(), b"a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_directory_and_one_in_missing_directories_are_used() {
    let stage = Stage::new(&[("a", Change::file("a"))]).await;
    std::fs::create_dir(stage.directory()).unwrap();
    stage.run().await;
    let deep = stage.rig.folder().join("one/two/three");
    let mut directory = Directory::new(&deep);
    let (id, at) = (stage.project.id().to_string(), Revision::DefaultBranch);
    let options = SyncOptions::default();
    sync(&stage.source, &id, &at, &mut directory, &options, &())
        .await
        .unwrap();
    assert_eq!(std::fs::read(deep.join("a")).unwrap(), b"a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_was_put_in_the_place_of_the_synced_one_is_refused() {
    let stage = Stage::synced().await;
    let moved = stage.rig.folder().join("moved");
    std::fs::rename(stage.directory(), &moved).unwrap();
    std::fs::create_dir(stage.directory()).unwrap();
    std::fs::write(stage.directory().join("mine"), "mine").unwrap();
    assert!(matches!(stage.failure().await, SyncError::Foreign { .. }));
    assert!(stage.directory().join("mine").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_of_another_repository_is_refused() {
    let stage = Stage::synced().await;
    let old = stage.project.tip("main");
    let other = stage.rig.forge.project("web/other");
    other.commit("main", "Begin", &[("b", Change::file("b"))]);
    let source = stage.rig.source_of(&other);
    let mut directory = Directory::new(stage.directory());
    let (id, at) = (other.id().to_string(), Revision::DefaultBranch);
    let options = SyncOptions::default();
    let result = sync(&source, &id, &at, &mut directory, &options, &()).await;
    assert!(
        matches!(result, Err(SyncError::Foreign { .. })),
        "{result:?}"
    );
    stage.keeps(&old, &code_source_tests::Beside::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_runs_at_once_the_second_is_told() {
    let stage = Stage::new(&[("noise", Change::file(noise(1, 2_000_000)))]).await;
    stage.disturb("/archive", When::Once, Effect::StallBodyAfter(1_000_000));
    let begun = tokio::sync::Notify::new();
    let progress = Begun(&begun);
    let mut directory = Directory::new(stage.directory());
    let (id, at) = (stage.project.id().to_string(), Revision::DefaultBranch);
    let options = SyncOptions::default();
    let first = sync(&stage.source, &id, &at, &mut directory, &options, &progress);
    let second = async {
        begun.notified().await;
        stage.failure().await
    };
    tokio::select! {
        result = first => panic!("the stalled run ended: {result:?}"),
        error = second => {
            assert!(matches!(error, SyncError::Locked { .. }), "{error:?}");
            assert!(error.hint().is_some());
        }
    }
}

struct Begun<'a>(&'a tokio::sync::Notify);

impl code_source::sync::Progress for Begun<'_> {
    fn event(&self, event: &ProgressEvent) {
        if matches!(event, ProgressEvent::Downloading { .. }) {
            self.0.notify_one();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_our_own_are_ordinary_names_of_a_repository() {
    let stage = Stage::new(&[
        (".code-source/state.json", Change::file("{}")),
        (".copy.code-source/lock", Change::file("theirs")),
        ("journal", Change::file("theirs")),
        ("record/state.json", Change::file("{}")),
    ])
    .await;
    stage.run().await;
    stage
        .project
        .commit("main", "Change", &[("journal", Change::file("changed"))]);
    assert_eq!(stage.run().await.mode, Mode::Incremental);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_may_not_be_written_is_told_as_that() {
    let stage = Stage::new(&[("a", Change::file("a"))]).await;
    let at = Revision::DefaultBranch;
    // Nobody may make a file there, whatever the user's rights.
    let mut directory = Directory::new("/proc/self/copy");
    let id = stage.project.id().to_string();
    let options = SyncOptions::default();
    let result = sync(&stage.source, &id, &at, &mut directory, &options, &()).await;
    assert!(matches!(result, Err(SyncError::Io { .. })), "{result:?}");
    assert_eq!(stage.rig.asked(""), 0);
}
