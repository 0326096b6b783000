//! `pull-requests.list-pull-requests`: complete, however it is filtered, and stable while it is read.

use code_source::Source;
use code_source::contract::pull_requests::{Filter, Proposal, PullRequest, State};
use code_source_stand_in::{Change, Project};
use code_source_tests::{Rig, code, expect, first_page, following, page_of};

async fn shop(count: usize) -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let base = project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    project.branch("release", &base);
    let (source, id) = (rig.writer_of(&project), project.id().to_string());
    for number in 1..=count {
        open(&project, &source, &id, &base, number).await;
    }
    (rig, project, source, id)
}

async fn open(project: &Project, source: &Source, id: &str, base: &str, number: usize) {
    let branch = format!("topic/{number}");
    project.branch(&branch, base);
    project.commit(
        &branch,
        "Change",
        &[(format!("f{number}"), Change::file("x\n"))],
    );
    let target = if number.is_multiple_of(3) {
        "release"
    } else {
        "main"
    };
    let proposal = Proposal {
        source_branch: branch,
        target_branch: target.into(),
        title: format!("Number {number}"),
        body: String::new(),
        draft: number.is_multiple_of(4),
        labels: Vec::new(),
        remove_source_branch: false,
    };
    expect(source.open_pull_request(id, &proposal).await);
}

fn any() -> Filter {
    Filter {
        state: None,
        source_branch: None,
        target_branch: None,
        author: None,
        updated_after: None,
    }
}

async fn all(source: &Source, id: &str, filter: &Filter, limit: u32) -> Vec<PullRequest> {
    let mut items = Vec::new();
    let mut request = Some(page_of(limit));
    while let Some(asked) = request {
        let page = expect(source.list_pull_requests(id, filter, &asked).await);
        assert!(page.items.len() <= limit as usize);
        items.extend(page.items);
        request = following(page.end, limit);
    }
    items
}

fn numbers(items: &[PullRequest]) -> Vec<u64> {
    items.iter().map(|item| item.number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_complete_with_the_newest_first() {
    let (_rig, _, source, id) = shop(13).await;
    for limit in [1, 5, 13, 100] {
        let found = all(&source, &id, &any(), limit).await;
        assert_eq!(
            numbers(&found),
            (1..=13).rev().collect::<Vec<_>>(),
            "{limit}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_restrict_alone_and_together() {
    let (_rig, _, source, id) = shop(9).await;
    expect(source.close_pull_request(&id, 3).await);
    expect(source.close_pull_request(&id, 4).await);
    let closed = Filter {
        state: Some(State::Closed),
        ..any()
    };
    assert_eq!(numbers(&all(&source, &id, &closed, 100).await), [4, 3]);
    let open = Filter {
        state: Some(State::Open),
        target_branch: Some("release".into()),
        ..any()
    };
    assert_eq!(numbers(&all(&source, &id, &open, 100).await), [9, 6]);
    let from = Filter {
        source_branch: Some("topic/7".into()),
        ..any()
    };
    assert_eq!(numbers(&all(&source, &id, &from, 100).await), [7]);
    let nobody = Filter {
        author: Some("nobody".into()),
        ..any()
    };
    assert_eq!(all(&source, &id, &nobody, 100).await.len(), 0);
    let merged = Filter {
        state: Some(State::Merged),
        ..any()
    };
    assert_eq!(all(&source, &id, &merged, 100).await.len(), 0);
    let changed = all(&source, &id, &any(), 100).await;
    let newest = changed.iter().map(|item| item.updated_at).max();
    let later = Filter {
        updated_after: newest.map(|at| at + 3_600),
        ..any()
    };
    assert_eq!(all(&source, &id, &later, 100).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_opened_and_closed_meanwhile_neither_repeats_nor_hides_the_others() {
    let (_rig, project, source, id) = shop(12).await;
    let open_ones = Filter {
        state: Some(State::Open),
        ..any()
    };
    let first = expect(
        source
            .list_pull_requests(&id, &open_ones, &page_of(4))
            .await,
    );
    let mut found = numbers(&first.items);
    let base = project.tip("main");
    open(&project, &source, &id, &base, 13).await;
    expect(source.close_pull_request(&id, 12).await);
    expect(source.close_pull_request(&id, 11).await);
    let mut request = following(first.end, 4);
    while let Some(asked) = request {
        let page = expect(source.list_pull_requests(&id, &open_ones, &asked).await);
        found.extend(numbers(&page.items));
        request = following(page.end, 4);
    }
    assert_eq!(found, (1..=12).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_that_are_not_this_lists_are_refused() {
    let (_rig, _, source, id) = shop(3).await;
    let page = expect(source.list_pull_requests(&id, &any(), &page_of(1)).await);
    let next = following(page.end, 1).expect("there is more");
    let cursor = next.cursor.clone().expect("it has one");
    let closed = Filter {
        state: Some(State::Closed),
        ..any()
    };
    let foreign = code(source.list_pull_requests(&id, &closed, &next).await);
    assert!(foreign.starts_with("InvalidArgument"), "{foreign}");
    for text in [&cursor[1..], &cursor[..cursor.len() - 1], "", "x"] {
        let mut asked = first_page();
        asked.cursor = Some(text.to_owned());
        let refused = code(source.list_pull_requests(&id, &any(), &asked).await);
        assert!(refused.starts_with("InvalidArgument"), "{text}: {refused}");
    }
}
