//! `webhooks.read-delivery`.

use super::{
    forge::id,
    mutate::{Spoilt, spoil},
};
use crate::{
    bindings::{
        types::ErrorCode,
        webhooks::{Delivery, Event, Header},
    },
    webhooks::read_delivery,
};

fn header(name: &str, value: &[u8]) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_vec(),
    }
}

fn read(body: &str) -> Result<Event, ErrorCode> {
    let delivery = read_delivery(&[], body.as_bytes());
    let delivery = delivery.map_err(|failure| failure.into_error().code)?;
    Ok(delivery.event)
}

fn is_malformed(body: &str) -> bool {
    matches!(read(body), Err(ErrorCode::Malformed(_)))
}

fn push(kind: &str, reference: &str, before: &str, after: &str) -> String {
    format!(
        r#"{{"object_kind":"{kind}","event_name":"{kind}","before":"{before}","after":"{after}",
        "ref":"{reference}","checkout_sha":null,"project_id":42,"project":{{"id":42,"name":"shop"}},
        "commits":[{{"id":"x","message":"a \"quoted\" one","added":["a"]}}],
        "total_commits_count":21}}"#
    )
}

#[test]
fn a_push_tells_branch_and_place() {
    let body = push("push", "refs/heads/feature/ä", &id('a'), &id('b'));
    let Ok(Event::Push(event)) = read(&body) else {
        panic!("{:?}", read(&body));
    };
    assert_eq!(
        (event.repository.as_str(), event.name.as_str()),
        ("42", "feature/ä")
    );
    assert_eq!((event.before, event.after), (Some(id('a')), Some(id('b'))));
    assert_eq!(event.commits, Some(21));
}

#[test]
fn zeros_are_nowhere() {
    for zeros in ["0".repeat(40), "0".repeat(64)] {
        let new = read(&push("push", "refs/heads/x", &zeros, &id('b')));
        assert!(
            matches!(new, Ok(Event::Push(event)) if event.before.is_none() && event.after.is_some())
        );
        let gone = read(&push("tag_push", "refs/tags/v1", &id('a'), &zeros));
        assert!(
            matches!(gone, Ok(Event::Tag(event)) if event.after.is_none() && event.name == "v1")
        );
        assert!(is_malformed(&push("push", "refs/heads/x", &zeros, &zeros)));
    }
}

#[test]
fn a_reference_is_of_the_events_kind() {
    for (kind, reference) in [
        ("push", "refs/tags/v1"),
        ("tag_push", "refs/heads/x"),
        ("push", "x"),
        ("push", "refs/heads/"),
        ("push", "refs/heads/a b"),
        ("push", "refs/heads/../x"),
    ] {
        assert!(
            is_malformed(&push(kind, reference, &id('a'), &id('b'))),
            "{reference}"
        );
    }
    assert!(is_malformed(&push("push", "refs/heads/x", "abc", &id('b'))));
}

#[test]
fn a_merge_request_is_proposed_for_its_target() {
    let body = format!(
        r#"{{"object_kind":"merge_request","project":{{"id":41}},"object_attributes":{{"id":9,"iid":7,
        "source_project_id":43,"target_project_id":42,"action":"update","oldrev":"x",
        "last_commit":{{"id":"{}","message":"m"}}}}}}"#,
        id('a')
    );
    let Ok(Event::PullRequest(event)) = read(&body) else {
        panic!("{:?}", read(&body));
    };
    assert_eq!((event.repository.as_str(), event.number), ("42", 7));
    assert_eq!(
        (event.action.as_str(), event.head),
        ("update", Some(id('a')))
    );
}

#[test]
fn a_merge_request_without_details_is_read_all_the_same() {
    let body = r#"{"object_kind":"merge_request","project":{"id":42},
        "object_attributes":{"iid":7,"action":null,"last_commit":null}}"#;
    let Ok(Event::PullRequest(event)) = read(body) else {
        panic!("{:?}", read(body));
    };
    assert_eq!(
        (event.repository.as_str(), event.action.as_str()),
        ("42", "")
    );
    assert!(event.head.is_none());
}

#[test]
fn words_of_a_delivery_are_bounded_and_harmless() {
    let body = |action: &str| {
        format!(
            r#"{{"object_kind":"merge_request","project":{{"id":42}},
            "object_attributes":{{"iid":7,"action":"{action}"}}}}"#
        )
    };
    let Ok(Event::PullRequest(event)) = read(&body(&format!("\\u001b{}", "a".repeat(1_000))))
    else {
        panic!("it is read");
    };
    assert_eq!(event.action.chars().count(), 64);
    assert!(!event.action.contains(char::is_control));
    let Err(ErrorCode::Malformed(place)) = read(r#"{"object_kind":{"secret-word":1}}"#) else {
        panic!("it is odd");
    };
    assert!(
        !place.contains("secret-word") && place.contains("line 1"),
        "{place}"
    );
    let Err(ErrorCode::Malformed(place)) = read(r#"{"object_kind":"push","ref":"x","before":7}"#)
    else {
        panic!("it is odd");
    };
    assert!(!place.contains('7'), "{place}");
}

#[test]
fn a_comment_names_its_merge_request_where_it_is_on_one() {
    let on = |kind: &str, rest: &str| {
        read(&format!(
            r#"{{"object_kind":"note","project_id":42,
            "object_attributes":{{"id":99,"note":"x","noteable_type":"{kind}"}}{rest}}}"#
        ))
    };
    let there = on("MergeRequest", r#","merge_request":{"id":5,"iid":7}"#);
    assert!(matches!(
        there,
        Ok(Event::Comment(event)) if event.pull_request == Some(7) && event.comment == "99"
    ));
    let elsewhere = on("Issue", r#","issue":{"iid":7}"#);
    assert!(matches!(elsewhere, Ok(Event::Comment(event)) if event.pull_request.is_none()));
    assert!(matches!(
        on("MergeRequest", ""),
        Err(ErrorCode::Malformed(_))
    ));
}

#[test]
fn a_spoilt_field_is_missed_where_it_is_needed_and_only_there() {
    let samples: [(String, &[&str]); 3] = [
        (
            push("push", "refs/heads/x", &id('a'), &id('b')),
            &["/ref", "/before", "/after"],
        ),
        (
            format!(
                r#"{{"object_kind":"merge_request","user":{{}},"project":{{"id":42}},
                "object_attributes":{{"iid":7,"target_project_id":42,"action":"open","title":"x",
                "last_commit":{{"id":"{}"}}}}}}"#,
                id('a')
            ),
            &["/object_attributes", "/object_attributes/iid"],
        ),
        (
            r#"{"object_kind":"note","project_id":42,"project":{"id":42},"merge_request":{"iid":7},
            "object_attributes":{"id":9,"noteable_type":"MergeRequest","note":"x"}}"#
                .to_owned(),
            &[
                "/merge_request",
                "/merge_request/iid",
                "/object_attributes",
                "/object_attributes/id",
            ],
        ),
    ];
    for (sample, needed) in samples {
        assert!(read(&sample).is_ok(), "{sample}");
        for (field, how, spoilt) in spoil(&sample) {
            if field == "/object_kind" || field == "/object_attributes/noteable_type" {
                continue;
            }
            let is_read = !is_malformed(&spoilt);
            match (needed.contains(&field.as_str()), how) {
                (true, _) => assert!(!is_read, "{field} {how:?}"),
                (false, Spoilt::Absent | Spoilt::Null) => assert!(is_read, "{field} {how:?}"),
                // Neither a panic nor anything but an event or a complaint.
                (false, Spoilt::OtherType) => {}
            }
        }
    }
}

#[test]
fn deliveries_for_a_whole_instance_are_read_too() {
    let body =
        push("push", "refs/heads/x", &id('a'), &id('b')).replace(r#""object_kind":"push","#, "");
    assert!(matches!(read(&body), Ok(Event::Push(_))));
    let body = r#"{"event_name":"project_create","project_id":42}"#;
    assert!(matches!(read(body), Ok(Event::Other(kind)) if kind == "project_create"));
}

#[test]
fn an_unknown_event_is_other_whatever_it_holds() {
    let body =
        r#"{"object_kind":"pipeline","object_attributes":{"iid":"x","id":[]},"ref":7,"before":{}}"#;
    assert!(matches!(read(body), Ok(Event::Other(kind)) if kind == "pipeline"));
    let headers = [header("X-GitLab-Event", b"Emoji Hook")];
    let delivery = read_delivery(&headers, b"{}").expect("is announced");
    assert!(matches!(delivery.event, Event::Other(kind) if kind == "Emoji Hook"));
}

#[test]
fn what_is_not_gitlabs_is_malformed() {
    for body in [
        "",
        "null",
        "[]",
        "\"x\"",
        "{",
        "{}",
        r#"{"object_kind":7}"#,
        r#"{"object_kind":"push"}"#,
        "\u{0}",
    ] {
        assert!(is_malformed(body), "{body}");
    }
    assert!(read_delivery(&[], b"\xff\xfe").is_err());
    let whole = push("push", "refs/heads/x", &id('a'), &id('b'));
    for end in 0..whole.len() {
        assert!(
            read_delivery(&[], &whole.as_bytes()[..end]).is_err(),
            "{end}"
        );
    }
}

#[test]
fn a_body_over_the_limit_is_refused_unread() {
    let code = |size| {
        let failure = read_delivery(&[], &vec![b' '; size]).expect_err("it is nothing");
        failure.into_error().code
    };
    assert!(matches!(code(26_214_401), ErrorCode::InvalidArgument(_)));
    assert!(matches!(code(26_214_400), ErrorCode::Malformed(_)));
}

fn delivery(headers: &[(&str, &[u8])]) -> Delivery {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| header(name, value))
        .collect();
    read_delivery(&headers, br#"{"object_kind":"build","sha":"x"}"#).expect("is one")
}

#[test]
fn a_delivery_is_named_by_the_best_of_its_headers() {
    let event: (&str, &[u8]) = ("x-gitlab-event-uuid", b"event");
    let key: (&str, &[u8]) = ("Idempotency-Key", b"key");
    let id: (&str, &[u8]) = ("WEBHOOK-ID", b" id ");
    assert_eq!(delivery(&[event, key, id]).id.as_deref(), Some("id"));
    assert_eq!(delivery(&[event, key]).id.as_deref(), Some("key"));
    assert_eq!(delivery(&[event]).id, None);
    assert_eq!(delivery(&[]).id, None);
    assert_eq!(
        delivery(&[("webhook-id", b""), key]).id.as_deref(),
        Some("key")
    );
    assert_eq!(
        delivery(&[("webhook-id", b"\xff"), key]).id.as_deref(),
        Some("key")
    );
}

#[test]
fn an_odd_name_of_a_delivery_counts_as_none() {
    let long = "a".repeat(300);
    for odd in [long.as_bytes(), b"a\nb"] {
        assert_eq!(delivery(&[("webhook-id", odd)]).id, None);
    }
}
