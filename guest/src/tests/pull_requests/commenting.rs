//! `pull-requests.add-comment` on the whole and in threads.

use serde_json::json;

use super::{
    super::forge::{Reply, Seen, id, run},
    Trouble, count,
    threads::{GitLab, note, thread},
};
use crate::{
    bindings::{
        pull_requests::{Commented, NewComment, Placement, Position, Side},
        types::{Denial, Error, ErrorCode, Outcome, Subject},
    },
    pull_requests::add_comment,
};

fn comment(body: &str) -> NewComment {
    NewComment {
        body: body.to_owned(),
        at: None,
        reply_to: None,
        marker: None,
    }
}

fn add(gitlab: &GitLab, comment: &NewComment) -> (Result<Commented, Error>, Seen) {
    run(
        "pull-requests.add-comment",
        |line, request| gitlab.answer(line, request),
        async |call| {
            let added = add_comment(call, &"42".to_owned(), 7, comment).await;
            added.map_err(|failure| failure.into_error())
        },
    )
}

#[test]
fn a_comment_on_the_whole_can_be_replied_to() {
    let gitlab = GitLab::new(vec![thread()], Trouble::None);
    let (added, seen) = add(&gitlab, &comment("Fine."));
    let added = added.expect("it is written");
    assert!(added.placement == Placement::General && added.outcome == Outcome::Applied);
    assert_eq!(
        (added.comment.id.as_str(), added.comment.body.as_str()),
        ("500", "Fine.")
    );
    assert_eq!(added.comment.thread.as_deref(), Some("e5"));
    assert_eq!(count(&seen, "POST"), 1);
}

#[test]
fn a_reply_is_in_its_thread() {
    let gitlab = GitLab::new(vec![thread()], Trouble::None);
    let reply = NewComment {
        reply_to: Some("a1".to_owned()),
        ..comment("A test.")
    };
    let added = add(&gitlab, &reply).0.expect("it is written");
    assert!(added.placement == Placement::Thread);
    assert_eq!(added.comment.thread.as_deref(), Some("a1"));
    assert_eq!(added.comment.resolved, Some(false));
    let nowhere = NewComment {
        reply_to: Some("gone".to_owned()),
        ..comment("A test.")
    };
    let error = add(&gitlab, &nowhere)
        .0
        .expect_err("there is no such thread");
    assert!(matches!(error.code, ErrorCode::NotFound(Subject::Comment)));
}

#[test]
fn a_comment_with_a_marker_is_written_once() {
    for reply_to in [None, Some("a1".to_owned())] {
        let gitlab = GitLab::new(vec![thread()], Trouble::None);
        let marked = NewComment {
            marker: Some("job-1".to_owned()),
            reply_to,
            ..comment("Fine.")
        };
        for outcome in [Outcome::Applied, Outcome::Already] {
            let added = add(&gitlab, &marked).0.expect("it is there");
            assert!(added.outcome == outcome);
            assert_eq!(added.comment.marker.as_deref(), Some("job-1"));
            assert_eq!(added.comment.body, "Fine.");
            let is_reply = marked.reply_to.is_some();
            assert_eq!(added.placement == Placement::Thread, is_reply);
        }
    }
}

#[test]
fn a_marker_of_somebody_else_is_not_ours() {
    let foreign = note(1, "ann", "x\n\n<!-- code-source:job-1 -->");
    let threads = vec![json!({ "id": "f6", "notes": [foreign] })];
    let gitlab = GitLab::new(threads, Trouble::None);
    let marked = NewComment {
        marker: Some("job-1".to_owned()),
        ..comment("Fine.")
    };
    let added = add(&gitlab, &marked).0.expect("it is written");
    assert!(added.outcome == Outcome::Applied);
}

#[test]
fn a_comment_whose_answer_does_not_tell_is_looked_for_and_never_written_twice() {
    let marked = NewComment {
        marker: Some("job-1".to_owned()),
        ..comment("Fine.")
    };
    for new in [comment("Fine."), marked] {
        for trouble in Trouble::AFTER {
            let gitlab = GitLab::new(vec![thread()], trouble);
            let (added, seen) = add(&gitlab, &new);
            let added = added.unwrap_or_else(|error| panic!("{trouble:?}: {error:?}"));
            assert_eq!(
                (added.comment.id.as_str(), added.outcome),
                ("500", Outcome::Applied)
            );
            assert_eq!(count(&seen, "POST"), 1, "{trouble:?}");
        }
        for trouble in Trouble::BEFORE {
            let mut older = note(1, "bot", "Fine.");
            older["created_at"] = "2025-12-31T23:00:00.000Z".into();
            let threads = vec![json!({ "id": "f6", "notes": [older] })];
            let gitlab = GitLab::new(threads, trouble);
            let (added, seen) = add(&gitlab, &new);
            let error = added.expect_err("nobody knows");
            assert!(
                matches!(error.code, ErrorCode::OutcomeUnknown),
                "{trouble:?}"
            );
            assert_eq!(count(&seen, "POST"), 1, "{trouble:?}");
        }
    }
}

#[test]
fn the_same_text_in_another_place_is_another_comment() {
    let twin = |first: Option<&str>| {
        let mut notes = vec![note(2, "bot", "Fine.")];
        if let Some(author) = first {
            notes.insert(0, note(1, author, "What is this?"));
        }
        json!({ "id": "f6", "notes": notes })
    };
    let mut placed = twin(None);
    placed["notes"][0]["position"] = json!({ "position_type": "file", "new_path": "a" });
    let reply = NewComment {
        reply_to: Some("a1".to_owned()),
        ..comment("Fine.")
    };
    let general = comment("Fine.");
    for (new, twin) in [
        (&reply, twin(None)),
        (&reply, twin(Some("ann"))),
        (&general, twin(Some("ann"))),
        (&general, placed),
    ] {
        for trouble in Trouble::BEFORE {
            let gitlab = GitLab::new(vec![thread(), twin.clone()], trouble);
            let (added, seen) = add(&gitlab, new);
            let error = added.expect_err("nobody knows");
            let is_unknown = matches!(error.code, ErrorCode::OutcomeUnknown);
            assert!(is_unknown, "{trouble:?}: {twin}");
            assert_eq!(count(&seen, "POST"), 1);
        }
        for trouble in Trouble::AFTER {
            let gitlab = GitLab::new(vec![twin.clone(), thread()], trouble);
            let added = add(&gitlab, new).0.expect("it is found");
            assert_eq!(added.comment.id, "500", "{trouble:?}: {twin}");
        }
    }
}

#[test]
fn a_reply_is_written_in_one_request() {
    let gitlab = GitLab::new(vec![thread()], Trouble::None);
    let reply = NewComment {
        reply_to: Some("a1".to_owned()),
        ..comment("A test.")
    };
    let (added, seen) = add(&gitlab, &reply);
    assert_eq!(
        added.expect("it is written").comment.thread.as_deref(),
        Some("a1")
    );
    assert_eq!(seen.requests.len(), 1, "{:?}", seen.requests);
}

#[test]
fn a_comment_has_room_for_its_marker_and_its_place() {
    let gitlab = GitLab::new(vec![], Trouble::None);
    let longest = comment(&"a".repeat(1_000_000));
    assert!(add(&gitlab, &longest).0.is_ok());
    let marked = NewComment {
        marker: Some("job-1".to_owned()),
        ..longest
    };
    let (added, seen) = add(&gitlab, &marked);
    let error = added.expect_err("it is too long");
    assert!(matches!(error.code, ErrorCode::InvalidArgument(_)));
    assert!(seen.requests.is_empty());
}

#[test]
fn a_comment_that_cannot_be_right_sends_nothing() {
    let position = || Position {
        head: id('b'),
        path: "a".to_owned(),
        side: Side::New,
        lines: None,
    };
    for (new, is_rejected) in [
        (comment(""), false),
        (comment("a\0"), false),
        (comment("Fine.\n\n/merge"), true),
        (
            NewComment {
                marker: Some("a b".to_owned()),
                ..comment("x")
            },
            false,
        ),
        (
            NewComment {
                reply_to: Some("../1".to_owned()),
                ..comment("x")
            },
            false,
        ),
        (
            NewComment {
                reply_to: Some("a1".to_owned()),
                at: Some(position()),
                ..comment("x")
            },
            false,
        ),
        (
            NewComment {
                at: Some(Position {
                    path: "/a".to_owned(),
                    ..position()
                }),
                ..comment("x")
            },
            false,
        ),
    ] {
        let gitlab = GitLab::new(Vec::new(), Trouble::None);
        let (added, seen) = add(&gitlab, &new);
        let error = added.expect_err("it cannot be right");
        assert_eq!(matches!(error.code, ErrorCode::Rejected(_)), is_rejected);
        assert_eq!(
            matches!(error.code, ErrorCode::InvalidArgument(_)),
            !is_rejected
        );
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn a_refused_comment_names_the_role() {
    let (added, _) = run(
        "pull-requests.add-comment",
        |line, _| match line.ends_with("GET /projects/42") {
            true => Reply::json("{}"),
            false => Reply::status(403, r#"{"message":"403 Forbidden"}"#),
        },
        async |call| add_comment(call, &"42".to_owned(), 7, &comment("x")).await,
    );
    let error = added.expect_err("it is refused").into_error();
    assert!(matches!(error.code, ErrorCode::Forbidden(Denial::Role(role)) if role == "Developer"));
}
