//! Fields of answers that hold other secrets of the forge, which are nothing to a plugin.

use code_source_tests::Piece;

use super::answers::gzip;
use super::scene::{MARK, Scene, tree};

/// Answer with this text, in one piece, byte by byte, and compressed: the plugin sees nothing of
/// what is secret in it, and so many values are covered.
async fn covers(text: &str, masked: u64) {
    let bytes = text.as_bytes().to_vec();
    let single = bytes.clone();
    let zipped = gzip(&bytes);
    let headers = [
        ("content-encoding", "gzip"),
        ("content-type", "application/json"),
    ];
    for pieces in [
        Piece::json(&bytes),
        Piece::chunked(&[], single.chunks(1), &[]),
        Piece::answer("200 OK", &headers, &zipped),
        Piece::chunked(&headers, zipped.chunks(1), &[]),
        Piece::answer("403 Forbidden", &[("content-type", "text/plain")], &bytes),
    ] {
        let scene = Scene::sending(pieces).await;
        let came = scene.send(tree()).await;
        let body = came.answer.body().unwrap();
        assert!(!body.contains(MARK), "{body}");
        assert_eq!(body.len(), text.len(), "{body}");
        came.is_whole(came.answer.status().unwrap(), masked);
        assert_eq!(scene.forge.requests().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_runners_and_feeds_are_covered() {
    let fields = [
        "runners_token",
        "ci_job_token",
        "feed_token",
        "incoming_email_token",
        "rss_token",
    ];
    let members = fields.map(|name| format!("\"{name}\":\"{MARK}\""));
    covers(&format!("{{{}}}", members.join(",")), 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_url_with_user_information_is_covered() {
    covers(
        &format!(r#"{{"import_url":"https://u:{MARK}@elsewhere.example/a.git"}}"#),
        1,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secret_fields_are_covered_at_any_depth() {
    let inner = format!(r#"{{"id":1,"token":"{MARK}"}}"#);
    covers(
        &format!(r#"[{{"a":[{{"b":{{"c":[{inner},{inner}]}}}}]}}]"#),
        2,
    )
    .await;
    let (open, close) = ("[".repeat(500), "]".repeat(500));
    covers(&format!("{open}{inner}{close}"), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secret_fields_are_covered_however_they_are_written() {
    covers(&format!(r#"{{ "runners_token" : "{MARK}" }}"#), 1).await;
    covers(
        &format!("{{\"runners_token\"\n:\t\"{MARK}\\\"{MARK}\"}}"),
        1,
    )
    .await;
    covers(&format!(r#"{{"runn\u0065rs_token":"{MARK}"}}"#), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_like_a_secret_field_is_left_alone() {
    let text = r#"{"name":"runners_token","my_runners_token":"x","a":["token","y"]}"#;
    let scene = Scene::sending(Piece::json(text)).await;
    let came = scene.send(tree()).await;
    assert_eq!(came.answer.body(), Some(text));
    came.is_whole(200, 0);
}
