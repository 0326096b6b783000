//! `changes.create-tag`.

use super::{
    forge::{Reply, Seen, id, run},
    loss::{LOSSES, count},
};
use crate::{
    bindings::types::{Conflict, Denial, Error, ErrorCode, Outcome, Subject},
    changes::create_tag,
};

/// Make the tag `v1` at a commit of `a`, with `post` as GitLab's answer and `tag` as the tag that is
/// there afterwards.
fn create(
    message: Option<&str>,
    post: impl Fn() -> Reply,
    tag: Option<&str>,
) -> (Result<Outcome, Error>, Seen) {
    run(
        "changes.create-tag",
        |line, _| match (line, tag) {
            ("GET /projects/42", _) => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
            (commit, _) if commit.starts_with("GET /projects/42/repository/commits/") => {
                Reply::json(format!(r#"{{"id":"{}"}}"#, id('a')))
            }
            ("GET /projects/42/repository/tags/v1", Some(tag)) => Reply::json(tag),
            ("GET /projects/42/repository/tags/v1", None) => Reply::missing("Tag"),
            _ => post(),
        },
        async |call| {
            let made = create_tag(call, &"42".to_owned(), "v1", &id('a'), message).await;
            made.map_err(|failure| failure.into_error())
        },
    )
}

fn tag(at: char, message: &str) -> String {
    format!(
        r#"{{"name":"v1","message":{message},"commit":{{"id":"{}"}}}}"#,
        id(at)
    )
}

fn taken() -> Reply {
    Reply::status(400, r#"{"message":"Tag v1 already exists"}"#)
}

#[test]
fn a_tag_is_made_with_its_message_or_without() {
    for message in [None, Some("notes")] {
        let (made, seen) = create(message, || Reply::status(201, tag('a', "null")), None);
        assert!(matches!(made, Ok(Outcome::Applied)));
        assert_eq!(seen.requests.len(), 2);
    }
}

#[test]
fn a_tag_that_is_there_is_the_wanted_one_only_in_every_respect() {
    let outcome = |wanted, found: String| create(wanted, taken, Some(&found)).0;
    for (wanted, found) in [
        (None, tag('a', "null")),
        (None, tag('a', r#""""#)),
        (Some("notes\n"), tag('a', r#""notes""#)),
        (Some("notes"), tag('a', r#""notes\n""#)),
    ] {
        assert!(matches!(outcome(wanted, found), Ok(Outcome::Already)));
    }
    for (wanted, found) in [
        (None, tag('b', "null")),
        (None, tag('a', r#""notes""#)),
        (Some("notes"), tag('a', "null")),
        (Some("notes"), tag('a', r#""others""#)),
        (Some("notes"), tag('b', r#""notes""#)),
        (None, r#"{"name":"v1","commit":null}"#.to_owned()),
    ] {
        let error = outcome(wanted, found).expect_err("it is another");
        assert!(matches!(
            error.code,
            ErrorCode::Conflict(Conflict::AlreadyExists)
        ));
    }
}

#[test]
fn words_of_a_tag_that_is_not_there_stay_a_refusal() {
    let (made, _) = create(None, taken, None);
    let code = made.expect_err("it is refused").code;
    assert!(matches!(code, ErrorCode::Rejected(words) if words.contains("already exists")));
    let odd = r#"{"name":"v1","commit":{"id":"x"}}"#;
    let (made, _) = create(None, taken, Some(odd));
    let code = made.expect_err("it is odd").code;
    assert!(matches!(code, ErrorCode::Malformed(_)));
}

#[test]
fn what_is_no_commit_is_not_tagged() {
    for found in [
        Reply::missing("Commit"),
        Reply::json(format!(r#"{{"id":"{}"}}"#, id('b'))),
    ] {
        let found = std::cell::Cell::new(Some(found));
        let (made, seen) = run(
            "changes.create-tag",
            |line, _| match line {
                "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
                _ => found.take().expect("it is asked for once"),
            },
            async |call| create_tag(call, &"42".to_owned(), "v1", &id('a'), None).await,
        );
        let code = made.expect_err("it is none").into_error().code;
        assert!(matches!(code, ErrorCode::NotFound(Subject::Commit)));
        assert_eq!(count(&seen.requests, "POST"), 0);
    }
}

#[test]
fn what_gitlab_refuses_to_tag_is_told_apart() {
    let code = |status, words: &str| {
        let post = || Reply::status(status, format!(r#"{{"message":"{words}"}}"#));
        let (made, seen) = create(None, post, None);
        assert_eq!(count(&seen.requests, "POST"), 1);
        made.expect_err("it is refused").code
    };
    assert!(matches!(
        code(400, "Target aa is invalid"),
        ErrorCode::NotFound(Subject::Commit)
    ));
    assert!(matches!(
        code(
            403,
            "403 Forbidden - You are not allowed to create this tag as it is protected."
        ),
        ErrorCode::Forbidden(Denial::Role(_))
    ));
    assert!(matches!(code(422, "hook declined"), ErrorCode::Rejected(_)));
    assert!(matches!(
        code(404, "404 Project Not Found"),
        ErrorCode::NotFound(Subject::Repository)
    ));
}

#[test]
fn a_lost_answer_is_made_good_by_looking_and_never_by_writing_again() {
    for (name, loss) in LOSSES {
        let (made, seen) = create(Some("notes"), loss, Some(&tag('a', r#""notes""#)));
        assert!(matches!(made, Ok(Outcome::Applied)), "{name}");
        assert_eq!(count(&seen.requests, "POST"), 1, "{name}");
        for found in [None, Some(tag('b', "null"))] {
            let (made, seen) = create(None, loss, found.as_deref());
            assert!(matches!(
                made.expect_err(name).code,
                ErrorCode::OutcomeUnknown
            ));
            assert_eq!(count(&seen.requests, "POST"), 1, "{name}");
        }
    }
}

#[test]
fn a_message_is_no_blank_and_no_flood() {
    for message in ["", " \n", "a\0b", &"a".repeat(70_000)] {
        let (made, seen) = create(Some(message), || panic!("sent"), None);
        assert!(matches!(
            made.expect_err("it is odd").code,
            ErrorCode::InvalidArgument(_)
        ));
        assert!(seen.requests.is_empty());
    }
}
