//! What comes back to a hostile plugin, and what it makes of it: apart from what it may send.

use std::time::Duration;

use code_source::contract::repositories::RepositoryRef;
use code_source::{Error, Failure};
use code_source_stand_in::Effect;
use code_source_test_plugins::{Instruction, Request};
use code_source_tests::{RawForge, Rig, Shop, expect, failed_request, open, tell, told};

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_another_origin_is_an_answer_and_is_not_followed() {
    let (shop, elsewhere) = (Shop::open().await, Rig::new().await);
    let target = format!("{}/api/v4/projects/1", elsewhere.forge.url());
    let what = Effect::RedirectTo(target.clone());
    shop.always(what);
    let follow = Request::get(shop.api(""))
        .authority(format!("localhost:{}", elsewhere.forge.address().port()));
    let requests = vec![Request::get(shop.api("")), follow];
    let outcome = tell(&shop.source(), Instruction::Send { requests }).await;
    assert_eq!(failed_request(&outcome).reason, "redirect-not-allowed");
    let answers = told(outcome);
    assert_eq!(
        (answers[0].status(), answers[0].header("location")),
        (Some(302), Some(target.as_str()))
    );
    assert_eq!(answers[1].error(), Some("HTTP-request-denied"));
    assert_eq!(
        (
            shop.rig.forge.requests().len(),
            elsewhere.forge.requests().len()
        ),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_do_not_reach_the_plugin() {
    let shop = Shop::open().await;
    let headers = vec![
        ("set-cookie", "session=0123".to_owned()),
        ("x-other", "kept".to_owned()),
    ];
    let what = Effect::Status(200, "{}".to_owned(), headers);
    shop.always(what);
    let request = Request::get(shop.api("/repository/tree"));
    let answers = told(tell(&shop.source(), Instruction::send(request)).await);
    assert_eq!(answers[0].header("x-other"), Some("kept"));
    assert_eq!(answers[0].header("set-cookie"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_about_which_repository_it_is_are_refused() {
    let shop = Shop::open().await;
    let other = shop.rig.forge.project("web/other");
    let source = shop.source();
    for lie in [
        "liars/another-id",
        "liars/another-path",
        "liars/never-asked-for",
        "liars/moved-elsewhere",
    ] {
        shop.rig.forge.project(lie);
        let outcome = source
            .connect_repository(&RepositoryRef::Path(lie.to_owned()))
            .await;
        assert!(
            matches!(
                outcome.answer,
                Err(Failure::Host(Error::UnconfirmedIdentity))
            ),
            "{lie}: {outcome:?}"
        );
    }
    let honest = source
        .connect_repository(&RepositoryRef::Path("web/other".to_owned()))
        .await;
    assert_eq!(expect(honest).1.id, other.id().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_about_a_repository_that_come_at_the_same_time_do_not_mix() {
    let shop = Shop::open().await;
    let pieces = Effect::SlowBody(200, Duration::from_millis(1));
    shop.always(pieces);
    let request = Request::get(shop.api(""));
    let outcome = tell(
        &shop.source(),
        Instruction::Repeat {
            request,
            times: 8,
            at_once: true,
        },
    )
    .await;
    assert_eq!(expect(outcome), r#"{"200":8}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_asked_for_answers_no_later_request() {
    let forge = RawForge::start(|_| async {
        let answer = |text: &str| {
            format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}",
                text.len()
            )
        };
        (answer("true") + &answer("forged")).into_bytes()
    })
    .await;
    let source = open(forge.connection(), |_| ());
    let tree = || Request::get("/api/v4/projects/1/repository/tree");
    for _ in 0..5 {
        let answers = told(
            tell(
                &source,
                Instruction::Send {
                    requests: vec![tree(), tree()],
                },
            )
            .await,
        );
        let text = format!("{answers:?}");
        assert!(text.contains("true") && !text.contains("forged"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_can_be_read_in_two_ways_are_none() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 6",
        "HTTP/1.1 200 OK\r\ncontent-length: 4, 6",
        "HTTP/1.1 200 OK\r\ncontent-length: +4",
        "HTTP/1.1 200 OK\r\ncontent-length : 4",
        "HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 4",
        "HTTP/1.1 99 OK\r\ncontent-length: 4",
        "HTTP/9.9 200 OK\r\ncontent-length: 4",
        "ICY 200 OK\r\ncontent-length: 4",
    ] {
        let forge =
            RawForge::start(move |_| async move { format!("{head}\r\n\r\nbody").into_bytes() })
                .await;
        let source = open(forge.connection(), |_| ());
        let request = Request::get("/api/v4/projects/1/repository/tree");
        let outcome = tell(&source, Instruction::send(request)).await;
        let failure = failed_request(&outcome);
        assert_eq!(failure.reason, "not-http", "{head:?}: {failure:?}");
        assert_eq!(
            told(outcome)[0].error(),
            Some("HTTP-protocol-error"),
            "{head:?}"
        );
    }
}
