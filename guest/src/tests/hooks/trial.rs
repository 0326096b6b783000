//! `webhooks.test-webhook`.

use serde_json::json;

use super::{
    super::{
        forge::{Reply, Seen, run},
        loss::{LOSSES, count},
    },
    Forge,
};
use crate::{
    bindings::{
        types::{Conflict, Denial, ErrorCode, Subject},
        webhooks::Topic,
    },
    webhooks::test_webhook,
};

fn test(forge: &Forge, topic: &Topic, post: fn() -> Reply) -> (Result<(), ErrorCode>, Seen) {
    let (tested, seen) = run(
        "webhooks.test-webhook",
        |line, request| match line.starts_with("POST") {
            true => {
                assert!(request.body.is_none());
                post()
            }
            false => forge.answer(line, request),
        },
        async |call| test_webhook(call, &"42".to_owned(), "1", topic).await,
    );
    (tested.map_err(|failure| failure.into_error().code), seen)
}

#[test]
fn a_trial_is_sent_for_its_topic() {
    let forge = Forge::with(&[json!({})]);
    for (topic, trigger) in [
        (Topic::Push, "push_events"),
        (Topic::Tag, "tag_push_events"),
        (Topic::PullRequest, "merge_requests_events"),
        (Topic::Comment, "note_events"),
    ] {
        let created = || Reply::status(201, r#"{"message":"201 Created"}"#);
        let (tested, seen) = test(&forge, &topic, created);
        assert!(tested.is_ok());
        assert_eq!(
            seen.requests,
            [format!("POST /projects/42/hooks/1/test/{trigger}")]
        );
    }
    let (tested, seen) = test(&forge, &Topic::Other("issues_events".to_owned()), || {
        panic!("sent")
    });
    assert!(matches!(tested, Err(ErrorCode::InvalidArgument(_))));
    assert!(seen.requests.is_empty());
}

#[test]
fn a_trial_that_failed_is_told_apart() {
    let there = Forge::with(&[json!({})]);
    let code = |forge: &Forge, post| {
        let (tested, seen) = test(forge, &Topic::Push, post);
        assert_eq!(count(&seen.requests, "POST"), 1);
        tested.expect_err("it failed")
    };
    let no_endpoint: fn() -> Reply = || Reply::status(404, r#"{"error":"404 Not Found"}"#);
    assert!(matches!(
        code(&there, no_endpoint),
        ErrorCode::Unsupported(need) if need == "GitLab 16.11"
    ));
    let gone = || Reply::status(404, r#"{"message":"404 Not found"}"#);
    assert!(matches!(
        code(&Forge::default(), gone),
        ErrorCode::NotFound(Subject::Webhook)
    ));
    assert!(matches!(
        code(&there, || Reply::status(422, r#"{"message":"Net::ReadTimeout"}"#)),
        ErrorCode::Rejected(words) if words == "Net::ReadTimeout"
    ));
    assert!(matches!(
        code(&there, || Reply::status(
            422,
            r#"{"message":"Ensure the project has at least one commit."}"#
        )),
        ErrorCode::Conflict(Conflict::Other(_))
    ));
    assert!(matches!(
        code(&there, || Reply::status(403, r#"{"message":"403 Forbidden"}"#)),
        ErrorCode::Forbidden(Denial::Role(role)) if role == "Maintainer"
    ));
    for (_, loss) in LOSSES {
        assert!(matches!(code(&there, loss), ErrorCode::OutcomeUnknown));
    }
}
