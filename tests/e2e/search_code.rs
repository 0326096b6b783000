//! `search.search-code`: places in the code of one repository, at one commit.

use code_source::Source;
use code_source::contract::git::Revision;
use code_source::contract::search::Hit;
use code_source_stand_in::{Change, Feature, Project};
use code_source_tests::{Rig, code, expect, first_page, following, page_of};

async fn shop() -> (Rig, Project, Source, String, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let mut files = vec![
        (
            "src/main.rs".to_owned(),
            Change::file("fn main() {\n    // one\n    let needle = 1;\n    // two\n}\n"),
        ),
        (
            "docs/ä b#1.md".to_owned(),
            Change::file("A NEEDLE in hay.\n"),
        ),
        ("binary".to_owned(), Change::file(b"needle\0\xff".to_vec())),
    ];
    files.extend((0..130).map(|number| {
        (
            format!("many/{number:03}.txt"),
            Change::file("hay\nrare-word\nhay\n"),
        )
    }));
    let tip = project.commit("main", "Begin", &files);
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    (rig, project, source, id, tip)
}

async fn all(source: &Source, id: &str, query: &str, limit: u32) -> Vec<Hit> {
    let mut items = Vec::new();
    let mut request = Some(page_of(limit));
    while let Some(asked) = request {
        let page = expect(
            source
                .search_code(id, query, &Revision::DefaultBranch, &asked)
                .await,
        );
        assert!(page.items.len() <= limit as usize);
        items.extend(page.items);
        request = following(page.end, limit);
    }
    items
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_found_with_their_lines_whatever_the_case() {
    let (_rig, _, source, id, tip) = shop().await;
    let page = source
        .search_code(&id, "needle", &Revision::DefaultBranch, &first_page())
        .await;
    let page = expect(page);
    assert_eq!(page.commit, tip);
    let hit = page
        .items
        .iter()
        .find(|hit| hit.path == "src/main.rs")
        .expect("it is found");
    let place = hit
        .text
        .lines()
        .position(|line| line.contains("needle"))
        .expect("the line");
    assert_eq!(hit.first_line + u32::try_from(place).unwrap(), 3);
    assert!(page.items.iter().any(|hit| hit.path == "docs/ä b#1.md"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_complete_and_stays_at_its_commit() {
    let (_rig, project, source, id, tip) = shop().await;
    let found = all(&source, &id, "rare-word", 7).await;
    let mut paths: Vec<_> = found.iter().map(|hit| hit.path.clone()).collect();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 130);
    let first = source
        .search_code(&id, "rare-word", &Revision::DefaultBranch, &page_of(100))
        .await;
    let first = expect(first);
    project.commit("main", "Go on", &[("many/000.txt", Change::Delete)]);
    let next = following(first.end, 100).expect("there is more");
    let second = expect(
        source
            .search_code(&id, "rare-word", &Revision::DefaultBranch, &next)
            .await,
    );
    assert_eq!(second.commit, tip);
    assert_eq!(first.items.len() + second.items.len(), 130);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_branch_is_searched_as_it_is() {
    let (_rig, project, source, id, tip) = shop().await;
    project.branch("topic/x", &tip);
    project.commit(
        "topic/x",
        "Add",
        &[("new.txt", Change::file("only-here\n"))],
    );
    let on = async |at: Revision| {
        let page = source
            .search_code(&id, "only-here", &at, &first_page())
            .await;
        expect(page).items
    };
    assert_eq!(on(Revision::DefaultBranch).await.len(), 0);
    let found = on(Revision::Branch("topic/x".into())).await;
    assert_eq!(found[0].path, "new.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_cannot_search_is_told_so() {
    let (rig, _, source, id, _) = shop().await;
    rig.forge.feature(Feature::SearchUnavailable);
    let refused = source
        .search_code(&id, "needle", &Revision::DefaultBranch, &first_page())
        .await;
    let refused = code(refused);
    assert!(refused.starts_with("Unsupported"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_that_cannot_be_right_are_refused_before_anything_is_asked() {
    let (rig, _, source, id, _) = shop().await;
    rig.forge.clear_requests();
    for query in [
        "",
        "a\nb",
        "a\0",
        &"x".repeat(1_001),
        &"x".repeat(1_000_000),
    ] {
        let refused = source
            .search_code(&id, query, &Revision::DefaultBranch, &first_page())
            .await;
        let refused = code(refused);
        assert!(refused.starts_with("InvalidArgument"), "{refused}");
    }
    assert_eq!(rig.forge.requests().len(), 0);
    let nowhere = Revision::Branch("nowhere".into());
    let refused = source
        .search_code(&id, "needle", &nowhere, &first_page())
        .await;
    assert_eq!(code(refused), "NotFound(Reference)");
}
