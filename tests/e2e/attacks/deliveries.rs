//! Deliveries of webhooks: anybody may send one, and a plugin may say anything of it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use code_source::contract::webhooks::Event;
use code_source::{
    AuditSink, DeliveryRefusal, Error, Failure, Outcome, RawDelivery, Source, TokenSource,
    Verification, VerifiedDelivery,
};
use code_source_test_plugins::Instruction;
use code_source_tests::{expect, hostile, open};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::scene::{MARK, SIGNING_SECRET, Scene, TOKEN, WEBHOOK_SECRET, last, tree};

type Headers = Vec<(String, Vec<u8>)>;

fn headers(those: &[(&str, &str)]) -> Headers {
    let header = |(name, value): &(&str, &str)| ((*name).to_owned(), value.as_bytes().to_vec());
    those.iter().map(header).collect()
}

fn carrying(token: &str) -> Headers {
    headers(&[("X-Gitlab-Token", token)])
}

/// What a forge sends that signs at `apart` seconds from now.
fn signed(key: &str, apart: i64, body: &str) -> Headers {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(Duration::ZERO, |since| since).as_secs();
    let time = now.checked_add_signed(apart).unwrap().to_string();
    let key = STANDARD.decode(key.strip_prefix("whsec_").unwrap());
    let text = format!("d-1.{time}.{body}");
    let signature = STANDARD.encode(hmac(&key.unwrap(), text.as_bytes()));
    headers(&[
        ("webhook-id", "d-1"),
        ("webhook-timestamp", &time),
        ("webhook-signature", &format!("v1,{signature}")),
    ])
}

/// By the standard's own words, RFC 2104, so that the host's library is not held against itself.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::digest([&padded(0x36)[..], text].concat());
    Sha256::digest([&padded(0x5c)[..], &inner].concat()).to_vec()
}

async fn deliver(source: &Source, headers: Headers, body: &str) -> Outcome<VerifiedDelivery> {
    source.read_delivery(RawDelivery::new(headers, body)).await
}

/// Why a delivery is refused; the plugin has not run for it.
fn refusal(outcome: &Outcome<VerifiedDelivery>) -> &DeliveryRefusal {
    assert_eq!(outcome.report.cpu, Duration::ZERO);
    match &outcome.answer {
        Err(Failure::Host(Error::DeliveryRefused(refusal))) => refusal,
        _ => panic!("{outcome:?}"),
    }
}

/// What the plugin saw of a delivery.
fn seen(outcome: Outcome<VerifiedDelivery>) -> Value {
    let told = expect(outcome).delivery.id.expect("what it saw");
    serde_json::from_str(&told).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_not_the_forges_is_not_read() {
    let scene = Scene::open().await;
    let source = scene.source();
    let wrong_key = format!("whsec_{}", STANDARD.encode(MARK));
    let both = |mut one: Headers, other: Headers| {
        one.extend(other);
        one
    };
    let mut odd = signed(SIGNING_SECRET, 0, "{}");
    odd[1].1 = MARK.into();
    let right = || carrying(WEBHOOK_SECRET);
    for (headers, reason) in [
        (Headers::new(), "missing"),
        (carrying(MARK), "mismatch"),
        (carrying(&WEBHOOK_SECRET[1..]), "mismatch"),
        (signed(&wrong_key, 0, "{}"), "mismatch"),
        (signed(SIGNING_SECRET, 0, "{ }"), "mismatch"),
        (both(signed(&wrong_key, 0, "{}"), right()), "mismatch"),
        (both(right(), right()), "repeated-header"),
        (signed(SIGNING_SECRET, -400, "{}"), "clock"),
        (signed(SIGNING_SECRET, 400, "{}"), "clock"),
        (odd, "malformed"),
    ] {
        let outcome = deliver(&source, headers, "{}").await;
        assert_eq!(refusal(&outcome).label(), reason);
        let line = last(&scene.site.audit, "delivery");
        let found = ["decision", "reason", "call"].map(|key| &line[key]);
        assert_eq!(found, ["deny", reason, &outcome.report.call], "{line}");
        assert_eq!(line["verified"], Value::Null);
        assert!(!format!("{outcome:?}{line}").contains(MARK));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_of_the_forge_is_read_and_recorded_with_how_that_is_known() {
    let scene = Scene::open().await;
    let old = TokenSource::File(scene.site.secret_file("old", "the-secret-of-last-year"));
    let source = open(scene.connection().previous_secret("webhook", old), |_| ());
    for (headers, label) in [
        (signed(SIGNING_SECRET, 0, "{}"), "signature"),
        (carrying(WEBHOOK_SECRET), "token"),
        (carrying("the-secret-of-last-year"), "previous-token"),
    ] {
        let outcome = deliver(&source, headers, "{}").await;
        let verification = outcome.report.verification;
        assert_eq!(verification.map(Verification::label), Some(label));
        assert_eq!(outcome.report.operation, "webhooks.read-delivery");
        let line = last(&scene.site.audit, "delivery");
        let found = ["decision", "reason", "verified", "call"].map(|key| &line[key]);
        assert_eq!(found, ["allow", "allowed", label, &outcome.report.call]);
        let read = expect(outcome);
        assert_eq!(Some(read.verification), verification);
        assert!(matches!(read.delivery.event, Event::Other(_)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_nothing_is_read_unless_the_operator_says_so() {
    let scene = Scene::open().await;
    let connection = scene.site.connection(scene.forge.url());
    let closed = open(connection.clone(), |_| ());
    let outcome = deliver(&closed, carrying(MARK), "{}").await;
    assert_eq!(refusal(&outcome).label(), "no-secret");
    let hint = refusal(&outcome).hint().unwrap();
    assert!(hint.contains("secrets = { webhook = "), "{hint}");
    let connection = connection.allow_unauthenticated_deliveries(true);
    let outcome = deliver(&open(connection, |_| ()), carrying(MARK), "{}").await;
    assert_eq!(expect(outcome).verification, Verification::Unauthenticated);
    // It does not excuse a wrong one where there is one to hold it against.
    let connection = scene.connection().allow_unauthenticated_deliveries(true);
    let outcome = deliver(&open(connection, |_| ()), carrying(MARK), "{}").await;
    assert_eq!(refusal(&outcome).label(), "mismatch");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_verifies_a_delivery_is_not_shown_to_the_plugin() {
    let scene = Scene::open().await;
    let body = json!({ "echo": format!("{TOKEN} {WEBHOOK_SECRET}"), "token": "x" }).to_string();
    let mut all = signed(SIGNING_SECRET, 0, &body);
    all.extend(carrying(WEBHOOK_SECRET));
    all.extend(headers(&[
        ("Authorization", "Basic a-proxys"),
        ("cookie", "a-proxys"),
        ("x-echo", TOKEN),
        ("X-Other", "seen"),
    ]));
    let outcome = deliver(&scene.source(), all, &body).await;
    let told = seen(outcome);
    let names: Vec<_> = told[0].as_array().unwrap().iter().collect();
    let names: Vec<_> = names.iter().map(|header| header[0].as_str()).collect();
    let expected = ["webhook-id", "webhook-timestamp", "x-echo", "X-Other"];
    assert_eq!(names, expected.map(Some));
    assert_eq!(told[0][3][1], "seen");
    for secret in [TOKEN, WEBHOOK_SECRET, SIGNING_SECRET, "a-proxys"] {
        assert!(!told.to_string().contains(secret), "{told}");
    }
    let covered: Value = serde_json::from_str(told[1].as_str().unwrap()).unwrap();
    assert_eq!(covered["token"], "*");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_reads_a_delivery_asks_nothing_of_the_forge() {
    let scene = Scene::open().await;
    let body = Instruction::send(tree()).to_string();
    let outcome = deliver(&scene.source(), carrying(WEBHOOK_SECRET), &body).await;
    let told = seen(outcome);
    assert_eq!(told[0]["error"], "HTTP-request-denied");
    let line = last(&scene.site.audit, "request");
    assert_eq!(line["reason"], "endpoint-of-another-operation");
    assert_eq!(scene.forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_tells_of_no_repository_that_is_not_connected() {
    let scene = Scene::open().await;
    let source = scene.source();
    let telling = |event: String| {
        let mut all = carrying(WEBHOOK_SECRET);
        all.extend(headers(&[("x-event", &event)]));
        all
    };
    for kind in ["push", "tag", "pull-request", "comment"] {
        let known = deliver(&source, telling(format!("{kind} 1")), "{}").await;
        assert!(known.answer.is_ok(), "{known:?}");
        for other in ["2", "01", "", "1 "] {
            let outcome = deliver(&source, telling(format!("{kind} {other}")), "{}").await;
            let Err(Failure::Host(Error::ForeignRepository { id })) = &outcome.answer else {
                panic!("{kind} {other}: {outcome:?}")
            };
            assert_eq!(id, other);
        }
    }
}

/// A record that takes nothing.
struct Full;

impl AuditSink for Full {
    fn write(&self, _: &str) -> io::Result<()> {
        Err(io::Error::other("no space"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_record_cannot_be_written_is_not_read() {
    let scene = Scene::open().await;
    let source = open(scene.connection().audit(Arc::new(Full)), |_| ());
    let outcome = deliver(&source, carrying(WEBHOOK_SECRET), "{}").await;
    assert_eq!(*refusal(&outcome), DeliveryRefusal::AuditFailed);
    let outcome = deliver(&source, carrying(MARK), "{}").await;
    assert_eq!(refusal(&outcome).label(), "mismatch");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_of_any_size_is_not_read() {
    let scene = Scene::open().await;
    let source = scene.source();
    let mut many = carrying(WEBHOOK_SECRET);
    many.extend((0..100).map(|number| (format!("x-{number}"), Vec::new())));
    let mut long = carrying(WEBHOOK_SECRET);
    long.push(("x".to_owned(), vec![b'x'; 64 << 10]));
    for headers in [many, long] {
        let outcome = deliver(&source, headers, "{}").await;
        assert_eq!(*refusal(&outcome), DeliveryRefusal::HeadersTooLarge);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_signatures_that_is_none_opens_no_connection() {
    let scene = Scene::open().await;
    for key in ["a-key-without-its-prefix", "whsec_not%base64-at-all"] {
        let file = TokenSource::File(scene.site.secret_file("odd", key));
        let connection = scene.connection().secret("webhook-signing", file);
        let error = Source::open(hostile(), connection).unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains("cannot use the secret") && told.contains("odd"),
            "{told}"
        );
        assert!(!told.contains(key), "{told}");
    }
}
