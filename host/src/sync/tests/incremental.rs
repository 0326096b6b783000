//! Incremental runs.

use std::os::unix::fs::MetadataExt;

use super::Bench;
use super::repository::{OUTSIDE, large};
use crate::sync::{Mode, SyncOptions};

#[tokio::test]
async fn nothing_changed_costs_one_request() {
    let bench = Bench::new();
    let first = bench.sync().await;
    bench.forge.take_asked();
    let second = bench.sync().await;
    assert_eq!(bench.forge.take_asked(), ["resolve"]);
    assert_eq!(
        (second.mode, second.previous),
        (Mode::Unchanged, Some(first.commit))
    );
    assert_eq!(second.unchanged, first.written);
    assert_eq!(second.outside_symlinks, first.outside_symlinks);
}

#[tokio::test]
async fn one_change_touches_one_file() {
    let bench = Bench::new();
    bench.sync().await;
    let untouched = bench.target().join("src/main.rs");
    let before = std::fs::metadata(&untouched).unwrap().ino();
    bench.forge.take_asked();
    bench.repository.write("README.md", b"changed\n");
    bench.repository.commit("change");
    let summary = bench.sync().await;
    assert_eq!(
        bench.forge.take_asked(),
        ["resolve", "compare", "file README.md"]
    );
    assert_eq!(
        (&summary.mode, summary.written, summary.removed),
        (&Mode::Incremental, 1, 0)
    );
    assert_eq!(std::fs::metadata(&untouched).unwrap().ino(), before);
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn every_kind_of_change_comes_out_as_in_a_full_run() {
    let bench = Bench::new();
    bench.sync().await;
    let repository = &bench.repository;
    repository.write("version.txt", b"$Format:%H$ again\n");
    repository.write("src/new.internal", b"hidden\n");
    repository.remove("hidden");
    repository.git(&["mv", "src/main.rs", "src/renamed.rs"]);
    repository.git(&["update-index", "--chmod=-x", "src/run.sh"]);
    repository.git(&["checkout-index", "-f", "src/run.sh"]);
    repository.write("two/large.bin", &large()[1..]);
    repository.write("two/larger.bin", &large()[2..]);
    repository.submodule("vendor/library", &"2".repeat(40));
    repository.submodule("vendor/other", &"3".repeat(40));
    repository.remove("links/inside");
    repository.write("links/inside", b"a file now\n");
    repository.remove("README.md");
    repository.link("src/empty", "README.md");
    repository.commit("everything at once");
    let options = SyncOptions {
        verify: true,
        ..SyncOptions::default()
    };
    let summary = bench.try_sync(&options).await.unwrap();
    assert_eq!(summary.mode, Mode::Incremental);
    assert!(summary.verified);
    bench.assert_tree(&bench.target());
    let told: Vec<_> = summary
        .submodules
        .iter()
        .map(|one| one.commit[..1].to_owned())
        .collect();
    assert_eq!(told, ["2", "3"]);
    let entries = repository
        .git(&["ls-tree", "-r", "--name-only", "HEAD"])
        .lines()
        .count() as u64;
    assert_eq!(summary.written + summary.unchanged, entries);
}

#[tokio::test]
async fn files_and_directories_change_places() {
    let bench = Bench::new();
    bench.sync().await;
    let repository = &bench.repository;
    repository.remove("awkward");
    repository.write("awkward", b"a file now\n");
    repository.remove("README.md");
    repository.write("README.md/a/b", b"a directory now\n");
    repository.remove("vendor/library");
    repository.write("vendor/library/x", b"no submodule any more\n");
    repository.remove("src/empty");
    repository.submodule("src/empty", &"4".repeat(40));
    repository.git(&["commit", "-q", "-m", "submodule"]);
    repository.git(&["add", "awkward", "README.md", "vendor/library/x"]);
    repository.git(&["commit", "-q", "-m", "places"]);
    let summary = bench.sync().await;
    assert_eq!(summary.mode, Mode::Incremental);
    bench.assert_tree(&bench.target());
    repository.git(&["revert", "-n", "HEAD", "HEAD~1"]);
    repository.git(&["commit", "-q", "-m", "and back"]);
    assert_eq!(bench.sync().await.mode, Mode::Incremental);
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn a_changed_link_changes_where_others_lead() {
    let bench = Bench::new();
    bench.sync().await;
    bench.repository.link("../README.md", "links/absolute");
    bench.repository.commit("inside now");
    let summary = bench.sync().await;
    assert_eq!(summary.mode, Mode::Incremental);
    let outside: Vec<_> = summary
        .outside_symlinks
        .iter()
        .map(|link| link.path.to_string())
        .collect();
    assert_eq!(outside, [OUTSIDE[2]]);
    assert!(bench.target().join("links/to-outside").is_symlink());
    bench.repository.link("/etc/passwd", "links/absolute");
    bench.repository.commit("outside again");
    assert_eq!(bench.sync().await.outside_symlinks.len(), 3);
    bench.assert_tree(&bench.target());
}

#[tokio::test]
async fn a_commit_that_changes_no_file_is_recorded() {
    let bench = Bench::new();
    bench.sync().await;
    bench.repository.commit("nothing");
    assert_eq!(bench.sync().await.written, 0);
    assert_eq!(bench.sync().await.mode, Mode::Unchanged);
}
