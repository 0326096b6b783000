//! `pull-requests.merge-pull-request`.

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};

use super::{
    super::forge::{Reply, Seen, id, run},
    Trouble, count, merge, merge_request, sent,
};
use crate::{
    bindings::{
        pull_requests::{Merging, State, Written},
        types::{Conflict, Denial, Error, ErrorCode, Outcome},
    },
    pull_requests::merge_pull_request,
    transport::{Method, Request},
};

fn merging() -> Merging {
    Merging {
        expected_head: id('b'),
        squash: false,
        message: None,
        remove_source_branch: false,
    }
}

fn ask(
    merging: &Merging,
    answer: impl Fn(&str, &Request) -> Reply,
) -> (Result<Written, Error>, Seen) {
    run("pull-requests.merge-pull-request", answer, async |call| {
        let merged = merge_pull_request(call, &"42".to_owned(), 7, merging).await;
        merged.map_err(|failure| failure.into_error())
    })
}

/// One merge request, and what GitLab answers to the order to merge it.
fn against(
    now: &RefCell<Value>,
    order: impl Fn(&mut Value, Value) -> Reply,
) -> impl Fn(&str, &Request) -> Reply {
    move |line, request| match request.method {
        Method::Get if line.ends_with("/projects/42") => Reply::json("{}"),
        Method::Get => Reply::json(now.borrow().to_string()),
        _ => order(&mut now.borrow_mut(), sent(request)),
    }
}

fn merged(now: &mut Value) -> Reply {
    merge(
        now,
        &json!({ "state": "merged", "merge_commit_sha": id('d') }),
    );
    Reply::json(now.to_string())
}

#[test]
fn the_head_that_was_looked_at_is_merged_and_no_other() {
    for squash in [false, true] {
        let wanted = Merging {
            squash,
            message: Some("All of it".to_owned()),
            remove_source_branch: true,
            ..merging()
        };
        let now = RefCell::new(merge_request(&json!({})));
        let body = RefCell::new(Value::Null);
        let (written, seen) = ask(
            &wanted,
            against(&now, |now, sent| {
                body.replace(sent);
                merged(now)
            }),
        );
        let written = written.expect("it is merged");
        assert!(matches!(written.outcome, Outcome::Applied));
        assert_eq!(written.pull_request.merged_as, Some(id('d')));
        let mut expected = json!({ "sha": id('b'), "squash": squash,
            "merge_commit_message": "All of it", "should_remove_source_branch": true });
        if squash {
            expected["squash_commit_message"] = "All of it".into();
        }
        assert_eq!(body.into_inner(), expected);
        assert_eq!(seen.requests.len(), 2);
        let (again, seen) = ask(&wanted, against(&now, |_, _| Reply::json("{}")));
        assert!(matches!(
            again.expect("it is merged").outcome,
            Outcome::Already
        ));
        assert_eq!(count(&seen, "PUT"), 0);
    }
}

#[test]
fn another_head_is_told_and_nothing_is_sent() {
    for state in ["opened", "merged"] {
        let now = RefCell::new(merge_request(&json!({ "sha": id('c'), "state": state })));
        let (written, seen) = ask(&merging(), against(&now, |_, _| Reply::json("{}")));
        let error = written.expect_err("it moved");
        assert!(
            matches!(error.code, ErrorCode::Conflict(Conflict::HeadMoved(head)) if head == id('c'))
        );
        assert_eq!(count(&seen, "PUT"), 0);
    }
}

#[test]
fn a_head_that_moves_at_the_last_moment_is_told_too() {
    let now = RefCell::new(merge_request(&json!({})));
    let (written, _) = ask(
        &merging(),
        against(&now, |now, _| {
            merge(now, &json!({ "sha": id('c') }));
            Reply::status(
                409,
                r#"{"message":"SHA does not match HEAD of source branch: ccc"}"#,
            )
        }),
    );
    let error = written.expect_err("it moved");
    assert!(
        matches!(error.code, ErrorCode::Conflict(Conflict::HeadMoved(head)) if head == id('c'))
    );
}

#[test]
fn gitlab_is_given_time_to_find_out() {
    let looks = Cell::new(0);
    let now = RefCell::new(merge_request(&json!({})));
    let answer = against(&now, |now, _| merged(now));
    let (written, _) = ask(&merging(), |line, request| {
        looks.set(looks.get() + 1);
        let words = ["", "preparing", "unchecked", "checking"];
        match words.get(looks.get() - 1) {
            Some(word) => {
                let fields = json!({ "detailed_merge_status": word });
                Reply::json(merge_request(&fields).to_string())
            }
            None => answer(line, request),
        }
    });
    assert!(matches!(
        written.expect("it is merged").outcome,
        Outcome::Applied
    ));
    let now = RefCell::new(merge_request(
        &json!({ "detailed_merge_status": "checking" }),
    ));
    let (written, seen) = ask(&merging(), against(&now, |_, _| Reply::json("{}")));
    let error = written.expect_err("it never finds out");
    assert!(matches!(error.code, ErrorCode::NotReady) && error.retry_after.is_some());
    assert_eq!(count(&seen, "PUT"), 0);
}

#[test]
fn what_cannot_be_merged_says_why() {
    let why = |fields: Value, status: u16| {
        let now = RefCell::new(merge_request(&fields));
        let refusal = r#"{"message":"405 Method Not Allowed"}"#;
        let (written, _) = ask(
            &merging(),
            against(&now, |_, _| Reply::status(status, refusal)),
        );
        match written.expect_err("it cannot be").code {
            ErrorCode::Conflict(Conflict::NotMergeable(why)) => why,
            other => panic!("{other:?}"),
        }
    };
    for status in [405, 406, 422] {
        let fields = json!({ "detailed_merge_status": "draft_status" });
        assert_eq!(why(fields, status), "draft_status");
    }
    assert!(why(json!({}), 405).contains("405 Method Not Allowed"));
    assert_eq!(why(json!({ "state": "closed" }), 405), "closed");
}

#[test]
fn an_account_that_may_not_merge_is_not_one_that_is_unknown() {
    let now = RefCell::new(merge_request(&json!({})));
    let (written, _) = ask(
        &merging(),
        against(&now, |_, _| {
            Reply::status(401, r#"{"message":"401 Unauthorized"}"#)
        }),
    );
    let error = written.expect_err("it may not");
    assert!(matches!(error.code, ErrorCode::Forbidden(Denial::Role(_))));
}

#[test]
fn an_archived_repository_is_read_only_to_merging_too() {
    let now = merge_request(&json!({}));
    let (written, _) = ask(&merging(), |line, request| match request.method {
        Method::Get if line.ends_with("/projects/42") => Reply::json(r#"{"archived":true}"#),
        Method::Get => Reply::json(now.to_string()),
        _ => Reply::status(401, r#"{"message":"401 Unauthorized"}"#),
    });
    let error = written.expect_err("it is archived");
    assert!(matches!(error.code, ErrorCode::ReadOnly(why) if why == "archived"));
}

#[test]
fn a_success_that_merged_nothing_is_no_success() {
    let now = RefCell::new(merge_request(&json!({})));
    let (written, seen) = ask(
        &merging(),
        against(&now, |now, _| {
            merge(now, &json!({ "merge_error": "a hook said no" }));
            Reply::json(now.to_string())
        }),
    );
    let error = written.expect_err("it is not merged");
    assert!(matches!(
        error.code,
        ErrorCode::Conflict(Conflict::NotMergeable(why)) if why == "a hook said no"
    ));
    assert_eq!(count(&seen, "PUT"), 1);
}

#[test]
fn a_success_that_does_not_say_why_nothing_is_merged_is_not_known() {
    for before in ["", "a hook said no"] {
        let fields = json!({ "merge_error": before });
        let now = RefCell::new(merge_request(&fields));
        let (written, seen) = ask(
            &merging(),
            against(&now, |now, _| Reply::json(now.to_string())),
        );
        let error = written.expect_err("it may still be merged");
        assert!(matches!(error.code, ErrorCode::OutcomeUnknown), "{before}");
        assert_eq!(count(&seen, "PUT"), 1);
    }
}

#[test]
fn a_merge_whose_answer_does_not_tell_is_looked_for_and_never_repeated() {
    for trouble in Trouble::AFTER {
        let now = RefCell::new(merge_request(&json!({})));
        let (written, seen) = ask(
            &merging(),
            against(&now, |now, _| trouble.answer(|| merged(now))),
        );
        let written = written.unwrap_or_else(|error| panic!("{trouble:?}: {error:?}"));
        assert!(matches!(written.outcome, Outcome::Applied));
        assert!(matches!(written.pull_request.state, State::Merged));
        assert_eq!(count(&seen, "PUT"), 1, "{trouble:?}");
    }
    for trouble in Trouble::BEFORE {
        let now = RefCell::new(merge_request(&json!({})));
        let (written, seen) = ask(
            &merging(),
            against(&now, |now, _| trouble.answer(|| merged(now))),
        );
        let error = written.expect_err("nobody knows");
        assert!(
            matches!(error.code, ErrorCode::OutcomeUnknown),
            "{trouble:?}"
        );
        assert_eq!(count(&seen, "PUT"), 1, "{trouble:?}");
    }
}

#[test]
fn another_head_that_was_merged_meanwhile_is_not_ours() {
    let now = RefCell::new(merge_request(&json!({})));
    let order = |now: &mut Value, _| {
        merge(now, &json!({ "state": "merged", "sha": id('c') }));
        Reply::content(502, "Bad Gateway")
    };
    let (written, _) = ask(&merging(), against(&now, order));
    let error = written.expect_err("nobody knows");
    assert!(matches!(error.code, ErrorCode::OutcomeUnknown));
}

#[test]
fn what_cannot_be_right_sends_nothing() {
    for wanted in [
        Merging {
            expected_head: "main".to_owned(),
            ..merging()
        },
        Merging {
            message: Some(" ".to_owned()),
            ..merging()
        },
    ] {
        let (written, seen) = ask(&wanted, |_, _| Reply::json("{}"));
        let error = written.expect_err("it cannot be right");
        assert!(matches!(error.code, ErrorCode::InvalidArgument(_)));
        assert!(seen.requests.is_empty());
    }
}
