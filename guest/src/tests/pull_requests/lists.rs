//! `pull-requests.list-pull-requests` and `read-pull-request`.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::{
    super::forge::{Reply, Seen, number, parameter, run},
    merge_request,
};
use crate::{
    bindings::{
        pull_requests::{Filter, Mergeability, Page, PullRequest, State},
        types::{Denial, Error, ErrorCode, PageEnd, PageRequest, Subject},
    },
    model::in_milliseconds,
    pull_requests::{list_pull_requests, read_pull_request},
};

fn everything() -> Filter {
    Filter {
        state: None,
        source_branch: None,
        target_branch: None,
        author: None,
        updated_after: None,
    }
}

fn first(limit: u32) -> PageRequest {
    PageRequest {
        cursor: None,
        limit: Some(limit),
    }
}

fn list(
    filter: &Filter,
    page: &PageRequest,
    answer: impl Fn(&str) -> Reply,
) -> (Result<Page, Error>, Seen) {
    run(
        "pull-requests.list-pull-requests",
        |line, _| answer(line),
        async |call| {
            let listed = list_pull_requests(call, &"42".to_owned(), filter, page).await;
            listed.map_err(|failure| failure.into_error())
        },
    )
}

fn read(answer: impl Fn(&str) -> Reply) -> (Result<PullRequest, Error>, Seen) {
    run(
        "pull-requests.read-pull-request",
        |line, _| answer(line),
        async |call| {
            let read = read_pull_request(call, &"42".to_owned(), 7).await;
            read.map_err(|failure| failure.into_error())
        },
    )
}

/// Numbers and moments of merge requests, the newest first, paged as GitLab does.
fn pages(items: &[(u64, String)], line: &str) -> Reply {
    let decoded = parameter(line, "created_before").map(|text| text.replace("%3A", ":"));
    let bound = decoded.map(|text| in_milliseconds(&text).expect("it is a time"));
    let items: Vec<_> = items
        .iter()
        // Each was created some microseconds after what GitLab tells.
        .filter(|(_, at)| bound.is_none_or(|bound| in_milliseconds(at) < Some(bound)))
        .collect();
    let per_page = number(line, "per_page").expect("it is sent");
    let page = number(line, "page").unwrap_or(1);
    let from = (page - 1) * per_page;
    let part: Vec<Value> = items
        .iter()
        .skip(from)
        .take(per_page)
        .map(|(iid, at)| merge_request(&json!({ "iid": iid, "created_at": at })))
        .collect();
    let reply = Reply::json(Value::from(part).to_string());
    match from + per_page < items.len() {
        true => reply.field("x-next-page", (page + 1).to_string()),
        false => reply,
    }
}

/// The newest has the highest number; `ties` of them at a time are of one millisecond.
fn history(count: u64, ties: u64) -> Vec<(u64, String)> {
    let moment = |n: u64| {
        let minute = n / ties;
        let (hour, minute) = (minute / 60, minute % 60);
        format!("2025-12-31T{hour:02}:{minute:02}:00.123Z")
    };
    (1..=count).rev().map(|n| (n, moment(n))).collect()
}

fn all(limit: u32, answer: impl Fn(&str) -> Reply) -> Vec<u64> {
    let mut page = first(limit);
    let mut seen = Vec::new();
    loop {
        let listed = list(&everything(), &page, &answer).0.expect("it is there");
        seen.extend(listed.items.into_iter().map(|item| item.number));
        match listed.end {
            PageEnd::More(cursor) => page.cursor = Some(cursor),
            PageEnd::Complete => return seen,
        }
    }
}

#[test]
fn a_list_is_complete_and_without_repetitions_however_its_moments_coincide() {
    for ties in [1, 7, 99, 100, 101, 350] {
        let items = history(350, ties);
        let expected: Vec<_> = (1..=350).rev().collect();
        for limit in [33, 100, 1_000] {
            let seen = all(limit, |line| pages(&items, line));
            assert_eq!(seen, expected, "{ties} at once, {limit} at a time");
        }
    }
}

#[test]
fn what_leaves_the_list_meanwhile_hides_nothing_else() {
    let items = RefCell::new(history(300, 1));
    let gone = RefCell::new(Vec::new());
    let seen = all(1_000, |line| {
        let reply = pages(&items.borrow(), line);
        // What was listed first is closed before the next page is asked for.
        let left: Vec<_> = items.borrow_mut().drain(..40).collect();
        gone.borrow_mut().extend(left);
        reply
    });
    let mut expected = seen.clone();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    expected.dedup();
    assert_eq!(seen, expected, "nothing is listed twice");
    for (number, _) in items.borrow().iter() {
        assert!(seen.contains(number), "{number} was there throughout");
    }
    assert!(!gone.borrow().is_empty());
}

#[test]
fn what_is_opened_meanwhile_repeats_nothing() {
    let items = RefCell::new(history(250, 1));
    let seen = all(50, |line| {
        let reply = pages(&items.borrow(), line);
        let newest = items.borrow()[0].0 + 1;
        let at = "2026-01-01T00:00:00.000Z".to_owned();
        items.borrow_mut().insert(0, (newest, at));
        reply
    });
    assert_eq!(seen, (1..=250).rev().collect::<Vec<_>>());
}

#[test]
fn a_page_that_is_too_much_for_gitlab_is_asked_for_in_halves() {
    let items = history(150, 30);
    let seen = all(1_000, |line| match number(line, "per_page") > Some(25) {
        true => Reply::status(500, r#"{"message":"500 Internal Server Error"}"#),
        false => pages(&items, line),
    });
    assert_eq!(seen, (1..=150).rev().collect::<Vec<_>>());
}

#[test]
fn a_list_in_another_order_is_an_error() {
    let mut items = history(3, 1);
    items.reverse();
    let (listed, _) = list(&everything(), &first(10), |line| pages(&items, line));
    let error = listed.expect_err("it could not be followed");
    assert!(matches!(error.code, ErrorCode::Malformed(_)));
}

#[test]
fn a_filter_restricts_and_a_cursor_belongs_to_its_filter() {
    let filter = Filter {
        state: Some(State::Open),
        source_branch: Some("feature/a b".replace(' ', "+")),
        target_branch: Some("main".to_owned()),
        author: Some("ann".to_owned()),
        updated_after: Some(1_767_225_600),
    };
    let items = history(20, 1);
    let (listed, seen) = list(&filter, &first(10), |line| pages(&items, line));
    let PageEnd::More(cursor) = listed.expect("it is there").end else {
        panic!("there are more");
    };
    for part in [
        "scope=all",
        "state=opened",
        "source_branch=feature%2Fa%2Bb",
        "target_branch=main",
        "author_username=ann",
        "updated_after=2026-01-01T00%3A00%3A00Z",
        "order_by=created_at&sort=desc",
    ] {
        assert!(seen.requests[0].contains(part), "{part}");
    }
    let page = PageRequest {
        cursor: Some(cursor),
        limit: Some(10),
    };
    let (listed, seen) = list(&everything(), &page, |_| Reply::json("[]"));
    let error = listed.expect_err("it is of another list");
    assert!(matches!(error.code, ErrorCode::InvalidArgument(_)));
    assert!(seen.requests.is_empty());
}

#[test]
fn a_filter_that_cannot_be_right_sends_nothing() {
    for filter in [
        Filter {
            state: Some(State::Other("frozen".to_owned())),
            ..everything()
        },
        Filter {
            source_branch: Some("a b".to_owned()),
            ..everything()
        },
        Filter {
            author: Some(String::new()),
            ..everything()
        },
        Filter {
            updated_after: Some(i64::MAX),
            ..everything()
        },
    ] {
        let (listed, seen) = list(&filter, &first(10), |_| Reply::json("[]"));
        let error = listed.expect_err("it cannot be right");
        assert!(matches!(error.code, ErrorCode::InvalidArgument(_)));
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn a_page_that_fails_is_never_an_end() {
    let items = history(150, 1);
    let (listed, _) = list(&everything(), &first(1_000), |line| {
        match line.contains("created_before") {
            true => Reply::missing("Project"),
            false => pages(&items, line),
        }
    });
    let error = listed.expect_err("the second page failed");
    assert!(matches!(
        error.code,
        ErrorCode::NotFound(Subject::Repository)
    ));
}

#[test]
fn a_pull_request_is_read_as_the_contract_has_it() {
    let (read, seen) = read(|_| {
        let fields = json!({ "title": "Draft: Add it", "draft": true, "labels": ["b", "a"] });
        Reply::json(merge_request(&fields).to_string())
    });
    let read = read.expect("it is there");
    assert_eq!(
        (read.number, read.title.as_str(), read.draft),
        (7, "Add it", true)
    );
    assert!(matches!(read.state, State::Open));
    assert!(matches!(read.mergeability, Some(Mergeability::Mergeable)));
    assert_eq!(read.source_repository.as_deref(), Some("42"));
    assert_eq!(
        (read.labels.as_slice(), read.merged_as),
        (&["b".to_owned(), "a".to_owned()][..], None)
    );
    assert_eq!(seen.requests, ["GET /projects/42/merge_requests/7"]);
}

#[test]
fn a_missing_pull_request_is_told_from_a_repository_without_any() {
    let ask = |project: Reply| {
        let project = RefCell::new(Some(project));
        let (read, _) = read(|line| match line.ends_with("/projects/42") {
            true => project.borrow_mut().take().expect("it is asked for once"),
            false => Reply::status(404, r#"{"message":"404 Not found"}"#),
        });
        read.expect_err("it is missing").code
    };
    assert!(matches!(
        ask(Reply::json(r#"{"merge_requests_access_level":"enabled"}"#)),
        ErrorCode::NotFound(Subject::PullRequest)
    ));
    assert!(matches!(
        ask(Reply::json(r#"{"merge_requests_access_level":"disabled"}"#)),
        ErrorCode::Unsupported(_)
    ));
    assert!(matches!(
        ask(Reply::json(r#"{"merge_requests_enabled":false}"#)),
        ErrorCode::Unsupported(_)
    ));
    assert!(matches!(
        ask(Reply::missing("Project")),
        ErrorCode::NotFound(Subject::Repository)
    ));
}

#[test]
fn a_refusal_names_the_role_that_reading_needs() {
    let (read, _) = read(|line| match line.ends_with("/projects/42") {
        true => Reply::json("{}"),
        false => Reply::status(403, r#"{"message":"403 Forbidden"}"#),
    });
    let error = read.expect_err("it is refused");
    assert!(matches!(error.code, ErrorCode::Forbidden(Denial::Role(role)) if role == "Reporter"));
}

#[test]
fn pages_without_end_and_without_anything_new_are_malformed() {
    let items = history(5, 1);
    let (listed, seen) = list(&everything(), &first(100), |line| {
        let page = number(line, "page").unwrap_or(1);
        pages(&items, line).field("x-next-page", (page + 1).to_string())
    });
    let error = listed.expect_err("it has no end");
    assert!(matches!(error.code, ErrorCode::Malformed(_)));
    assert!(seen.requests.len() < 50, "{}", seen.requests.len());
}
