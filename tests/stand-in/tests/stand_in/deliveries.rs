//! Deliveries: what reaches a receiver of an event, in which order and under which headers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use code_source_stand_in::{Change, Feature, StandIn};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    client::Client,
    hooks::{PATH, begun, everything, put},
    push::Work,
    receiver::Receiver,
};

#[tokio::test]
async fn a_push_reaches_the_receiver_with_its_commits() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = begun(&forge);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    client.post(PATH, &everything(&receiver.url())).await;
    let before = project.tip("main");
    let change = [("a", Change::file("2\n")), ("b", Change::file("x"))];
    let after = project.push("main", "Change\n\nWhy", &change);
    forge.deliveries().idle().await;
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    let headers = &received[0];
    assert_eq!(headers.header("x-gitlab-event"), Some("Push Hook"));
    assert_eq!(headers.header("x-gitlab-token"), Some("a secret"));
    assert_eq!(headers.header("user-agent"), Some("GitLab/18.6.0-ee"));
    for name in [
        "idempotency-key",
        "x-gitlab-event-uuid",
        "x-gitlab-webhook-uuid",
    ] {
        assert_eq!(headers.header(name).unwrap().len(), 36, "{name}");
    }
    assert!(headers.header("webhook-id").is_none());
    let body = headers.json();
    assert_eq!(body["object_kind"], "push");
    assert_eq!(body["ref"], "refs/heads/main");
    assert_eq!(body["ref_protected"], true);
    assert_eq!(body["before"], before.as_str());
    assert_eq!(body["after"], after.as_str());
    assert_eq!(body["checkout_sha"], after.as_str());
    assert_eq!(body["total_commits_count"], 1);
    let commit = &body["commits"][0];
    assert_eq!(commit["title"], "Change");
    assert_eq!(commit["added"], json!(["b"]));
    assert_eq!(commit["modified"], json!(["a"]));
    assert_eq!(commit["removed"], json!([]));
    assert_eq!(body["project"]["path_with_namespace"], "web/shop");
    assert_eq!(body["user_username"], "root");
}

#[tokio::test]
async fn a_long_push_shows_its_newest_twenty_commits() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = begun(&forge);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    for number in 0..22 {
        let change = [("b", Change::file(number.to_string()))];
        project.commit("side", &format!("Commit {number}"), &change);
    }
    let tip = project.tip("side");
    project.delete_branch("side");
    client.post(PATH, &everything(&receiver.url())).await;
    let body = json!({"branch": "side", "ref": tip});
    let path = "/projects/1/repository/branches";
    client.post(path, &body).await;
    client.delete(&format!("{path}/side")).await;
    forge.deliveries().idle().await;
    let received = receiver.received();
    let begun = received[0].json();
    let zeros = "0".repeat(40);
    assert_eq!(begun["before"], zeros.as_str());
    assert_eq!(begun["total_commits_count"], 22);
    assert_eq!(begun["commits"].as_array().unwrap().len(), 20);
    assert_eq!(begun["commits"][19]["title"], "Commit 21");
    let ended = received[1].json();
    assert_eq!(ended["after"], zeros.as_str());
    assert_eq!(ended["checkout_sha"], Value::Null);
    assert_eq!(ended["commits"], json!([]));
}

#[tokio::test]
async fn everything_that_happens_to_a_merge_request_is_told_in_order() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = begun(&forge);
    project.branch("side", &project.tip("main"));
    project.commit("side", "Side", &[("b", Change::file("x"))]);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    client.post(PATH, &everything(&receiver.url())).await;
    let requests = "/projects/1/merge_requests";
    let body = json!({"source_branch": "side", "target_branch": "main", "title": "A"});
    client.post(requests, &body).await;
    let path = format!("{requests}/1");
    put(&client, &path, json!({"title": "B"})).await;
    let old = project.tip("side");
    let change = [("c", Change::file("y"))];
    let head = project.push("side", "More", &change);
    let note = json!({"body": "Hello"});
    client.post(&format!("{path}/notes"), &note).await;
    put(&client, &path, json!({"state_event": "close"})).await;
    put(&client, &path, json!({"state_event": "reopen"})).await;
    put(&client, &format!("{path}/merge"), json!({"sha": head})).await;
    forge.deliveries().idle().await;
    let bodies: Vec<Value> = receiver.received().iter().map(|one| one.json()).collect();
    let told: Vec<String> = bodies
        .iter()
        .map(|body| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let action = text(&body["object_attributes"]["action"]);
            format!("{} {action}", text(&body["object_kind"]))
        })
        .collect();
    assert_eq!(
        told,
        [
            "merge_request open",
            "merge_request update",
            "merge_request update",
            "push ",
            "note create",
            "merge_request close",
            "merge_request reopen",
            "push ",
            "merge_request merge",
        ]
    );
    let title = json!({"title": {"previous": "A", "current": "B"}});
    assert_eq!(bodies[1]["changes"], title);
    assert_eq!(bodies[2]["object_attributes"]["oldrev"], old.as_str());
    let last = &bodies[2]["object_attributes"]["last_commit"];
    assert_eq!(last["id"], head.as_str());
    assert_eq!(bodies[4]["merge_request"]["iid"], 1);
    assert_eq!(bodies[8]["object_attributes"]["state"], "merged");
}

#[tokio::test]
async fn from_19_0_on_deliveries_are_signed_where_there_is_a_key() {
    let forge = StandIn::builder().version("19.0.0").start().await.unwrap();
    let project = begun(&forge);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    let mut body = everything(&receiver.url());
    client.post(PATH, &body).await;
    body["signing_token"] = format!("whsec_{}", STANDARD.encode([7; 32])).into();
    client.post(PATH, &body).await;
    project.push("main", "A", &[("a", Change::file("2"))]);
    forge.deliveries().idle().await;
    let received = receiver.received();
    assert_eq!(received.len(), 2);
    let (signed, unsigned): (Vec<_>, Vec<_>) = received
        .iter()
        .partition(|one| one.header("webhook-signature").is_some());
    for one in &received {
        assert_eq!(one.header("webhook-id"), one.header("idempotency-key"));
        let moment = one.header("webhook-timestamp").unwrap();
        assert!(moment.parse::<i64>().is_ok());
    }
    assert_eq!((signed.len(), unsigned.len()), (1, 1));
    let signature = signed[0].header("webhook-signature").unwrap();
    let mut text = Vec::new();
    for name in ["webhook-id", "webhook-timestamp"] {
        text.extend(signed[0].header(name).unwrap().as_bytes());
        text.push(b'.');
    }
    text.extend(&signed[0].body);
    let expected = STANDARD.encode(hmac(&[7; 32], &text));
    assert_eq!(signature, format!("v1,{expected}"));
    assert_eq!(
        signed[0].header("x-gitlab-event-uuid"),
        unsigned[0].header("x-gitlab-event-uuid")
    );
    assert_ne!(
        signed[0].header("webhook-id"),
        unsigned[0].header("webhook-id")
    );
}

#[tokio::test]
async fn a_certificate_is_verified_unless_the_hook_says_otherwise() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = begun(&forge);
    let receiver = StandIn::builder().start().await.unwrap();
    receiver.allow_unexpected();
    let client = Client::new(&forge);
    let url = format!("{}/hook", receiver.url());
    client.post(PATH, &everything(&url)).await;
    let path = format!("{PATH}/1");
    let reached = |count: usize| {
        let requests = receiver.requests();
        assert_eq!(requests.len(), count);
    };
    project.push("main", "A", &[("a", Change::file("2"))]);
    forge.deliveries().idle().await;
    reached(0);
    assert!(forge.deliveries().all()[0].failure.is_some());
    put(&client, &path, json!({"enable_ssl_verification": false})).await;
    project.push("main", "A", &[("a", Change::file("3"))]);
    forge.deliveries().idle().await;
    reached(1);
    put(&client, &path, json!({"enable_ssl_verification": true})).await;
    forge.feature(Feature::HookAuthority(receiver.ca_pem().to_owned()));
    project.push("main", "A", &[("a", Change::file("4"))]);
    forge.deliveries().idle().await;
    reached(2);
}

#[tokio::test]
async fn only_wanted_branches_and_events_are_told() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = begun(&forge);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    let mut body = everything(&receiver.url());
    body["push_events_branch_filter"] = "release/*".into();
    body["tag_push_events"] = false.into();
    client.post(PATH, &body).await;
    project.push("main", "A", &[("a", Change::file("2"))]);
    project.push("release/1", "B", &[("a", Change::file("3"))]);
    let tag = json!({"tag_name": "v1", "ref": "main"});
    client.post("/projects/1/repository/tags", &tag).await;
    forge.deliveries().idle().await;
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].json()["ref"], "refs/heads/release/1");
}

#[tokio::test]
async fn a_tag_is_told_with_its_message() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = begun(&forge);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    client.post(PATH, &everything(&receiver.url())).await;
    let tag = json!({"tag_name": "v1", "ref": "main", "message": "First"});
    let made = client.post("/projects/1/repository/tags", &tag).await;
    assert_eq!(made.status, 201, "{}", made.refusal());
    forge.deliveries().idle().await;
    let received = receiver.received();
    assert_eq!(received[0].header("x-gitlab-event"), Some("Tag Push Hook"));
    let body = received[0].json();
    assert_eq!(body["object_kind"], "tag_push");
    assert_eq!(body["ref"], "refs/tags/v1");
    assert_eq!(body["message"], "First");
    assert_eq!(body["checkout_sha"], project.tip("main"));
    assert_ne!(body["after"], body["checkout_sha"]);
}

#[tokio::test]
async fn a_push_of_more_than_three_references_is_told_to_nobody() {
    let forge = StandIn::builder().start().await.unwrap();
    begun(&forge);
    let receiver = Receiver::start().await;
    let client = Client::new(&forge);
    client.post(PATH, &everything(&receiver.url())).await;
    let folder = tempfile::tempdir().unwrap();
    let work = Work {
        forge: &forge,
        folder: folder.path(),
    };
    work.begin();
    let token = forge.admin_token();
    let push = |references: &[&str]| {
        let (success, said) = work.push(&token, references);
        assert!(success, "{said}");
    };
    push(&[
        "HEAD:refs/heads/a",
        "HEAD:refs/heads/b",
        "HEAD:refs/heads/c",
    ]);
    forge.deliveries().idle().await;
    assert_eq!(receiver.received().len(), 3);
    push(&[
        "HEAD:refs/heads/d",
        "HEAD:refs/heads/e",
        "HEAD:refs/heads/f",
        "HEAD:refs/heads/g",
    ]);
    forge.deliveries().idle().await;
    assert_eq!(receiver.received().len(), 3);
}

/// HMAC with SHA-256 and a key of less than a block.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        block
    };
    let inner = Sha256::digest([padded(0x36).as_slice(), text].concat());
    Sha256::digest([padded(0x5c).as_slice(), &inner].concat()).to_vec()
}
