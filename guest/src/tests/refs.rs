//! `git.list-refs`, whose lists change while they are read.

use std::cell::{Cell, RefCell};

use super::forge::{Reply, Seen, id, number, parameter, run};
use crate::{
    bindings::{
        git::{RefKind, RefsPage},
        types::{Error, ErrorCode, PageEnd, PageRequest},
    },
    git::list_refs,
};

fn list(
    kind: RefKind,
    search: Option<&str>,
    page: PageRequest,
    answer: impl Fn(&str) -> Reply,
) -> (Result<RefsPage, Error>, Seen) {
    run(
        "git.list-refs",
        |line, _| answer(line),
        async |call| {
            let listed = list_refs(call, &"42".to_owned(), kind, search, &page).await;
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

fn reply(names: &[String]) -> Reply {
    let refs: Vec<_> = names
        .iter()
        .map(|name| format!(r#"{{"name":"{name}","commit":{{"id":"{}"}}}}"#, id('a')))
        .collect();
    Reply::json(format!("[{}]", refs.join(",")))
}

fn with_numbers(names: &[String], line: &str) -> Reply {
    let page = number(line, "page").unwrap_or(1);
    let per_page = number(line, "per_page").expect("it is sent");
    let from = names.len().min((page - 1) * per_page);
    let to = names.len().min(page * per_page);
    let next = if to < names.len() {
        (page + 1).to_string()
    } else {
        String::new()
    };
    reply(&names[from..to])
        .field("X-Next-Page", next)
        .field("X-Total", names.len().to_string())
}

/// Tokens are names, as Gitaly has them.
fn with_tokens(names: &[String], line: &str) -> Reply {
    let after = parameter(line, "page_token").unwrap_or_default();
    let per_page = number(line, "per_page").expect("it is sent");
    let from = names.partition_point(|name| name.as_str() <= after);
    let to = names.len().min(from + per_page);
    let page = reply(&names[from..to]);
    match to < names.len() {
        true => {
            let token = &names[to - 1];
            page.field(
                "Link",
                format!(r#"<https://h/x?page_token={token}>; rel="next""#),
            )
        }
        false => page,
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("b{n:04}")).collect()
}

fn drain(
    kind: RefKind,
    search: Option<&str>,
    limit: u32,
    answer: &dyn Fn(&str) -> Reply,
) -> Vec<String> {
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = list(kind, search, part(cursor, limit), answer)
            .0
            .expect("it is there");
        assert!(page.items.len() <= limit as usize);
        seen.extend(page.items.into_iter().map(|reference| reference.name));
        match page.end {
            PageEnd::More(next) => cursor = Some(next),
            PageEnd::Complete => return seen,
        }
    }
}

#[test]
fn references_are_complete_however_the_server_pages() {
    let names = names(347);
    for limit in [40, 100, 1_000] {
        for kind in [RefKind::Branch, RefKind::Tag] {
            assert_eq!(
                drain(kind, None, limit, &|line| with_numbers(&names, line)),
                names
            );
            assert_eq!(
                drain(kind, None, limit, &|line| with_tokens(&names, line)),
                names
            );
        }
    }
}

#[test]
fn a_token_whose_reference_is_gone_begins_the_list_again() {
    let (before, mut after) = (names(347), names(347));
    after.remove(99);
    let is_first = Cell::new(true);
    let removing = |line: &str| match parameter(line, "page_token") {
        None if is_first.take() => with_tokens(&before, line),
        Some("b0099") => Reply::status(400, r#"{"message":"page_token is invalid"}"#),
        _ => with_tokens(&after, line),
    };
    assert_eq!(drain(RefKind::Branch, None, 100, &removing), before);
    is_first.set(true);
    assert_eq!(drain(RefKind::Tag, None, 1_000, &removing), before);
}

#[test]
fn tags_are_asked_for_by_name() {
    let (_, seen) = list(RefKind::Tag, None, part(None, 9), |_| Reply::json("[]"));
    assert_eq!(parameter(&seen.requests[0], "order_by"), Some("name"));
    assert_eq!(parameter(&seen.requests[0], "sort"), Some("asc"));
}

#[test]
fn what_is_removed_meanwhile_hides_nothing_else() {
    for limit in [100, 250] {
        let names = RefCell::new(names(347));
        let kept: Vec<_> = names.borrow()[3..].to_vec();
        let removing = |line: &str| {
            let reply = with_numbers(&names.borrow(), line);
            if names.borrow().len() > kept.len() {
                names.borrow_mut().remove(0);
            }
            reply
        };
        let seen = drain(RefKind::Branch, None, limit, &removing);
        assert!(kept.iter().all(|name| seen.contains(name)), "{limit}");
        assert!(seen.is_sorted_by(|a, b| a < b), "{limit}");
    }
}

#[test]
fn what_is_created_meanwhile_repeats_nothing() {
    let names = RefCell::new(names(347));
    let created = RefCell::new(0);
    let creating = |line: &str| {
        let reply = with_numbers(&names.borrow(), line);
        *created.borrow_mut() += 1;
        names
            .borrow_mut()
            .insert(0, format!("a{:04}", 9_999 - *created.borrow()));
        reply
    };
    let seen = drain(RefKind::Branch, None, 100, &creating);
    assert!(seen.is_sorted_by(|a, b| a < b));
    assert!(self::names(347).iter().all(|name| seen.contains(name)));
}

#[test]
fn a_list_in_another_order_is_sorted_here() {
    let mut shuffled = names(250);
    shuffled.reverse();
    for limit in [100, 1_000] {
        let seen = drain(RefKind::Tag, None, limit, &|line| {
            with_numbers(&shuffled, line)
        });
        assert_eq!(seen, names(250), "{limit}");
    }
}

#[test]
fn an_exact_match_that_comes_first_is_put_in_its_place() {
    let found: Vec<_> = ["b", "ab", "b1", "b2", "bb"].map(str::to_owned).to_vec();
    let seen = drain(RefKind::Branch, Some("b"), 2, &|line| {
        with_numbers(&found, line)
    });
    assert_eq!(seen, ["ab", "b", "b1", "b2", "bb"]);
}

#[test]
fn a_search_is_plain_text() {
    let found: Vec<_> = ["MAIN", "main", "main$"].map(str::to_owned).to_vec();
    let seen = drain(RefKind::Branch, Some("main$"), 9, &|line| {
        assert_eq!(parameter(line, "search"), Some("main"));
        with_numbers(&found, line)
    });
    assert_eq!(seen, ["main$"]);
    let (page, seen) = list(RefKind::Branch, Some("^main"), part(None, 9), |_| {
        reply(&found)
    });
    assert!(page.expect("it is empty").items.is_empty() && seen.requests.is_empty());
}

#[test]
fn an_empty_repository_has_no_references() {
    let (page, _) = list(RefKind::Branch, None, part(None, 9), |line| match line {
        "GET /projects/42" => {
            Reply::json(r#"{"id":42,"path_with_namespace":"a/b","empty_repo":true}"#)
        }
        _ => Reply::missing("Repository"),
    });
    let page = page.expect("it is empty");
    assert!(page.items.is_empty() && matches!(page.end, PageEnd::Complete));
}

#[test]
fn a_server_that_repeats_a_page_is_malformed() {
    let (page, _) = list(RefKind::Branch, None, part(None, 1_000), |line| {
        let page = number(line, "page").unwrap_or(1);
        reply(&names(5)).field("X-Next-Page", (page + 1).to_string())
    });
    assert!(matches!(
        page.expect_err("it repeats").code,
        ErrorCode::Malformed(_)
    ));
}
