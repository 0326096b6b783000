//! Who last changed each line.

use code_source_stand_in::{Change, StandIn};
use http::Method;
use serde_json::json;

use crate::client::Client;

const FILE: &str = "/projects/1/repository/files/src%2Fa.rs/blame";

#[tokio::test]
async fn lines_are_grouped_by_the_commit_that_changed_them_last() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let path = "src/a.rs";
    let first = project.commit(
        "main",
        "First",
        &[(path, Change::file("one\ntwo\nthree\n"))],
    );
    let second = project.commit("main", "Second", &[(path, Change::file("one\n2\nthree\n"))]);
    let client = Client::new(&forge);

    let answer = client.get(&format!("{FILE}?ref=main")).await;
    let groups = answer.json();
    let shown: Vec<_> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["commit"]["id"].as_str().unwrap(), &group["lines"]))
        .collect();
    assert_eq!(
        shown,
        [
            (first.as_str(), &json!(["one"])),
            (second.as_str(), &json!(["2"])),
            (first.as_str(), &json!(["three"])),
        ]
    );
    assert_eq!(groups[1]["commit"]["parent_ids"], json!([first]));
    assert_eq!(groups[1]["commit"]["author_email"], "ada@example.com");
    assert_eq!(answer.header("x-gitlab-file-path"), Some(path));

    let part = client
        .get(&format!("{FILE}?ref=main&range[start]=2&range[end]=9"))
        .await
        .json();
    assert_eq!(part[0]["lines"], json!(["2"]));
    assert_eq!(part[1]["lines"], json!(["three"]));
    let beyond = client
        .get(&format!("{FILE}?ref=main&range[start]=8&range[end]=9"))
        .await;
    assert_eq!(beyond.refusal(), "200 []");

    let head = client
        .send(Method::HEAD, &format!("{FILE}?ref=main"))
        .await
        .unwrap();
    assert_eq!(head.header("x-gitlab-size"), Some("12"));
}

#[tokio::test]
async fn a_range_that_makes_no_sense_is_refused() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    project.commit("main", "First", &[("src/a.rs", Change::file("one\n"))]);
    let client = Client::new(&forge);
    for (query, refusal) in [
        (
            "range[start]=3&range[end]=2",
            r#"400 {"message":"range[start] must be less than or equal to range[end]"}"#,
        ),
        (
            "range[start]=0&range[end]=2",
            r#"400 {"error":"range[start] does not have a valid value"}"#,
        ),
        ("range[start]=3", r#"400 {"error":"range[end] is missing"}"#),
        (
            "range[start]=a&range[end]=2",
            r#"400 {"error":"range[start] is invalid"}"#,
        ),
    ] {
        let answer = client.get(&format!("{FILE}?ref=main&{query}")).await;
        assert_eq!(answer.refusal(), refusal);
    }
    let answer = client.get(FILE).await;
    assert_eq!(answer.refusal(), r#"400 {"error":"ref is missing"}"#);
}
