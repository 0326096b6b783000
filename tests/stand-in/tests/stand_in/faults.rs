//! Every fault, as a client meets it.

use std::time::{Duration, Instant};

use code_source_stand_in::{
    Change, Effect, Fault, FaultHandle, LinkLie, Matcher, RetryAfter, StandIn, When,
};
use http::Method;

use crate::client::{Answer, Client};

/// A forge with a tree of two pages, which this happens to when somebody asks for it.
async fn begin(what: Effect) -> (StandIn, FaultHandle) {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let changes = [("a", Change::file("1")), ("b", Change::file("2"))];
    project.commit("main", "Begin", &changes);
    let fault = forge.fault(Fault {
        on: Matcher::target("/repository/tree").method(Method::GET),
        when: When::Once,
        what,
    });
    (forge, fault)
}

/// What the effect makes of a request for that tree.
async fn suffer(what: Effect) -> Result<Answer, std::io::Error> {
    let (forge, fault) = begin(what).await;
    let client = Client::new(&forge);
    let answer = client.send(Method::GET, TREE).await;
    assert_eq!(fault.hits(), 1);
    assert_eq!(client.get(TREE).await.status, 200);
    answer
}

const TREE: &str = "/projects/1/repository/tree?per_page=1";

#[tokio::test]
async fn an_answer_can_be_replaced() {
    let answer = suffer(Effect::status(503)).await.unwrap();
    assert_eq!(
        answer.refusal(),
        r#"503 {"message":"503 Service Unavailable"}"#
    );
    let answer = suffer(Effect::BadGateway).await.unwrap();
    assert_eq!(answer.status, 502);
    let answer = suffer(Effect::Html).await.unwrap();
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    let answer = suffer(Effect::SignInRedirect).await.unwrap();
    assert!(
        answer
            .header("location")
            .unwrap()
            .ends_with("/users/sign_in")
    );
    let answer = suffer(Effect::RedirectTo("https://elsewhere.example/".to_owned()))
        .await
        .unwrap();
    assert_eq!(
        answer.header("location"),
        Some("https://elsewhere.example/")
    );
    let answer = suffer(Effect::EchoCredential).await.unwrap();
    assert!(
        answer.json()["token"]
            .as_str()
            .unwrap()
            .starts_with("glpat-")
    );
}

#[tokio::test]
async fn there_are_several_ways_to_say_later() {
    for (json, retry_after) in [
        (true, RetryAfter::Missing),
        (false, RetryAfter::Seconds(7)),
        (false, RetryAfter::Date(60)),
    ] {
        let answer = suffer(Effect::TooManyRequests { json, retry_after })
            .await
            .unwrap();
        assert_eq!(answer.status, 429);
        assert_eq!(&answer.body[..] == b"Retry later\n", !json);
        match (retry_after, answer.header("retry-after")) {
            (RetryAfter::Missing, None) | (RetryAfter::Seconds(7), Some("7")) => {}
            (RetryAfter::Date(_), Some(date)) => assert!(date.ends_with(" GMT"), "{date}"),
            (_, header) => panic!("{header:?}"),
        }
    }
}

#[tokio::test]
async fn a_body_can_be_cut_or_of_another_length() {
    let answer = suffer(Effect::CutBodyAfter(10)).await.unwrap();
    assert!(!answer.complete && answer.body.len() == 10);
    let answer = suffer(Effect::WrongContentLength(5)).await.unwrap();
    assert!(!answer.complete);
    let answer = suffer(Effect::WrongContentLength(-5)).await.unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&answer.body).is_err());
    let answer = suffer(Effect::SlowBody(16, Duration::from_millis(1)))
        .await
        .unwrap();
    assert!(answer.complete && answer.json()[0]["name"] == "a");
}

#[tokio::test]
async fn a_body_can_stall() {
    let (forge, fault) = begin(Effect::StallBodyAfter(10)).await;
    let client = Client::new(&forge);
    let mut stalled = std::pin::pin!(client.send(Method::GET, TREE));
    while fault.hits() == 0 {
        let waited = tokio::time::timeout(Duration::from_millis(1), &mut stalled).await;
        assert!(waited.is_err());
    }
    let waited = tokio::time::timeout(Duration::from_millis(300), stalled).await;
    assert!(waited.is_err());
}

#[tokio::test]
async fn a_connection_can_close_before_and_after_the_work() {
    assert!(suffer(Effect::CloseBeforeAnswer).await.is_err());
    assert!(suffer(Effect::CloseAfterWork).await.is_err());
}

#[tokio::test]
async fn an_answer_can_be_late() {
    let begun = Instant::now();
    let pause = Duration::from_millis(50);
    assert_eq!(suffer(Effect::Latency(pause)).await.unwrap().status, 200);
    assert!(begun.elapsed() >= pause);
}

#[tokio::test]
async fn links_can_lie() {
    let answer = suffer(Effect::LyingLink(LinkLie::Missing)).await.unwrap();
    assert!(answer.header("link").is_none() && answer.header("x-next-page").is_none());
    let answer = suffer(Effect::LyingLink(LinkLie::SamePage)).await.unwrap();
    assert!(answer.next().unwrap().ends_with("/tree?per_page=1"));
    assert_eq!(answer.header("x-next-page"), Some("1"));
    let origin = "https://elsewhere.example".to_owned();
    let answer = suffer(Effect::LyingLink(LinkLie::OtherOrigin(origin)))
        .await
        .unwrap();
    let next = answer.next().unwrap();
    assert!(
        next.starts_with("https://elsewhere.example/api/v4/projects/1/"),
        "{next}"
    );
}
