//! Merging: what it makes of both branches, and how it is refused.

use code_source_stand_in::{Change, Feature, StandIn};
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    client::Client,
    merge_requests::{PATH, put, two_branches},
};

#[tokio::test]
async fn whether_it_can_be_merged_may_be_known_late() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    forge.feature(Feature::MergeabilityCheckedAfter(2));
    project.open_merge_request("side", "main", "A");
    let client = Client::new(&forge);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let read = client.get(&format!("{PATH}/1")).await.json();
        statuses.push(read["detailed_merge_status"].as_str().unwrap().to_owned());
    }
    assert_eq!(statuses, ["unchecked", "checking", "mergeable"]);
}

#[tokio::test]
async fn merging_makes_a_commit_of_both_and_ends_the_merge_request() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    let before = project.commit("main", "Elsewhere", &[("b", Change::file("x"))]);
    project.open_merge_request("side", "main", "Add four");
    let head = project.tip("side");
    let client = Client::new(&forge);
    let body = json!({"sha": head, "should_remove_source_branch": true});
    let merged = put(&client, &format!("{PATH}/1/merge"), body).await;
    assert_eq!(merged.status, 200, "{}", merged.refusal());
    let merged = merged.json();
    assert_eq!(merged["state"], "merged");
    assert_eq!(merged["merge_commit_sha"], project.tip("main"));
    assert_eq!(merged["merge_user"]["username"], "root");
    assert_eq!(merged["detailed_merge_status"], "not_open");
    let commit = client.get("/projects/1/repository/commits/main").await;
    let commit = commit.json();
    assert_eq!(commit["parent_ids"], json!([before, head]));
    assert_eq!(
        commit["message"],
        "Merge branch 'side' into 'main'\n\nAdd four\n\nSee merge request web/shop!1"
    );
    let file = "/projects/1/repository/files/a/raw?ref=main";
    assert_eq!(client.get(file).await.body, "1\n2\n3\n4\n");
    let branch = "/projects/1/repository/branches/side";
    assert_eq!(client.get(branch).await.status, 404);
    let again = put(&client, &format!("{PATH}/1/merge"), json!({})).await;
    assert_eq!(
        again.refusal(),
        r#"405 {"message":"405 Method Not Allowed"}"#
    );
}

#[tokio::test]
async fn squashing_leaves_one_commit_on_the_source_side() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    project.commit("side", "More", &[("b", Change::file("x"))]);
    let base = project.tip("main");
    project.open_merge_request("side", "main", "A");
    let client = Client::new(&forge);
    let body = json!({"squash": true, "squash_commit_message": "All", "merge_commit_message": "M"});
    let merged = put(&client, &format!("{PATH}/1/merge"), body).await.json();
    let squash = merged["squash_commit_sha"].as_str().unwrap();
    assert_eq!(project.tip("main^2"), squash);
    assert_eq!(project.tip(&format!("{squash}^")), base);
    let commit = client
        .get(&format!("/projects/1/repository/commits/{squash}"))
        .await;
    assert_eq!(commit.json()["message"], "All");
}

#[tokio::test]
async fn what_cannot_be_merged_is_refused_each_in_its_way() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    project.open_merge_request("side", "main", "Draft: A");
    let client = Client::new(&forge);
    let (path, merge) = (format!("{PATH}/1"), format!("{PATH}/1/merge"));
    let read = client.get(&path).await.json();
    assert_eq!(
        (&read["draft"], &read["detailed_merge_status"]),
        (&json!(true), &json!("draft_status"))
    );
    assert_eq!(put(&client, &merge, json!({})).await.status, 405);
    put(&client, &path, json!({"title": "A"})).await;
    let stale = put(&client, &merge, json!({"sha": project.tip("main")})).await;
    let head = project.tip("side");
    assert_eq!(
        stale.refusal(),
        format!(r#"409 {{"message":"SHA does not match HEAD of source branch: {head}"}}"#)
    );
    project.commit("main", "Other", &[("a", Change::file("1\n2\n3\nfour\n"))]);
    let read = client.get(&path).await.json();
    assert_eq!(read["has_conflicts"], true);
    assert_eq!(read["detailed_merge_status"], "conflict");
    assert_eq!(read["merge_status"], "cannot_be_merged");
    let conflict = put(&client, &merge, json!({})).await;
    assert_eq!(
        conflict.refusal(),
        r#"422 {"message":"Branch cannot be merged"}"#
    );
    put(&client, &path, json!({"state_event": "close"})).await;
    assert_eq!(put(&client, &merge, json!({})).await.status, 405);
}

#[tokio::test]
async fn from_19_2_on_merging_wants_to_know_the_head() {
    for (version, status) in [("19.1.0", 200), ("19.2.0", 400)] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        let project = two_branches(&forge);
        project.open_merge_request("side", "main", "A");
        let client = Client::new(&forge);
        let answer = put(&client, &format!("{PATH}/1/merge"), json!({})).await;
        assert_eq!(answer.status, status, "{version}: {}", answer.refusal());
    }
}

#[tokio::test]
async fn merge_requests_work_where_objects_have_longer_names() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop").sha256();
    let base = project.commit("main", "Begin", &[("a", Change::file("1\n"))]);
    project.branch("side", &base);
    let head = project.commit("side", "Side", &[("b", Change::file("2\n"))]);
    assert_eq!(head.len(), 64);
    project.open_merge_request("side", "main", "A");
    let client = Client::new(&forge);
    let merged = put(&client, &format!("{PATH}/1/merge"), json!({"sha": head})).await;
    assert_eq!(merged.json()["state"], "merged");
    assert_eq!(project.tip("main^2"), head);
}

#[tokio::test]
async fn at_once_one_merge_request_is_opened_and_merged_once() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = two_branches(&forge);
    let client = Client::new(&forge);
    let body = json!({"source_branch": "side", "target_branch": "main", "title": "A"});
    let opened = join_all((0..4).map(|_| client.post(PATH, &body))).await;
    let mut statuses: Vec<u16> = opened.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    let path = format!("{PATH}/1/merge");
    let merged = join_all((0..4).map(|_| put(&client, &path, json!({})))).await;
    let mut statuses: Vec<u16> = merged.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 405, 405, 405]);
    assert_eq!(project.tip("main^2"), project.tip("side"));
}
