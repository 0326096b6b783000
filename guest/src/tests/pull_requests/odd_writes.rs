//! Answers to writes with one field spoilt; apart because a success stays one whatever is told of it.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::{
    super::{
        forge::{Reply, Seen, id, run},
        mutate::{Spoilt, spoil},
    },
    Trouble, count, merge, merge_request,
    threads::{GitLab, note, thread},
};
use crate::{
    bindings::{
        pull_requests::{Edit, Merging, NewComment, Proposal},
        types::{ErrorCode, Outcome},
    },
    error::Failure,
    pull_requests::{add_comment, edit_pull_request, merge_pull_request, open_pull_request},
    transport::{Method, Request},
};

/// The write is told as what it is, or as unknown, and it is sent once.
fn check(what: &str, outcome: Result<Outcome, Failure>, seen: &Seen) {
    let is_told = match &outcome {
        Ok(outcome) => *outcome == Outcome::Applied,
        Err(failure) => matches!(failure.code(), ErrorCode::OutcomeUnknown),
    };
    assert!(is_told, "{what}: {outcome:?}");
    assert_eq!(count(seen, "POST") + count(seen, "PUT"), 1, "{what}");
}

/// GitLab with a merge request that becomes what a write makes of it, whose answer is given.
fn forge(now: &RefCell<Value>, line: &str, request: &Request, made: &Value, told: &str) -> Reply {
    match request.method {
        Method::Get if line.contains("/branches/") => Reply::json(r#"{"name":"x"}"#),
        Method::Get if line.contains("/merge_requests?") => {
            Reply::json(json!([*now.borrow()]).to_string())
        }
        Method::Get => Reply::json(now.borrow().to_string()),
        _ => {
            now.replace(made.clone());
            Reply::status(201, told)
        }
    }
}

fn made(changes: &Value) -> Value {
    let mut made = merge_request(&json!({ "created_at": "2026-01-01T00:00:00.000Z" }));
    merge(&mut made, changes);
    made
}

#[test]
fn an_odd_answer_to_opening_takes_nothing_back() {
    let proposal = Proposal {
        source_branch: "topic".to_owned(),
        target_branch: "main".to_owned(),
        title: "Add it".to_owned(),
        body: "Why.".to_owned(),
        draft: false,
        labels: Vec::new(),
        remove_source_branch: true,
    };
    let whole = made(&json!({}));
    let mut answers = spoil(&whole.to_string());
    let number = made(&json!({ "iid": 0 })).to_string();
    answers.push(("/iid".to_owned(), Spoilt::OtherType, number));
    for (field, kind, told) in answers {
        for is_readable in [true, false] {
            let readable = match is_readable {
                true => whole.clone(),
                false => serde_json::from_str(&told).expect("is JSON"),
            };
            let now = RefCell::new(Value::Null);
            let (opened, seen) = run(
                "pull-requests.open-pull-request",
                |line, request| forge(&now, line, request, &readable, &told),
                async |call| open_pull_request(call, &"42".to_owned(), &proposal).await,
            );
            let what = format!("{field} {kind:?}");
            check(&what, opened.map(|opened| opened.outcome), &seen);
        }
    }
}

#[test]
fn an_odd_answer_to_editing_takes_nothing_back() {
    let edit = Edit {
        title: Some("Other".to_owned()),
        body: None,
        draft: None,
        target_branch: None,
        add_labels: vec!["b".to_owned()],
        remove_labels: Vec::new(),
    };
    let whole = made(&json!({ "title": "Other", "labels": ["a", "b"] }));
    for (field, kind, told) in spoil(&whole.to_string()) {
        let now = RefCell::new(made(&json!({})));
        let (edited, seen) = run(
            "pull-requests.edit-pull-request",
            |line, request| forge(&now, line, request, &whole, &told),
            async |call| edit_pull_request(call, &"42".to_owned(), 7, &edit).await,
        );
        let what = format!("{field} {kind:?}");
        check(&what, edited.map(|edited| edited.outcome), &seen);
    }
}

#[test]
fn an_odd_answer_to_merging_takes_nothing_back() {
    let merging = Merging {
        expected_head: id('b'),
        squash: false,
        message: None,
        remove_source_branch: false,
    };
    let whole = made(&json!({ "state": "merged", "merge_commit_sha": id('d') }));
    for (field, kind, told) in spoil(&whole.to_string()) {
        let now = RefCell::new(made(&json!({})));
        let (merged, seen) = run(
            "pull-requests.merge-pull-request",
            |line, request| forge(&now, line, request, &whole, &told),
            async |call| merge_pull_request(call, &"42".to_owned(), 7, &merging).await,
        );
        let what = format!("{field} {kind:?}");
        check(&what, merged.map(|merged| merged.outcome), &seen);
    }
}

#[test]
fn an_odd_answer_to_a_comment_takes_nothing_back() {
    for reply_to in [None, Some("a1".to_owned())] {
        let new = NewComment {
            body: "Fine.".to_owned(),
            at: None,
            reply_to,
            marker: None,
        };
        let whole = note(500, "bot", "Fine.");
        for (field, kind, told) in spoil(&whole.to_string()) {
            let gitlab = GitLab::new(vec![thread()], Trouble::None);
            let (added, seen) = run(
                "pull-requests.add-comment",
                |line, request| {
                    let reply = gitlab.answer(line, request);
                    match request.method {
                        Method::Get => reply,
                        _ => Reply::status(201, told.clone()),
                    }
                },
                async |call| add_comment(call, &"42".to_owned(), 7, &new).await,
            );
            let what = format!("{field} {kind:?}");
            check(&what, added.map(|added| added.outcome), &seen);
        }
    }
}
