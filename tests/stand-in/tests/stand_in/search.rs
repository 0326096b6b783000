//! Basic search in a project's code.

use code_source_stand_in::{Change, Feature, StandIn};
use serde_json::json;

use crate::client::Client;

const SEARCH: &str = "/projects/1/search";

fn fill(forge: &StandIn) {
    let changes = [
        (
            "src/main.rs",
            Change::file("1\n2\n3\nfn Main() {}\n5\n6\n7\n8\n9\nmain\n"),
        ),
        ("src/other.py", Change::file("def main(): pass\n")),
        ("main/a.txt", Change::file("nothing\n")),
        ("image.bin", Change::file("main\0\n")),
    ];
    forge.project("web/shop").commit("trunk", "Begin", &changes);
}

#[tokio::test]
async fn a_text_is_found_in_any_case_with_the_lines_around_it() {
    let forge = StandIn::builder().start().await.unwrap();
    fill(&forge);
    let client = Client::new(&forge);
    let answer = client
        .get(&format!("{SEARCH}?scope=blobs&search=main"))
        .await;
    assert_eq!(answer.header("x-total"), Some("4"));
    let found = answer.json();
    let places: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (
                found["path"].as_str().unwrap(),
                found["startline"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            ("main/a.txt", 1),
            ("src/main.rs", 2),
            ("src/main.rs", 8),
            ("src/other.py", 1)
        ]
    );
    let expected = json!({
        "basename": "src/main",
        "data": "2\n3\nfn Main() {}\n5\n6\n",
        "path": "src/main.rs",
        "filename": "src/main.rs",
        "id": null,
        "ref": "trunk",
        "startline": 2,
        "project_id": 1,
    });
    assert_eq!(found[1], expected);
}

#[tokio::test]
async fn results_are_paged_and_filtered() {
    let forge = StandIn::builder().start().await.unwrap();
    fill(&forge);
    let client = Client::new(&forge);
    let first = client
        .get(&format!("{SEARCH}?scope=blobs&search=main&per_page=3"))
        .await;
    assert_eq!(first.json().as_array().unwrap().len(), 3);
    let next = client.next(&first).await.unwrap();
    assert_eq!(next.json()[0]["path"], "src/other.py");
    for (filter, count) in [
        ("extension:py", 1),
        ("-extension:py", 3),
        ("filename:*.RS", 2),
        ("path:main/", 1),
    ] {
        let path = format!("{SEARCH}?scope=blobs&search=main%20{filter}");
        assert_eq!(client.all(&path).await.len(), count, "{filter}");
    }
    let gone = format!("{SEARCH}?scope=blobs&search=main&ref=gone");
    assert!(client.all(&gone).await.is_empty());
}

#[tokio::test]
async fn what_search_cannot_do_is_refused_in_words() {
    let forge = StandIn::builder().version("18.6.0").start().await.unwrap();
    fill(&forge);
    let client = Client::new(&forge);
    let scope = r#"400 {"error":"scope does not have a valid value"}"#;
    for (path, refusal) in [
        ("/projects/1/search?search=a&scope=code", scope),
        ("/search?search=a&scope=blobs", scope),
        (
            "/projects/1/search",
            r#"400 {"error":"search is missing, scope is missing"}"#,
        ),
    ] {
        assert_eq!(client.get(path).await.refusal(), refusal);
    }
}

#[tokio::test]
async fn a_search_that_needs_another_engine_says_so_in_every_version() {
    let (old, new) = (
        "Scope supported only with advanced search",
        "Scope supported only with advanced search or exact code search",
    );
    for (version, message) in [
        ("16.8.0-ee", json!({ "error": old })),
        ("17.0.0-ee", json!({ "error": new })),
        ("18.6.0-ee", json!(new)),
    ] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        fill(&forge);
        forge.feature(Feature::SearchUnavailable);
        let client = Client::new(&forge);
        let refusal = format!("400 {}", json!({ "message": message }));
        for path in [SEARCH, "/search"] {
            let answer = client.get(&format!("{path}?scope=blobs&search=a")).await;
            assert_eq!(answer.refusal(), refusal);
        }
    }
}

#[tokio::test]
async fn searches_are_limited_by_the_application() {
    let forge = StandIn::builder().start().await.unwrap();
    fill(&forge);
    forge.feature(Feature::SearchesPerMinute(1));
    let client = Client::new(&forge);
    let path = format!("{SEARCH}?scope=blobs&search=fn");
    assert_eq!(client.get(&path).await.status, 200);
    let text = "This endpoint has been requested too many times. Try again later.";
    let body = json!({"message": {"error": text}});
    assert_eq!(client.get(&path).await.refusal(), format!("429 {body}"));
}
