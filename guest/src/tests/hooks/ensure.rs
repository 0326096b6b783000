//! `webhooks.ensure-webhook`.

use serde_json::json;

use super::{
    super::{
        forge::{Reply, Seen, run},
        loss::{LOSSES, count},
    },
    Forge, URL,
};
use crate::{
    bindings::{
        types::{Denial, Error, ErrorCode, Outcome, Subject},
        webhooks::{Ensured, Topic, Wanted},
    },
    transport::BreakageKind,
    webhooks::ensure_webhook,
};

fn wanted(topics: Vec<Topic>) -> Wanted {
    Wanted {
        url: URL.to_owned(),
        topics,
        renew_secrets: false,
    }
}

fn push() -> Wanted {
    wanted(vec![Topic::Push])
}

fn ensure(forge: &Forge, wanted: &Wanted) -> (Result<Ensured, Error>, Seen) {
    run(
        "webhooks.ensure-webhook",
        |line, request| forge.answer(line, request),
        async |call| {
            let ensured = ensure_webhook(call, &"42".to_owned(), wanted).await;
            ensured.map_err(|failure| failure.into_error())
        },
    )
}

#[test]
fn a_webhook_is_made_once_and_found_the_second_time() {
    let forge = Forge::default();
    forge.add(json!({ "url": "https://other.example/", "push_events": true }));
    let (first, seen) = ensure(&forge, &wanted(vec![Topic::PullRequest, Topic::Tag]));
    let first = first.expect("it is made");
    assert!(matches!(first.outcome, Outcome::Applied));
    assert_eq!(
        (first.webhook.id.as_str(), first.webhook.url.as_str()),
        ("2", URL)
    );
    assert!(matches!(
        first.webhook.topics.as_slice(),
        [Topic::Tag, Topic::PullRequest]
    ));
    assert!(first.webhook.verifies_tls);
    assert_eq!(count(&seen.requests, "POST"), 1);
    let sent = forge.sent.borrow().clone();
    assert_eq!(sent["token"], "{secret:webhook}");
    assert_eq!(sent["signing_token"], "{secret:webhook-signing}");
    assert_eq!(sent["push_events"], false);
    let (second, seen) = ensure(&forge, &wanted(vec![Topic::Tag, Topic::PullRequest]));
    assert!(matches!(
        second.expect("it is there").outcome,
        Outcome::Already
    ));
    assert_eq!(seen.requests.len(), 1);
}

#[test]
fn a_webhook_that_differs_is_changed_and_given_the_secrets() {
    for differing in [
        json!({ "push_events": false }),
        json!({ "push_events": true, "note_events": true }),
        json!({ "push_events": true, "enable_ssl_verification": false }),
        json!({ "push_events": true, "push_events_branch_filter": "main" }),
    ] {
        let forge = Forge::with(&[differing]);
        let (ensured, seen) = ensure(&forge, &push());
        let ensured = ensured.expect("it is changed");
        assert!(matches!(ensured.outcome, Outcome::Applied));
        assert_eq!(ensured.webhook.id, "1");
        assert_eq!(count(&seen.requests, "PUT"), 1);
        assert_eq!(forge.sent.borrow()["token"], "{secret:webhook}");
        let again = ensure(&forge, &push()).0.expect("it is there");
        assert!(matches!(again.outcome, Outcome::Already));
    }
}

#[test]
fn secrets_are_renewed_where_that_is_wanted() {
    let forge = Forge::with(&[json!({ "push_events": true })]);
    let renewing = Wanted {
        renew_secrets: true,
        ..push()
    };
    let (ensured, seen) = ensure(&forge, &renewing);
    assert!(matches!(
        ensured.expect("it is done").outcome,
        Outcome::Applied
    ));
    assert_eq!(count(&seen.requests, "PUT"), 1);
}

#[test]
fn a_host_without_a_secret_for_signing_is_asked_with_the_other_alone() {
    let forge = Forge {
        lacks_signing: true,
        ..Forge::default()
    };
    let (ensured, seen) = ensure(&forge, &push());
    assert!(matches!(
        ensured.expect("it is made").outcome,
        Outcome::Applied
    ));
    assert_eq!(count(&seen.requests, "POST"), 2);
    assert_eq!(forge.sent.borrow().get("signing_token"), None);
    assert_eq!(forge.hooks.borrow().len(), 1);
}

#[test]
fn a_webhook_is_found_among_many_in_any_order() {
    for sorted in [true, false] {
        let forge = Forge::default();
        for number in 0..230 {
            forge.add(json!({ "url": format!("https://r.example/{number}") }));
        }
        forge.add(json!({ "push_events": true }));
        if !sorted {
            forge.hooks.borrow_mut().reverse();
        }
        let (ensured, _) = ensure(&forge, &push());
        assert!(matches!(
            ensured.expect("it is there").outcome,
            Outcome::Already
        ));
    }
}

#[test]
fn a_lost_answer_is_made_good_by_looking_and_never_by_writing_again() {
    for (name, loss) in LOSSES {
        for hooks in [vec![], vec![json!({ "note_events": true })]] {
            let forge = Forge {
                loss: Some((loss, true)),
                ..Forge::with(&hooks)
            };
            let (ensured, seen) = ensure(&forge, &push());
            let ensured = ensured.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert!(matches!(ensured.outcome, Outcome::Applied), "{name}");
            let writes = count(&seen.requests, "POST") + count(&seen.requests, "PUT");
            assert_eq!((writes, forge.hooks.borrow().len()), (1, 1), "{name}");
        }
    }
}

#[test]
fn an_answer_lost_before_the_effect_leaves_the_outcome_unknown() {
    let renewing = Wanted {
        renew_secrets: true,
        ..push()
    };
    for (name, loss) in LOSSES {
        for (hooks, wanted) in [
            (vec![], push()),
            (vec![json!({ "note_events": true })], push()),
            (vec![json!({ "push_events": true })], renewing.clone()),
        ] {
            let forge = Forge {
                loss: Some((loss, false)),
                ..Forge::with(&hooks)
            };
            let (ensured, seen) = ensure(&forge, &wanted);
            assert!(
                matches!(ensured.expect_err(name).code, ErrorCode::OutcomeUnknown),
                "{name}"
            );
            let writes = count(&seen.requests, "POST") + count(&seen.requests, "PUT");
            assert_eq!(writes, 1, "{name}");
        }
    }
}

#[test]
fn a_success_that_does_not_say_what_was_made_is_looked_up() {
    let odd: [fn() -> Reply; 3] = [
        || Reply::Cut(BreakageKind::Cut),
        || Reply::status(201, "{}"),
        || Reply::status(201, r#"{"id":"x","url":7}"#),
    ];
    for loss in odd {
        let forge = Forge {
            loss: Some((loss, true)),
            ..Forge::default()
        };
        let (ensured, seen) = ensure(&forge, &push());
        assert_eq!(ensured.expect("it is made").webhook.id, "1");
        assert_eq!(count(&seen.requests, "POST"), 1);
    }
}

#[test]
fn an_identity_that_is_none_is_gitlabs_fault() {
    let forge = Forge::with(&[json!({ "id": u64::MAX })]);
    let (ensured, seen) = ensure(&forge, &push());
    let code = ensured.expect_err("it is odd").code;
    assert!(matches!(code, ErrorCode::Malformed(_)));
    assert_eq!(count(&seen.requests, "PUT"), 0);
}

#[test]
fn an_address_that_gitlab_does_not_call_is_rejected_with_the_way_out() {
    for words in [
        "Invalid url given",
        "url is blocked: Requests to the local network are not allowed",
    ] {
        let forge = Forge {
            refusal: Some((422, words)),
            ..Forge::default()
        };
        let error = ensure(&forge, &push()).0.expect_err("it is refused");
        assert!(matches!(error.code, ErrorCode::Rejected(said) if said == words));
        assert!(
            error
                .hint
                .is_some_and(|hint| hint.contains("local network"))
        );
    }
}

#[test]
fn an_account_that_may_not_manage_webhooks_is_told_the_role() {
    let (ensured, _) = run(
        "webhooks.ensure-webhook",
        |line, _| match line {
            "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
            _ => Reply::status(403, r#"{"message":"403 Forbidden"}"#),
        },
        async |call| ensure_webhook(call, &"42".to_owned(), &push()).await,
    );
    let code = ensured.expect_err("it is refused").into_error().code;
    assert!(matches!(code, ErrorCode::Forbidden(Denial::Role(role)) if role == "Maintainer"));
    let forge = Forge {
        is_missing: true,
        ..Forge::default()
    };
    let error = ensure(&forge, &push()).0.expect_err("it is missing");
    assert!(matches!(
        error.code,
        ErrorCode::NotFound(Subject::Repository)
    ));
}

#[test]
fn a_list_that_cannot_be_read_whole_leads_to_no_write() {
    for reply in [
        || Reply::json("{}"),
        || Reply::json(r#"[{"id":1}]"#),
        || Reply::Cut(BreakageKind::Cut),
        || Reply::json(format!(r#"[{{"id":1,"url":"{URL}"}}]"#)).field("X-Next-Page", "1"),
    ] {
        let (ensured, seen) = run(
            "webhooks.ensure-webhook",
            |_, _| reply(),
            async |call| ensure_webhook(call, &"42".to_owned(), &push()).await,
        );
        let code = ensured.expect_err("it is cut").into_error().code;
        assert!(matches!(code, ErrorCode::Malformed(_)), "{code:?}");
        assert_eq!(count(&seen.requests, "POST"), 0);
    }
}
