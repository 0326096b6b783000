//! A run that does not come to its end: the old state stays, and the next run works.

use std::time::Duration;

use code_source::contract::git::Revision;
use code_source::sync::{
    Directory, Mode, Progress, ProgressEvent, Summary, SyncError, SyncOptions, sync,
};
use code_source_stand_in::{Change, Effect, When, noise};
use code_source_tests::Beside;
use tokio::sync::Notify;

use super::Stage;

/// Tells when a run has come to a point from which it does not get any further.
struct Until {
    reached: Notify,
    is_it: fn(&ProgressEvent) -> bool,
}

impl Progress for Until {
    fn event(&self, event: &ProgressEvent) {
        if (self.is_it)(event) {
            self.reached.notify_one();
        }
    }
}

/// Begin a run, and drop it when it is there.
async fn interrupt(stage: &Stage, options: &SyncOptions, is_it: fn(&ProgressEvent) -> bool) {
    let until = Until {
        reached: Notify::new(),
        is_it,
    };
    let mut directory = Directory::new(stage.directory());
    let (id, at) = (stage.project.id().to_string(), Revision::DefaultBranch);
    tokio::select! {
        result = sync(&stage.source, &id, &at, &mut directory, options, &until) => {
            panic!("the run ended: {result:?}")
        }
        () = until.reached.notified() => {}
    }
}

/// The next run, as soon as the last one has cleared up behind itself.
async fn next(stage: &Stage) -> Summary {
    let attempts = async {
        loop {
            match stage.attempt(&Revision::DefaultBranch).await {
                Err(SyncError::Locked { .. }) => tokio::task::yield_now().await,
                result => return result.unwrap(),
            }
        }
    };
    let patience = Duration::from_secs(30);
    tokio::time::timeout(patience, attempts).await.unwrap()
}

fn nothing_beside() -> Beside {
    Beside::default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_run_that_is_dropped_leaves_the_old_tree() {
    let stage = Stage::synced().await;
    let old = stage.project.tip("main");
    let changes = [("noise", Change::file(noise(1, 2_000_000)))];
    stage.project.commit("main", "Grow", &changes);
    stage.disturb("/archive", When::Once, Effect::StallBodyAfter(1_000_000));
    let mut fresh = SyncOptions::default();
    fresh.fresh = true;
    let far = |event: &ProgressEvent| matches!(event, ProgressEvent::Downloading { bytes, .. } if *bytes > 500_000);
    interrupt(&stage, &fresh, far).await;
    stage.keeps(&old, &nothing_beside());
    let summary = next(&stage).await;
    stage.holds(&stage.project.tip("main"), &summary);
    assert_eq!(summary.mode, Mode::Incremental);
    assert_eq!(left_beside(&stage), ["lock", "record"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incremental_run_that_is_dropped_leaves_the_old_tree() {
    let stage = Stage::synced().await;
    let old = stage.project.tip("main");
    let changes = [
        ("README.md", Change::Delete),
        ("bin/run", Change::file("changed")),
        ("noise", Change::file(noise(1, 2_000_000))),
    ];
    stage.project.commit("main", "Change", &changes);
    stage.disturb("noise/raw", When::Always, Effect::StallBodyAfter(1_000_000));
    let some = |event: &ProgressEvent| matches!(event, ProgressEvent::Fetching { done: 1, .. });
    interrupt(&stage, &SyncOptions::default(), some).await;
    stage.keeps(&old, &nothing_beside());
    stage.rig.forge.clear_faults();
    let summary = next(&stage).await;
    stage.holds(&stage.project.tip("main"), &summary);
    assert_eq!(left_beside(&stage), ["lock", "record"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_run_that_is_dropped_leaves_nothing() {
    let stage = Stage::new(&[("noise", Change::file(noise(1, 2_000_000)))]).await;
    stage.disturb("/archive", When::Once, Effect::StallBodyAfter(1_000_000));
    let far = |event: &ProgressEvent| matches!(event, ProgressEvent::Downloading { bytes, .. } if *bytes > 500_000);
    interrupt(&stage, &SyncOptions::default(), far).await;
    assert!(!stage.directory().exists());
    let summary = next(&stage).await;
    stage.holds(&stage.project.tip("main"), &summary);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_cut_is_an_error_and_the_old_tree_stays() {
    let mut stage = Stage::synced().await;
    let old = stage.project.tip("main");
    let changes = [("noise", Change::file(noise(1, 300_000)))];
    stage.project.commit("main", "Grow", &changes);
    stage.options.fresh = true;
    for after in [0, 1, 20, 1_000, 150_000, 300_000] {
        stage.rig.forge.clear_faults();
        stage.disturb("/archive", When::Always, Effect::CutBodyAfter(after));
        let error = stage.failure().await;
        assert!(
            matches!(error, SyncError::Content { .. }),
            "{after}: {error:?}"
        );
        assert!(error.hint().unwrap().contains("unchanged"));
        stage.keeps(&old, &nothing_beside());
    }
    stage.rig.forge.clear_faults();
    stage.run().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_cut_is_an_error_and_the_old_tree_stays() {
    let stage = Stage::synced().await;
    let old = stage.project.tip("main");
    let changes = [
        ("README.md", Change::Delete),
        ("noise", Change::file(noise(1, 300_000))),
    ];
    stage.project.commit("main", "Grow", &changes);
    for after in [0, 10, 299_999] {
        stage.rig.forge.clear_faults();
        stage.disturb("noise/raw", When::Always, Effect::CutBodyAfter(after));
        let error = stage.failure().await;
        assert!(
            matches!(error, SyncError::Content { .. }),
            "{after}: {error:?}"
        );
        stage.keeps(&old, &nothing_beside());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_archive_is_an_error_and_the_old_tree_stays() {
    let mut stage = Stage::synced().await;
    let old = stage.project.tip("main");
    stage.options.fresh = true;
    let gzip = || ("content-type", "application/octet-stream".to_owned());
    for body in ["", "\u{1f}", "this is no archive", "\0\0\0\0"] {
        stage.rig.forge.clear_faults();
        let garbage = Effect::Status(200, body.to_owned(), vec![gzip()]);
        stage.disturb("/archive", When::Always, garbage);
        let error = stage.failure().await;
        assert!(
            matches!(error, SyncError::Unreadable(_) | SyncError::Call { .. }),
            "{body:?}: {error:?}"
        );
        stage.keeps(&old, &nothing_beside());
    }
}

/// What is kept beside the directory.
fn left_beside(stage: &Stage) -> Vec<String> {
    let home = stage.rig.folder().join(".copy.code-source");
    let entries = std::fs::read_dir(home).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
