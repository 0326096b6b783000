//! Answers with fields of another type, or none; apart because every reading function meets them.

use serde_json::{Value, json};

use super::{
    super::forge::{Reply, id, run},
    merge_request,
    threads::{note, thread},
};
use crate::{
    bindings::{
        git::Patch,
        pull_requests::Filter,
        types::{ErrorCode, PageRequest},
    },
    error::Failure,
    pull_requests::{list_changes, list_comments, list_pull_requests, read_pull_request},
};

/// The value with each of its fields, at any depth, replaced by each of several others.
fn mutations(value: &Value) -> Vec<Value> {
    let mut mutated = Vec::new();
    for pointer in pointers(value, String::new()) {
        for other in [
            Value::Null,
            json!(true),
            json!(-1),
            json!(1.5),
            json!(u64::MAX),
            json!(""),
            json!("\u{202e}\u{0}x"),
            json!([]),
            json!([null]),
            json!({}),
        ] {
            let mut copy = value.clone();
            *copy.pointer_mut(&pointer).expect("it is there") = other;
            mutated.push(copy);
        }
    }
    mutated
}

fn pointers(value: &Value, so_far: String) -> Vec<String> {
    let below = |(key, value): (String, &Value)| pointers(value, format!("{so_far}/{key}"));
    let mut all = vec![so_far.clone()];
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (key.clone(), value));
            all.extend(fields.flat_map(below));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(index, value)| (index.to_string(), value));
            all.extend(items.flat_map(below));
        }
        _ => {}
    }
    all
}

fn first() -> PageRequest {
    PageRequest {
        cursor: None,
        limit: None,
    }
}

/// It is read, or refused as what it is.
fn is_told<V>(read: &Result<V, Failure>) -> bool {
    match read {
        Ok(_) => true,
        Err(failure) => matches!(
            failure.code(),
            ErrorCode::Malformed(_) | ErrorCode::NotReady
        ),
    }
}

#[test]
fn an_odd_merge_request_is_read_or_malformed() {
    let whole = merge_request(&json!({ "merge_commit_sha": id('c') }));
    let mutated = mutations(&whole);
    assert!(mutated.len() > 200);
    for odd in mutated {
        let (read, _) = run(
            "pull-requests.read-pull-request",
            |_, _| Reply::json(odd.to_string()),
            async |call| read_pull_request(call, &"42".to_owned(), 7).await,
        );
        assert!(is_told(&read), "{odd}: {:?}", read.err());
        let filter = Filter {
            state: None,
            source_branch: None,
            target_branch: None,
            author: None,
            updated_after: None,
        };
        let (listed, _) = run(
            "pull-requests.list-pull-requests",
            |_, _| Reply::json(json!([odd]).to_string()),
            async |call| list_pull_requests(call, &"42".to_owned(), &filter, &first()).await,
        );
        assert!(is_told(&listed), "{odd}: {:?}", listed.err());
    }
}

#[test]
fn an_odd_thread_is_read_or_malformed() {
    let mut whole = thread();
    let position = json!({ "head_sha": id('b'), "position_type": "text", "old_path": "o",
        "new_path": "n", "old_line": 3, "new_line": 4,
        "line_range": { "start": { "old_line": 1, "new_line": 2 }, "end": null } });
    whole["notes"][0]["position"] = position;
    let reply = note(101, "bot", "Yes.");
    whole["notes"].as_array_mut().expect("is one").push(reply);
    for odd in mutations(&whole) {
        let (listed, _) = run(
            "pull-requests.list-comments",
            |_, _| Reply::json(json!([odd]).to_string()),
            async |call| list_comments(call, &"42".to_owned(), 7, &first()).await,
        );
        assert!(is_told(&listed), "{odd}: {:?}", listed.err());
    }
}

#[test]
fn an_odd_difference_is_read_or_malformed_or_not_ready() {
    let diff = json!({ "old_path": "a", "new_path": "a", "a_mode": "100644", "b_mode": "100644",
        "diff": "@@ -1 +1 @@\n-a\n+b\n", "new_file": false, "renamed_file": false,
        "deleted_file": false, "collapsed": false, "too_large": false });
    let list = |merge_request: &Value, diffs: &Value| {
        let answered = run(
            "pull-requests.list-changes",
            |line, _| match line {
                line if line.contains("/diffs?") => Reply::json(diffs.to_string()),
                line if line.contains("/versions") => Reply::json("[]"),
                _ => Reply::json(merge_request.to_string()),
            },
            async |call| list_changes(call, &"42".to_owned(), 7, &first()).await,
        );
        answered.0
    };
    let whole = merge_request(&json!({}));
    for odd in mutations(&json!([diff])) {
        let listed = list(&whole, &odd);
        assert!(is_told(&listed), "{odd}: {:?}", listed.err());
    }
    for odd in mutations(&whole) {
        let listed = list(&odd, &json!([diff]));
        assert!(is_told(&listed), "{odd}: {:?}", listed.err());
        let is_empty = |page: &crate::bindings::pull_requests::ChangesPage| {
            page.complete
                && page
                    .items
                    .iter()
                    .all(|change| matches!(change.patch, Patch::Omitted(_)))
        };
        assert!(!listed.is_ok_and(|page| is_empty(&page)), "{odd}");
    }
}
