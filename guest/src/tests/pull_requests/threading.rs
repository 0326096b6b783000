//! `pull-requests.edit-comment` and `resolve-thread`.

use serde_json::json;

use super::{
    super::forge::{Seen, run},
    Trouble, count,
    threads::{GitLab, note, thread},
};
use crate::{
    bindings::types::{Conflict, Error, ErrorCode, Outcome, Subject},
    pull_requests::{edit_comment, resolve_thread},
};

fn edit(gitlab: &GitLab, id: &str, body: &str) -> (Result<Outcome, Error>, Seen) {
    run(
        "pull-requests.edit-comment",
        |line, request| gitlab.answer(line, request),
        async |call| {
            let edited = edit_comment(call, &"42".to_owned(), 7, id, body).await;
            edited.map_err(|failure| failure.into_error())
        },
    )
}

fn resolve(gitlab: &GitLab, thread: &str, resolved: bool) -> (Result<Outcome, Error>, Seen) {
    run(
        "pull-requests.resolve-thread",
        |line, request| gitlab.answer(line, request),
        async |call| {
            let done = resolve_thread(call, &"42".to_owned(), 7, thread, resolved).await;
            done.map_err(|failure| failure.into_error())
        },
    )
}

#[test]
fn a_changed_comment_keeps_its_marker() {
    let ours = note(100, "bot", "Old.\n\n<!-- code-source:job-1 -->");
    let gitlab = GitLab::new(vec![json!({ "id": "a1", "notes": [ours] })], Trouble::None);
    for outcome in [Outcome::Applied, Outcome::Already] {
        assert!(edit(&gitlab, "100", "New.").0.expect("it is so") == outcome);
    }
    let now = gitlab.threads.borrow()[0]["notes"][0]["body"].clone();
    assert_eq!(now, "New.\n\n<!-- code-source:job-1 -->");
    let error = edit(&gitlab, "101", "New.").0.expect_err("there is none");
    assert!(matches!(error.code, ErrorCode::NotFound(Subject::Comment)));
    for (id, body) in [("x", "New."), ("100", "/close"), ("100", "")] {
        let (edited, seen) = edit(&gitlab, id, body);
        assert!(edited.is_err() && seen.requests.is_empty());
    }
}

#[test]
fn a_thread_is_resolved_and_opened_again() {
    let gitlab = GitLab::new(vec![thread()], Trouble::None);
    for resolved in [true, false] {
        for outcome in [Outcome::Applied, Outcome::Already] {
            assert!(resolve(&gitlab, "a1", resolved).0.expect("it is so") == outcome);
        }
    }
    let error = resolve(&gitlab, "b2", true).0.expect_err("there is none");
    assert!(matches!(error.code, ErrorCode::NotFound(Subject::Comment)));
    let alone = json!({ "id": "c3", "notes": [note(1, "ann", "x")] });
    let gitlab = GitLab::new(vec![alone], Trouble::None);
    let (done, seen) = resolve(&gitlab, "c3", true);
    let error = done.expect_err("it cannot be");
    assert!(matches!(
        error.code,
        ErrorCode::Conflict(Conflict::Other(_))
    ));
    assert_eq!(count(&seen, "PUT"), 0);
}

#[test]
fn changes_of_comments_whose_answer_does_not_tell_are_looked_for() {
    for trouble in Trouble::AFTER {
        let gitlab = GitLab::new(vec![thread()], trouble);
        let (edited, seen) = edit(&gitlab, "100", "New.");
        assert!(
            matches!(edited, Ok(Outcome::Applied)),
            "{trouble:?}: {edited:?}"
        );
        assert_eq!(count(&seen, "PUT"), 1, "{trouble:?}");
        let (done, seen) = resolve(&gitlab, "a1", true);
        assert!(
            matches!(done, Ok(Outcome::Applied)),
            "{trouble:?}: {done:?}"
        );
        assert_eq!(count(&seen, "PUT"), 1, "{trouble:?}");
    }
    for trouble in Trouble::BEFORE {
        let gitlab = GitLab::new(vec![thread()], trouble);
        let (edited, seen) = edit(&gitlab, "100", "New.");
        let error = edited.expect_err("nobody knows");
        assert!(
            matches!(error.code, ErrorCode::OutcomeUnknown),
            "{trouble:?}"
        );
        assert_eq!(count(&seen, "PUT"), 1, "{trouble:?}");
        let error = resolve(&gitlab, "a1", true).0.expect_err("nobody knows");
        assert!(
            matches!(error.code, ErrorCode::OutcomeUnknown),
            "{trouble:?}"
        );
    }
}
