//! Deliveries that come twice, late, or not at all.

use std::time::{SystemTime, UNIX_EPOCH};

use code_source::contract::git::RefKind;
use code_source::contract::webhooks::Event;
use code_source::{RawDelivery, Secret, Source, TokenSource};
use code_source_tests::{expect, first_page, played, plugin};

use crate::operations::Stock;

/// A push of `main`, as its body tells it.
fn body(shop: &Stock) -> String {
    format!(
        r#"{{"object_kind":"push","event_name":"push","before":"{}","after":"{}","ref":"refs/heads/main",
            "project_id":{id},"project":{{"id":{id}}},"commits":[],"total_commits_count":2}}"#,
        shop.base,
        shop.tip,
        id = shop.id
    )
}

/// The same, as one attempt to deliver it brings it.
fn push(shop: &Stock, delivery: &str) -> RawDelivery {
    let event = "5b3a2a1e-0000-4000-8000-000000000000";
    let fields = [
        ("X-Gitlab-Event", "Push Hook"),
        ("X-Gitlab-Event-UUID", event),
        ("X-Gitlab-Token", "a-shared-secret-of-all-operations"),
        ("Idempotency-Key", delivery),
    ];
    RawDelivery::new(fields, body(shop))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_delivery_is_told_by_its_identity_and_by_nothing_else() {
    let shop = Stock::new(played()).await;
    let mut ids = Vec::new();
    for delivery in ["first", "first", "second"] {
        let read = expect(shop.source.read_delivery(push(&shop, delivery)).await).delivery;
        let Event::Push(event) = &read.event else {
            panic!("{read:?}")
        };
        assert_eq!((event.name.as_str(), &event.repository), ("main", &shop.id));
        assert_eq!(event.after.as_ref(), Some(&shop.tip));
        ids.push(read.id.expect("it has an identity"));
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2], "the same push, and another delivery");
    assert_eq!(shop.rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_delivery_told_is_found_in_the_list_of_branches() {
    let shop = Stock::new(played()).await;
    // Straight into the repository: no webhook is told of it.
    let tip = shop.project.commit(
        "side",
        "Quietly",
        &[("quiet", code_source_stand_in::Change::file("x"))],
    );
    shop.rig.forge.deliveries().idle().await;
    assert!(shop.receiver.requests().is_empty());
    let page = expect(
        shop.source
            .list_refs(&shop.id, RefKind::Branch, None, &first_page())
            .await,
    );
    let side = page.items.iter().find(|one| one.name == "side").unwrap();
    assert_eq!(side.commit, tip);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_and_a_time_without_a_signature_are_held_against_the_token() {
    let shop = Stock::new(played()).await;
    let key = TokenSource::Value(Secret::new(
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ));
    let connection = shop.connection(&shop.rig.token);
    let source = Source::open(plugin(), connection.secret("webhook-signing", key)).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = now.as_secs().to_string();
    let delivery = |token: &'static str| {
        let fields = [
            ("X-Gitlab-Event", "Push Hook"),
            ("webhook-id", "d-1"),
            ("webhook-timestamp", &now),
            ("X-Gitlab-Token", token),
        ];
        RawDelivery::new(fields, body(&shop))
    };
    let read = source.read_delivery(delivery("a-shared-secret-of-all-operations"));
    let read = expect(read.await);
    assert_eq!(read.verification.label(), "token");
    assert_eq!(read.delivery.id.as_deref(), Some("d-1"));
    let refused = source.read_delivery(delivery("somebody-elses")).await;
    assert!(refused.answer.is_err(), "{refused:?}");
}
