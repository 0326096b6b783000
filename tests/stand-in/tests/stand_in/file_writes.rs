//! Changing one file.

use code_source_stand_in::{Change, StandIn};
use http::Method;
use serde_json::json;

use crate::client::Client;

const FILE: &str = "/projects/1/repository/files/src%2Fa.rs";

#[tokio::test]
async fn a_file_is_made_changed_and_deleted() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    project.commit("main", "Begin", &[("other", Change::file("1"))]);
    let client = Client::new(&forge);
    let body = json!({"branch": "main", "commit_message": "Add", "content": "1\n"});
    let made = client.post(FILE, &body).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.json(),
        json!({"file_path": "src/a.rs", "branch": "main"})
    );
    let again = client.post(FILE, &body).await;
    assert_eq!(
        again.refusal(),
        r#"400 {"message":"A file with this name already exists"}"#
    );
    let first = project.tip("main");
    let body = json!({
        "branch": "main", "commit_message": "Change", "content": "Mgo=", "encoding": "base64",
        "last_commit_id": first,
    });
    let changed = client.send_json(Method::PUT, FILE, &body).await.unwrap();
    assert_eq!(changed.status, 200);
    let raw = client.get(&format!("{FILE}/raw?ref=main")).await;
    assert_eq!(raw.refusal(), "200 2\n");
    let stale = client.send_json(Method::PUT, FILE, &body).await.unwrap();
    assert_eq!(
        stale.refusal(),
        r#"400 {"message":"You are attempting to update a file that has changed since you started editing it."}"#
    );
    let path = format!("{FILE}?branch=main&commit_message=Delete");
    assert_eq!(client.delete(&path).await.status, 204);
    assert_eq!(client.get(&format!("{FILE}?ref=main")).await.status, 404);
}
