//! Branches and tags: names that need care, paging in both ways, kinds of tag.

use code_source_stand_in::{Change, StandIn};
use http::Method;
use serde_json::Value;

use crate::client::Client;

const BRANCHES: &str = "/projects/1/repository/branches";
const TAGS: &str = "/projects/1/repository/tags";

fn names(references: &[Value]) -> Vec<&str> {
    references
        .iter()
        .map(|reference| reference["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_branch_with_a_slash_is_found_when_it_is_encoded() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("a", Change::file("1"))]);
    project.branch("feature/ä#1", &tip);
    let client = Client::new(&forge);
    let path = format!("{BRANCHES}/feature%2F%C3%A4%231");
    let branch = client.get(&path).await.json();
    assert_eq!(branch["name"], "feature/ä#1");
    assert_eq!(branch["merged"], true);
    assert_eq!(branch["commit"]["id"], tip.as_str());
    assert_eq!(client.send(Method::HEAD, &path).await.unwrap().status, 204);
    let gone = format!("{BRANCHES}/gone");
    assert_eq!(client.send(Method::HEAD, &gone).await.unwrap().status, 404);
    assert_eq!(
        client.get(&gone).await.refusal(),
        r#"404 {"message":"404 Branch Not Found"}"#
    );
    project.delete_branch("feature/ä#1");
    assert_eq!(client.get(&path).await.status, 404);
}

#[tokio::test]
async fn branches_are_paged_by_number_and_by_key() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("a", Change::file("1"))]);
    for number in 0..9 {
        project.branch(&format!("b{number}"), &tip);
    }
    let client = Client::new(&forge);
    for pagination in ["legacy", "keyset"] {
        let path = format!("{BRANCHES}?per_page=4&pagination={pagination}");
        let all = client.all(&path).await;
        assert_eq!(all.len(), 10);
        assert_eq!(names(&all)[9], "main");
    }
    let found = client.all(&format!("{BRANCHES}?search=^b")).await;
    assert_eq!(found.len(), 9);
    let found = client.all(&format!("{BRANCHES}?search=n$")).await;
    assert_eq!(names(&found), ["main"]);
}

#[tokio::test]
async fn an_empty_repository_has_no_branches() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/shop");
    let answer = Client::new(&forge).get(BRANCHES).await;
    assert_eq!(answer.refusal(), "200 []");
}

#[tokio::test]
async fn a_tag_leads_to_its_commit_whatever_it_names() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let first = project.commit("main", "Begin", &[("a", Change::file("1"))]);
    let second = project.commit("main", "More", &[("a", Change::file("2"))]);
    project.tag("annotated", &first, Some("Line one\n\nLine two"));
    project.tag("light", &second, None);
    let client = Client::new(&forge);
    let tags = client.all(TAGS).await;
    assert_eq!(names(&tags), ["light", "annotated"]);
    let annotated = client.get(&format!("{TAGS}/annotated")).await.json();
    assert_eq!(annotated["message"], "Line one\n\nLine two");
    assert_eq!(annotated["commit"]["id"], first.as_str());
    assert_ne!(annotated["target"], first.as_str());
    let light = client.get(&format!("{TAGS}/light")).await.json();
    assert_eq!(light["target"], second.as_str());
    assert!(light["created_at"].is_null());
    let by_name = client.all(&format!("{TAGS}?order_by=name&sort=asc")).await;
    assert_eq!(names(&by_name), ["annotated", "light"]);
}

#[tokio::test]
async fn the_default_branch_may_be_missing() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop").default_branch("trunk");
    project.commit("other", "Begin", &[("a", Change::file("1"))]);
    let client = Client::new(&forge);
    assert_eq!(
        client.get("/projects/1").await.json()["default_branch"],
        "trunk"
    );
    assert_eq!(client.get("/projects/1/repository/tree").await.status, 404);
    let second = forge.project("web/second");
    second.commit("develop", "Begin", &[("a", Change::file("1"))]);
    assert_eq!(
        client.get("/projects/2").await.json()["default_branch"],
        "develop"
    );
}
