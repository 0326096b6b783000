//! What pipelines outside say of commits.

use code_source_stand_in::{AccessLevel, Change, StandIn, TokenSpec};
use serde_json::{Value, json};

use crate::client::{Answer, Client};

fn fill(forge: &StandIn) -> String {
    let project = forge.project("web/shop");
    project.commit("main", "Begin", &[("a", Change::file("1"))])
}

async fn report(client: &Client<'_>, sha: &str, body: Value) -> Answer {
    client
        .post(&format!("/projects/1/statuses/{sha}"), &body)
        .await
}

#[tokio::test]
async fn a_status_is_told_and_changed_until_it_ends() {
    let forge = StandIn::builder().start().await.unwrap();
    let sha = fill(&forge);
    let client = Client::new(&forge);
    let answer = report(&client, &sha, json!({"state": "pending"})).await;
    assert_eq!(answer.status, 201);
    let first = answer.json();
    assert_eq!(first["name"], "default");
    assert_eq!(first["ref"], "main");
    assert_eq!(first["sha"], sha.as_str());
    assert_eq!(first["author"]["username"], "root");
    assert_eq!(first["finished_at"], Value::Null);
    for (state, wanted) in [("running", 1), ("success", 1), ("running", 2)] {
        let body = json!({"state": state, "target_url": "https://ci.example/1", "coverage": 30.5});
        let json = report(&client, &sha, body).await.json();
        assert_eq!(
            (&json["id"], &json["status"]),
            (&json!(wanted), &json!(state))
        );
        assert_eq!(json["coverage"], 30.5);
    }
    let path = format!("/projects/1/repository/commits/{sha}/statuses");
    let latest = client.all(&path).await;
    assert_eq!(latest.len(), 1);
    assert_eq!(latest[0]["status"], "running");
    assert_eq!(client.all(&format!("{path}?all=true")).await.len(), 2);
    assert!(client.all(&format!("{path}?name=other")).await.is_empty());
    assert!(client.all(&format!("{path}?ref=other")).await.is_empty());
}

#[tokio::test]
async fn a_step_that_was_taken_is_not_taken_again() {
    let forge = StandIn::builder().start().await.unwrap();
    let sha = fill(&forge);
    let client = Client::new(&forge);
    for (state, step) in [("pending", "enqueue"), ("running", "run")] {
        let body = json!({"state": state, "context": "ci"});
        assert_eq!(report(&client, &sha, body.clone()).await.status, 201);
        let text = format!(
            "Cannot transition status via :{step} from :{state} (Reason(s): Status cannot \
             transition via \"{step}\")"
        );
        let refusal = format!("400 {}", json!({ "message": text }));
        assert_eq!(report(&client, &sha, body).await.refusal(), refusal);
    }
}

#[tokio::test]
async fn a_status_that_makes_no_sense_is_refused() {
    let forge = StandIn::builder().start().await.unwrap();
    let sha = fill(&forge);
    let client = Client::new(&forge);
    for (body, refusal) in [
        (json!({}), r#"400 {"error":"state is missing"}"#),
        (
            json!({"state": "done"}),
            r#"400 {"error":"state does not have a valid value"}"#,
        ),
        (
            json!({"state": "success", "target_url": "ftp://x"}),
            r#"400 {"message":{"target_url":["is blocked: Only allowed schemes are http, https"]}}"#,
        ),
        (
            json!({"state": "success", "description": "x".repeat(256)}),
            r#"400 {"message":{"description":["is too long (maximum is 255 characters)"]}}"#,
        ),
        (
            json!({"state": "success", "pipeline_id": 77}),
            r#"404 {"message":"404 Pipeline for pipeline_id, sha and ref Not Found"}"#,
        ),
    ] {
        assert_eq!(report(&client, &sha, body).await.refusal(), refusal);
    }
    let answer = report(&client, "0123456789", json!({"state": "success"})).await;
    assert_eq!(
        answer.refusal(),
        r#"404 {"message":"404 Commit Not Found"}"#
    );

    let reader = forge.user("reader");
    let project = forge.project("web/shop");
    project.members(&reader, AccessLevel::Reporter);
    let token = forge.token(TokenSpec::new(&reader, &["api"]));
    let client = Client::with_token(&forge, &token);
    let answer = report(&client, &sha, json!({"state": "success"})).await;
    assert_eq!(answer.refusal(), r#"403 {"message":"403 Forbidden"}"#);
}
