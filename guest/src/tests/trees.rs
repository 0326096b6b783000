//! `git.list-tree`, on versions that page in different ways.

use super::forge::{Reply, Seen, id, number, parameter, run};
use crate::{
    bindings::{
        git::{EntryKind, Revision, TreePage},
        types::{Error, ErrorCode, PageEnd, PageRequest, Subject},
    },
    git::{Listing, list_tree},
};

fn list(
    at: Revision,
    path: &str,
    page: PageRequest,
    answer: impl Fn(&str) -> Reply,
) -> (Result<TreePage, Error>, Seen) {
    run(
        "git.list-tree",
        |line, _| answer(line),
        async |call| {
            let listing = Listing {
                repository: &"42".to_owned(),
                at: &at,
                path,
                recursive: true,
                page: &page,
            };
            let listed = list_tree(call, listing).await;
            listed.map_err(|failure| failure.into_error())
        },
    )
}

fn part(cursor: Option<String>, limit: u32) -> PageRequest {
    PageRequest {
        cursor,
        limit: Some(limit),
    }
}

fn entries(range: std::ops::Range<usize>) -> Reply {
    let entries: Vec<_> = range
        .map(|n| {
            format!(
                r#"{{"id":"{}","path":"f{n}","type":"blob","mode":"100644"}}"#,
                id('e')
            )
        })
        .collect();
    Reply::json(format!("[{}]", entries.join(",")))
}

/// Tokens in links, as from 17.1 on. The links lead to another host.
fn with_tokens(count: usize) -> impl Fn(&str) -> Reply {
    move |line| {
        let from = number(line, "page_token").unwrap_or(0);
        let per_page = number(line, "per_page").expect("it is sent");
        let to = count.min(from + per_page);
        let reply = entries(from..to);
        match to < count {
            true => reply.field(
                "Link",
                format!(r#"<http://internal:8080/api/v4/x?page_token={to}&per_page={per_page}>; rel="next""#),
            ),
            false => reply,
        }
    }
}

/// Numbered pages, as up to 17.0.
fn with_numbers(count: usize) -> impl Fn(&str) -> Reply {
    move |line| {
        let page = number(line, "page").unwrap_or(1);
        let per_page = number(line, "per_page").expect("it is sent");
        let to = count.min(page * per_page);
        let next = if to < count {
            (page + 1).to_string()
        } else {
            String::new()
        };
        entries((page - 1) * per_page..to).field("X-Next-Page", next)
    }
}

fn drain(limit: u32, answer: &dyn Fn(&str) -> Reply) -> Vec<String> {
    let mut paths = Vec::new();
    let mut cursor = None;
    loop {
        let at = Revision::Commit(id('a'));
        let (page, _) = list(at, "", part(cursor, limit), answer);
        let page = page.expect("it is there");
        assert!(page.items.len() <= limit as usize);
        paths.extend(page.items.into_iter().map(|entry| entry.path));
        match page.end {
            PageEnd::More(next) => cursor = Some(next),
            PageEnd::Complete => return paths,
        }
    }
}

#[test]
fn a_tree_is_complete_however_the_server_pages_and_the_caller_asks() {
    for count in [0, 1, 100, 101, 437] {
        let expected: Vec<_> = (0..count).map(|n| format!("f{n}")).collect();
        for limit in [7, 100, 150, 1_000] {
            assert_eq!(
                drain(limit, &with_tokens(count)),
                expected,
                "{count} {limit}"
            );
            assert_eq!(
                drain(limit, &with_numbers(count)),
                expected,
                "{count} {limit}"
            );
        }
    }
}

#[test]
fn following_pages_are_of_the_commit_of_the_first() {
    let at = || Revision::Branch("main".to_owned());
    let answer = |line: &str| match line.contains("/branches/") {
        true => Reply::json(format!(
            r#"{{"name":"main","commit":{{"id":"{}"}}}}"#,
            id('a')
        )),
        false => with_tokens(30)(line),
    };
    let (first, _) = list(at(), "", part(None, 20), answer);
    let first = first.expect("it is there");
    let PageEnd::More(cursor) = first.end else {
        panic!("there is more");
    };
    let (second, seen) = list(at(), "", part(Some(cursor), 20), answer);
    assert_eq!(second.expect("it is there").commit, id('a'));
    assert_eq!(seen.requests.len(), 1);
    assert_eq!(parameter(&seen.requests[0], "ref"), Some(id('a').as_str()));
}

#[test]
fn a_cursor_of_another_listing_is_refused_before_anything_is_asked() {
    let at = || Revision::Commit(id('a'));
    let (first, _) = list(at(), "", part(None, 20), with_tokens(30));
    let PageEnd::More(cursor) = first.expect("it is there").end else {
        panic!("there is more");
    };
    for (at, path) in [(at(), "src"), (Revision::Commit(id('b')), "")] {
        let (second, seen) = list(at, path, part(Some(cursor.clone()), 20), with_tokens(30));
        let error = second.expect_err("it is foreign");
        assert!(matches!(error.code, ErrorCode::InvalidArgument(_)));
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn a_missing_directory_is_not_found_on_every_version() {
    for old in [true, false] {
        let (page, _) = list(
            Revision::Commit(id('a')),
            "gone",
            part(None, 9),
            |line| match line.contains("/commits/") {
                true => Reply::json(format!(r#"{{"id":"{}"}}"#, id('a'))),
                false if old => Reply::json("[]"),
                false => Reply::missing("Tree"),
            },
        );
        assert!(matches!(
            page.expect_err("it is missing").code,
            ErrorCode::NotFound(Subject::Path)
        ));
    }
}

#[test]
fn a_missing_commit_is_not_a_missing_path() {
    let (page, _) = list(
        Revision::Commit(id('a')),
        "src",
        part(None, 9),
        |line| match line {
            "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
            line if line.contains("/commits/") => Reply::missing("Commit"),
            _ => Reply::missing("Tree"),
        },
    );
    assert!(matches!(
        page.expect_err("it is missing").code,
        ErrorCode::NotFound(Subject::Commit)
    ));
}

#[test]
fn the_root_of_a_commit_without_files_is_empty() {
    let (page, _) = list(
        Revision::Commit(id('a')),
        "",
        part(None, 9),
        |line| match line.contains("/commits/") {
            true => Reply::json(format!(r#"{{"id":"{}"}}"#, id('a'))),
            false => Reply::missing("Tree"),
        },
    );
    let page = page.expect("it is empty");
    assert!(page.items.is_empty() && matches!(page.end, PageEnd::Complete));
}

#[test]
fn a_submodule_is_no_file() {
    let (page, _) = list(Revision::Commit(id('a')), "", part(None, 9), |_| {
        Reply::json(format!(
            r#"[{{"id":"{}","path":"lib","type":"commit","mode":"160000"}}]"#,
            id('e')
        ))
    });
    let page = page.expect("it is there");
    assert!(matches!(page.items[0].kind, EntryKind::Submodule));
}

#[test]
fn a_page_that_fails_in_the_middle_fails_the_list() {
    let (page, _) = list(
        Revision::Commit(id('a')),
        "",
        part(None, 1_000),
        |line| match number(line, "page_token") {
            Some(300..) => Reply::status(403, "{}"),
            _ => with_tokens(500)(line),
        },
    );
    assert!(matches!(
        page.expect_err("a page failed").code,
        ErrorCode::Forbidden(_)
    ));
}

#[test]
fn a_later_page_that_is_missing_is_not_the_end_of_the_list() {
    for path in ["", "src"] {
        let at = Revision::Commit(id('a'));
        let (page, _) = list(at, path, part(None, 1_000), |line| {
            if line.contains("/commits/") {
                return Reply::json(format!(r#"{{"id":"{}"}}"#, id('a')));
            }
            match number(line, "page_token") {
                Some(300..) => Reply::missing("Tree"),
                _ => with_tokens(500)(line),
            }
        });
        assert!(matches!(
            page.expect_err("a page is missing").code,
            ErrorCode::Malformed(_)
        ));
    }
}

#[test]
fn a_server_that_repeats_itself_is_malformed_and_not_endless() {
    let again = |link: &'static str| {
        move |_: &str| entries(0..5).field("link", format!(r#"<https://h/x?{link}>; rel="next""#))
    };
    for link in ["page_token=x", "page=1", "page=2"] {
        let at = Revision::Commit(id('a'));
        let (page, _) = list(at, "", part(None, 1_000), again(link));
        assert!(matches!(
            page.expect_err("it repeats").code,
            ErrorCode::Malformed(_)
        ));
    }
}

#[test]
fn a_page_is_not_made_smaller_because_the_server_asks_to_wait() {
    let asked = std::cell::Cell::new(0);
    let (page, seen) = list(Revision::Commit(id('a')), "", part(None, 100), |line| {
        asked.set(asked.get() + 1);
        match asked.get() {
            1..=4 => Reply::content(429, "Retry later\n").field("retry-after", "1"),
            _ => with_tokens(50)(line),
        }
    });
    assert_eq!(page.expect("it is there").items.len(), 50);
    assert!(
        seen.requests
            .iter()
            .all(|line| number(line, "per_page") == Some(100))
    );
}

#[test]
fn pages_that_are_too_much_for_the_server_are_made_smaller() {
    let limited = |list: &dyn Fn(&str) -> Reply, line: &str| match number(line, "per_page") {
        Some(31..) => Reply::status(500, r#"{"message":"500 Internal Server Error"}"#),
        _ => list(line),
    };
    let expected: Vec<_> = (0..437).map(|n| format!("f{n}")).collect();
    assert_eq!(
        drain(150, &|line| limited(&with_tokens(437), line)),
        expected
    );
    assert_eq!(
        drain(150, &|line| limited(&with_numbers(437), line)),
        expected
    );
    let breaks_later = |line: &str| match (number(line, "page"), number(line, "per_page")) {
        (Some(2..), Some(31..)) => Reply::status(504, ""),
        _ => with_numbers(437)(line),
    };
    assert_eq!(drain(150, &breaks_later), expected);
}
