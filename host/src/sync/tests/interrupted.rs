//! Runs that end before they are done.

use std::fs;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use super::repository::read_tree;
use super::{Bench, because};
use crate::contract::git::Revision;
use crate::sync::{Directory, FullReason, Mode, SyncOptions, sync_from};

#[tokio::test]
async fn a_broken_archive_leaves_nothing() {
    let bench = Bench::new();
    bench
        .forge
        .archive_breaks_after
        .store(500_000, Ordering::Relaxed);
    bench.try_sync(&SyncOptions::default()).await.unwrap_err();
    assert!(!bench.target().exists());
    assert!(names_beside(&bench).is_empty());
    let beside = bench.parent.path().join(".code.code-source");
    assert!(!beside.exists());
    bench
        .forge
        .archive_breaks_after
        .store(usize::MAX, Ordering::Relaxed);
    assert_eq!(because(&bench.sync().await), &FullReason::FirstRun);
    assert_eq!(names_beside(&bench), ["lock", "record"]);
}

#[tokio::test]
async fn a_broken_archive_leaves_the_old_state() {
    let bench = Bench::new();
    bench.sync().await;
    let before = read_tree(&bench.target());
    bench.repository.write("README.md", b"changed\n");
    bench.repository.commit("change");
    bench
        .forge
        .archive_breaks_after
        .store(500_000, Ordering::Relaxed);
    let options = SyncOptions {
        fresh: true,
        ..SyncOptions::default()
    };
    bench.try_sync(&options).await.unwrap_err();
    assert_eq!(read_tree(&bench.target()), before);
    assert_eq!(bench.sync().await.mode, Mode::Incremental);
}

#[tokio::test]
async fn a_run_that_is_dropped_at_any_point_leaves_a_state_that_the_next_run_takes_up() {
    let bench = Bench::new();
    for fresh in [false, true] {
        for polls in (0..).map(|power| 1 << power) {
            bench
                .repository
                .write("README.md", format!("{fresh} {polls}\n").as_bytes());
            bench.repository.remove("src/empty");
            bench.repository.commit("change");
            if finishes_within(polls, &bench, fresh).await {
                break;
            }
            if bench.target().exists() {
                let readme = fs::read_to_string(bench.target().join("README.md")).unwrap();
                assert!(!readme.is_empty());
            }
            bench.repository.write("src/empty", b"");
            bench.repository.commit("back");
            sync_when_unlocked(&bench).await;
            bench.assert_tree(&bench.target());
        }
    }
}

/// Polls a run so often and then drops it. Whether it was done before.
async fn finishes_within(polls: usize, bench: &Bench, fresh: bool) -> bool {
    let mut directory = Directory::new(bench.target());
    let options = SyncOptions {
        fresh,
        ..SyncOptions::default()
    };
    let mut run = pin!(sync_from(
        &bench.forge,
        &Revision::DefaultBranch,
        &mut directory,
        &options,
        &()
    ));
    for _ in 0..polls {
        if let Poll::Ready(summary) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            summary.unwrap();
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

/// The thread that a dropped run left behind holds the lock until it is done.
async fn sync_when_unlocked(bench: &Bench) {
    loop {
        match bench.try_sync(&SyncOptions::default()).await {
            Err(crate::sync::SyncError::Locked { .. }) => tokio::task::yield_now().await,
            summary => return drop(summary.unwrap()),
        }
    }
}

fn names_beside(bench: &Bench) -> Vec<String> {
    let beside = bench.parent.path().join(".code.code-source");
    let entries = fs::read_dir(beside).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}
