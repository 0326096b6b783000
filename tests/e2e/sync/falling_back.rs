//! An incremental run that cannot be trusted becomes a full one, which says why; and the directory
//! is right each time.

use std::time::Duration;

use code_source::sync::{FullReason, Mode, Summary};
use code_source_stand_in::{Change, DiffLimits, Effect, Feature, When};
use code_source_tests::git;

use super::{Stage, because};

fn readme(text: &str) -> [(&'static str, Change); 1] {
    [("README.md", Change::file(text))]
}

/// A new history without a common ancestor, under the same branch.
fn rewrite(stage: &Stage) {
    let mut commit = stage.project.new_commit("main", "Begin anew");
    commit.parents = Some(vec![]);
    let changes = [(b"anew".to_vec(), Change::file("anew"))];
    stage.project.commit_as(&commit, changes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_the_forge_does_not_know_any_more() {
    let stage = Stage::synced().await;
    let base = stage.project.tip("main");
    stage.project.commit("main", "Change", &readme("one"));
    // Losing a commit takes a forge weeks: here, the last run was one to a commit that it lost.
    let record = stage
        .rig
        .folder()
        .join(".copy.code-source/record/state.json");
    let state = std::fs::read_to_string(&record).unwrap();
    assert!(state.contains(&base));
    std::fs::write(&record, state.replace(&base, &"f".repeat(40))).unwrap();
    assert_eq!(because(&stage.run().await), &FullReason::BaseMissing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_was_rewritten() {
    let stage = Stage::synced().await;
    rewrite(&stage);
    assert_eq!(because(&stage.run().await), &FullReason::HistoryRewritten);

    let mut amended = stage.project.new_commit("main", "Instead");
    stage.project.commit("main", "Change", &readme("one"));
    stage.run().await;
    amended.parents = Some(vec![git(&stage.project, &["rev-parse", "main~1"])]);
    let changes = [(b"README.md".to_vec(), Change::file("two"))];
    stage.project.commit_as(&amended, changes);
    assert_eq!(because(&stage.run().await), &FullReason::HistoryRewritten);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_went_back() {
    let stage = Stage::synced().await;
    let first = stage.project.tip("main");
    stage.project.commit("main", "Change", &readme("one"));
    stage.run().await;
    stage.project.branch("main", &first);
    assert_eq!(because(&stage.run().await), &FullReason::HistoryRewritten);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_that_the_forge_cuts() {
    let stage = Stage::synced().await;
    stage.rig.forge.feature(Feature::DiffLimits(DiffLimits {
        max_files: 2,
        ..DiffLimits::NONE
    }));
    let changes = ["a", "b", "c", "d"].map(|path| (path, Change::file(path)));
    stage.project.commit("main", "Change", &changes);
    assert_eq!(because(&stage.run().await), &FullReason::ComparisonCut);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_that_does_not_come() {
    for effect in [
        Effect::status(503),
        Effect::Latency(Duration::from_secs(3_600)),
    ] {
        let stage = Stage::synced().await.impatient();
        stage.project.commit("main", "Change", &readme("one"));
        stage.disturb("/repository/compare", When::Always, effect);
        assert_eq!(because(&stage.run().await), &FullReason::ComparisonCut);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_changed() {
    let spoil: [fn(&std::path::Path); 4] = [
        |file| std::fs::write(file, "mine, and longer").unwrap(),
        |file| std::fs::remove_file(file).unwrap(),
        |file| {
            std::fs::remove_file(file).unwrap();
            std::os::unix::fs::symlink("/etc/passwd", file).unwrap();
        },
        |file| {
            std::fs::remove_file(file).unwrap();
            std::fs::create_dir(file).unwrap();
            std::fs::write(file.join("inner"), "mine").unwrap();
        },
    ];
    for spoil in spoil {
        let stage = Stage::synced().await;
        spoil(&stage.directory().join("README.md"));
        stage.project.commit("main", "Change", &readme("theirs"));
        let summary = stage.run().await;
        assert!(
            matches!(because(&summary), FullReason::LocalChange { path } if path.as_bytes() == b"README.md"),
            "{summary:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_replaced_by_a_link_is_not_written_through() {
    let stage = Stage::synced().await;
    let elsewhere = stage.rig.folder().join("elsewhere");
    std::fs::rename(stage.directory().join("src"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, stage.directory().join("src")).unwrap();
    let changes = [
        ("src/main.rs", Change::file("theirs")),
        ("src/new.rs", Change::file("theirs")),
    ];
    stage.project.commit("main", "Change", &changes);
    let summary = stage.run().await;
    assert!(matches!(because(&summary), FullReason::LocalChange { .. }));
    let kept = std::fs::read(elsewhere.join("main.rs")).unwrap();
    assert_eq!(kept, b"fn main() {}\n");
    assert!(!elsewhere.join("new.rs").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_anywhere_is_found_where_everything_is_to_be_verified() {
    let mut stage = Stage::synced().await;
    stage.options.verify = true;
    let verified = stage.run().await;
    assert_eq!((verified.mode, verified.verified), (Mode::Unchanged, true));
    std::fs::write(stage.directory().join("bin/run"), "mine, and longer").unwrap();
    assert!(matches!(
        because(&stage.run().await),
        FullReason::LocalChange { .. }
    ));
    std::fs::remove_file(stage.directory().join("src/main.rs")).unwrap();
    stage.project.commit("main", "Change", &readme("theirs"));
    assert!(matches!(
        because(&stage.run().await),
        FullReason::LocalChange { .. }
    ));
    stage.project.commit("main", "Change", &readme("again"));
    let summary = stage.run().await;
    assert_eq!((summary.mode, summary.verified), (Mode::Incremental, true));
}

/// A comparison in which a change is left out.
fn forgetful(stage: &Stage) -> Effect {
    let diff = r#"{"old_path":"README.md","new_path":"README.md","a_mode":"100644",
        "b_mode":"100644","diff":"","new_file":false,"renamed_file":false,"deleted_file":false}"#;
    let body = format!(
        r#"{{"commit":null,"commits":[],"diffs":[{diff}],"compare_timeout":false,
            "compare_same_ref":false,"web_url":"{}"}}"#,
        stage.rig.forge.url()
    );
    let json = ("content-type", "application/json".to_owned());
    Effect::Status(200, body, vec![json])
}

fn check_failed(summary: &Summary) -> &str {
    match because(summary) {
        FullReason::CheckFailed { problem } => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_that_leaves_something_out_does_not_pass_the_check() {
    let mut stage = Stage::synced().await;
    stage.options.verify = true;
    let changes = [
        ("README.md", Change::file("one")),
        ("src/forgotten.rs", Change::file("two")),
    ];
    stage.project.commit("main", "Change", &changes);
    let lie = forgetful(&stage);
    stage.disturb("/repository/compare", When::Always, lie);
    let summary = stage.run().await;
    assert!(check_failed(&summary).contains("tree"), "{summary:#?}");
    assert!(summary.verified);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_the_blob_do_not_pass_the_check() {
    let stage = Stage::synced().await;
    stage.project.commit("main", "Change", &readme("one"));
    let blob = git(&stage.project, &["rev-parse", "main:README.md"]);
    let headers = vec![
        ("x-gitlab-size", "3".to_owned()),
        ("x-gitlab-blob-id", blob),
        ("x-gitlab-execute-filemode", "false".to_owned()),
        ("x-gitlab-commit-id", stage.project.tip("main")),
        ("x-gitlab-file-path", "README.md".to_owned()),
    ];
    let other = Effect::Status(200, "two".to_owned(), headers);
    stage.disturb("/repository/files/", When::Always, other);
    let summary = stage.run().await;
    assert!(!check_failed(&summary).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn more_changes_than_are_worth_fetching_one_by_one() {
    let mut stage = Stage::synced().await;
    stage.options.limits.changes = 2;
    let changes = ["a", "b", "c"].map(|path| (path, Change::file(path)));
    stage.project.commit("main", "Change", &changes);
    assert_eq!(
        because(&stage.run().await),
        &FullReason::TooManyChanges { changes: 3 }
    );
}
