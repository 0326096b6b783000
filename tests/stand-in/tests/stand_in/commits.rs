//! Histories: their order, their pages, and single commits.

use code_source_stand_in::{Change, StandIn};
use serde_json::Value;

use crate::client::Client;

const PATH: &str = "/projects/1/repository/commits";

fn titles(commits: &[Value]) -> Vec<&str> {
    commits
        .iter()
        .map(|commit| commit["title"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_history_does_not_tell_its_length() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    for number in 0..5 {
        project.commit(
            "main",
            &format!("{number}"),
            &[("a", Change::file(format!("{number}")))],
        );
    }
    let client = Client::new(&forge);
    let first = client.get(&format!("{PATH}?per_page=2")).await;
    assert!(first.header("x-total").is_none());
    assert_eq!(first.header("x-next-page"), Some("2"));
    let all = client.all(&format!("{PATH}?per_page=2")).await;
    assert_eq!(titles(&all), ["4", "3", "2", "1", "0"]);
}

#[tokio::test]
async fn a_history_can_be_that_of_a_path_or_of_a_time() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    project.commit("main", "a", &[("a", Change::file("1"))]);
    project.commit("main", "b", &[("b*", Change::file("1"))]);
    project.commit("main", "c", &[("a", Change::file("2"))]);
    let client = Client::new(&forge);
    let all = client.all(&format!("{PATH}?path=a")).await;
    assert_eq!(titles(&all), ["c", "a"]);
    assert!(client.all(&format!("{PATH}?path=*")).await.is_empty());
    let since = client
        .all(&format!("{PATH}?since=2026-01-01T00:02:00Z"))
        .await;
    assert_eq!(titles(&since), ["c", "b"]);
    let answer = client.get(&format!("{PATH}?ref_name=gone")).await;
    assert_eq!(
        answer.refusal(),
        r#"404 {"message":"404 Commit Not Found"}"#
    );
}

#[tokio::test]
async fn a_commit_is_found_by_any_name_and_counts_its_lines() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let first = project.commit("main", "Begin\n\nBody", &[("a", Change::file("1\n2\n"))]);
    let mut commit = project.new_commit("main", "Zone");
    commit.zone = "+0530".to_owned();
    let second = project.commit_as(&commit, [(b"a".to_vec(), Change::file("1\n3\n"))]);
    project.tag("v1", &first, Some("One"));
    let client = Client::new(&forge);
    for name in [first.as_str(), &first[..10], "v1"] {
        let commit = client.get(&format!("{PATH}/{name}")).await.json();
        assert_eq!(commit["id"], first.as_str());
        assert_eq!(commit["title"], "Begin");
        assert_eq!(commit["message"], "Begin\n\nBody");
        assert_eq!(commit["stats"]["additions"], 2);
    }
    let commit = client.get(&format!("{PATH}/main")).await.json();
    assert_eq!(commit["parent_ids"][0], first.as_str());
    assert_eq!(commit["committed_date"], "2026-01-01T05:32:00.000+05:30");
    assert_eq!(commit["stats"]["total"], 2);
    let diff = client.get(&format!("{PATH}/{second}/diff")).await;
    assert_eq!(diff.header("x-total"), Some("1"));
    assert_eq!(diff.json()[0]["diff"], "@@ -1,2 +1,2 @@\n 1\n-2\n+3\n");
    let root = client.get(&format!("{PATH}/{first}/diff")).await.json();
    assert_eq!(root[0]["new_file"], true);
    let references = client.get(&format!("{PATH}/{first}/refs")).await.json();
    assert_eq!(references[1]["name"], "v1");
    let gone = client.get(&format!("{PATH}/{}", "0".repeat(40))).await;
    assert_eq!(gone.refusal(), r#"404 {"message":"404 Commit Not Found"}"#);
}

#[tokio::test]
async fn a_merge_has_two_parents_and_keeps_who_changed_a_file() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let base = project.commit("main", "Base", &[("a", Change::file("1"))]);
    project.branch("side", &base);
    project.commit("side", "Side", &[("b", Change::file("2"))]);
    let change = project.commit("main", "Main", &[("a", Change::file("2"))]);
    let merge = project.merge("main", "side", "Merge");
    let client = Client::new(&forge);
    let commit = client.get(&format!("{PATH}/{merge}")).await.json();
    assert_eq!(commit["parent_ids"].as_array().unwrap().len(), 2);
    let file = client
        .get("/projects/1/repository/files/a?ref=main")
        .await
        .json();
    assert_eq!(file["last_commit_id"], change.as_str());
}
