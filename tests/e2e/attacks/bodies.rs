//! Bodies of requests that write: in a form with two meanings, or with more in them than was granted.

use code_source_test_plugins::Request;
use serde_json::{Value, json};

use super::scene::{MARK, Scene, api, tree};

const REFUSED: (&str, &str) = ("body", "body-refused");

/// A commit as it may be.
fn commit() -> Value {
    let action = json!({ "action": "create", "file_path": "a", "content": "b" });
    json!({ "branch": "main", "commit_message": "Begin", "actions": [action] })
}

/// The same with one more key.
fn commit_with(key: &str, value: impl Into<Value>) -> Request {
    let mut body = commit();
    body[key] = value.into();
    post(body.to_string())
}

fn post(body: impl Into<String>) -> Request {
    Request::post(api("/repository/commits"), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_granted_leaves_byte_for_byte() {
    let scene = Scene::open().await;
    let body = format!(" {} ", commit());
    scene.send(post(&body)).await.is_whole(200, 0);
    let request = &scene.forge.requests()[0];
    assert_eq!(
        request.line(),
        format!("POST {}", api("/repository/commits"))
    );
    assert_eq!(request.body, body.as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_no_body() {
    let scene = Scene::open().await;
    let form = |kind: &str| {
        Request::get(api("/repository/commits"))
            .method("POST")
            .header("content-type", kind)
            .body(format!("branch=main&start_project={MARK}"))
    };
    let kinds = [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/json; charset=utf-16",
        "application/json, application/x-www-form-urlencoded",
    ];
    let requests = kinds.map(form);
    scene.refuses(("headers", "header-refused"), requests).await;
    let disguised = post(format!("branch=main&start_project={MARK}"));
    scene.refuses(REFUSED, [disguised]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_stand_there_twice_are_refused_at_any_depth() {
    let scene = Scene::open().await;
    let text = commit().to_string();
    let bodies = [
        text.replacen('{', r#"{"branch":"other","#, 1),
        text.replacen("\"action\":", r#""action":"delete","action":"#, 1),
        text.replacen('{', r#"{"br\u0061nch":"other","#, 1),
    ];
    scene.refuses(REFUSED, bodies.map(post)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_single_object_of_json_is_refused() {
    let scene = Scene::open().await;
    let text = commit().to_string();
    let bodies = [
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        format!("[{text}]"),
        format!("{text}{text}"),
        format!("{text} x"),
        format!("\u{feff}{text}"),
        text.replace('"', "'"),
        text[..text.len() - 1].to_owned(),
        "[".repeat(100_000),
    ];
    scene.refuses(REFUSED, bodies.map(post)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_project_is_not_named_in_a_body() {
    let scene = Scene::open().await;
    let merge = json!({ "source_branch": "a", "target_branch": "b", "title": "c" });
    let mut elsewhere = merge.clone();
    elsewhere["target_project_id"] = 2.into();
    let requests = [
        commit_with("start_project", 2),
        commit_with("start_project", "web/other"),
        commit_with("id", 2),
        Request::post(api("/merge_requests"), elsewhere.to_string()),
    ];
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_are_not_granted_are_refused() {
    let scene = Scene::open().await;
    let action =
        |key: &str, value: &str| json!([{ "action": "create", "file_path": "a", key: value }]);
    let requests = [
        commit_with("force", true),
        commit_with("branch", json!({ "a": 1 })),
        commit_with("branch", Value::Null),
        commit_with("actions", "create"),
        commit_with("actions", action("action", "symlink")),
        commit_with("actions", action("project", "2")),
        commit_with("sudo", MARK),
        commit_with("private_token", MARK),
        commit_with("_method", "DELETE"),
        post(r#"{"branch":"main"}"#),
    ];
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_the_forge_takes_for_commands_are_refused() {
    let scene = Scene::open().await;
    let describe = |text: &str| {
        let mut body = json!({ "source_branch": "a", "target_branch": "b", "title": "c" });
        body["description"] = text.into();
        Request::post(api("/merge_requests"), body.to_string())
    };
    let commands = [
        "/approve",
        "a change\n/merge",
        "a change\r\n  /assign @root\r\n",
        "/MERGE now",
        "/copy_metadata web/other!1",
    ];
    scene.refuses(REFUSED, commands.map(describe)).await;
    let text = describe("in /usr/bin\n/usr/bin/env");
    scene.send(text.clone()).await.is_whole(200, 0);
    let sent = scene.forge.requests()[0].body.clone();
    assert_eq!(Some(sent), text.body.map(String::into_bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_reads_has_no_body() {
    let scene = Scene::open().await;
    let json = || tree().header("content-type", "application/json");
    let bodies = [
        format!("{{\"{MARK}\":1}}"),
        "x".repeat(1 << 20),
        "x".to_owned(),
    ];
    let requests = bodies.map(|body| json().body(body));
    scene.refuses(("body", "body-forbidden"), requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_the_limit_does_not_leave() {
    let scene = Scene::open().await;
    let source = scene.source_within(|limits| limits.request_bytes = 1_000);
    let came = scene.send_by(&source, post("x".repeat(1_001))).await;
    assert_eq!(came.answer.error(), Some("HTTP-request-body-size"));
    let line = ["decision", "reason"].map(|key| &came.asked[key]);
    assert_eq!(line, ["deny", "request-too-long"]);
    assert_eq!(came.ended["end"], "failed");
    assert_eq!(scene.forge.connections(), 0);
    scene.send_by(&source, tree()).await.is_whole(200, 0);
}
