//! Runs that have to fetch everything although something is there, and those that refuse to.

use std::fs;
use std::sync::atomic::Ordering;

use super::{Bench, because};
use crate::contract::git::Revision;
use crate::sync::{Directory, FullReason, Mode, Sink, SyncError, SyncOptions, sync_from};

#[tokio::test]
async fn a_rewritten_history_is_a_full_run() {
    let bench = Bench::new();
    bench.repository.commit("to be rewritten");
    bench.sync().await;
    bench.repository.write("README.md", b"amended\n");
    bench
        .repository
        .git(&["commit", "-qa", "--amend", "-m", "amended"]);
    let summary = bench.sync().await;
    assert_eq!(because(&summary), &FullReason::HistoryRewritten);
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn a_base_that_is_gone_is_a_full_run() {
    let bench = Bench::new();
    bench.sync().await;
    bench.repository.write("README.md", b"amended\n");
    bench
        .repository
        .git(&["commit", "-qa", "--amend", "-m", "amended"]);
    bench
        .repository
        .git(&["reflog", "expire", "--expire=now", "--all"]);
    bench.repository.git(&["gc", "-q", "--prune=now"]);
    assert_eq!(because(&bench.sync().await), &FullReason::BaseMissing);
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn a_cut_comparison_is_a_full_run() {
    let bench = Bench::new();
    bench.sync().await;
    bench.repository.write("README.md", b"changed\n");
    bench.repository.commit("change");
    bench.forge.cuts_comparisons.store(true, Ordering::Relaxed);
    assert_eq!(because(&bench.sync().await), &FullReason::ComparisonCut);
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn content_that_is_not_its_blobs_is_a_full_run_and_then_an_error() {
    let bench = Bench::new();
    bench.sync().await;
    let before = bench.repository.tree();
    bench.repository.write("README.md", b"changed\n");
    bench.repository.commit("change");
    bench.forge.garbles_files.store(true, Ordering::Relaxed);
    let error = bench.try_sync(&SyncOptions::default()).await.unwrap_err();
    assert!(matches!(error, SyncError::Inconsistent { .. }), "{error}");
    assert_eq!(super::repository::read_tree(&bench.target()), before);
    assert!(bench.forge.take_asked().contains(&"archive".to_owned()));
    bench.forge.garbles_files.store(false, Ordering::Relaxed);
    assert_eq!(bench.sync().await.mode, Mode::Incremental);
}

#[tokio::test]
async fn a_local_change_of_a_file_that_changed_is_a_full_run() {
    let bench = Bench::new();
    bench.sync().await;
    fs::write(bench.target().join("README.md"), b"mine\n").unwrap();
    bench.repository.write("README.md", b"theirs\n");
    bench.repository.commit("change");
    assert!(matches!(
        because(&bench.sync().await),
        FullReason::LocalChange { .. }
    ));
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn a_local_file_in_the_way_is_a_full_run() {
    let bench = Bench::new();
    bench.sync().await;
    fs::write(bench.target().join("awkward/mine"), b"mine\n").unwrap();
    bench.repository.remove("awkward");
    bench.repository.write("awkward", b"a file\n");
    bench.repository.commit("change");
    assert!(matches!(
        because(&bench.sync().await),
        FullReason::LocalChange { .. }
    ));
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn verifying_finds_local_changes_everywhere() {
    let options = SyncOptions {
        verify: true,
        ..SyncOptions::default()
    };
    let bench = Bench::new();
    bench.sync().await;
    assert_eq!(
        bench.try_sync(&options).await.unwrap().mode,
        Mode::Unchanged
    );
    for path in ["src/main.rs", "mine", "links/mine"] {
        fs::write(bench.target().join(path), b"mine\n").unwrap();
        let summary = bench.try_sync(&options).await.unwrap();
        assert_eq!(
            because(&summary).to_string(),
            format!("`{path}` was changed locally")
        );
        bench.assert_tree(&bench.target());
    }
}

#[tokio::test]
async fn too_many_changes_are_a_full_run() {
    let bench = Bench::new();
    bench.sync().await;
    for number in 0..60 {
        bench.repository.write(&format!("many/{number}"), b"x\n");
    }
    bench.repository.commit("many");
    assert!(matches!(
        because(&bench.sync().await),
        FullReason::TooManyChanges { .. }
    ));
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn a_change_whose_name_is_garbled_is_a_full_run() {
    let bench = Bench::new();
    bench.sync().await;
    bench.repository.write_bytes(b"n\xffme", b"x\n");
    bench.repository.commit("odd");
    assert!(matches!(
        because(&bench.sync().await),
        FullReason::UnclearChange { .. }
    ));
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn everything_is_fetched_where_that_is_asked() {
    let bench = Bench::new();
    bench.sync().await;
    let options = SyncOptions {
        fresh: true,
        ..SyncOptions::default()
    };
    assert_eq!(
        because(&bench.try_sync(&options).await.unwrap()),
        &FullReason::Asked
    );
}

#[tokio::test]
async fn a_directory_with_somebodys_files_is_refused() {
    let bench = Bench::new();
    fs::create_dir(bench.target()).unwrap();
    fs::write(bench.target().join("mine"), b"mine\n").unwrap();
    let options = SyncOptions {
        fresh: true,
        ..SyncOptions::default()
    };
    let error = bench.try_sync(&options).await.unwrap_err();
    assert!(matches!(error, SyncError::Foreign { .. }), "{error}");
    assert_eq!(fs::read(bench.target().join("mine")).unwrap(), b"mine\n");
}

#[tokio::test]
async fn a_directory_that_took_the_place_of_ours_is_refused() {
    let bench = Bench::new();
    bench.sync().await;
    fs::rename(bench.target(), bench.parent.path().join("moved")).unwrap();
    fs::create_dir(bench.target()).unwrap();
    fs::write(bench.target().join("mine"), b"mine\n").unwrap();
    let error = bench.try_sync(&SyncOptions::default()).await.unwrap_err();
    assert!(matches!(error, SyncError::Foreign { .. }), "{error}");
    fs::remove_file(bench.target().join("mine")).unwrap();
    assert_eq!(because(&bench.sync().await), &FullReason::FirstRun);
}

#[tokio::test]
async fn another_repository_is_refused() {
    let (bench, other) = (Bench::new(), Bench::new());
    bench.sync().await;
    let mut directory = Directory::new(bench.target());
    let synced = sync_from(
        &other.forge,
        &Revision::DefaultBranch,
        &mut directory,
        &SyncOptions::default(),
        &(),
    )
    .await;
    assert!(matches!(synced, Err(SyncError::Foreign { .. })));
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn a_directory_that_another_sync_holds_is_refused() {
    let bench = Bench::new();
    let mut directory = Directory::new(bench.target());
    directory.open().await.unwrap();
    let error = bench.try_sync(&SyncOptions::default()).await.unwrap_err();
    assert!(matches!(error, SyncError::Locked { .. }), "{error}");
}
