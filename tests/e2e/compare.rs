//! `git.compare`: what `git diff` says, and never less without saying so.

mod limits;

use code_source::Source;
use code_source::contract::git::{
    ChangeKind, CompareMode, Comparison, EntryKind, FileChange, Patch,
};
use code_source_stand_in::{Change, Project, StandIn};
use code_source_tests::{Rig, code, expect, first_page, following, git, git_lines, page_of};

const VERSIONS: [&str; 3] = ["16.8.0", "17.7.0", "18.6.0"];

async fn shop(version: &str) -> (Rig, Project, Source, String) {
    let rig = Rig::with(StandIn::builder().version(version)).await;
    let project = rig.forge.project("web/shop");
    let lines: String = (0..50).map(|number| format!("line {number}\n")).collect();
    let changes = [
        ("README.md", Change::file("# Shop\n")),
        ("bin/run", Change::file("#!/bin/sh\n")),
        ("blob", Change::file(vec![0, 1, 2, 3])),
        ("gone", Change::file("soon\n")),
        ("long", Change::file(lines)),
        ("touch", Change::file("")),
    ];
    project.commit("main", "Begin", &changes);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

/// One change of every kind.
fn change_everything(project: &Project) -> String {
    let lines: String = (0..50).map(|number| format!("line {number}\n")).collect();
    let changes = [
        ("README.md", Change::file("# Store\n\nNew.\n")),
        ("bin/run", Change::executable("#!/bin/sh\n")),
        ("blob", Change::file(vec![0, 1, 2, 4])),
        ("gone", Change::Delete),
        ("long", Change::Delete),
        ("moved/#1 grün.txt", Change::file(lines)),
        ("new", Change::file("new\n")),
        ("link", Change::symlink("README.md")),
        ("lib", Change::Submodule("1".repeat(40))),
    ];
    project.commit("main", "Change", &changes)
}

/// A change in the form of `git diff --name-status`.
fn status(change: &FileChange) -> String {
    match change.kind {
        ChangeKind::Added => format!("A\t{}", change.new_path),
        ChangeKind::Deleted => format!("D\t{}", change.old_path),
        ChangeKind::Modified | ChangeKind::KindChanged => format!("M\t{}", change.new_path),
        ChangeKind::Renamed => format!("R\t{}\t{}", change.old_path, change.new_path),
        _ => format!("{change:?}"),
    }
}

fn statuses(comparison: &Comparison) -> Vec<String> {
    let mut lines: Vec<_> = comparison.changes.iter().map(status).collect();
    lines.sort();
    lines
}

fn truth(project: &Project, range: &str) -> Vec<String> {
    let lines = git_lines(project, &["diff", "--name-status", "-M", range]);
    let mut lines: Vec<_> = lines.iter().map(|line| line.replace("R100", "R")).collect();
    lines.sort();
    lines
}

fn of<'a>(comparison: &'a Comparison, path: &str) -> &'a FileChange {
    comparison
        .changes
        .iter()
        .find(|change| change.new_path == path)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_those_of_git_diff_in_order_of_paths() {
    for version in VERSIONS {
        let (_rig, project, source, id) = shop(version).await;
        let (base, head) = (project.tip("main"), change_everything(&project));
        let found = expect(
            source
                .compare(&id, &base, &head, CompareMode::Exact, true, &first_page())
                .await,
        );
        assert_eq!(
            statuses(&found),
            truth(&project, &format!("{base}..{head}")),
            "{version}"
        );
        assert!(found.complete && found.merge_base.is_none());
        assert!(
            found.changes.is_sorted_by(|a, b| a.new_path <= b.new_path),
            "{version}"
        );
        assert_eq!((found.base, found.head), (base, head));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_is_gits_own_without_its_header() {
    for version in VERSIONS {
        let (_rig, project, source, id) = shop(version).await;
        let (base, head) = (project.tip("main"), change_everything(&project));
        let found = expect(
            source
                .compare(&id, &base, &head, CompareMode::Exact, true, &first_page())
                .await,
        );
        for path in ["README.md", "gone", "new", "link"] {
            let diff = git(&project, &["diff", &base, &head, "--", path]);
            let hunks = &diff[diff.find("@@").unwrap()..];
            let Patch::Text(text) = &of(&found, path).patch else {
                panic!("{:?}", of(&found, path))
            };
            assert_eq!(text.trim_end(), hunks.trim_end(), "{version} {path}");
        }
        assert!(
            matches!(of(&found, "blob").patch, Patch::Binary),
            "{version}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_of_entries_are_told_on_both_sides() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    let (base, head) = (project.tip("main"), change_everything(&project));
    let found = expect(
        source
            .compare(&id, &base, &head, CompareMode::Exact, true, &first_page())
            .await,
    );
    let run = of(&found, "bin/run");
    assert!(matches!(run.kind, ChangeKind::KindChanged), "{run:?}");
    assert!(matches!(
        (&run.old_kind, &run.new_kind),
        (EntryKind::File, EntryKind::Executable)
    ));
    assert!(matches!(of(&found, "link").new_kind, EntryKind::Symlink));
    assert!(matches!(of(&found, "lib").new_kind, EntryKind::Submodule));
    assert!(matches!(of(&found, "gone").old_kind, EntryKind::File));
}

#[tokio::test(flavor = "multi_thread")]
async fn patches_come_only_where_wanted() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    let (base, head) = (project.tip("main"), change_everything(&project));
    let found = expect(
        source
            .compare(&id, &base, &head, CompareMode::Exact, false, &first_page())
            .await,
    );
    assert_eq!(
        statuses(&found),
        truth(&project, &format!("{base}..{head}"))
    );
    assert!(
        found
            .changes
            .iter()
            .all(|change| matches!(change.patch, Patch::NotRequested))
    );
}

/// Two branches that went apart at the first commit.
fn diverge(project: &Project) -> (String, String, String) {
    let root = project.tip("main");
    project.branch("side", &root);
    let main = project.commit("main", "Main", &[("main-only", Change::file("m\n"))]);
    let side = project.commit("side", "Side", &[("side-only", Change::file("s\n"))]);
    (root, main, side)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_two_modes_start_from_the_base_and_from_the_common_ancestor() {
    for version in VERSIONS {
        let (_rig, project, source, id) = shop(version).await;
        let (root, main, side) = diverge(&project);
        let found = expect(
            source
                .compare(&id, &main, &side, CompareMode::Exact, true, &first_page())
                .await,
        );
        assert_eq!(
            statuses(&found),
            ["A\tside-only", "D\tmain-only"],
            "{version}"
        );
        let found = expect(
            source
                .compare(
                    &id,
                    &main,
                    &side,
                    CompareMode::SinceMergeBase,
                    true,
                    &first_page(),
                )
                .await,
        );
        assert_eq!(
            statuses(&found),
            truth(&project, &format!("{main}...{side}")),
            "{version}"
        );
        assert_eq!(found.merge_base, Some(root), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn histories_without_a_common_ancestor_differ_in_all_of_their_trees() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    let main = project.tip("main");
    let mut orphan = project.new_commit("orphan", "Begin again");
    orphan.parents = Some(Vec::new());
    let orphan = project.commit_as(&orphan, [(b"other".to_vec(), Change::file("o\n"))]);
    let found = expect(
        source
            .compare(
                &id,
                &main,
                &orphan,
                CompareMode::SinceMergeBase,
                true,
                &first_page(),
            )
            .await,
    );
    assert_eq!(found.merge_base, None);
    assert_eq!(
        statuses(&found),
        truth(&project, &format!("{main}..{orphan}"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_does_not_differ_from_itself() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    let tip = project.tip("main");
    for mode in [CompareMode::Exact, CompareMode::SinceMergeBase] {
        let found = expect(
            source
                .compare(&id, &tip, &tip, mode, true, &first_page())
                .await,
        );
        assert!(found.changes.is_empty() && found.complete);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_name_every_file_once() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    let base = project.tip("main");
    let changes: Vec<_> = (0..40)
        .map(|number| (format!("f/{number:04}"), Change::file("x\n")))
        .collect();
    let head = project.commit("main", "Add", &changes);
    let truth = truth(&project, &format!("{base}..{head}"));
    for limit in [1, 7, 40, 41] {
        let (mut found, mut request) = (Vec::new(), Some(page_of(limit)));
        while let Some(asked) = request {
            let page = expect(
                source
                    .compare(&id, &base, &head, CompareMode::Exact, false, &asked)
                    .await,
            );
            found.extend(page.changes.iter().map(status));
            request = following(page.end, limit);
        }
        assert_eq!(found, truth, "{limit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_is_gone_is_told_from_a_missing_head() {
    for version in VERSIONS {
        let (_rig, project, source, id) = shop(version).await;
        let (tip, gone) = (project.tip("main"), "0".repeat(40));
        for mode in [CompareMode::Exact, CompareMode::SinceMergeBase] {
            let outcome = source
                .compare(&id, &gone, &tip, mode, true, &first_page())
                .await;
            assert_eq!(
                code(outcome),
                format!("BaseMissing({gone:?})"),
                "{version} {mode:?}"
            );
            let outcome = source
                .compare(&id, &tip, &gone, mode, true, &first_page())
                .await;
            assert_eq!(code(outcome), "NotFound(Commit)", "{version} {mode:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_becomes_a_link_goes_and_comes() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    let base = project.tip("main");
    let head = project.commit("main", "Link", &[("gone", Change::symlink("README.md"))]);
    for limit in [1, 10] {
        let (mut found, mut request) = (Vec::new(), Some(page_of(limit)));
        while let Some(asked) = request {
            let page = expect(
                source
                    .compare(&id, &base, &head, CompareMode::Exact, true, &asked)
                    .await,
            );
            found.extend(page.changes.iter().map(status));
            request = following(page.end, limit);
        }
        assert_eq!(found, ["D\tgone", "A\tgone"], "{limit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_has_nothing_to_compare() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/empty").empty();
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    let (base, head) = ("0".repeat(40), "1".repeat(40));
    let outcome = source
        .compare(&id, &base, &head, CompareMode::Exact, true, &first_page())
        .await;
    assert_eq!(code(outcome), "EmptyRepository");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_right_costs_no_request() {
    let (rig, project, source, id) = shop("18.6.0").await;
    let tip = project.tip("main");
    for (base, head) in [("main", &*tip), (&tip, "HEAD"), (&tip, ""), ("..", &tip)] {
        let outcome = source
            .compare(&id, base, head, CompareMode::Exact, true, &first_page())
            .await;
        assert!(
            code(outcome).starts_with("InvalidArgument"),
            "{base} {head}"
        );
    }
    assert_eq!(rig.asked(""), 0);
}
