//! What stands behind the `?`: a second credential, another person, another method.

use code_source_test_plugins::Request;

use super::scene::{MARK, Scene, api};

fn tree(query: &str) -> Request {
    Request::get(api(&format!("/repository/tree?{query}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_no_rule_lists_are_refused() {
    let scene = Scene::open().await;
    let keys = [
        "private_token",
        "access_token",
        "bearer_token",
        "job_token",
        "sudo",
        "_method",
        "start_project",
        "custom_attributes",
    ];
    let requests = keys.map(|key| tree(&format!("ref=main&{key}={MARK}")));
    scene
        .refuses(("query", "query-key-refused"), requests)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bracketed_keys_are_refused() {
    let scene = Scene::open().await;
    let keys = ["sudo[]", "private_token[x]", "ref[]", "ref[x]", "sudo[x]"];
    let requests = keys.map(|key| tree(&format!("{key}={MARK}")));
    scene
        .refuses(("query", "query-key-refused"), requests)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_with_two_meanings_is_refused() {
    let scene = Scene::open().await;
    let queries = [
        format!("ref=main;private_token={MARK}"),
        format!("ref=main&;sudo={MARK}"),
        format!("{}={MARK}", "private%5Ftoken"),
        format!("%73udo={MARK}"),
        format!("sudo%5B%5D={MARK}"),
        format!("Sudo={MARK}"),
        format!("ref=main&&sudo={MARK}"),
        "=x".to_owned(),
    ];
    for query in queries {
        let came = scene.send(tree(&query)).await;
        assert_eq!(came.asked["layer"], "query", "{query}: {came:?}");
        assert_eq!(came.answer.error(), Some("HTTP-request-denied"), "{query}");
    }
    assert_eq!(scene.forge.connections(), 0);
    assert!(!scene.site.audit.text().contains(MARK));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stands_there_once() {
    let scene = Scene::open().await;
    let requests = ["ref=main&ref=other", "path=a&ref=main&path=b"].map(tree);
    scene
        .refuses(("query", "query-key-repeated"), requests)
        .await;
}
