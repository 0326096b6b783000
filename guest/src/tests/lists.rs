//! `git.list-commits`.

use super::forge::{Reply, Seen, id, number, run};
use crate::{
    bindings::{
        git::{CommitsPage, Revision},
        types::{Error, ErrorCode, PageEnd, PageRequest, Subject},
    },
    git::list_commits,
};

fn list(
    path: Option<&str>,
    page: PageRequest,
    answer: impl Fn(&str) -> Reply,
) -> (Result<CommitsPage, Error>, Seen) {
    let at = Revision::Commit(id('a'));
    run(
        "git.list-commits",
        |line, _| answer(line),
        async |call| {
            let listed = list_commits(call, &"42".to_owned(), &at, path, &page).await;
            listed.map_err(|failure| failure.into_error())
        },
    )
}

fn history(count: usize) -> impl Fn(&str) -> Reply {
    move |line| {
        let page = number(line, "page").unwrap_or(1);
        let per_page = number(line, "per_page").expect("it is sent");
        let to = count.min(page * per_page);
        let commits: Vec<_> = ((page - 1) * per_page..to)
            .map(|n| format!(r#"{{"id":"{n:040}"}}"#))
            .collect();
        let reply = Reply::json(format!("[{}]", commits.join(",")));
        match to < count {
            true => reply.field("X-Next-Page", (page + 1).to_string()),
            false => reply,
        }
    }
}

#[test]
fn a_history_is_complete_over_all_pages() {
    for limit in [33, 100, 1_000] {
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = PageRequest {
                cursor,
                limit: Some(limit),
            };
            let page = list(None, page, history(250)).0.expect("it is there");
            seen.extend(page.items.into_iter().map(|commit| commit.id));
            match page.end {
                PageEnd::More(next) => cursor = Some(next),
                PageEnd::Complete => break,
            }
        }
        let expected: Vec<_> = (0..250).map(|n| format!("{n:040}")).collect();
        assert_eq!(seen, expected, "{limit}");
    }
}

#[test]
fn pages_with_numbers_are_read_ahead_but_not_far_beyond_the_end() {
    let page = || PageRequest {
        cursor: None,
        limit: Some(1_000),
    };
    for (commits, requests) in [(90, 1), (190, 2), (250, 4), (390, 4), (5_000, 10)] {
        let (_, seen) = list(None, page(), history(commits));
        assert!(
            seen.requests.len() <= requests,
            "{commits}: {}",
            seen.requests.len()
        );
    }
}

fn first() -> PageRequest {
    PageRequest {
        cursor: None,
        limit: None,
    }
}

#[test]
fn a_path_that_never_existed_gives_an_empty_list() {
    let (page, seen) = list(Some("gone/ä"), first(), |line| {
        match line.contains("/commits/") {
            true => Reply::json(format!(r#"{{"id":"{}"}}"#, id('a'))),
            false => Reply::json("[]"),
        }
    });
    let page = page.expect("it is empty");
    assert!(page.items.is_empty() && matches!(page.end, PageEnd::Complete));
    assert!(seen.requests[0].contains("path=gone%2F%C3%A4"));
}

#[test]
fn an_unknown_commit_is_not_an_empty_history() {
    let (page, _) = list(None, first(), |line| match line {
        "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
        line if line.contains("/commits/") => Reply::missing("Commit"),
        _ => Reply::json("[]"),
    });
    assert!(matches!(
        page.expect_err("it is unknown").code,
        ErrorCode::NotFound(Subject::Commit)
    ));
}
