//! The throttle, whose refusals look like no other.

use std::time::Duration;

use code_source_stand_in::{Change, Feature, StandIn, noise};

use crate::client::Client;

#[tokio::test]
async fn the_throttle_refuses_in_plain_text_with_headers() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.feature(Feature::Throttle {
        requests: 2,
        period: Duration::from_secs(3600),
        text: "Come back tomorrow".to_owned(),
    });
    let client = Client::new(&forge);
    assert_eq!(client.get("/version").await.status, 200);
    assert_eq!(client.get("/version").await.status, 200);
    let answer = client.get("/version").await;
    assert_eq!(answer.refusal(), "429 Come back tomorrow\n");
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert_eq!(
        answer.header("ratelimit-name"),
        Some("throttle_authenticated_api")
    );
    assert_eq!(answer.header("ratelimit-remaining"), Some("0"));
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&seconds));
    assert!(
        answer
            .header("ratelimit-resettime")
            .unwrap()
            .ends_with("GMT")
    );
}

#[tokio::test]
async fn ordinary_answers_tell_the_limit_from_18_6_on_where_that_is_enabled() {
    for (version, told) in [("18.5.0", false), ("18.6.0", true)] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        let client = Client::new(&forge);
        let before = client.get("/version").await;
        assert!(before.header("ratelimit-limit").is_none());
        forge.feature(Feature::RateLimitHeaders);
        let after = client.get("/version").await;
        assert_eq!(after.header("ratelimit-limit").is_some(), told, "{version}");
    }
}

#[tokio::test]
async fn large_content_as_json_is_limited_and_raw_is_not() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.feature(Feature::LargeBlobsPerMinute(1));
    let project = forge.project("web/shop");
    let large = Change::file(noise(3, 11 << 20));
    project.commit("main", "Begin", &[("large", large)]);
    let client = Client::new(&forge);
    let path = "/projects/1/repository/files/large";
    assert_eq!(client.get(&format!("{path}?ref=main")).await.status, 200);
    let answer = client.get(&format!("{path}?ref=main")).await;
    assert_eq!(answer.status, 429);
    let text = "This endpoint has been requested too many times. Try again later.";
    assert_eq!(answer.json()["message"]["error"], text);
    assert_eq!(client.get(&format!("{path}/raw")).await.status, 200);
}
