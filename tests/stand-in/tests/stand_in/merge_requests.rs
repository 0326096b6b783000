//! Merge requests: opening, following their branches, changing, listing, and being prepared late.

use code_source_stand_in::{AccessLevel, Change, Feature, Project, StandIn, TokenSpec};
use http::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

pub(crate) const PATH: &str = "/projects/1/merge_requests";

/// A project whose branch `side` changes what `main` has.
pub(crate) fn two_branches(forge: &StandIn) -> Project {
    let project = forge.project("web/shop");
    let base = project.commit("main", "Begin", &[("a", Change::file("1\n2\n3\n"))]);
    project.branch("side", &base);
    project.commit("side", "Side", &[("a", Change::file("1\n2\n3\n4\n"))]);
    project
}

fn side_to_main() -> Value {
    json!({"source_branch": "side", "target_branch": "main", "title": "Add four"})
}

pub(crate) async fn put(client: &Client<'_>, path: &str, body: Value) -> Answer {
    client.send_json(Method::PUT, path, &body).await.unwrap()
}

#[tokio::test]
async fn a_merge_request_tells_where_both_branches_are() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    project.commit("main", "Elsewhere", &[("b", Change::file("x"))]);
    let client = Client::new(&forge);
    let answer = client.post(PATH, &side_to_main()).await;
    assert_eq!(answer.status, 201, "{}", answer.refusal());
    let made = answer.json();
    let base = project.tip("main~1");
    let refs = json!({
        "base_sha": base,
        "start_sha": project.tip("main"),
        "head_sha": project.tip("side"),
    });
    assert_eq!(made["diff_refs"], refs);
    assert_eq!(made["sha"], project.tip("side"));
    assert_eq!(made["changes_count"], "1");
    assert_eq!(made["detailed_merge_status"], "mergeable");
    assert_eq!(made["references"]["full"], "web/shop!1");
    assert_eq!(made["user"]["can_merge"], true);
    assert_eq!(made["author"]["username"], "root");
    let read = client.get(&format!("{PATH}/1")).await.json();
    assert_eq!(read, made);
    let kept = project.tip("refs/merge-requests/1/head");
    assert_eq!(kept, project.tip("side"));
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_in_gitlabs_words() {
    let forge = StandIn::builder().start().await.unwrap();
    two_branches(&forge);
    let client = Client::new(&forge);
    client.post(PATH, &side_to_main()).await;
    let with = |source: &str, target: &str, title: &str| json!({"source_branch": source, "target_branch": target, "title": title});
    for (body, refusal) in [
        (
            side_to_main(),
            r#"409 {"message":["Another open merge request already exists for this source branch: !1"]}"#,
        ),
        (
            with("gone", "main", "A"),
            r#"400 {"message":{"source_branch":["does not exist"]}}"#,
        ),
        (
            with("side", "gone", "A"),
            r#"400 {"message":{"target_branch":["does not exist"]}}"#,
        ),
        (
            with("main", "main", "A"),
            r#"422 {"message":["You can't use same project/branch for source and target"]}"#,
        ),
        (
            with("main", "side", ""),
            r#"400 {"message":{"title":["can't be blank"]}}"#,
        ),
        (
            json!({"source_branch": "side"}),
            r#"400 {"error":"title is missing, target_branch is missing"}"#,
        ),
    ] {
        assert_eq!(client.post(PATH, &body).await.refusal(), refusal);
    }
}

#[tokio::test]
async fn a_new_branch_is_seen_after_some_attempts() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    forge.feature(Feature::BranchesVisibleAfter(2));
    let client = Client::new(&forge);
    let branch = json!({"branch": "new", "ref": project.tip("side")});
    client
        .post("/projects/1/repository/branches", &branch)
        .await;
    let body = json!({"source_branch": "new", "target_branch": "main", "title": "A"});
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(client.post(PATH, &body).await.status);
    }
    assert_eq!(statuses, [400, 400, 201]);
}

#[tokio::test]
async fn whoever_only_reads_opens_and_merges_nothing() {
    let forge = StandIn::builder().start().await.unwrap();
    let reader = forge.user("reader");
    let developer = forge.user("developer");
    let project = two_branches(&forge)
        .members(&reader, AccessLevel::Reporter)
        .members(&developer, AccessLevel::Developer);
    let token = forge.token(TokenSpec::new(&reader, &["api"]));
    let reader = Client::with_token(&forge, &token);
    let refused = reader.post(PATH, &side_to_main()).await;
    assert_eq!(refused.refusal(), r#"403 {"message":"403 Forbidden"}"#);
    let token = forge.token(TokenSpec::new(&developer, &["read_api"]));
    let refused = Client::with_token(&forge, &token)
        .post(PATH, &side_to_main())
        .await;
    assert_eq!(refused.status, 403);
    project.open_merge_request("side", "main", "A");
    // The default branch is protected.
    let token = forge.token(TokenSpec::new(&developer, &["api"]));
    let developer = Client::with_token(&forge, &token);
    let refused = put(&developer, &format!("{PATH}/1/merge"), json!({})).await;
    assert_eq!(refused.refusal(), r#"401 {"message":"401 Unauthorized"}"#);
}

#[tokio::test]
async fn a_push_to_the_source_makes_a_new_version() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    project.open_merge_request("side", "main", "A");
    let client = Client::new(&forge);
    let first = project.tip("side");
    let second = project.commit("side", "More", &[("b", Change::file("x"))]);
    let read = client.get(&format!("{PATH}/1")).await.json();
    assert_eq!(read["sha"], second.as_str());
    let versions = client.get(&format!("{PATH}/1/versions")).await.json();
    let heads: Vec<_> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["head_commit_sha"].as_str().unwrap())
        .collect();
    assert_eq!(heads, [second.as_str(), first.as_str()]);
    let id = &versions[1]["id"];
    let old = client.get(&format!("{PATH}/1/versions/{id}")).await.json();
    assert_eq!(old["commits"].as_array().unwrap().len(), 1);
    assert_eq!(old["diffs"][0]["new_path"], "a");
    let commits = client.get(&format!("{PATH}/1/commits")).await.json();
    assert_eq!(commits[0]["id"], second.as_str());
    assert_eq!(commits.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_merge_request_outlives_its_source_branch() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    project.open_merge_request("side", "main", "A");
    let head = project.tip("side");
    project.delete_branch("side");
    let client = Client::new(&forge);
    let read = client.get(&format!("{PATH}/1")).await.json();
    assert_eq!(read["sha"], head.as_str());
    assert_eq!(read["detailed_merge_status"], "commits_status");
    let diffs = client.get(&format!("{PATH}/1/diffs")).await.json();
    assert_eq!(diffs.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn differences_come_in_pages_and_as_one_text() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    let files: Vec<(String, Change)> = (0..24)
        .map(|number| (format!("f{number:02}"), Change::file("x\n")))
        .collect();
    project.commit("side", "Many", &files);
    project.open_merge_request("side", "main", "A");
    let client = Client::new(&forge);
    let path = format!("{PATH}/1/diffs");
    let first = client.get(&path).await;
    assert_eq!(first.json().as_array().unwrap().len(), 20);
    assert_eq!(first.header("x-next-page"), Some("2"));
    assert_eq!(client.all(&path).await.len(), 25);
    let unified = client.get(&format!("{path}?unidiff=true")).await.json();
    let text = unified[0]["diff"].as_str().unwrap();
    assert!(text.starts_with("--- a/a\n+++ b/a\n@@"), "{text}");
    let raw = client.get(&format!("{PATH}/1/raw_diffs")).await;
    let raw = String::from_utf8(raw.body.to_vec()).unwrap();
    assert_eq!(raw.matches("diff --git ").count(), 25);
}

#[tokio::test]
async fn nothing_is_told_of_a_difference_before_it_is_prepared() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    forge.feature(Feature::DiffsReadyAfter(3));
    let client = Client::new(&forge);
    let made = client.post(PATH, &side_to_main()).await.json();
    assert_eq!(made["diff_refs"], Value::Null);
    assert_eq!(made["changes_count"], Value::Null);
    assert_eq!(made["prepared_at"], Value::Null);
    assert_eq!(made["detailed_merge_status"], "preparing");
    for path in ["/1/diffs", "/1/versions"] {
        assert_eq!(client.get(&format!("{PATH}{path}")).await.json(), json!([]));
    }
    let read = client.get(&format!("{PATH}/1")).await.json();
    assert_eq!(read["detailed_merge_status"], "preparing");
    let read = client.get(&format!("{PATH}/1")).await.json();
    assert_eq!(read["diff_refs"]["head_sha"], project.tip("side"));
    assert_eq!(read["detailed_merge_status"], "mergeable");
}

#[tokio::test]
async fn a_merge_request_is_changed_closed_and_reopened() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    project.branch("other", &project.tip("main"));
    project.open_merge_request("side", "main", "A");
    let client = Client::new(&forge);
    let path = format!("{PATH}/1");
    let change = json!({
        "title": "B",
        "description": "Why",
        "labels": "one,two",
        "target_branch": "other",
        "squash": true,
    });
    let changed = put(&client, &path, change).await.json();
    assert_eq!(changed["title"], "B");
    assert_eq!(changed["description"], "Why");
    assert_eq!(changed["labels"], json!(["one", "two"]));
    assert_eq!(changed["target_branch"], "other");
    assert_eq!(changed["squash"], true);
    let change = json!({"add_labels": "three", "remove_labels": ["one"]});
    let changed = put(&client, &path, change).await.json();
    assert_eq!(changed["labels"], json!(["two", "three"]));
    let closed = put(&client, &path, json!({"state_event": "close"})).await;
    let closed = closed.json();
    assert_eq!(closed["state"], "closed");
    assert_eq!(closed["closed_by"]["username"], "root");
    let opened = put(&client, &path, json!({"state_event": "reopen"})).await;
    assert_eq!(opened.json()["state"], "opened");
    let notes = client.get(&format!("{path}/notes?sort=asc")).await.json();
    let said: Vec<_> = notes.as_array().unwrap().iter().collect();
    assert_eq!(said[0]["body"], "closed");
    assert_eq!(said[1]["body"], "reopened");
    assert!(said.iter().all(|note| note["system"] == true));
    let nothing = put(&client, &path, json!({})).await;
    assert_eq!(nothing.status, 400);
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_paged() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    for name in ["b1", "b2", "b3"] {
        project.branch(name, &project.tip("side"));
        project.open_merge_request(name, "main", &format!("Of {name}"));
    }
    let client = Client::new(&forge);
    put(
        &client,
        &format!("{PATH}/2"),
        json!({"state_event": "close", "labels": ["x"]}),
    )
    .await;
    for (query, expected) in [
        ("", vec![3, 2, 1]),
        ("?state=opened&sort=asc", vec![1, 3]),
        ("?state=closed", vec![2]),
        ("?source_branch=b3", vec![3]),
        ("?target_branch=side", vec![]),
        ("?search=OF%20B1", vec![1]),
        ("?iids[]=1&iids[]=3&order_by=title", vec![3, 1]),
        ("?labels=x", vec![2]),
        ("?labels=None", vec![3, 1]),
        ("?author_username=nobody", vec![]),
        ("?order_by=updated_at", vec![2, 3, 1]),
        ("?wip=yes", vec![]),
    ] {
        let answer = client.get(&format!("{PATH}{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.refusal());
        let found = answer.json();
        let found = found.as_array().unwrap().iter();
        let found: Vec<_> = found.map(|one| one["iid"].as_u64().unwrap()).collect();
        assert_eq!(found, expected, "{query}");
    }
    let page = client.get(&format!("{PATH}?per_page=2&view=simple")).await;
    assert_eq!(page.header("x-total"), Some("3"));
    assert_eq!(page.json()[0].as_object().unwrap().len(), 9);
    assert_eq!(client.next(&page).await.unwrap().json()[0]["iid"], 1);
    let refused = client.get(&format!("{PATH}?state=open")).await;
    assert_eq!(
        refused.refusal(),
        r#"400 {"error":"state does not have a valid value"}"#
    );
}
