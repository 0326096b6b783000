//! `pull-requests.list-comments`.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::super::forge::{Reply, Seen, id, number, run};
use crate::{
    bindings::{
        pull_requests::{Comment, CommentsPage, Side},
        types::{Error, ErrorCode, PageEnd, PageRequest, Subject},
    },
    pull_requests::list_comments,
};

fn list(page: &PageRequest, answer: impl Fn(&str) -> Reply) -> (Result<CommentsPage, Error>, Seen) {
    run(
        "pull-requests.list-comments",
        |line, _| answer(line),
        async |call| {
            let listed = list_comments(call, &"42".to_owned(), 7, page).await;
            listed.map_err(|failure| failure.into_error())
        },
    )
}

fn first(limit: u32) -> PageRequest {
    PageRequest {
        cursor: None,
        limit: Some(limit),
    }
}

fn note(id: u64, minute: u64) -> Value {
    let at = format!("2026-01-01T{:02}:{:02}:00.000Z", minute / 60, minute % 60);
    json!({ "id": id, "body": format!("comment {id}"), "author": { "username": "ann" },
        "created_at": at, "updated_at": at, "system": false, "resolvable": false })
}

/// A thread that begins at its number's minute and has comments up to much later.
fn thread(n: u64, length: u64) -> Value {
    let notes = (0..length).map(|reply| note(n * 100 + reply, n + reply * 300));
    json!({ "id": format!("{n:040x}"), "notes": notes.collect::<Vec<_>>() })
}

fn pages(threads: &[Value], line: &str) -> Reply {
    let per_page = number(line, "per_page").expect("it is sent");
    let page = number(line, "page").unwrap_or(1);
    let from = ((page - 1) * per_page).min(threads.len());
    let to = threads.len().min(from + per_page);
    let part = Value::from(threads[from..to].to_vec());
    let reply = Reply::json(part.to_string()).field("x-total", threads.len().to_string());
    match to < threads.len() {
        true => reply.field("x-next-page", (page + 1).to_string()),
        false => reply,
    }
}

fn all(limit: u32, answer: impl Fn(&str) -> Reply) -> Vec<Comment> {
    let mut page = first(limit);
    let mut seen = Vec::new();
    loop {
        let listed = list(&page, &answer).0.expect("it is there");
        assert!(listed.items.len() <= limit as usize);
        seen.extend(listed.items);
        match listed.end {
            PageEnd::More(cursor) => page.cursor = Some(cursor),
            PageEnd::Complete => return seen,
        }
    }
}

fn ids(comments: &[Comment]) -> Vec<u64> {
    let id = |comment: &Comment| comment.id.parse().expect("it is a number");
    comments.iter().map(id).collect()
}

#[test]
fn threads_follow_each_other_wherever_a_page_ends() {
    let threads: Vec<_> = (1..=230).map(|n| thread(n, 1 + n % 4)).collect();
    let expected: Vec<u64> = (1..=230_u64)
        .flat_map(|n| (0..1 + n % 4).map(move |reply| n * 100 + reply))
        .collect();
    for limit in [1, 7, 100, 101, 1_000] {
        let seen = all(limit, |line| pages(&threads, line));
        assert_eq!(ids(&seen), expected, "{limit}");
    }
}

#[test]
fn what_is_removed_and_added_meanwhile_hides_and_repeats_nothing() {
    let threads = RefCell::new((1..=250).map(|n| thread(n, 2)).collect::<Vec<_>>());
    let mut page = first(60);
    let mut seen = Vec::new();
    let mut next = 300;
    loop {
        let listed = list(&page, |line| pages(&threads.borrow(), line)).0;
        let listed = listed.expect("it is there");
        seen.extend(ids(&listed.items));
        // Three that were seen go, and one comes.
        threads.borrow_mut().drain(..3);
        threads.borrow_mut().push(thread(next, 1));
        next += 1;
        match listed.end {
            PageEnd::More(cursor) => page.cursor = Some(cursor),
            PageEnd::Complete => break,
        }
    }
    let expected = (1..=250_u64).flat_map(|n| [n * 100, n * 100 + 1]);
    for id in expected {
        assert_eq!(seen.iter().filter(|seen| **seen == id).count(), 1, "{id}");
    }
}

#[test]
fn a_thread_that_goes_in_the_middle_hides_nothing_of_the_next() {
    let threads = RefCell::new(vec![thread(1, 4), thread(2, 3), thread(3, 1)]);
    let (listed, _) = list(&first(2), |line| pages(&threads.borrow(), line));
    let PageEnd::More(cursor) = listed.expect("it is there").end else {
        panic!("there are more");
    };
    threads.borrow_mut().remove(0);
    let page = PageRequest {
        cursor: Some(cursor),
        limit: None,
    };
    let (listed, _) = list(&page, |line| pages(&threads.borrow(), line));
    let items = listed.expect("it is there").items;
    assert_eq!(ids(&items), [200, 201, 202, 300]);
}

#[test]
fn comments_of_one_millisecond_in_another_order_are_all_there() {
    let mut threads: Vec<_> = (1..=120).map(|n| thread(n, 1)).collect();
    for thread in &mut threads[1..=10] {
        thread["notes"][0]["created_at"] = "2026-01-01T00:05:00.000Z".into();
    }
    threads[1..=10].reverse();
    let seen = all(50, |line| pages(&threads, line));
    assert_eq!(ids(&seen), (1..=120).map(|n| n * 100).collect::<Vec<_>>());
}

#[test]
fn a_comment_is_read_as_the_contract_has_it() {
    let mut first_note = note(1, 0);
    first_note["body"] = "Text\n\n<!-- code-source:a-1 -->".into();
    first_note["resolvable"] = true.into();
    first_note["position"] = json!({ "head_sha": id('b'), "position_type": "text",
        "old_path": "o", "new_path": "n", "old_line": null, "new_line": 4, "line_range": null });
    let mut event = note(2, 1);
    event["system"] = true.into();
    let mut bare = note(3, 2);
    for field in [
        "author",
        "updated_at",
        "body",
        "system",
        "resolved",
        "resolvable",
        "position",
    ] {
        bare[field] = Value::Null;
    }
    let threads = [
        json!({ "id": "a1", "individual_note": null, "notes": [first_note] }),
        json!({ "id": "b2", "notes": [event] }),
        json!({ "id": "c3", "notes": [bare] }),
    ];
    let seen = all(10, |line| pages(&threads, line));
    let [one, event, bare] = seen.as_slice() else {
        panic!("there are three");
    };
    assert_eq!(
        (one.body.as_str(), one.marker.as_deref()),
        ("Text", Some("a-1"))
    );
    assert_eq!(
        (one.thread.as_deref(), one.resolved),
        (Some("a1"), Some(false))
    );
    let at = one.at.as_ref().expect("it is at a line");
    assert_eq!(
        (at.path.as_str(), at.side, at.head.clone()),
        ("n", Side::New, id('b'))
    );
    assert!(event.automatic && event.thread.is_none() && event.resolved.is_none());
    assert_eq!(
        (bare.author.as_str(), bare.created_at),
        ("", bare.updated_at)
    );
    assert_eq!((bare.thread.as_deref(), bare.resolved), (Some("c3"), None));
}

#[test]
fn what_the_contract_needs_is_not_made_up() {
    for field in ["id", "created_at"] {
        let mut broken = note(1, 0);
        broken[field] = Value::Null;
        let threads = [json!({ "id": "a1", "notes": [broken] })];
        let (listed, _) = list(&first(10), |line| pages(&threads, line));
        let error = listed.expect_err("it is needed");
        assert!(matches!(error.code, ErrorCode::Malformed(_)), "{field}");
    }
}

#[test]
fn comments_of_a_missing_pull_request_are_not_an_empty_list() {
    let (listed, _) = list(&first(10), |line| match line.ends_with("/projects/42") {
        true => Reply::json("{}"),
        false => Reply::status(404, r#"{"message":"404 Not found"}"#),
    });
    let error = listed.expect_err("it is missing");
    assert!(matches!(
        error.code,
        ErrorCode::NotFound(Subject::PullRequest)
    ));
}

#[test]
fn a_cursor_of_another_list_or_a_changed_one_sends_nothing() {
    let threads = [thread(1, 2)];
    let (listed, _) = list(&first(1), |line| pages(&threads, line));
    let PageEnd::More(cursor) = listed.expect("it is there").end else {
        panic!("there is one more");
    };
    let changed = cursor.replacen(|letter: char| letter != 'A', "A", 1);
    for (number, cursor) in [
        (8, cursor.clone()),
        (7, changed),
        (7, cursor[1..].to_owned()),
    ] {
        let page = PageRequest {
            cursor: Some(cursor),
            limit: None,
        };
        let (listed, seen) = run(
            "pull-requests.list-comments",
            |line, _| pages(&threads, line),
            async |call| list_comments(call, &"42".to_owned(), number, &page).await,
        );
        let error = listed.expect_err("it is not ours").into_error();
        assert!(matches!(error.code, ErrorCode::InvalidArgument(_)));
        assert!(seen.requests.is_empty());
    }
}
