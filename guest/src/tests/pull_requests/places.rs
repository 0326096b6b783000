//! `pull-requests.add-comment` at lines and at files.

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};

use super::{
    super::forge::{Reply, Seen, id, run},
    count, merge_request, sent,
};
use crate::{
    bindings::{
        git::LineRange,
        pull_requests::{Commented, NewComment, Placement, Position, Side},
        types::{Conflict, Error, ErrorCode, Subject},
    },
    pull_requests::add_comment,
    transport::{Method, Request},
};

/// What was sent, and how GitLab answers to each.
struct Sent {
    bodies: RefCell<Vec<Value>>,
    /// Kinds of position that GitLab refuses.
    refused: &'static [&'static str],
    diff: Value,
}

impl Sent {
    fn new(refused: &'static [&'static str], diff: Value) -> Self {
        Self {
            bodies: RefCell::default(),
            refused,
            diff,
        }
    }

    fn answer(&self, line: &str, request: &Request) -> Reply {
        if request.method == Method::Get {
            return match line {
                line if line.contains("/diffs?") => Reply::json(json!([self.diff]).to_string()),
                line if line.contains("/files/") => {
                    let content = format!("{}\n", &line[line.len() - 2..]);
                    Reply::content(200, content.clone())
                        .field("x-gitlab-size", content.len().to_string())
                        .field("x-gitlab-blob-id", id('c'))
                }
                line if line.contains("/discussions") => Reply::json("[]"),
                _ => Reply::json(merge_request(&json!({})).to_string()),
            };
        }
        let body = sent(request);
        self.bodies.borrow_mut().push(body.clone());
        let kind = body["position"]["position_type"].as_str().unwrap_or("none");
        if self.refused.contains(&kind) {
            let words =
                r#"{"message":"400 Bad request - Note {:line_code=>[\"can't be blank\"]}"}"#;
            return Reply::status(400, words);
        }
        let note = json!({ "id": 500, "body": body["body"], "author": { "username": "bot" },
            "created_at": "2026-01-01T00:00:00.000Z", "position": body["position"] });
        match line.ends_with("/notes") {
            true => Reply::status(201, note.to_string()),
            false => Reply::status(201, json!({ "id": "e5", "notes": [note] }).to_string()),
        }
    }
}

fn at(side: Side, lines: Option<(u32, u32)>) -> Position {
    Position {
        head: id('b'),
        path: match side {
            Side::Old => "old.rs".to_owned(),
            Side::New => "new.rs".to_owned(),
        },
        side,
        lines: lines.map(|(first, last)| LineRange { first, last }),
    }
}

fn add(sent: &Sent, at: Position) -> (Result<Commented, Error>, Seen) {
    let comment = NewComment {
        body: "Why?".to_owned(),
        at: Some(at),
        reply_to: None,
        marker: None,
    };
    run(
        "pull-requests.add-comment",
        |line, request| sent.answer(line, request),
        async |call| {
            let added = add_comment(call, &"42".to_owned(), 7, &comment).await;
            added.map_err(|failure| failure.into_error())
        },
    )
}

fn renamed() -> Value {
    json!({ "old_path": "old.rs", "new_path": "new.rs", "a_mode": "100644", "b_mode": "100644",
        "renamed_file": true, "diff": "@@ -2,3 +2,3 @@\n a\n-b\n+c\n d\n" })
}

#[test]
fn a_line_is_named_as_gitlab_wants_it() {
    for (side, line, old, new) in [
        (Side::New, 3, Value::Null, json!(3)),
        (Side::Old, 3, json!(3), Value::Null),
        (Side::New, 4, json!(4), json!(4)),
        (Side::Old, 90, json!(90), json!(90)),
    ] {
        let sent = Sent::new(&[], renamed());
        let (added, seen) = add(&sent, at(side, Some((line, line))));
        let added = added.expect("it is written");
        assert!(added.placement == Placement::Lines);
        assert_eq!(added.comment.thread.as_deref(), Some("e5"));
        let position = &sent.bodies.borrow()[0]["position"];
        assert_eq!((&position["old_line"], &position["new_line"]), (&old, &new));
        assert_eq!(
            (&position["old_path"], &position["new_path"]),
            (&json!("old.rs"), &json!("new.rs"))
        );
        assert_eq!(position["head_sha"], json!(id('b')));
        assert!(position.get("line_range").is_none());
        assert_eq!(count(&seen, "POST"), 1);
    }
}

#[test]
fn a_range_names_both_ends() {
    let sent = Sent::new(&[], renamed());
    let added = add(&sent, at(Side::New, Some((2, 3))))
        .0
        .expect("it is written");
    assert!(added.placement == Placement::Lines);
    let range = sent.bodies.borrow()[0]["position"]["line_range"].clone();
    let code = range["start"]["line_code"].as_str().unwrap_or_default();
    assert!(code.ends_with("_2_2") && code.len() == 44, "{code}");
    assert_eq!(
        (&range["end"]["type"], &range["end"]["new_line"]),
        (&json!("new"), &json!(3))
    );
}

#[test]
fn a_file_as_a_whole_has_no_lines() {
    let sent = Sent::new(&[], renamed());
    let added = add(&sent, at(Side::New, None)).0.expect("it is written");
    assert!(added.placement == Placement::File);
    let bodies = sent.bodies.borrow();
    assert_eq!(bodies[0]["position"]["position_type"], "file");
    assert_eq!(bodies[0]["body"], "Why?");
}

#[test]
fn lines_that_gitlab_refuses_are_named_in_the_text_instead() {
    let sent = Sent::new(&["text"], renamed());
    let added = add(&sent, at(Side::New, Some((3, 4))))
        .0
        .expect("it is written");
    assert!(added.placement == Placement::File);
    assert_eq!(added.comment.body, "`new.rs`, lines 3–4:\n\nWhy?");
    let sent = Sent::new(&["text", "file"], renamed());
    let added = add(&sent, at(Side::Old, Some((3, 3))))
        .0
        .expect("it is written");
    assert!(added.placement == Placement::General);
    assert_eq!(
        added.comment.body,
        "`old.rs`, line 3 before the change:\n\nWhy?"
    );
    assert_eq!(sent.bodies.borrow().len(), 3);
    let sent = Sent::new(&["file"], renamed());
    let added = add(&sent, at(Side::New, None)).0.expect("it is written");
    assert_eq!(added.comment.body, "`new.rs`:\n\nWhy?");
}

#[test]
fn a_difference_that_gitlab_left_out_is_made_here() {
    let mut diff = renamed();
    diff["diff"] = "".into();
    diff["too_large"] = true.into();
    let sent = Sent::new(&[], diff);
    let (added, seen) = add(&sent, at(Side::New, Some((1, 1))));
    assert!(added.expect("it is written").placement == Placement::Lines);
    let read = |line: &&String| line.contains("/repository/files/");
    assert_eq!(seen.requests.iter().filter(read).count(), 2);
}

#[test]
fn a_binary_file_has_a_comment_at_the_file() {
    let mut diff = renamed();
    diff["diff"] = "Binary files a/old.rs and b/new.rs differ\n".into();
    let sent = Sent::new(&[], diff);
    let added = add(&sent, at(Side::New, Some((1, 1))))
        .0
        .expect("it is written");
    assert!(added.placement == Placement::File);
}

#[test]
fn another_head_and_a_file_that_does_not_change_are_told() {
    let sent = Sent::new(&[], renamed());
    let moved = Position {
        head: id('c'),
        ..at(Side::New, None)
    };
    let error = add(&sent, moved).0.expect_err("it is another");
    assert!(
        matches!(error.code, ErrorCode::Conflict(Conflict::HeadMoved(head)) if head == id('b'))
    );
    let elsewhere = Position {
        path: "old.rs".to_owned(),
        ..at(Side::New, None)
    };
    let error = add(&sent, elsewhere).0.expect_err("it is not there");
    assert!(matches!(error.code, ErrorCode::NotFound(Subject::Path)));
    assert!(sent.bodies.borrow().is_empty());
}

#[test]
fn a_push_while_the_difference_is_read_is_told() {
    let sent = Sent::new(&[], renamed());
    let is_pushed = Cell::new(false);
    let comment = NewComment {
        body: "Why?".to_owned(),
        at: Some(at(Side::New, Some((3, 3)))),
        reply_to: None,
        marker: None,
    };
    let (added, seen) = run(
        "pull-requests.add-comment",
        |line, request| {
            is_pushed.set(is_pushed.get() || line.contains("/diffs?"));
            if !line.ends_with("/merge_requests/7") || !is_pushed.get() {
                return sent.answer(line, request);
            }
            let refs = json!({ "base_sha": id('a'), "start_sha": id('a'), "head_sha": id('c') });
            let now = merge_request(&json!({ "sha": id('c'), "diff_refs": refs }));
            Reply::json(now.to_string())
        },
        async |call| add_comment(call, &"42".to_owned(), 7, &comment).await,
    );
    let error = added.expect_err("it moved").into_error();
    assert!(
        matches!(error.code, ErrorCode::Conflict(Conflict::HeadMoved(head)) if head == id('c'))
    );
    assert_eq!(count(&seen, "POST"), 0);
}

#[test]
fn a_file_has_no_place_on_the_side_that_does_not_have_it() {
    for (side, field) in [(Side::New, "deleted_file"), (Side::Old, "new_file")] {
        let mut diff = renamed();
        diff["renamed_file"] = false.into();
        diff[field] = true.into();
        let sent = Sent::new(&[], diff);
        let error = add(&sent, at(side, None)).0.expect_err("it is not there");
        assert!(matches!(error.code, ErrorCode::NotFound(Subject::Path)));
        assert!(sent.bodies.borrow().is_empty());
    }
}
