//! Headers and trailers of a plugin's own: a second credential, another person, another method.

use code_source_test_plugins::{Answer, Request};

use super::scene::{MARK, Scene, TOKEN, api, tree};

const REFUSED: (&str, &str) = ("headers", "header-refused");

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_the_plugins_own_is_refused() {
    let scene = Scene::open().await;
    let names = [
        "Authorization",
        "Cookie",
        "Private-Token",
        "Job-Token",
        "Deploy-Token",
        "Sudo",
    ];
    let requests = names.map(|name| tree().header(name, MARK));
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_override_the_method_are_refused() {
    let scene = Scene::open().await;
    let names = [
        "X-HTTP-Method-Override",
        "X-HTTP-Method",
        "X-Method-Override",
    ];
    let requests = names.map(|name| tree().header(name, "DELETE"));
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_say_who_asks_or_how_are_refused() {
    let scene = Scene::open().await;
    let names = [
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "Forwarded",
        "X-Real-IP",
        "X-Original-URL",
        "X-Rewrite-URL",
        "Sec-Fetch-Mode",
        "Expect",
        "TE",
        "Trailer",
        "Accept-Encoding",
        "Referer",
        "Origin",
    ];
    let requests = names.map(|name| tree().header(name, MARK));
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_stand_there_twice_are_refused() {
    let scene = Scene::open().await;
    let twice = ["accept", "range", "if-none-match", "user-agent"];
    let requests = twice.map(|name| tree().header(name, "bytes=0-1").header(name, "bytes=2-3"));
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_steer_the_connection_cannot_even_be_made() {
    let scene = Scene::open().await;
    for (name, value) in [
        ("Host", "other.example"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "upgrade"),
        ("Keep-Alive", "timeout=5"),
        ("Upgrade", "websocket"),
        ("Proxy-Authorization", "Basic eDp5"),
        ("Proxy-Connection", "keep-alive"),
        ("HTTP2-Settings", "AAMAAABkAAQAAP__"),
        ("Set-Cookie", "a=b"),
    ] {
        let came = scene.send(tree().header(name, value)).await;
        let is_unsendable = |part: &str| part.starts_with("headers");
        assert!(
            matches!(&came.answer, Answer::Unsendable(part) if is_unsendable(part)),
            "{name}: {came:?}"
        );
    }
    assert_eq!(scene.forge.connections(), 0);
    assert_eq!(scene.site.audit.text(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_leaves_with_the_hosts_headers_and_no_others() {
    let scene = Scene::open().await;
    let request = tree()
        .header("Accept", "application/json")
        .header("User-Agent", "of-the-plugin/1");
    scene.send(request).await.is_whole(200, 0);
    let request = &scene.forge.requests()[0];
    let names = [
        "accept",
        "accept-encoding",
        "host",
        "private-token",
        "user-agent",
    ];
    assert_eq!(request.names(), names);
    let own = format!("localhost:{}", scene.forge.port());
    assert_eq!(request.header("host"), Some(&*own));
    assert_eq!(request.header("private-token"), Some(TOKEN));
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
    assert_eq!(request.line(), format!("GET {}", api("/repository/tree")));
}

#[tokio::test(flavor = "multi_thread")]
async fn trailers_of_the_plugin_do_not_leave() {
    let scene = Scene::open().await;
    let body = r#"{"source_branch":"a","target_branch":"b","title":"c"}"#;
    let request = Request::post(api("/merge_requests"), body)
        .trailer("private-token", MARK)
        .trailer("x-sudo", MARK);
    scene.send(request).await.is_whole(200, 0);
    let requests = scene.forge.requests();
    assert_eq!(requests[0].body, body.as_bytes());
    let length = body.len().to_string();
    assert_eq!(requests[0].header("content-length"), Some(&*length));
    let bytes = scene.forge.bytes();
    assert!(
        !bytes
            .windows(MARK.len())
            .any(|part| part == MARK.as_bytes())
    );
    assert!(!scene.site.audit.text().contains(MARK));
}
