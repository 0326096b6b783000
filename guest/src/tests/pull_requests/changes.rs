//! `pull-requests.list-changes`.

use std::cell::Cell;

use serde_json::{Value, json};

use super::{
    super::forge::{Reply, Seen, id, number, run},
    merge_request,
};
use crate::{
    bindings::{
        git::Patch,
        pull_requests::ChangesPage,
        types::{Conflict, Error, ErrorCode, PageEnd, PageRequest},
    },
    pull_requests::list_changes,
};

fn list(page: &PageRequest, answer: impl Fn(&str) -> Reply) -> (Result<ChangesPage, Error>, Seen) {
    run(
        "pull-requests.list-changes",
        |line, _| answer(line),
        async |call| {
            let listed = list_changes(call, &"42".to_owned(), 7, page).await;
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

fn files(count: usize, line: &str) -> Reply {
    let per_page = number(line, "per_page").expect("it is sent");
    let page = number(line, "page").unwrap_or(1);
    let to = count.min(page * per_page);
    let part: Vec<Value> = ((page - 1) * per_page..to)
        .map(|n| {
            json!({ "old_path": format!("{n}"), "new_path": format!("{n}"), "a_mode": "100644",
                "b_mode": "100644", "diff": "@@ -1 +1 @@\n-a\n+b\n", "new_file": false,
                "renamed_file": false, "deleted_file": false })
        })
        .collect();
    let reply = Reply::json(Value::from(part).to_string());
    match to < count {
        true => reply.field("x-next-page", (page + 1).to_string()),
        false => reply,
    }
}

fn answer(count: usize, fields: &Value) -> impl Fn(&str) -> Reply {
    move |line| match line.contains("/diffs?") {
        true => files(count, line),
        false => Reply::json(merge_request(fields).to_string()),
    }
}

#[test]
fn all_files_are_listed_once_at_two_commits() {
    let fields = json!({ "changes_count": "250" });
    for limit in [33, 100, 1_000] {
        let mut page = first(limit);
        let mut paths = Vec::new();
        loop {
            let (listed, _) = list(&page, answer(250, &fields));
            let listed = listed.expect("it is there");
            assert_eq!((listed.base, listed.head), (id('a'), id('b')));
            assert!(listed.complete);
            let is_text = |change: &_| matches!(change, Patch::Text(_));
            assert!(listed.items.iter().all(|change| is_text(&change.patch)));
            paths.extend(listed.items.into_iter().map(|change| change.new_path));
            match listed.end {
                PageEnd::More(cursor) => page.cursor = Some(cursor),
                PageEnd::Complete => break,
            }
        }
        let expected: Vec<_> = (0..250).map(|n| n.to_string()).collect();
        assert_eq!(paths, expected, "{limit}");
    }
}

#[test]
fn a_push_between_two_pages_ends_the_list() {
    let fields = json!({ "changes_count": "50" });
    let (listed, _) = list(&first(10), answer(50, &fields));
    let PageEnd::More(cursor) = listed.expect("it is there").end else {
        panic!("there are more");
    };
    let page = PageRequest {
        cursor: Some(cursor),
        limit: Some(10),
    };
    let refs =
        |base: &str, head: &str| json!({ "base_sha": base, "start_sha": base, "head_sha": head });
    for (base, head) in [(id('a'), id('c')), (id('c'), id('b'))] {
        let pushed = json!({ "sha": head, "diff_refs": refs(&base, &head), "changes_count": "50" });
        let (listed, _) = list(&page, answer(50, &pushed));
        let error = listed.expect_err("it is another difference");
        assert!(matches!(error.code, ErrorCode::Conflict(Conflict::HeadMoved(now)) if now == head));
    }
}

#[test]
fn a_push_while_a_page_is_read_is_noticed() {
    let looks = Cell::new(0);
    let (listed, _) = list(&first(10), |line| {
        if line.contains("/diffs?") {
            looks.set(1);
            return files(1, line);
        }
        let head = if looks.get() == 0 { id('b') } else { id('c') };
        let refs = json!({ "base_sha": id('a'), "start_sha": id('a'), "head_sha": head });
        Reply::json(merge_request(&json!({ "sha": head, "diff_refs": refs })).to_string())
    });
    let error = listed.expect_err("the files may be of either");
    assert!(matches!(
        error.code,
        ErrorCode::Conflict(Conflict::HeadMoved(_))
    ));
}

#[test]
fn a_difference_that_is_being_made_is_waited_for() {
    for unmade in [
        json!({ "diff_refs": null, "changes_count": null }),
        json!({ "diff_refs": { "base_sha": null }, "changes_count": "" }),
        json!({ "changes_count": null }),
        json!({ "sha": id('c') }),
        json!({ "changes_count": "0", "detailed_merge_status": "preparing" }),
    ] {
        let looks = Cell::new(0);
        let (listed, _) = list(&first(10), |line| {
            if line.contains("/versions") {
                return Reply::json("[]");
            }
            if line.contains("/diffs?") {
                return files(1, line);
            }
            looks.set(looks.get() + 1);
            let fields = if looks.get() < 4 {
                unmade.clone()
            } else {
                json!({})
            };
            Reply::json(merge_request(&fields).to_string())
        });
        assert_eq!(listed.expect("it is made").items.len(), 1, "{unmade}");
        let (listed, seen) = list(&first(10), |line| match line.contains("/versions") {
            true => Reply::json("[]"),
            false => Reply::json(merge_request(&unmade).to_string()),
        });
        let error = listed.expect_err("it is never made");
        assert!(matches!(error.code, ErrorCode::NotReady) && error.retry_after.is_some());
        assert!(!seen.requests.iter().any(|line| line.contains("/diffs")));
    }
}

#[test]
fn an_empty_difference_is_told_from_one_that_is_not_made() {
    let version = |state: &str| json!([{ "id": 1, "head_commit_sha": id('b'), "base_commit_sha": id('a'), "state": state }]);
    let ask = |state: &str| {
        let versions = version(state).to_string();
        let (listed, _) = list(&first(10), |line| match line {
            line if line.contains("/versions") => Reply::json(versions.clone()),
            line if line.contains("/diffs?") => Reply::json("[]"),
            _ => Reply::json(merge_request(&json!({ "changes_count": null })).to_string()),
        });
        listed.expect("it is there")
    };
    let empty = ask("empty");
    assert!(empty.items.is_empty() && empty.complete);
    assert!(!ask("overflow_diff_files_limit").complete);
    let same = json!({ "base_sha": id('b'), "start_sha": id('b'), "head_sha": id('b') });
    let fields = json!({ "changes_count": null, "diff_refs": same });
    let (listed, _) = list(&first(10), answer(0, &fields));
    assert!(listed.expect("there is nothing to list").complete);
}

#[test]
fn a_list_that_gitlab_cuts_is_not_complete() {
    for count in ["1000+", "4"] {
        let (listed, _) = list(&first(10), answer(3, &json!({ "changes_count": count })));
        assert!(!listed.expect("it is there").complete, "{count}");
    }
    let (listed, _) = list(&first(10), answer(3, &json!({ "changes_count": "3" })));
    assert!(listed.expect("it is there").complete);
}

#[test]
fn a_cursor_of_another_pull_request_is_refused() {
    let fields = json!({ "changes_count": "50" });
    let (listed, _) = list(&first(10), answer(50, &fields));
    let PageEnd::More(cursor) = listed.expect("it is there").end else {
        panic!("there are more");
    };
    let cut = cursor[..cursor.len() - 1].to_owned();
    let ask = |number: u64, cursor: String| {
        let page = PageRequest {
            cursor: Some(cursor),
            limit: None,
        };
        let answered = run(
            "pull-requests.list-changes",
            |_, _| panic!("nothing is asked for"),
            async |call| list_changes(call, &"42".to_owned(), number, &page).await,
        );
        answered.0.expect_err("it is not ours").into_error().code
    };
    assert!(matches!(ask(8, cursor), ErrorCode::InvalidArgument(_)));
    assert!(matches!(ask(7, cut), ErrorCode::InvalidArgument(_)));
}
