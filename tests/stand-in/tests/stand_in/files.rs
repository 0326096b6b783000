//! Files and blobs: what their headers say, and what comes instead of them.

use code_source_stand_in::{Change, Feature, StandIn, TokenSpec, noise};
use http::Method;

use crate::client::Client;

const FILES: &str = "/projects/1/repository/files";

#[tokio::test]
async fn a_file_is_described_in_headers_and_in_json_alike() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let first = project.commit(
        "main",
        "Begin",
        &[("src/a b.rs", Change::executable("one\n"))],
    );
    let tip = project.commit("main", "Other", &[("other", Change::file("2"))]);
    let client = Client::new(&forge);
    let path = format!("{FILES}/src%2Fa%20b.rs");

    let head = client
        .send(Method::HEAD, &format!("{path}?ref=main"))
        .await
        .unwrap();
    assert_eq!(head.header("x-gitlab-commit-id"), Some(tip.as_str()));
    assert_eq!(head.header("x-gitlab-last-commit-id"), Some(first.as_str()));
    assert_eq!(head.header("x-gitlab-size"), Some("4"));
    assert_eq!(head.header("x-gitlab-execute-filemode"), Some("true"));
    assert_eq!(head.header("x-gitlab-file-path"), Some("src/a b.rs"));
    assert!(head.body.is_empty());

    let json = client.get(&format!("{path}?ref=main")).await.json();
    assert_eq!(json["content"], "b25lCg==");
    assert_eq!(
        json["content_sha256"].as_str(),
        head.header("x-gitlab-content-sha256")
    );
    let raw = client.get(&format!("{path}/raw")).await;
    assert_eq!(&raw.body[..], b"one\n");
    assert_eq!(raw.header("x-gitlab-ref"), Some("main"));
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    project.commit("main", "Begin", &[("src/a.rs", Change::file("1"))]);
    let client = Client::new(&forge);
    for (path, refusal) in [
        ("/a.rs?ref=main", r#"404 {"message":"404 File Not Found"}"#),
        ("/src?ref=main", r#"404 {"message":"404 File Not Found"}"#),
        (
            "/src%2Fa.rs?ref=gone",
            r#"404 {"message":"404 Commit Not Found"}"#,
        ),
        ("/src%2Fa.rs", r#"400 {"error":"ref is missing"}"#),
        (
            "/src%2F..%2Fa.rs?ref=main",
            r#"400 {"error":"file_path should be a valid file path"}"#,
        ),
    ] {
        assert_eq!(
            client.get(&format!("{FILES}{path}")).await.refusal(),
            refusal
        );
    }
    let path = format!("/projects/1/repository/blobs/{}", "0".repeat(40));
    let answer = client.get(&path).await;
    assert_eq!(answer.refusal(), r#"404 {"message":"404 Blob Not Found"}"#);
}

#[tokio::test]
async fn reading_files_needs_no_more_than_their_scope() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    project.commit("main", "Begin", &[("a", Change::file("1"))]);
    let root = forge.user("root").administrator();
    let token = forge.token(TokenSpec::new(&root, &["read_repository"]));
    let client = Client::with_token(&forge, &token);
    assert_eq!(client.get(&format!("{FILES}/a/raw")).await.status, 200);
    assert_eq!(client.get("/projects/1/repository/tree").await.status, 403);
}

#[tokio::test]
async fn content_of_any_size_and_any_bytes_arrives_whole() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let large = noise(1, 9 << 20);
    project.commit(
        "main",
        "Begin",
        &[
            ("large", Change::file(large.clone())),
            ("nothing", Change::file("")),
            ("binary", Change::file(b"\0\xff\n".to_vec())),
        ],
    );
    let client = Client::new(&forge);
    let answer = client.get(&format!("{FILES}/large/raw?ref=main")).await;
    assert!(answer.complete && answer.body == large);
    let blob = answer.header("x-gitlab-blob-id").unwrap().to_owned();
    let answer = client
        .get(&format!("/projects/1/repository/blobs/{blob}/raw"))
        .await;
    assert!(answer.complete && answer.body == large);
    let answer = client.get(&format!("{FILES}/binary/raw?ref=main")).await;
    assert_eq!(&answer.body[..], b"\0\xff\n");
    let answer = client.get(&format!("{FILES}/nothing/raw?ref=main")).await;
    assert!(answer.complete && answer.body.is_empty());
}

#[tokio::test]
async fn a_range_is_honoured_only_where_the_instance_knows_ranges() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let large = noise(2, 6 << 20);
    let changes = [
        ("large", Change::file(large.clone())),
        ("small", Change::file("0123456789")),
    ];
    project.commit("main", "Begin", &changes);
    let client = Client::new(&forge).header("range", "bytes=5-8");
    let path = format!("{FILES}/small/raw");
    assert_eq!(client.get(&path).await.refusal(), "200 0123456789");
    forge.feature(Feature::Ranges);
    let answer = client.get(&path).await;
    assert_eq!(answer.refusal(), "206 5678");
    assert_eq!(answer.header("content-range"), Some("bytes 5-8/10"));
    let answer = client.get(&format!("{FILES}/large/raw")).await;
    assert_eq!(&answer.body[..], &large[5..9]);
    let client = Client::new(&forge).header("range", "bytes=10-");
    assert_eq!(client.get(&path).await.status, 416);
}

#[tokio::test]
async fn an_lfs_file_is_its_pointer_unless_asked_otherwise() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let pointer = project.lfs_object("stored elsewhere");
    project.commit("main", "Begin", &[("photo", Change::file(pointer.clone()))]);
    let client = Client::new(&forge);
    let path = format!("{FILES}/photo/raw");
    assert_eq!(client.get(&path).await.body, pointer);
    let stored = client.get(&format!("{path}?lfs=true")).await;
    assert_eq!(stored.refusal(), "200 stored elsewhere");
    assert!(stored.header("x-gitlab-size").is_none());
    assert_eq!(
        stored.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(stored.header("content-length"), Some("16"));
    forge.feature(Feature::ObjectStorage(
        "https://objects.example/lfs".to_owned(),
    ));
    let moved = client.get(&format!("{path}?lfs=true")).await;
    assert_eq!(moved.status, 302);
    assert!(
        moved
            .header("location")
            .unwrap()
            .starts_with("https://objects.example/lfs/")
    );
}

#[tokio::test]
async fn without_lfs_a_pointer_is_a_file_like_any_other() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop").lfs_disabled();
    let pointer = project.lfs_object("stored elsewhere");
    project.commit("main", "Begin", &[("photo", Change::file(pointer.clone()))]);
    let client = Client::new(&forge);
    let answer = client.get(&format!("{FILES}/photo/raw?lfs=true")).await;
    assert_eq!(answer.body, pointer);
    assert!(answer.header("x-gitlab-blob-id").is_some());
    let json = client.get("/projects/1").await.json();
    assert_eq!(json["lfs_enabled"], false);
}
