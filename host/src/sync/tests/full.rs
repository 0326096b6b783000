//! Full runs.

use super::forge::RESOLVED;
use super::repository::{Node, OUTSIDE, read_tree};
use super::{Bench, because, paths};
use crate::sync::{FullReason, Mode, SyncError, SyncLimits, SyncOptions};

#[tokio::test]
async fn a_full_run_brings_the_commits_tree_and_not_the_archive() {
    let bench = Bench::new();
    let summary = bench.sync().await;
    bench.assert_tree(&bench.target());
    assert_eq!(because(&summary), &FullReason::FirstRun);
    assert!(summary.verified);
    assert_eq!(
        paths(&summary.corrected),
        [
            "hidden/deep/er.txt",
            "nested/.gitattributes",
            "nested/kept.txt",
            "src/notes.internal",
            "version.txt"
        ],
    );
    let entries = bench
        .repository
        .git(&["ls-tree", "-r", "--name-only", "HEAD"])
        .lines()
        .count() as u64;
    assert_eq!(
        (summary.written, summary.unchanged, summary.lfs_pointers),
        (entries, 0, 1)
    );
}

#[tokio::test]
async fn links_that_lead_outside_are_listed_and_not_created() {
    let bench = Bench::new();
    let summary = bench.sync().await;
    let listed: Vec<_> = summary
        .outside_symlinks
        .iter()
        .map(|link| link.path.to_string())
        .collect();
    assert_eq!(listed, OUTSIDE);
    assert!(summary.outside_symlinks.iter().all(|link| !link.created));
    assert_eq!(summary.outside_symlinks[0].target, "/etc/passwd");
}

#[tokio::test]
async fn links_that_lead_outside_are_created_where_that_is_asked() {
    let bench = Bench::new();
    bench.sync().await;
    let options = SyncOptions {
        outside_symlinks: true,
        ..SyncOptions::default()
    };
    let summary = bench.try_sync(&options).await.unwrap();
    assert_eq!(because(&summary), &FullReason::OptionsChanged);
    let tree = read_tree(&bench.target());
    assert_eq!(
        tree[&b"links/absolute"[..]],
        Node::Link(b"/etc/passwd".to_vec())
    );
    assert!(summary.outside_symlinks.iter().all(|link| link.created));
}

#[tokio::test]
async fn submodules_are_empty_directories_whose_commits_are_told() {
    let bench = Bench::new();
    let summary = bench.sync().await;
    let told: Vec<_> = summary
        .submodules
        .iter()
        .map(|one| (one.path.to_string(), one.commit.as_str()))
        .collect();
    assert_eq!(
        told,
        [("vendor/library".to_owned(), "1".repeat(40).as_str())]
    );
}

#[tokio::test]
async fn files_of_git_lfs_take_the_place_of_their_pointers_where_that_is_asked() {
    let bench = Bench::new();
    let options = SyncOptions {
        resolve_lfs: true,
        ..SyncOptions::default()
    };
    let summary = bench.try_sync(&options).await.unwrap();
    let tree = read_tree(&bench.target());
    assert_eq!(
        tree[&b"assets/model.bin"[..]],
        Node::File {
            executable: false,
            bytes: RESOLVED.to_vec()
        }
    );
    assert_eq!(summary.lfs_pointers, 1);
    let again = bench
        .try_sync(&SyncOptions {
            verify: true,
            ..options
        })
        .await
        .unwrap();
    assert_eq!(again.mode, Mode::Unchanged);
}

#[tokio::test]
async fn an_archive_without_attributes_is_proven_with_one_list() {
    let bench = Bench::new();
    bench.repository.remove(".gitattributes");
    bench.repository.remove("nested/.gitattributes");
    bench.repository.remove("vendor/library");
    bench.repository.commit("nothing is hidden");
    let summary = bench.sync().await;
    bench.assert_tree(&bench.target());
    assert_eq!(bench.forge.take_asked(), ["resolve", "archive", "list "]);
    assert_eq!((summary.requests, summary.corrected.len()), (3, 0));
}

#[tokio::test]
async fn names_that_are_not_utf8_are_kept_and_proven() {
    let bench = Bench::new();
    bench.repository.write_bytes(b"odd/n\xffme", b"odd\n");
    bench.repository.write_bytes(b"odd/d\xfer/x", b"deep\n");
    bench
        .repository
        .write("odd/also.internal", b"hidden beside them\n");
    bench.repository.commit("odd names");
    let summary = bench.sync().await;
    bench.assert_tree(&bench.target());
    assert_eq!(summary.unverifiable, Vec::<String>::new());
}

#[tokio::test]
async fn a_repository_with_sha_256_is_synced_too() {
    let bench = Bench::new();
    std::fs::remove_dir_all(bench.repository.path().join(".git")).unwrap();
    bench
        .repository
        .git(&["init", "-q", "-b", "main", "--object-format=sha256"]);
    bench.repository.commit("the same, named otherwise");
    assert_eq!(bench.sync().await.commit.len(), 64);
    bench.assert_tree(&bench.target());
    bench.repository.write("README.md", b"changed\n");
    bench.repository.commit("change");
    assert_eq!(bench.sync().await.mode, Mode::Incremental);
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn an_empty_tree_is_an_empty_directory() {
    let bench = Bench::new();
    bench.repository.git(&["rm", "-rqf", "."]);
    bench.repository.git(&["commit", "-q", "-m", "nothing"]);
    let summary = bench.sync().await;
    assert_eq!(summary.written, 0);
    assert_eq!(std::fs::read_dir(bench.target()).unwrap().count(), 0);
    assert_eq!(bench.sync().await.mode, Mode::Unchanged);
}

#[tokio::test]
async fn more_than_a_limit_allows_is_an_error_and_leaves_nothing() {
    let bench = Bench::new();
    for limits in [
        SyncLimits {
            entries: 5,
            ..SyncLimits::default()
        },
        SyncLimits {
            bytes: 1_000,
            ..SyncLimits::default()
        },
        SyncLimits {
            path_bytes: 20,
            ..SyncLimits::default()
        },
    ] {
        let options = SyncOptions {
            limits,
            ..SyncOptions::default()
        };
        let error = bench.try_sync(&options).await.unwrap_err();
        assert!(matches!(error, SyncError::Limit { .. }), "{error}");
        assert!(!bench.target().exists());
    }
}
