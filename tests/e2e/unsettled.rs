//! Calls that end while a write is under way: nobody can tell whether it took effect, and the caller
//! is told exactly that.

use std::time::Duration;

use code_source::contract::types::ErrorCode;
use code_source::egress::Access;
use code_source::{Failure, Outcome, TrapKind};
use code_source_test_plugins::{Instruction, Request};
use code_source_tests::{Piece, Site, WireServer, open, tell};

/// What comes of a request to a forge that answers with these pieces, in a call that has little
/// time.
async fn ended_early(request: Request, pieces: Vec<Piece>) -> (Outcome<String>, usize) {
    let site = Site::new();
    let forge = WireServer::start(&site, move |_| pieces.clone()).await;
    let connection = site.connection(forge.url()).access(Access::ALL);
    let source = open(connection, |limits| {
        limits.call = Duration::from_secs(4);
    });
    let outcome = tell(&source, Instruction::send(request)).await;
    (outcome, forge.requests().len())
}

fn commit() -> Request {
    Request::get("/api/v4/projects/1/repository/commits")
        .method("POST")
        .header("content-type", "application/json")
        .body(r#"{"branch":"main","commit_message":"x","actions":[]}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_without_an_answer_is_an_unknown_outcome() {
    let (outcome, arrived) = ended_early(commit(), vec![Piece::Silence]).await;
    let Err(Failure::Answer(error)) = &outcome.answer else {
        panic!("{outcome:?}")
    };
    assert!(matches!(error.code, ErrorCode::OutcomeUnknown), "{error:?}");
    assert!(
        error
            .message
            .contains("POST /projects/{project}/repository/commits")
    );
    assert!(error.hint.is_some());
    assert_eq!(arrived, 1, "a write is never repeated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_without_an_answer_is_the_wall_clocks_end() {
    let read = Request::get("/api/v4/projects/1/repository/tree");
    let (outcome, arrived) = ended_early(read, vec![Piece::Silence]).await;
    let Err(Failure::Trap(trap)) = &outcome.answer else {
        panic!("{outcome:?}")
    };
    assert_eq!((trap.kind, arrived), (TrapKind::WallClock, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_refused_here_took_no_effect() {
    let refused = commit().body(r#"{"start_project":"9"}"#);
    let (outcome, arrived) = ended_early(refused, vec![Piece::Silence]).await;
    assert!(outcome.answer.is_ok(), "{outcome:?}");
    assert_eq!(arrived, 0);
}
