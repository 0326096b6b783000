//! What becomes of a commit whose answer does not arrive, or says nothing.

use std::cell::Cell;

use super::{
    super::{
        forge::{Reply, id, run},
        loss::{LOSSES, count},
        mutate::spoil,
    },
    Forge, commit, create, everything, full, on_head, update,
};
use crate::{
    bindings::types::{ErrorCode, Outcome},
    changes::create_commit,
    transport::BreakageKind,
};

#[test]
fn a_lost_answer_is_made_good_by_looking_and_never_by_writing_again() {
    for (name, loss) in LOSSES {
        let forge = Forge {
            loss: Some((loss, true)),
            ..full()
        };
        let request = on_head(&forge, everything());
        let (made, seen) = commit(&forge, &request);
        let made = made.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(matches!(made.outcome, Outcome::Applied), "{name}");
        assert_eq!(made.commit.id, forge.head("main"), "{name}");
        assert_eq!(count(&seen.requests, "POST"), 1, "{name}");
    }
}

#[test]
fn a_lost_answer_is_made_good_among_the_commits_of_others() {
    let forge = Forge {
        loss: Some((|| Reply::Silence, true)),
        race: Cell::new(Some(|forge| {
            _ = forge.commit("main", "before", &[("y", "y")])
        })),
        aftermath: Some(|forge| _ = forge.commit("main", "behind", &[("z", "z")])),
        ..full()
    };
    let request = on_head(&forge, vec![update("a", b"x")]);
    let made = commit(&forge, &request).0.expect("it is found");
    assert!(made.overtaken && made.commit.message.trim() == "change");
    assert_ne!(made.commit.id, forge.head("main"));
}

#[test]
fn an_answer_lost_before_the_effect_leaves_the_outcome_unknown() {
    for (name, loss) in LOSSES {
        let forge = Forge {
            loss: Some((loss, false)),
            aftermath: Some(|forge| _ = forge.commit("main", "change", &[("z", "z")])),
            ..full()
        };
        let request = on_head(&forge, everything());
        let (made, seen) = commit(&forge, &request);
        assert!(
            matches!(made.expect_err(name).code, ErrorCode::OutcomeUnknown),
            "{name}"
        );
        assert_eq!(count(&seen.requests, "POST"), 1, "{name}");
    }
}

#[test]
fn a_commit_that_nothing_would_find_again_is_not_to_be_repeated() {
    let hint = |has_origin: bool| {
        let forge = Forge {
            loss: Some((|| Reply::Silence, false)),
            ..full()
        };
        let mut request = on_head(&forge, vec![create("new")]);
        request.expected_head = request.expected_head.filter(|_| has_origin);
        let error = commit(&forge, &request).0.expect_err("it is lost");
        error.hint.expect("there is one")
    };
    assert!(hint(true).contains("or make the same call again"));
    assert!(hint(false).contains("before you make the same call again"));
}

#[test]
fn what_was_never_sent_changed_nothing() {
    for kind in [
        BreakageKind::NotSent("the call used up its requests"),
        BreakageKind::ConnectTimedOut,
    ] {
        let forge = full();
        let request = on_head(&forge, vec![create("new")]);
        let (made, seen) = run(
            "changes.create-commit",
            |line, request| match line.starts_with("POST") {
                true => Reply::Broken(kind),
                false => forge.answer(line, request),
            },
            async |call| create_commit(call, &"42".to_owned(), &request).await,
        );
        let code = made.expect_err("it is not sent").into_error().code;
        assert!(
            matches!(code, ErrorCode::Other(_) | ErrorCode::Timeout),
            "{code:?}"
        );
        assert!(
            seen.requests
                .last()
                .is_some_and(|line| line.starts_with("POST"))
        );
    }
}

#[test]
fn a_success_that_does_not_say_what_was_made_is_looked_up() {
    let odd: [fn() -> Reply; 5] = [
        || Reply::Cut(BreakageKind::Cut),
        || Reply::status(201, "{}"),
        || Reply::status(201, r#"{"id":"x"}"#),
        || Reply::status(201, r#"{"id":null,"parent_ids":"none"}"#),
        || Reply::status(201, format!(r#"{{"id":"{}","parent_ids":[]}}"#, id('a'))),
    ];
    for loss in odd {
        let forge = Forge {
            loss: Some((loss, true)),
            ..full()
        };
        let request = on_head(&forge, vec![create("new")]);
        let (made, seen) = commit(&forge, &request);
        let made = made.expect("it is made");
        assert_eq!(made.commit.id, forge.head("main"));
        assert_eq!(made.parent, request.expected_head);
        assert_eq!(count(&seen.requests, "POST"), 1);
    }
}

#[test]
fn a_spoilt_answer_takes_nothing_back() {
    let answer = format!(
        r#"{{"id":"{:040x}","parent_ids":["{:040x}"],"message":"change","author_name":"A",
        "authored_date":"2026-01-01T00:00:00Z","web_url":"https://h/c","stats":null}}"#,
        2, 1
    );
    for (field, how, spoilt) in spoil(&answer) {
        let forge = full();
        let request = on_head(&forge, vec![create("new")]);
        let (made, seen) = run(
            "changes.create-commit",
            |line, request| {
                let told = forge.answer(line, request);
                match line.starts_with("POST") {
                    true => Reply::status(201, spoilt.clone()),
                    false => told,
                }
            },
            async |call| create_commit(call, &"42".to_owned(), &request).await,
        );
        let made = made.unwrap_or_else(|failure| panic!("{field} {how:?}: {failure:?}"));
        assert_eq!(made.commit.id, forge.head("main"), "{field} {how:?}");
        assert_eq!(made.parent, request.expected_head, "{field} {how:?}");
        assert_eq!(count(&seen.requests, "POST"), 1);
    }
}
