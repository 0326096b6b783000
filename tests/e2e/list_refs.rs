//! `git.list-refs`: branches and tags, complete and by name.

use std::fmt::Write as _;

use code_source::Source;
use code_source::contract::git::{RefKind, Reference};
use code_source_stand_in::{Change, Project, StandIn};
use code_source_tests::{Rig, code, expect, first_page, following, git_input, git_lines, page_of};

async fn shop(version: &str) -> (Rig, Project, Source, String) {
    let rig = Rig::with(StandIn::builder().version(version)).await;
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

/// References `r-0000` and so on, all at `main`.
fn many(project: &Project, folder: &str, count: usize) {
    let tip = project.tip("main");
    let mut input = String::new();
    for number in 0..count {
        writeln!(input, "create {folder}/r-{number:04} {tip}").unwrap();
    }
    git_input(project, &["update-ref", "--stdin"], &input);
}

/// Names and commits as git has them, in the order of names.
fn truth(project: &Project, folder: &str) -> Vec<String> {
    let format = "--format=%(refname:lstrip=2) %(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)";
    let mut lines = git_lines(project, &["for-each-ref", format, folder]);
    lines.sort();
    lines
}

async fn all(
    source: &Source,
    id: &str,
    kind: RefKind,
    search: Option<&str>,
    limit: u32,
) -> Vec<Reference> {
    let mut items = Vec::new();
    let mut request = Some(page_of(limit));
    while let Some(asked) = request {
        let page = expect(source.list_refs(id, kind, search, &asked).await);
        assert!(page.items.len() <= limit as usize);
        items.extend(page.items);
        request = following(page.end, limit);
    }
    items
}

fn lines(items: &[Reference]) -> Vec<String> {
    items
        .iter()
        .map(|item| format!("{} {}", item.name, item.commit))
        .collect()
}

fn names(items: Vec<Reference>) -> Vec<String> {
    items.into_iter().map(|item| item.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn branches_and_tags_are_those_of_git_on_old_and_new_versions() {
    for version in ["16.8.0", "18.6.0"] {
        let (_rig, project, source, id) = shop(version).await;
        let tip = project.commit("main", "Go on", &[("a", Change::file("a"))]);
        for name in [
            "feature/a#1",
            "100%",
            "a+b",
            "grün/🌱",
            "Z",
            "a",
            "a-b",
            "a.b",
            "b/a",
            "b-a",
        ] {
            project.branch(name, &project.tip("main~1"));
        }
        project.tag("light", &tip, None);
        project.tag("v1.0/annotated", &project.tip("main~1"), Some("Notes"));
        let branches = all(&source, &id, RefKind::Branch, None, 3).await;
        assert_eq!(lines(&branches), truth(&project, "refs/heads"), "{version}");
        let tags = all(&source, &id, RefKind::Tag, None, 1).await;
        assert_eq!(lines(&tags), truth(&project, "refs/tags"), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_default_branch_is_the_default_one() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    project.branch("other", &project.tip("main"));
    project.tag("main", &project.tip("main"), None);
    let branches = all(&source, &id, RefKind::Branch, None, 10).await;
    let flags: Vec<_> = branches
        .iter()
        .map(|item| (&*item.name, item.default))
        .collect();
    assert_eq!(flags, [("main", true), ("other", false)]);
    let tags = all(&source, &id, RefKind::Tag, None, 10).await;
    assert!(
        tags.iter()
            .all(|item| !item.default && item.kind == RefKind::Tag)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_branches_come_complete_and_none_twice() {
    for version in ["16.8.0", "18.6.0"] {
        let (rig, project, source, id) = shop(version).await;
        many(&project, "refs/heads", 1_234);
        let branches = all(&source, &id, RefKind::Branch, None, 1_000).await;
        assert_eq!(lines(&branches), truth(&project, "refs/heads"), "{version}");
        let requests = rig.asked("/repository/branches?");
        assert!(requests <= 15, "{version}: {requests}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tags_come_complete_whatever_their_times() {
    for version in ["16.8.0", "18.6.0"] {
        let (_rig, project, source, id) = shop(version).await;
        many(&project, "refs/tags", 321);
        for name in ["zz", "aa", "mm"] {
            project.tag(name, &project.tip("main"), Some("Notes"));
        }
        let tags = all(&source, &id, RefKind::Tag, None, 50).await;
        assert_eq!(lines(&tags), truth(&project, "refs/tags"), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_removed_between_pages_hides_no_other() {
    for version in ["16.8.0", "18.6.0"] {
        let (_rig, project, source, id) = shop(version).await;
        many(&project, "refs/heads", 300);
        let first = expect(
            source
                .list_refs(&id, RefKind::Branch, None, &page_of(100))
                .await,
        );
        for number in [3, 50, 98] {
            project.delete_branch(&format!("r-{number:04}"));
        }
        let mut found = names(first.items);
        let mut request = following(first.end, 100);
        while let Some(asked) = request {
            let page = expect(source.list_refs(&id, RefKind::Branch, None, &asked).await);
            found.extend(names(page.items));
            request = following(page.end, 100);
        }
        let expected = (0..300).map(|number| format!("r-{number:04}"));
        let expected: Vec<_> = std::iter::once("main".to_owned()).chain(expected).collect();
        assert_eq!(found, expected, "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_created_between_pages_repeats_no_other() {
    for version in ["16.8.0", "18.6.0"] {
        let (_rig, project, source, id) = shop(version).await;
        many(&project, "refs/heads", 300);
        let first = expect(
            source
                .list_refs(&id, RefKind::Branch, None, &page_of(100))
                .await,
        );
        for name in ["a-new", "b-new", "r-0050-new"] {
            project.branch(name, &project.tip("main"));
        }
        let mut found = names(first.items);
        let mut request = following(first.end, 100);
        while let Some(asked) = request {
            let page = expect(source.list_refs(&id, RefKind::Branch, None, &asked).await);
            found.extend(names(page.items));
            request = following(page.end, 100);
        }
        assert_eq!(found.len(), 301, "{version}");
        assert!(found.is_sorted_by(|a, b| a < b), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_parts_of_names_and_nothing_else_has_a_meaning() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    for name in ["fix/one", "fix/two", "prefix", "Fix", "cost$", "end"] {
        project.branch(name, &project.tip("main"));
    }
    for (search, expected) in [
        ("fix", &["fix/one", "fix/two", "prefix"][..]),
        ("fix/", &["fix/one", "fix/two"]),
        ("$", &["cost$"]),
        ("d$", &[]),
        ("^fix", &[]),
        ("*", &[]),
        ("nothing", &[]),
        (
            "",
            &[
                "Fix", "cost$", "end", "fix/one", "fix/two", "main", "prefix",
            ],
        ),
    ] {
        let found = names(all(&source, &id, RefKind::Branch, Some(search), 2).await);
        assert_eq!(found, expected, "{search}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_has_no_references_which_is_no_error() {
    for version in ["16.8.0", "18.6.0"] {
        let rig = Rig::with(StandIn::builder().version(version)).await;
        let project = rig.forge.project("web/empty").empty();
        let (source, id) = (rig.source_of(&project), project.id().to_string());
        for kind in [RefKind::Branch, RefKind::Tag] {
            assert!(all(&source, &id, kind, None, 10).await.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_of_something_else_than_a_commit_is_passed_over() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    git_input(
        &project,
        &["update-ref", "refs/tags/a-tree", "main^{tree}"],
        "",
    );
    project.tag("v1", &project.tip("main"), None);
    assert_eq!(
        names(all(&source, &id, RefKind::Tag, None, 1).await),
        ["v1"]
    );
    let at = code_source::contract::git::Revision::Tag("a-tree".to_owned());
    assert_eq!(code(source.resolve(&id, &at).await), "NotFound(Reference)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_of_one_list_only() {
    let (_rig, project, source, id) = shop("18.6.0").await;
    many(&project, "refs/heads", 5);
    let first = expect(
        source
            .list_refs(&id, RefKind::Branch, None, &page_of(2))
            .await,
    );
    let request = following(first.end, 2).unwrap();
    let tags = source.list_refs(&id, RefKind::Tag, None, &request).await;
    assert!(code(tags).starts_with("InvalidArgument"));
    let searched = source
        .list_refs(&id, RefKind::Branch, Some("r-"), &request)
        .await;
    assert!(code(searched).starts_with("InvalidArgument"));
}

#[tokio::test(flavor = "multi_thread")]
async fn switched_off_code_is_forbidden() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/off").repository_disabled();
    let outcome = rig
        .source_of(&project)
        .list_refs(
            &project.id().to_string(),
            RefKind::Branch,
            None,
            &first_page(),
        )
        .await;
    assert!(code(outcome).starts_with("Forbidden"));
}
