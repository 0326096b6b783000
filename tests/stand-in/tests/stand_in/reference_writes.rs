//! Making and deleting branches and tags.

use code_source_stand_in::{AccessLevel, Change, Feature, Project, StandIn, TokenSpec};
use serde_json::json;

use crate::client::Client;

const BRANCHES: &str = "/projects/1/repository/branches";
const TAGS: &str = "/projects/1/repository/tags";

fn shop(forge: &StandIn) -> (Project, String) {
    let project = forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("a", Change::file("1"))]);
    (project, tip)
}

#[tokio::test]
async fn a_branch_is_made_seen_and_deleted() {
    let forge = StandIn::builder().start().await.unwrap();
    let (_, tip) = shop(&forge);
    let client = Client::new(&forge);
    let made = client
        .post(&format!("{BRANCHES}?branch=a%2Fb&ref=main"), &json!({}))
        .await;
    assert_eq!(made.status, 201);
    assert_eq!(made.json()["name"], "a/b");
    assert_eq!(made.json()["commit"]["id"], tip.as_str());
    assert_eq!(made.json()["protected"], false);
    let read = client.get(&format!("{BRANCHES}/a%2Fb")).await;
    assert_eq!(read.json(), made.json());
    assert_eq!(
        client.delete(&format!("{BRANCHES}/a%2Fb")).await.status,
        204
    );
    assert_eq!(
        client.get(BRANCHES).await.json().as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_form_is_read_as_json_is() {
    let forge = StandIn::builder().start().await.unwrap();
    shop(&forge);
    let kind = "application/x-www-form-urlencoded";
    let answer = Client::new(&forge)
        .send_body(http::Method::POST, BRANCHES, kind, "branch=x+y&ref=main")
        .await
        .unwrap();
    let refusal = r#"400 {"message":"Branch name is invalid"}"#;
    assert_eq!(answer.refusal(), refusal);
}

#[tokio::test]
async fn a_branch_that_cannot_be_made_is_refused_in_words() {
    let forge = StandIn::builder().start().await.unwrap();
    shop(&forge);
    let client = Client::new(&forge);
    for (body, refusal) in [
        (
            json!({"branch": "main", "ref": "main"}),
            r#"400 {"message":"Branch already exists"}"#,
        ),
        (
            json!({"branch": "x", "ref": "gone"}),
            r#"400 {"message":"Failed to create branch 'x': invalid reference name 'gone'"}"#,
        ),
        (
            json!({"branch": "main/x", "ref": "main"}),
            r#"400 {"message":"Failed to create branch 'main/x': Branch name conflicts with existing branch hierarchy."}"#,
        ),
        (json!({"branch": "x"}), r#"400 {"error":"ref is missing"}"#),
        (
            json!(null),
            r#"400 {"error":"branch is missing, ref is missing"}"#,
        ),
    ] {
        assert_eq!(client.post(BRANCHES, &body).await.refusal(), refusal);
    }
}

#[tokio::test]
async fn a_branch_that_must_stay_is_not_deleted() {
    let forge = StandIn::builder().start().await.unwrap();
    let (project, tip) = shop(&forge);
    let dev = forge.user("dev");
    project.branch("kept", &tip);
    project
        .protected_branch("kept")
        .members(&dev, AccessLevel::Developer);
    let token = forge.token(TokenSpec::new(&dev, &["api"]));
    let client = Client::with_token(&forge, &token);
    for (branch, refusal) in [
        (
            "main",
            r#"400 {"message":"The default branch of a project cannot be deleted."}"#,
        ),
        ("gone", r#"404 {"message":"404 Branch Not Found"}"#),
        (
            "a%20b",
            r#"400 {"message":"The branch refname is invalid"}"#,
        ),
        (
            "kept",
            r#"400 {"message":"You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch."}"#,
        ),
    ] {
        let answer = client.delete(&format!("{BRANCHES}/{branch}")).await;
        assert_eq!(answer.refusal(), refusal);
    }
}

#[tokio::test]
async fn the_first_branch_of_an_empty_project_comes_with_a_readme() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/empty");
    let client = Client::new(&forge);
    let made = client
        .post(BRANCHES, &json!({"branch": "x", "ref": "main"}))
        .await;
    assert_eq!(made.status, 201, "{}", made.refusal());
    assert_eq!(made.json()["commit"]["title"], "Add README.md");
    let project = client.get("/projects/1").await.json();
    assert_eq!(project["default_branch"], "main");
    assert_eq!(project["empty_repo"], false);
}

#[tokio::test]
async fn a_tag_is_annotated_where_it_has_a_message() {
    let forge = StandIn::builder().start().await.unwrap();
    let (_, tip) = shop(&forge);
    let client = Client::new(&forge);
    let body = json!({"tag_name": "v1", "ref": "main"});
    let light = client.post(TAGS, &body).await;
    assert_eq!(light.status, 201);
    assert_eq!(light.json()["target"], tip.as_str());
    let body = json!({"tag_name": "v2", "ref": "main", "message": "Second"});
    let annotated = client.post(TAGS, &body).await.json();
    assert_eq!(annotated["message"], "Second");
    assert_eq!(annotated["commit"]["id"], tip.as_str());
    assert_ne!(annotated["target"], tip.as_str());
    for (name, target, refusal) in [
        ("v1", "main", r#"400 {"message":"Tag v1 already exists"}"#),
        ("v3", "gone", r#"400 {"message":"Target gone is invalid"}"#),
        ("v 3", "main", r#"400 {"message":"Tag name invalid"}"#),
    ] {
        let body = json!({"tag_name": name, "ref": target});
        assert_eq!(client.post(TAGS, &body).await.refusal(), refusal);
    }
    assert_eq!(client.delete(&format!("{TAGS}/v1")).await.status, 204);
    let gone = client.delete(&format!("{TAGS}/v1")).await;
    assert_eq!(gone.refusal(), r#"404 {"message":"404 Tag Not Found"}"#);
}

#[tokio::test]
async fn who_may_not_write_is_told_why() {
    let forge = StandIn::builder().start().await.unwrap();
    let (project, _) = shop(&forge);
    let user = forge.user("reader");
    project.clone().members(&user, AccessLevel::Reporter);
    let body = json!({"branch": "x", "ref": "main"});
    let forbidden = r#"403 {"message":"403 Forbidden"}"#;

    let token = forge.token(TokenSpec::new(&user, &["api"]));
    let answer = Client::with_token(&forge, &token)
        .post(BRANCHES, &body)
        .await;
    assert_eq!(answer.refusal(), forbidden);

    let root = forge.user("root").administrator();
    let token = forge.token(TokenSpec::new(&root, &["read_api"]));
    let answer = Client::with_token(&forge, &token)
        .post(BRANCHES, &body)
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["error"], "insufficient_scope");
    assert_eq!(answer.json()["scope"], "api");

    project.clone().archived();
    let answer = Client::new(&forge).post(BRANCHES, &body).await;
    assert_eq!(answer.refusal(), forbidden);
    assert_eq!(Client::new(&forge).get(BRANCHES).await.status, 200);
}

#[tokio::test]
async fn an_administrator_without_admin_mode_is_an_ordinary_user() {
    let forge = StandIn::builder().start().await.unwrap();
    shop(&forge);
    forge.feature(Feature::AdminMode);
    let body = json!({"branch": "x", "ref": "main"});
    let answer = Client::new(&forge).post(BRANCHES, &body).await;
    let refusal = r#"404 {"message":"404 Project Not Found"}"#;
    assert_eq!(answer.refusal(), refusal);
}

#[tokio::test]
async fn maintenance_refuses_changes_and_answers_questions() {
    let forge = StandIn::builder().start().await.unwrap();
    shop(&forge);
    forge.feature(Feature::Maintenance);
    let client = Client::new(&forge);
    assert_eq!(client.get(BRANCHES).await.status, 200);
    let body = json!({"branch": "x", "ref": "main"});
    assert_eq!(
        client.post(BRANCHES, &body).await.refusal(),
        r#"503 {"message":"GitLab Maintenance: system is in maintenance mode"}"#
    );
}

#[tokio::test]
async fn a_moved_project_is_not_written_to_by_its_old_path() {
    let forge = StandIn::builder().start().await.unwrap();
    let (project, _) = shop(&forge);
    project.rename("web/store");
    let body = json!({"branch": "x", "ref": "main"});
    let path = "/projects/web%2Fshop/repository/branches";
    assert_eq!(
        Client::new(&forge).post(path, &body).await.refusal(),
        r#"405 {"message":"Non GET methods are not allowed for moved projects"}"#
    );
}
