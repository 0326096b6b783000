//! Paths that two servers could read in two ways: apart from what they lead to, because such a path
//! is refused wherever it would lead.

use code_source_test_plugins::Request;

use super::scene::{Scene, api};

const MALFORMED: (&str, &str) = ("path", "path-malformed");

async fn refuses(paths: &[&str]) {
    let scene = Scene::open().await;
    let requests = paths.iter().map(|path| Request::get(api(path)));
    scene.refuses(MALFORMED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_no_encoding_is_not_encoded() {
    refuses(&[
        "/%76ariables",
        "/variable%73",
        "/repository/%74ree",
        "/access%5Ftokens",
        "/%61ccess_tokens",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn encodings_are_upper_case() {
    refuses(&[
        "/repository/files/a%2fb/raw",
        "/repository/branches/a%c3%a9",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dot_segments_are_refused_however_they_are_encoded() {
    refuses(&[
        "/repository/../variables",
        "/repository/./tree",
        "/./variables",
        "/repository/%2E%2E/variables",
        "/repository/%2e%2e/variables",
        "/repository/%252E%252E/variables",
        "/repository/..%2Fvariables",
        "/repository/tree%2F..%2F..%2Fvariables",
        "/repository/tree%5C..%5C..%5Cvariables",
        "/repository/files/..%2F..%2Fvariables/raw",
        "/repository/files/..%252F..%252Fvariables/raw",
        "/repository/files/a%5Cb/./raw",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_segments_are_refused() {
    refuses(&[
        "//variables",
        "/repository//tree",
        "/repository/tree/",
        "/variables/",
        "/repository/files/a%2F%2Fb/raw",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_are_refused_however_they_are_encoded() {
    refuses(&[
        "/repository/files/a%0Ab/raw",
        "/repository/files/a%0D%0Ab/raw",
        "/repository/files/a%00/raw",
        "/repository/files/a%250Ab/raw",
        "/variables%00",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reserved_characters_are_encoded() {
    refuses(&[
        "/variables;x",
        "/variables;.json",
        "/repository/files/a@b/raw",
        "/repository/tree!",
        "/repository/files/a%/raw",
        "/repository/files/a%zz/raw",
    ])
    .await;
}
