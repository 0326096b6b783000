//! Webhooks: who may have them, what they may be, and what becomes of those that fail.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use code_source_stand_in::{AccessLevel, Change, Feature, Project, StandIn, TokenSpec};
use http::Method;
use serde_json::{Value, json};

use crate::{
    client::{Answer, Client},
    receiver::Receiver,
};

pub(crate) const PATH: &str = "/projects/1/hooks";

pub(crate) fn begun(forge: &StandIn) -> Project {
    let project = forge.project("web/shop");
    project.commit("main", "Begin", &[("a", Change::file("1\n"))]);
    project
}

pub(crate) async fn put(client: &Client<'_>, path: &str, body: Value) -> Answer {
    client.send_json(Method::PUT, path, &body).await.unwrap()
}

/// A hook for everything that the stand-in tells.
pub(crate) fn everything(url: &str) -> Value {
    json!({
        "url": url,
        "token": "a secret",
        "push_events": true,
        "tag_push_events": true,
        "merge_requests_events": true,
        "note_events": true,
    })
}

#[tokio::test]
async fn a_hook_is_made_read_changed_and_deleted() {
    let forge = StandIn::builder().version("19.0.0").start().await.unwrap();
    let project = begun(&forge);
    let client = Client::new(&forge);
    let key = format!("whsec_{}", STANDARD.encode([7; 32]));
    let body = json!({
        "url": "https://example.com/hook",
        "name": "Sync",
        "token": "a secret",
        "signing_token": key,
        "merge_requests_events": true,
        "custom_headers": [{"key": "X-A", "value": "b"}],
    });
    let made = client.post(PATH, &body).await;
    assert_eq!(made.status, 201, "{}", made.refusal());
    for secret in ["a secret", "whsec_", "\"value\""] {
        assert!(!made.refusal().contains(secret), "{secret}");
    }
    let made = made.json();
    assert_eq!(made["push_events"], true);
    assert_eq!(made["merge_requests_events"], true);
    assert_eq!(made["tag_push_events"], false);
    assert_eq!(made["enable_ssl_verification"], true);
    assert_eq!(made["alert_status"], "executable");
    assert_eq!(made["token_present"], true);
    assert_eq!(made["signing_token_present"], true);
    assert_eq!(made["custom_headers"], json!([{"key": "X-A"}]));
    let path = format!("{PATH}/{}", made["id"]);
    assert_eq!(client.get(&path).await.json(), made);
    assert_eq!(client.get(PATH).await.json(), json!([made]));
    let same = put(&client, &path, json!({"push_events": false})).await;
    assert_eq!(same.json()["token_present"], true);
    let moved = json!({"url": "https://example.com/other"});
    let moved = put(&client, &path, moved).await.json();
    assert_eq!(moved["token_present"], false);
    assert_eq!(moved["push_events"], false);
    assert_eq!(project.hooks()[0].url, "https://example.com/other");
    assert_eq!(client.delete(&path).await.status, 204);
    let again = client.delete(&path).await;
    assert_eq!(again.refusal(), r#"404 {"message":"404 Not found"}"#);
}

#[tokio::test]
async fn what_is_newer_than_the_version_is_ignored() {
    let key = format!("whsec_{}", STANDARD.encode([7; 32]));
    for (version, named, signed) in [
        ("16.8.0", false, None),
        ("17.1.0", true, None),
        ("19.0.0", true, Some(true)),
    ] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        let project = begun(&forge);
        let body = json!({"url": "http://example.com", "name": "A", "signing_token": key});
        let made = Client::new(&forge).post(PATH, &body).await;
        assert_eq!(made.status, 201, "{version}");
        let made = made.json();
        assert_eq!(made.get("name").is_some(), named, "{version}");
        let present = made.get("signing_token_present").and_then(Value::as_bool);
        assert_eq!(present, signed, "{version}");
        assert_eq!(project.hooks()[0].signing_token.is_some(), signed.is_some());
    }
}

#[tokio::test]
async fn only_maintainers_know_of_hooks() {
    let forge = StandIn::builder().start().await.unwrap();
    let developer = forge.user("developer");
    begun(&forge).members(&developer, AccessLevel::Developer);
    let token = forge.token(TokenSpec::new(&developer, &["api"]));
    let client = Client::with_token(&forge, &token);
    let body = json!({"url": "http://example.com"});
    assert_eq!(client.get(PATH).await.status, 403);
    assert_eq!(client.post(PATH, &body).await.status, 403);
}

#[tokio::test]
async fn a_hook_leads_to_a_web_address_that_is_allowed() {
    let forge = StandIn::builder().start().await.unwrap();
    begun(&forge);
    let client = Client::new(&forge);
    let missing = client.post(PATH, &json!({})).await;
    assert_eq!(missing.refusal(), r#"400 {"error":"url is missing"}"#);
    for url in ["", "example", "ftp://example.com"] {
        let answer = client.post(PATH, &json!({"url": url})).await;
        let refusal = r#"422 {"error":"Invalid url given"}"#;
        assert_eq!(answer.refusal(), refusal, "{url}");
    }
    let addresses = [
        ("http://127.0.0.1:1", 422),
        ("http://[::1]", 422),
        ("http://10.0.0.1", 422),
        ("https://localhost", 422),
        ("https://example.com", 201),
    ];
    for (url, _) in addresses {
        assert_eq!(client.post(PATH, &json!({"url": url})).await.status, 201);
    }
    forge.feature(Feature::BlockLocalHooks);
    for (url, status) in addresses {
        let answer = client.post(PATH, &json!({"url": url})).await;
        assert_eq!(answer.status, status, "{url}");
    }
}

#[tokio::test]
async fn a_hook_that_fails_rests_and_a_successful_test_wakes_it() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = begun(&forge);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    client.post(PATH, &everything(&receiver.url())).await;
    receiver.answer_with([500; 4]);
    for number in 0..5 {
        let change = [("a", Change::file(number.to_string()))];
        project.push("main", "A", &change);
    }
    forge.deliveries().idle().await;
    assert_eq!(receiver.received().len(), 4);
    let path = format!("{PATH}/1");
    let hook = client.get(&path).await.json();
    assert_eq!(hook["alert_status"], "temporarily_disabled");
    assert!(hook["disabled_until"].is_string());
    let events = client.get(&format!("{path}/events")).await.json();
    assert_eq!(events.as_array().unwrap().len(), 4);
    assert_eq!(events[0]["response_status"], "500");
    assert_eq!(events[0]["trigger"], "push_events");
    assert_eq!(events[0]["request_headers"]["X-Gitlab-Token"], "[REDACTED]");
    let test = client
        .post(&format!("{path}/test/push_events"), &json!({}))
        .await;
    assert_eq!(test.refusal(), r#"201 {"message":"201 Created"}"#);
    let hook = client.get(&path).await.json();
    assert_eq!(hook["alert_status"], "executable");
    assert_eq!(hook["disabled_until"], Value::Null);
    let delivered = forge.deliveries().all();
    assert_eq!(delivered.len(), 5);
    assert_eq!(delivered[4].status, Some(200));
}

#[tokio::test]
async fn after_forty_failures_a_hook_is_disabled() {
    let forge = StandIn::builder().version("16.11.0").start().await.unwrap();
    begun(&forge);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    client.post(PATH, &everything(&receiver.url())).await;
    receiver.answer_with([500; 40]);
    let path = format!("{PATH}/1");
    for _ in 0..40 {
        let test = client
            .post(&format!("{path}/test/push_events"), &json!({}))
            .await;
        assert_eq!(test.refusal(), r#"422 {"message":"heard"}"#);
    }
    let hook = client.get(&path).await.json();
    assert_eq!(hook["alert_status"], "disabled");
}

#[tokio::test]
async fn hooks_are_tried_out_from_16_11_on_and_not_too_often_from_17_1_on() {
    for (version, expected) in [("16.10.0", 404), ("16.11.0", 201), ("17.1.0", 429)] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        begun(&forge);
        let receiver = Receiver::start().await;
        let client = Client::new(&forge);
        client.post(PATH, &everything(&receiver.url())).await;
        let path = format!("{PATH}/1/test/push_events");
        let mut last = 0;
        for _ in 0..6 {
            last = client.post(&path, &json!({})).await.status;
        }
        assert_eq!(last, expected, "{version}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_told_of_when_trying() {
    let forge = StandIn::builder().start().await.unwrap();
    begun(&forge);
    let client = Client::new(&forge);
    // Nothing listens at the port of a stand-in that ended.
    let gone = StandIn::builder().plain_http().start().await.unwrap();
    let url = gone.url();
    drop(gone);
    client.post(PATH, &everything(&url)).await;
    let path = format!("{PATH}/1/test/push_events");
    assert_eq!(client.post(&path, &json!({})).await.status, 422);
    let unknown = client.post(&format!("{PATH}/1/test/all"), &json!({})).await;
    assert_eq!(
        unknown.refusal(),
        r#"400 {"error":"trigger does not have a valid value"}"#
    );
}

#[tokio::test]
async fn a_delivery_is_sent_again_from_17_4_on() {
    for (version, status) in [("17.3.0", 404), ("17.4.0", 201)] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        let project = begun(&forge);
        let receiver = Receiver::start().await;
        let client = Client::new(&forge);
        client.post(PATH, &everything(&receiver.url())).await;
        project.push("main", "A", &[("a", Change::file("2"))]);
        forge.deliveries().idle().await;
        let events = client.get(&format!("{PATH}/1/events")).await.json();
        let path = format!("{PATH}/1/events/{}/resend", events[0]["id"]);
        assert_eq!(client.post(&path, &json!({})).await.status, status);
        let received = receiver.received();
        let has_key = received[0].header("idempotency-key").is_some();
        assert_eq!(has_key, status == 201, "{version}");
        if status == 201 {
            assert_eq!(received.len(), 2);
            assert_eq!(received[0].body, received[1].body);
        }
    }
}

#[tokio::test]
async fn a_template_and_headers_of_the_hook_shape_what_is_sent() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = begun(&forge);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    let mut body = everything(&receiver.url());
    body["custom_webhook_template"] = r#"{"of":"{{project.path_with_namespace}}"}"#.into();
    body["custom_headers"] = json!([{"key": "X-Own", "value": "b"}]);
    client.post(PATH, &body).await;
    project.push("main", "A", &[("a", Change::file("2"))]);
    forge.deliveries().idle().await;
    let received = receiver.received();
    assert_eq!(received[0].json(), json!({"of": "web/shop"}));
    assert_eq!(received[0].header("x-own"), Some("b"));
}
