//! `pull-requests.edit-pull-request`, `close-pull-request` and `reopen-pull-request`.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::{
    super::forge::{Reply, Seen, run},
    Trouble, count, merge, merge_request, sent,
};
use crate::{
    bindings::{
        pull_requests::{Edit, State, Written},
        types::{Conflict, Error, ErrorCode, Outcome, Subject},
    },
    pull_requests::{close_pull_request, edit_pull_request, reopen_pull_request},
    transport::{Method, Request},
};

/// GitLab with one merge request.
struct GitLab {
    merge_request: RefCell<Value>,
    changes: RefCell<Vec<Value>>,
    trouble: Trouble,
}

impl GitLab {
    fn new(fields: &Value, trouble: Trouble) -> Self {
        Self {
            merge_request: RefCell::new(merge_request(fields)),
            changes: RefCell::default(),
            trouble,
        }
    }

    fn answer(&self, line: &str, request: &Request) -> Reply {
        match request.method {
            Method::Get if line.contains("/branches/") => match line.ends_with("gone") {
                true => Reply::missing("Branch"),
                false => Reply::json(r#"{"name":"x"}"#),
            },
            Method::Get => Reply::json(self.merge_request.borrow().to_string()),
            _ => self.trouble.answer(|| self.change(sent(request))),
        }
    }

    fn change(&self, sent: Value) -> Reply {
        let mut now = self.merge_request.borrow_mut();
        let mut fields = sent.clone();
        self.changes.borrow_mut().push(sent);
        match fields["state_event"].as_str() {
            Some("close") => fields["state"] = "closed".into(),
            Some("reopen") => fields["state"] = "opened".into(),
            _ => {}
        }
        if let Some(title) = fields["title"].as_str() {
            fields["draft"] = title.starts_with("Draft: ").into();
        }
        let texts = |value: &Value| -> Vec<String> {
            serde_json::from_value(value.clone()).unwrap_or_default()
        };
        let mut labels = texts(&now["labels"]);
        labels.extend(texts(&fields["add_labels"]));
        let removed = texts(&fields["remove_labels"]);
        labels.retain(|label| !removed.contains(label));
        fields["labels"] = labels.into();
        merge(&mut now, &fields);
        Reply::json(now.to_string())
    }
}

fn nothing() -> Edit {
    Edit {
        title: None,
        body: None,
        draft: None,
        target_branch: None,
        add_labels: Vec::new(),
        remove_labels: Vec::new(),
    }
}

fn edit(gitlab: &GitLab, edit: &Edit) -> (Result<Written, Error>, Seen) {
    run(
        "pull-requests.edit-pull-request",
        |line, request| gitlab.answer(line, request),
        async |call| {
            let edited = edit_pull_request(call, &"42".to_owned(), 7, edit).await;
            edited.map_err(|failure| failure.into_error())
        },
    )
}

fn close(gitlab: &GitLab) -> (Result<Written, Error>, Seen) {
    run(
        "pull-requests.close-pull-request",
        |line, request| gitlab.answer(line, request),
        async |call| {
            let closed = close_pull_request(call, &"42".to_owned(), 7).await;
            closed.map_err(|failure| failure.into_error())
        },
    )
}

fn reopen(answer: impl Fn(&str, &Request) -> Reply) -> (Result<Written, Error>, Seen) {
    run("pull-requests.reopen-pull-request", answer, async |call| {
        let opened = reopen_pull_request(call, &"42".to_owned(), 7).await;
        opened.map_err(|failure| failure.into_error())
    })
}

#[test]
fn only_what_differs_is_sent() {
    let labels = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let cases = [
        (
            Edit {
                draft: Some(true),
                ..nothing()
            },
            json!({ "title": "Draft: Add it" }),
        ),
        (
            Edit {
                title: Some("Other".to_owned()),
                draft: Some(false),
                ..nothing()
            },
            json!({ "title": "Other" }),
        ),
        (
            Edit {
                title: Some("Add it".to_owned()),
                body: Some("New.".to_owned()),
                ..nothing()
            },
            json!({ "description": "New." }),
        ),
        (
            Edit {
                target_branch: Some("next".to_owned()),
                ..nothing()
            },
            json!({ "target_branch": "next" }),
        ),
        (
            Edit {
                add_labels: labels(&["a", "b"]),
                remove_labels: labels(&["c"]),
                ..nothing()
            },
            json!({ "add_labels": ["b"] }),
        ),
        (
            Edit {
                remove_labels: labels(&["a"]),
                ..nothing()
            },
            json!({ "remove_labels": ["a"] }),
        ),
    ];
    for (wanted, expected) in cases {
        let gitlab = GitLab::new(&json!({}), Trouble::None);
        let edited = edit(&gitlab, &wanted).0.expect("it is changed");
        assert!(matches!(edited.outcome, Outcome::Applied));
        assert_eq!(*gitlab.changes.borrow(), [expected]);
        let again = edit(&gitlab, &wanted).0.expect("it is so");
        assert!(matches!(again.outcome, Outcome::Already));
        assert_eq!(gitlab.changes.borrow().len(), 1);
    }
}

#[test]
fn a_new_title_leaves_a_draft_a_draft() {
    let fields = json!({ "title": "Draft: Add it", "draft": true });
    let gitlab = GitLab::new(&fields, Trouble::None);
    let wanted = Edit {
        title: Some("Other".to_owned()),
        ..nothing()
    };
    let edited = edit(&gitlab, &wanted).0.expect("it is changed");
    assert_eq!(edited.pull_request.title, "Other");
    assert_eq!(
        *gitlab.changes.borrow(),
        [json!({ "title": "Draft: Other" })]
    );
}

#[test]
fn what_gitlab_passes_over_is_named() {
    let wanted = Edit {
        title: Some("Other".to_owned()),
        add_labels: vec!["new".to_owned()],
        ..nothing()
    };
    let gitlab = GitLab::new(&json!({}), Trouble::None);
    let (edited, seen) = run(
        "pull-requests.edit-pull-request",
        |line, request| {
            let reply = gitlab.answer(line, request);
            gitlab.merge_request.borrow_mut()["labels"] = json!(["a"]);
            match request.method {
                Method::Get => reply,
                _ => Reply::json(gitlab.merge_request.borrow().to_string()),
            }
        },
        async |call| edit_pull_request(call, &"42".to_owned(), 7, &wanted).await,
    );
    let error = edited.expect_err("a label is missing").into_error();
    assert!(
        matches!(&error.code, ErrorCode::Rejected(why) if why.ends_with("passed over `add-labels`")),
        "{error:?}"
    );
    assert!(error.hint.is_some_and(|hint| hint.contains("the rest")));
    assert_eq!((count(&seen, "PUT"), seen.requests.len()), (1, 3));
}

#[test]
fn a_draft_has_room_for_its_mark() {
    for (fields, wanted) in [
        (
            json!({ "title": "a".repeat(250) }),
            Edit {
                draft: Some(true),
                ..nothing()
            },
        ),
        (
            json!({ "title": "Draft: x", "draft": true }),
            Edit {
                title: Some("a".repeat(250)),
                ..nothing()
            },
        ),
    ] {
        let gitlab = GitLab::new(&fields, Trouble::None);
        let (edited, seen) = edit(&gitlab, &wanted);
        let error = edited.expect_err("it is too long");
        assert!(matches!(error.code, ErrorCode::InvalidArgument(why) if why.contains("Draft: ")));
        assert_eq!(count(&seen, "PUT"), 0);
    }
}

#[test]
fn a_target_branch_that_is_not_there_is_not_sent() {
    let gitlab = GitLab::new(&json!({}), Trouble::None);
    let wanted = Edit {
        target_branch: Some("gone".to_owned()),
        ..nothing()
    };
    let (edited, seen) = edit(&gitlab, &wanted);
    let error = edited.expect_err("there is none");
    assert!(matches!(
        error.code,
        ErrorCode::NotFound(Subject::Reference)
    ));
    assert_eq!(count(&seen, "PUT"), 0);
}

#[test]
fn an_edit_that_cannot_be_right_sends_nothing() {
    let label = || vec!["a".to_owned()];
    for wanted in [
        Edit {
            title: Some("[Draft] x".to_owned()),
            ..nothing()
        },
        Edit {
            body: Some("\0".to_owned()),
            ..nothing()
        },
        Edit {
            target_branch: Some("a..b".to_owned()),
            ..nothing()
        },
        Edit {
            add_labels: label(),
            remove_labels: label(),
            ..nothing()
        },
    ] {
        let gitlab = GitLab::new(&json!({}), Trouble::None);
        let (edited, seen) = edit(&gitlab, &wanted);
        let error = edited.expect_err("it cannot be right");
        assert!(matches!(error.code, ErrorCode::InvalidArgument(_)));
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn changes_whose_answer_does_not_tell_are_looked_for_and_never_repeated() {
    let wanted = Edit {
        body: Some("New.".to_owned()),
        draft: Some(true),
        ..nothing()
    };
    for trouble in Trouble::AFTER {
        let gitlab = GitLab::new(&json!({}), trouble);
        let (edited, seen) = edit(&gitlab, &wanted);
        let edited = edited.unwrap_or_else(|error| panic!("{trouble:?}: {error:?}"));
        assert!(matches!(edited.outcome, Outcome::Applied) && edited.pull_request.draft);
        assert_eq!(count(&seen, "PUT"), 1, "{trouble:?}");
        let gitlab = GitLab::new(&json!({}), trouble);
        let (closed, seen) = close(&gitlab);
        let closed = closed.unwrap_or_else(|error| panic!("{trouble:?}: {error:?}"));
        assert!(matches!(closed.pull_request.state, State::Closed));
        assert_eq!(count(&seen, "PUT"), 1, "{trouble:?}");
    }
    for trouble in Trouble::BEFORE {
        let gitlab = GitLab::new(&json!({}), trouble);
        let (edited, seen) = edit(&gitlab, &wanted);
        let error = edited.expect_err("nobody knows");
        assert!(
            matches!(error.code, ErrorCode::OutcomeUnknown),
            "{trouble:?}"
        );
        assert_eq!(count(&seen, "PUT"), 1, "{trouble:?}");
    }
}

#[test]
fn a_pull_request_is_closed_and_taken_up_again() {
    let gitlab = GitLab::new(&json!({}), Trouble::None);
    for outcome in [Outcome::Applied, Outcome::Already] {
        let closed = close(&gitlab).0.expect("it is closed");
        assert!(closed.outcome == outcome && closed.pull_request.mergeability.is_none());
    }
    for outcome in [Outcome::Applied, Outcome::Already] {
        let opened = reopen(|line, request| gitlab.answer(line, request)).0;
        assert!(opened.expect("it is open").outcome == outcome);
    }
    assert_eq!(gitlab.changes.borrow().len(), 2);
}

#[test]
fn a_merged_one_is_neither_closed_nor_taken_up_again() {
    for state in ["merged", "locked"] {
        let gitlab = GitLab::new(&json!({ "state": state }), Trouble::None);
        let closed = close(&gitlab).0.expect_err("it cannot be").code;
        let opened = reopen(|line, request| gitlab.answer(line, request)).0;
        let opened = opened.expect_err("it cannot be").code;
        for code in [closed, opened] {
            match state {
                "merged" => assert!(matches!(code, ErrorCode::Conflict(Conflict::Other(_)))),
                _ => assert!(matches!(code, ErrorCode::Conflict(Conflict::Locked))),
            }
        }
        assert!(gitlab.changes.borrow().is_empty());
    }
}

#[test]
fn one_that_gitlab_leaves_closed_is_a_conflict() {
    let closed = merge_request(&json!({ "state": "closed" }));
    let twice =
        r#"{"message":["Another open merge request already exists for this source branch: !5"]}"#;
    for reply in [
        || Reply::json(merge_request(&json!({ "state": "closed" })).to_string()),
        || {
            Reply::status(
                409,
                r#"{"message":["Another open merge request already exists"]}"#,
            )
        },
    ] {
        let (opened, seen) = reopen(|_, request| match request.method {
            Method::Get => Reply::json(closed.to_string()),
            _ => reply(),
        });
        let error = opened.expect_err("it stays closed");
        assert!(matches!(
            error.code,
            ErrorCode::Conflict(Conflict::Other(_))
        ));
        assert_eq!(count(&seen, "PUT"), 1);
    }
    let (opened, _) = reopen(|_, request| match request.method {
        Method::Get => Reply::json(closed.to_string()),
        _ => Reply::status(422, twice),
    });
    let error = opened.expect_err("it stays closed");
    assert!(matches!(error.code, ErrorCode::Conflict(Conflict::Other(why)) if why.contains("!5")));
}
