//! `git.list-tree`: directories, complete and of one commit.

use std::fmt::Write as _;

use code_source::Source;
use code_source::contract::git::{Entry, EntryKind, Revision, TreePage};
use code_source_stand_in::{Change, Effect, Fault, LinkLie, Matcher, Project, StandIn, When};
use code_source_tests::{
    Rig, code, expect, first_page, following, git, git_input, git_lines, page_of,
};

/// Versions that page trees by number, by key, and that know missing paths.
const VERSIONS: [&str; 4] = ["16.8.0", "17.1.0", "17.7.0", "18.6.0"];

async fn shop(version: &str) -> (Rig, Project, Source, String) {
    let rig = Rig::with(StandIn::builder().version(version)).await;
    let project = rig.forge.project("web/shop");
    let changes = [
        ("README.md", Change::file("# Shop\n")),
        ("bin/run", Change::executable("#!/bin/sh\n")),
        ("docs/latest", Change::symlink("../README.md")),
        ("src/a/b/c.rs", Change::file("//! c\n")),
        ("vendor/lib", Change::Submodule("1".repeat(40))),
    ];
    project.commit("main", "Begin", &changes);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

fn main() -> Revision {
    Revision::Branch("main".to_owned())
}

/// An entry as `git ls-tree` prints it.
fn line(entry: &Entry) -> String {
    let mode = match &entry.kind {
        EntryKind::File => "100644 blob",
        EntryKind::Executable => "100755 blob",
        EntryKind::Symlink => "120000 blob",
        EntryKind::Directory => "040000 tree",
        EntryKind::Submodule => "160000 commit",
        EntryKind::Other(mode) => panic!("{mode}"),
    };
    format!("{mode} {}\t{}", entry.id, entry.path)
}

async fn all(source: &Source, id: &str, path: &str, recursive: bool, limit: u32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut request = Some(page_of(limit));
    while let Some(asked) = request {
        let page: TreePage = expect(source.list_tree(id, &main(), path, recursive, &asked).await);
        assert!(page.items.len() <= limit as usize);
        lines.extend(page.items.iter().map(line));
        request = following(page.end, limit);
    }
    lines.sort();
    lines
}

fn truth(project: &Project, arguments: &[&str]) -> Vec<String> {
    let mut lines = git_lines(project, &[&["ls-tree", "-t"], arguments].concat());
    lines.sort();
    lines
}

/// `folders` directories with `files` entries each, all of one blob.
fn large(project: &Project, folders: usize, files: usize) {
    let blob = git(project, &["rev-parse", "main:README.md"]);
    let mut stream = "commit refs/heads/main\ncommitter A <a@example.com> 1767300000 +0000\ndata 2\nc\n\nfrom refs/heads/main^0\n".to_owned();
    for folder in 0..folders {
        for file in 0..files {
            writeln!(stream, "M 100644 {blob} data/{folder:04}/{file:05}.txt").unwrap();
        }
    }
    git_input(project, &["fast-import", "--quiet", "--force"], &stream);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_entry_is_as_git_has_it() {
    for version in VERSIONS {
        let (_rig, project, source, id) = shop(version).await;
        assert_eq!(
            all(&source, &id, "", true, 3).await,
            truth(&project, &["-r", "main"]),
            "{version}"
        );
        assert_eq!(
            all(&source, &id, "", false, 2).await,
            truth(&project, &["main"]),
            "{version}"
        );
        let below = truth(&project, &["-r", "main:src"]).len();
        assert_eq!(
            all(&source, &id, "src", true, 1).await.len(),
            below,
            "{version}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn awkward_names_come_back_as_they_are() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    let long = "n".repeat(250);
    let names = [
        "a b",
        "#1?.txt",
        "100%",
        "%2F",
        "+x",
        "grün🌱",
        ".hidden",
        "new\nline",
        "quo\"te",
        "back\\slash",
        &long,
    ];
    let changes = names.map(|name| (format!("odd/{name}/{name}"), Change::file(name)));
    project.commit("main", "Add", &changes);
    for name in names {
        let path = format!("odd/{name}");
        let page = expect(
            source
                .list_tree(&id, &main(), &path, false, &first_page())
                .await,
        );
        assert_eq!(page.items.len(), 1, "{name}");
        assert_eq!(page.items[0].path, format!("{path}/{name}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_thousand_entries_come_complete_by_number_and_by_key() {
    for version in ["16.8.0", "18.6.0"] {
        let (rig, project, source, id) = shop(version).await;
        large(&project, 200, 1_000);
        let found = all(&source, &id, "", true, 1_000).await;
        let truth = truth(&project, &["-r", "main"]);
        assert!(truth.len() > 200_000);
        assert!(
            found == truth,
            "{version}: {} of {}",
            found.len(),
            truth.len()
        );
        let requests = rig.asked("/repository/tree?");
        assert!(requests <= truth.len() / 100 + 210, "{version}: {requests}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_directory_is_not_found_on_every_version() {
    for version in VERSIONS {
        let (_rig, _project, source, id) = shop(version).await;
        for path in ["gone", "README.md", "src/a/gone", "vendor/lib"] {
            let outcome = source
                .list_tree(&id, &main(), path, true, &first_page())
                .await;
            assert_eq!(code(outcome), "NotFound(Path)", "{version} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_nowhere_has_no_tree() {
    for version in VERSIONS {
        let (_rig, _project, source, id) = shop(version).await;
        for (at, expected) in [
            (Revision::Branch("gone".to_owned()), "NotFound(Reference)"),
            (Revision::Tag("gone".to_owned()), "NotFound(Reference)"),
            (Revision::Commit("0".repeat(40)), "NotFound(Commit)"),
        ] {
            let outcome = source.list_tree(&id, &at, "", true, &first_page()).await;
            assert_eq!(code(outcome), expected, "{version} {at:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_is_told_from_an_empty_tree() {
    let (rig, project, source, id) = shop("18.6.0").await;
    let nothing = project.commit("main", "Clear", &[("README.md", Change::Delete)]);
    let empty = rig.forge.project("web/empty").empty();
    let outcome = rig
        .source_of(&empty)
        .list_tree(&empty.id().to_string(), &main(), "", true, &first_page())
        .await;
    assert_eq!(code(outcome), "EmptyRepository");
    for path in ["bin", "docs", "src", "vendor"] {
        project.commit("main", "Clear", &[(path, Change::Delete)]);
    }
    assert_ne!(nothing, project.tip("main"));
    assert!(all(&source, &id, "", true, 10).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_stay_on_one_commit_while_the_branch_moves() {
    for version in VERSIONS {
        let (_rig, project, source, id) = shop(version).await;
        let tip = project.tip("main");
        let truth = truth(&project, &["-r", "main"]);
        let first = expect(source.list_tree(&id, &main(), "", true, &page_of(3)).await);
        project.commit(
            "main",
            "Change",
            &[("README.md", Change::Delete), ("A", Change::file("a"))],
        );
        let request = following(first.end, 100).unwrap();
        let second = expect(source.list_tree(&id, &main(), "", true, &request).await);
        assert_eq!((&first.commit, &second.commit), (&tip, &tip), "{version}");
        let mut found: Vec<_> = first.items.iter().chain(&second.items).map(line).collect();
        found.sort();
        assert_eq!(found, truth, "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_in_the_middle_fails_the_list() {
    for (version, page) in [("16.8.0", "&page=3"), ("18.6.0", "&page_token=")] {
        let (rig, project, source, id) = shop(version).await;
        large(&project, 1, 500);
        for (what, expected) in [
            (Effect::status(403), "Forbidden"),
            (Effect::CutBodyAfter(50), "Malformed"),
        ] {
            rig.forge.clear_faults();
            rig.forge.fault(Fault {
                on: Matcher::target(page),
                when: When::Always,
                what,
            });
            let outcome = source
                .list_tree(&id, &main(), "", true, &first_page())
                .await;
            assert!(code(outcome).starts_with(expected), "{version}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_repeats_itself_is_malformed_and_no_endless_loop() {
    for version in ["16.8.0", "18.6.0"] {
        let (rig, project, source, id) = shop(version).await;
        large(&project, 1, 500);
        let what = Effect::LyingLink(LinkLie::SamePage);
        rig.forge.fault(Fault {
            on: Matcher::target("/repository/tree?"),
            when: When::Always,
            what,
        });
        let outcome = source
            .list_tree(&id, &main(), "", true, &first_page())
            .await;
        assert!(code(outcome).starts_with("Malformed"), "{version}");
        assert!(rig.asked("/repository/tree?") <= 3, "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_another_origin_is_read_at_this_one() {
    let (rig, project, source, id) = shop("18.6.0").await;
    large(&project, 1, 500);
    let truth = truth(&project, &["-r", "main"]);
    let builder = StandIn::builder()
        .version("18.6.0")
        .external_url("https://elsewhere.example");
    let other = Rig::with(builder).await;
    let copy = other.forge.project("web/shop");
    copy.import(project.git_dir(), "main");
    let found = all(
        &other.source_of(&copy),
        &copy.id().to_string(),
        "",
        true,
        1_000,
    )
    .await;
    assert_eq!(found, truth);
    assert_eq!(all(&source, &id, "", true, 1_000).await, truth);
    assert_eq!(
        other.asked("/repository/tree?"),
        rig.asked("/repository/tree?")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_cannot_be_right_costs_no_request() {
    let (rig, _project, source, id) = shop("18.6.0").await;
    for path in ["/src", "src/", "a//b", "..", "a/../b", "./a", "a\0b"] {
        let outcome = source
            .list_tree(&id, &main(), path, false, &first_page())
            .await;
        assert!(code(outcome).starts_with("InvalidArgument"), "{path}");
    }
    assert_eq!(rig.asked(""), 0);
}
