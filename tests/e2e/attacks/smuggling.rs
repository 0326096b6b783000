//! Requests in which another one is hidden, for a server that reads them in another way.

use code_source_test_plugins::{Instruction, Request};
use code_source_tests::{Piece, tell};

use super::scene::{Came, MARK, Scene, api, last, tree};

/// Send what is no request: nothing arrives, and the plugin has no answer to it.
async fn stays(scene: &Scene, request: Request) {
    let outcome = tell(&scene.source(), Instruction::send(request.clone())).await;
    if let Ok(text) = &outcome.answer {
        assert!(!text.contains("\"response\""), "{request:?}: {text}");
    }
    let line = last(&scene.site.audit, "request");
    assert!(
        line.is_null() || line["decision"] == "deny",
        "{request:?}: {line}"
    );
    assert_eq!(scene.forge.connections(), 0, "{request:?}");
    assert!(!scene.site.audit.text().contains(MARK));
}

#[tokio::test(flavor = "multi_thread")]
async fn line_breaks_in_a_header_are_no_header() {
    let scene = Scene::open().await;
    for (name, value) in [
        ("Accept", "*/*\r\nPrivate-Token: marked-text"),
        ("Accept", "*/*\nSudo: marked-text"),
        (
            "Accept",
            "*/*\r\n\r\nDELETE /api/v4/projects/1 HTTP/1.1\r\n",
        ),
        ("Accept", "a\0b"),
        ("Accept: */*\r\nSudo", MARK),
        ("Accept ", MARK),
        ("", MARK),
    ] {
        stays(&scene, tree().header(name, value)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_not_the_bodys_does_not_leave() {
    let scene = Scene::open().await;
    for length in ["5", "+0", "0, 5", "0x5", "-1", ""] {
        stays(&scene, tree().header("Content-Length", length)).await;
    }
    let twice = tree().header("Content-Length", "0");
    stays(&scene, twice.header("Content-Length", "5")).await;
    let short = Request::post(api("/repository/commits"), "{}GET / HTTP/1.1");
    stays(&scene, short.header("Content-Length", "2")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_no_path_does_not_leave() {
    let scene = Scene::open().await;
    let own = api("");
    for target in [
        "*".to_owned(),
        String::new(),
        "http://other.example/".to_owned(),
        format!("https://localhost:1{own}"),
        "//other.example/".to_owned(),
        "/a b".to_owned(),
        "/a\r\nX: marked-text".to_owned(),
        "/\u{fc}".to_owned(),
        "/a\\b".to_owned(),
        format!("{own}?a=\n"),
        format!("{own}\0"),
        format!("{own} HTTP/1.1\r\nSudo: marked-text\r\n\r\n"),
    ] {
        stays(&scene, Request::get(target)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_is_more_than_one_word_does_not_leave() {
    let scene = Scene::open().await;
    for method in ["GET / HTTP/1.1\r\n\r\nGET", "", "GET ", "GET\t/"] {
        stays(&scene, tree().method(method)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_more_than_a_host_does_not_leave() {
    let scene = Scene::open().await;
    let host = format!("localhost:{}", scene.forge.port());
    for authority in [
        "",
        "{}/x",
        "{}\r\nX: marked-text",
        "{} ",
        "a@b@{}",
        "%6c{}",
        "{}?",
        "{}#",
    ] {
        stays(&scene, tree().authority(authority.replace("{}", &host))).await;
    }
    for scheme in ["ftp", "HTTP", "https://other.example/?", ""] {
        stays(&scene, tree().scheme(scheme)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_any_size_does_not_leave() {
    let scene = Scene::open().await;
    stays(&scene, tree().header("Accept", &"x".repeat(100_000))).await;
    stays(
        &scene,
        Request::get(api(&format!("/{}", "x".repeat(100_000)))),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fragment_is_cut_before_anything_is_checked() {
    let scene = Scene::open().await;
    let request = Request::get(api(
        "/repository/tree#/../variables?private_token=marked-text",
    ));
    scene.send(request).await.is_whole(200, 0);
    let requests = scene.forge.requests();
    assert_eq!(
        requests[0].line(),
        format!("GET {}", api("/repository/tree"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_asked_for_answers_no_later_request() {
    // At once, or the second one could be the answer to what is asked meanwhile.
    let both = [Piece::json("true"), Piece::json("\"forged\"")].concat();
    let both = both.into_iter().flat_map(|piece| match piece {
        Piece::Bytes(bytes) => bytes,
        other => panic!("{other:?}"),
    });
    let scene = Scene::sending(vec![Piece::Bytes(both.collect())]).await;
    let source = scene.source();
    for _ in 0..5 {
        let requests = vec![tree(), tree()];
        let outcome = tell(&source, Instruction::Send { requests }).await;
        let came: Came = scene.came(outcome);
        assert_eq!(came.answer.body(), Some("true"));
        assert_eq!(came.ended["bytes"], 4);
    }
    assert_eq!(scene.forge.requests().len(), 10);
}
