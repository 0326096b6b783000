//! Where a list ends.

use code_source::Source;
use code_source::contract::git::{RefKind, Revision};
use code_source::contract::repositories::Filter;
use code_source::contract::types::PageEnd;
use code_source::egress::ConnectedRepository;
use code_source_stand_in::{
    Change, Effect, Fault, Feature, LinkLie, Matcher, Project, ProjectSpec, When,
};
use code_source_tests::{Rig, code, expect, first_page, played, plugin};

use crate::operations::{READS, Stock, everything};

/// A project with more than two pages of branches, of commits and of files, among many projects.
fn large(rig: &Rig) -> Project {
    let project = rig.forge.project("web/shop");
    let files: Vec<_> = (0..230)
        .map(|number| (format!("f{number}"), Change::file("needle\n")))
        .collect();
    let mut tip = project.commit("main", "Begin", &files);
    for number in 0..230 {
        project.branch(&format!("b{number:03}"), &tip);
        tip = project.commit("main", "Go on", &[("f0", Change::file(number.to_string()))]);
    }
    rig.forge.many_projects(230, None, |number| {
        ProjectSpec::new(format!("g/p-{number}"))
    });
    project
}

/// How the list fails that is read from there.
async fn failed(source: &Source, id: &str, list: &str) -> String {
    let (page, at) = (first_page(), Revision::DefaultBranch);
    match list {
        "/branches?" => code(source.list_refs(id, RefKind::Branch, None, &page).await),
        "/commits?" => code(source.list_commits(id, &at, None, &page).await),
        "/tree?" => code(source.list_tree(id, &at, "", true, &page).await),
        "/search?" => code(source.search_code(id, "needle", &at, &page).await),
        _ => code(source.list_repositories(&everything(), &page).await),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_page_that_is_missing_or_refused_is_no_end_of_a_list() {
    let rig = Rig::new().await;
    let project = large(&rig);
    let id = project.id().to_string();
    // One request at a time: none of a call that failed arrives during the next one.
    let connection = rig.connection().concurrency(1);
    let connected = ConnectedRepository {
        id: id.clone(),
        path: "web/shop".into(),
    };
    let source = Source::open(plugin(), connection.repositories([connected])).unwrap();
    for list in [
        "/branches?",
        "/commits?",
        "/tree?",
        "/search?",
        "/projects?",
    ] {
        for (status, expected) in [
            (404, &["NotFound", "Malformed"][..]),
            (401, &["Unauthenticated"]),
            (403, &["Forbidden"]),
        ] {
            rig.forge.clear_faults();
            let fault = rig.forge.fault(Fault {
                on: Matcher::target(list),
                when: When::Nth(2),
                what: Effect::status(status),
            });
            let code = failed(&source, &id, list).await;
            let is_right = expected.iter().any(|start| code.starts_with(start));
            assert!(is_right, "{list} {status}: {code}");
            assert_eq!(fault.hits(), 1, "{list} {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_asks_for_pages_of_a_hundred() {
    let shop = Stock::new(played()).await;
    let lists = READS.into_iter().filter(|name| name.contains(".list-"));
    for operation in lists {
        shop.rig.forge.clear_requests();
        shop.run(&shop.source, operation).await;
        assert!(shop.rig.asked("per_page=100") > 0, "{operation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_numbered_pages_is_told_as_that_and_not_as_the_end_of_the_list() {
    let rig = Rig::new().await;
    large(&rig);
    rig.forge.feature(Feature::OffsetLimit(150));
    let filter = Filter {
        owner: Some("g".to_owned()),
        ..everything()
    };
    let code = code(rig.source().list_repositories(&filter, &first_page()).await);
    assert!(code.starts_with("Unsupported"), "{code}");
    assert!(code.contains("does not count pages"), "{code}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_tells_no_totals_is_listed_to_its_end() {
    let rig = Rig::new().await;
    rig.forge.feature(Feature::CountLimit(0));
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    for number in 0..230 {
        project.branch(&format!("b{number:03}"), &tip);
    }
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    let page = expect(
        source
            .list_refs(&id, RefKind::Branch, None, &first_page())
            .await,
    );
    assert_eq!(page.items.len(), 231);
    assert!(matches!(page.end, PageEnd::Complete));
    let page = expect(source.list_repositories(&everything(), &first_page()).await);
    assert_eq!(page.items.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_changes_that_ends_too_early_is_not_complete() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let base = project.commit("main", "Begin", &[("a", Change::file("a\n"))]);
    project.branch("topic", &base);
    let files: Vec<_> = (0..150)
        .map(|number| (format!("f{number}"), Change::file("x\n")))
        .collect();
    project.commit("topic", "Add", &files);
    let number = project.open_merge_request("topic", "main", "Add");
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    let page = expect(source.list_changes(&id, number, &first_page()).await);
    assert!(page.complete && page.items.len() == 150);
    rig.forge.fault(Fault {
        on: Matcher::target("/diffs?"),
        when: When::Always,
        what: Effect::LyingLink(LinkLie::Missing),
    });
    let page = expect(source.list_changes(&id, number, &first_page()).await);
    assert!(!page.complete && page.items.len() == 100);
}
