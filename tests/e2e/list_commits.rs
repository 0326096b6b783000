//! `git.list-commits`: histories, page by page.

use std::fmt::Write as _;

use code_source::Source;
use code_source::contract::git::Revision;
use code_source::contract::types::PageRequest;
use code_source_stand_in::{Change, Project};
use code_source_tests::{Rig, code, expect, following, git_input, git_lines, page_of};

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

fn main() -> Revision {
    Revision::Branch("main".to_owned())
}

/// Commits on top of `main`; every tenth changes `docs/log`.
fn grow(project: &Project, count: usize) {
    let mut stream = String::new();
    for number in 0..count {
        let path = if number % 10 == 0 {
            "docs/log"
        } else {
            "src/log"
        };
        let text = format!("{number}\n");
        let when = 1_767_300_000 + number;
        writeln!(stream, "commit refs/heads/main").unwrap();
        writeln!(
            stream,
            "committer A <a@example.com> {when} +0000\ndata 2\nc\n"
        )
        .unwrap();
        if number == 0 {
            writeln!(stream, "from refs/heads/main^0").unwrap();
        }
        writeln!(
            stream,
            "M 100644 inline {path}\ndata {}\n{text}",
            text.len()
        )
        .unwrap();
    }
    git_input(project, &["fast-import", "--quiet", "--force"], &stream);
}

/// The ids of all pages.
async fn all(
    source: &Source,
    id: &str,
    at: &Revision,
    path: Option<&str>,
    limit: u32,
) -> Vec<String> {
    let mut ids = Vec::new();
    let mut request = Some(page_of(limit));
    while let Some(asked) = request {
        let page = expect(source.list_commits(id, at, path, &asked).await);
        assert!(page.items.len() <= limit as usize);
        ids.extend(page.items.into_iter().map(|commit| commit.id));
        request = following(page.end, limit);
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_make_up_gits_own_history() {
    let (_rig, project, source, id) = shop().await;
    grow(&project, 249);
    let truth = git_lines(&project, &["rev-list", "main"]);
    assert_eq!(truth.len(), 250);
    for limit in [37, 100, 249, 250, 1_000] {
        assert_eq!(
            all(&source, &id, &main(), None, limit).await,
            truth,
            "{limit}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_costs_little_more_than_a_request_for_each_hundred_commits() {
    let (rig, project, source, id) = shop().await;
    grow(&project, 249);
    all(&source, &id, &main(), None, 1_000).await;
    // Reading ahead may ask for one page behind the end.
    assert!((3..=4).contains(&rig.asked("/repository/commits?")));
    assert_eq!(rig.asked("") - rig.asked("/repository/commits?"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_path_has_the_commits_that_changed_it() {
    let (_rig, project, source, id) = shop().await;
    grow(&project, 60);
    for path in ["docs", "docs/log", "README.md"] {
        let truth = git_lines(&project, &["rev-list", "main", "--", path]);
        assert_eq!(
            all(&source, &id, &main(), Some(path), 4).await,
            truth,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_with_an_awkward_name_has_its_history() {
    let (_rig, project, source, id) = shop().await;
    for path in ["a b/#1?.txt", "100%/+x", "grün/🌱", ".hidden", "*"] {
        let tip = project.commit("main", "Add", &[(path, Change::file(path))]);
        assert_eq!(
            all(&source, &id, &main(), Some(path), 10).await,
            [tip],
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_never_existed_has_an_empty_history() {
    let (_rig, _project, source, id) = shop().await;
    assert!(
        all(&source, &id, &main(), Some("no/such/file"), 10)
            .await
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_stay_on_one_history_while_the_branch_moves() {
    let (_rig, project, source, id) = shop().await;
    grow(&project, 20);
    let truth = git_lines(&project, &["rev-list", "main"]);
    let first = expect(source.list_commits(&id, &main(), None, &page_of(10)).await);
    let base = project.tip("main~15");
    project.branch("main", &base);
    project.commit("main", "Elsewhere", &[("x", Change::file("x"))]);
    let request = following(first.end, 100).unwrap();
    let second = expect(source.list_commits(&id, &main(), None, &request).await);
    let ids: Vec<_> = first
        .items
        .into_iter()
        .chain(second.items)
        .map(|commit| commit.id)
        .collect();
    assert_eq!(ids, truth);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_brings_both_sides() {
    let (_rig, project, source, id) = shop().await;
    project.branch("side", &project.tip("main"));
    project.commit("side", "Aside", &[("s", Change::file("s"))]);
    project.commit("main", "Go on", &[("m", Change::file("m"))]);
    project.merge("main", "side", "Merge side");
    let truth = git_lines(&project, &["rev-list", "main"]);
    assert_eq!(
        all(&source, &id, &Revision::DefaultBranch, None, 3).await,
        truth
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_nowhere_has_no_history() {
    let (_rig, _project, source, id) = shop().await;
    for (at, expected) in [
        (Revision::Branch("gone".to_owned()), "NotFound(Reference)"),
        (Revision::Tag("gone".to_owned()), "NotFound(Reference)"),
        (Revision::Commit("0".repeat(40)), "NotFound(Commit)"),
    ] {
        let outcome = source.list_commits(&id, &at, None, &page_of(10)).await;
        assert_eq!(code(outcome), expected, "{at:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_has_no_history() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/empty").empty();
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    for at in [
        Revision::DefaultBranch,
        main(),
        Revision::Commit("0".repeat(40)),
    ] {
        let outcome = source.list_commits(&id, &at, None, &page_of(10)).await;
        assert_eq!(code(outcome), "EmptyRepository", "{at:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_right_costs_no_request() {
    let (rig, _project, source, id) = shop().await;
    for limit in [0, 1_001, u32::MAX] {
        let outcome = source
            .list_commits(&id, &main(), None, &page_of(limit))
            .await;
        assert!(code(outcome).starts_with("InvalidArgument"), "{limit}");
    }
    let made_up = PageRequest {
        cursor: Some("bm90IG91cnM".to_owned()),
        limit: None,
    };
    let outcome = source.list_commits(&id, &main(), None, &made_up).await;
    assert!(code(outcome).starts_with("InvalidArgument"));
    assert_eq!(rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_of_one_history_only() {
    let (_rig, project, source, id) = shop().await;
    grow(&project, 5);
    let first = expect(source.list_commits(&id, &main(), None, &page_of(2)).await);
    let request = following(first.end, 2).unwrap();
    let outcome = source
        .list_commits(&id, &main(), Some("docs"), &request)
        .await;
    assert!(code(outcome).starts_with("InvalidArgument"));
    let outcome = source
        .list_commits(&id, &Revision::DefaultBranch, None, &request)
        .await;
    assert!(code(outcome).starts_with("InvalidArgument"));
}
