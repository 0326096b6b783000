//! Patience, limits and refusals, which are the same in every function.

use std::cell::Cell;

use super::forge::{Reply, Seen, id, run};
use crate::{
    bindings::{
        git::Commit,
        types::{Error, ErrorCode, Stranger},
    },
    git::read_commit,
    transport::BreakageKind,
};

fn read(answer: impl Fn(usize) -> Reply) -> (Result<Commit, Error>, Seen) {
    let sent = Cell::new(0);
    run(
        "git.read-commit",
        |_, _| {
            sent.set(sent.get() + 1);
            answer(sent.get())
        },
        async |call| {
            let read = read_commit(call, &"42".to_owned(), &id('a')).await;
            read.map_err(|failure| failure.into_error())
        },
    )
}

fn found() -> Reply {
    Reply::json(format!(r#"{{"id":"{}"}}"#, id('a')))
}

#[test]
fn a_passing_failure_is_asked_again() {
    for status in [429, 500, 502, 503, 504] {
        let (read, seen) = read(|sent| match sent {
            1..=3 => Reply::status(status, "{}"),
            _ => found(),
        });
        assert!(read.is_ok(), "{status}");
        assert_eq!(seen.requests.len(), 4);
    }
}

#[test]
fn a_refusal_is_not_asked_again() {
    for status in [400, 401, 403, 406, 409] {
        let (read, seen) = read(|_| Reply::status(status, "{}"));
        assert_eq!(read.expect_err("it is refused").status, Some(status));
        assert_eq!(seen.requests.len(), 1);
    }
}

#[test]
fn the_forges_own_waiting_time_is_kept() {
    let (read, seen) = read(|sent| match sent {
        1 => Reply::content(429, "Retry later\n").field("Retry-After", "7"),
        _ => found(),
    });
    assert!(read.is_ok());
    assert_eq!(seen.milliseconds, 7_000);
}

#[test]
fn a_wait_longer_than_the_budget_is_left_to_the_caller() {
    let (read, seen) = read(|_| Reply::content(429, "Retry later\n").field("retry-after", "60"));
    let error = read.expect_err("it is too long");
    assert!(matches!(error.code, ErrorCode::RateLimited));
    assert_eq!(error.retry_after, Some(60_000));
    assert_eq!((seen.requests.len(), seen.milliseconds), (1, 0));
}

#[test]
fn a_forge_that_stays_down_is_unavailable_after_five_tries() {
    let (read, seen) = read(|_| Reply::status(503, "{}"));
    assert!(matches!(
        read.expect_err("it is down").code,
        ErrorCode::Unavailable
    ));
    assert_eq!(seen.requests.len(), 5);
}

#[test]
fn a_broken_connection_is_tried_again_and_then_unreachable() {
    let (read, seen) = read(|_| Reply::Broken(BreakageKind::Interrupted));
    assert!(matches!(
        read.expect_err("it breaks").code,
        ErrorCode::Unreachable
    ));
    assert_eq!(seen.requests.len(), 5);
}

#[test]
fn what_will_not_change_is_not_tried_again() {
    for kind in [
        BreakageKind::Denied,
        BreakageKind::Untrusted,
        BreakageKind::Unreachable,
    ] {
        let (read, seen) = read(|_| Reply::Broken(kind));
        assert!(read.is_err());
        assert_eq!(seen.requests.len(), 1);
    }
}

#[test]
fn a_cut_answer_is_malformed() {
    let (read, seen) = read(|_| Reply::Cut(BreakageKind::Cut));
    let error = read.expect_err("it is cut");
    assert!(matches!(error.code, ErrorCode::Malformed(_)));
    assert_eq!(error.status, Some(200));
    assert_eq!(seen.requests.len(), 5);
}

#[test]
fn silence_ends_before_the_budget_does() {
    let (read, seen) = read(|_| Reply::Silence);
    assert!(matches!(
        read.expect_err("nobody answers").code,
        ErrorCode::Timeout
    ));
    assert!((25_000..30_000).contains(&seen.milliseconds));
}

#[test]
fn a_page_for_people_with_status_200_is_not_the_api() {
    let (read, _) = read(|_| Reply::content(200, "<html>").field("content-type", "text/html"));
    let error = read.expect_err("it is HTML");
    assert!(
        matches!(error.code, ErrorCode::NotTheApi(Stranger::Other(kind)) if kind == "text/html")
    );
}

#[test]
fn an_answer_over_the_limit_is_too_large() {
    let (read, _) = read(|_| Reply::json(" ".repeat(33 * 1024 * 1024)));
    assert!(matches!(
        read.expect_err("it is large").code,
        ErrorCode::TooLarge(33_554_432)
    ));
}

#[test]
fn json_of_another_shape_is_malformed() {
    for body in ["[]", "{", "\"a\"", ""] {
        let (read, _) = read(|_| Reply::json(body));
        let error = read.expect_err("it makes no sense");
        assert!(matches!(error.code, ErrorCode::Malformed(_)), "{body}");
        assert!(!error.message.contains("struct"), "{}", error.message);
    }
}
