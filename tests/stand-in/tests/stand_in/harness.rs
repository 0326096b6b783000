//! The stand-in as a harness: certificates, records, and failing the test on its own.

use std::panic::AssertUnwindSafe;

use code_source_stand_in::{Certificate, Change, StandIn};
use http::Method;
use tokio::net::TcpStream;

use crate::client::{Client, encrypt, version_over_http2};

#[tokio::test]
async fn an_unknown_route_fails_the_test() {
    let forge = StandIn::builder().start().await.unwrap();
    let answer = Client::new(&forge).get("/projects/1/pages").await;
    assert_eq!(answer.refusal(), r#"404 {"error":"404 Not Found"}"#);
    assert_eq!(forge.unexpected(), ["GET /api/v4/projects/1/pages "]);
    let dropped = std::panic::catch_unwind(AssertUnwindSafe(|| drop(forge)));
    assert!(dropped.is_err());
}

#[tokio::test]
async fn an_unknown_route_may_be_allowed() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.allow_unexpected();
    let client = Client::new(&forge);
    let answer = client.send(Method::DELETE, "/version").await.unwrap();
    assert_eq!(answer.status, 405);
}

#[tokio::test]
async fn requests_are_recorded_with_their_route_and_status() {
    let forge = StandIn::builder()
        .path_prefix("gitlab")
        .start()
        .await
        .unwrap();
    Client::new(&forge)
        .header("x-note", "a")
        .get("/projects/web%2Fshop?statistics=true")
        .await;
    let requests = forge.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method, Method::GET);
    assert_eq!(
        requests[0].target(),
        "/gitlab/api/v4/projects/web%2Fshop?statistics=true"
    );
    assert_eq!(requests[0].template, Some("/projects/:id"));
    assert_eq!(requests[0].status, Some(404));
    assert_eq!(requests[0].headers["x-note"], "a");
    forge.clear_requests();
    assert!(forge.requests().is_empty());
}

#[tokio::test]
async fn both_versions_of_http_are_spoken() {
    let forge = StandIn::builder().start().await.unwrap();
    assert_eq!(version_over_http2(&forge).await.status, 200);
    assert_eq!(Client::new(&forge).get("/version").await.status, 200);
}

#[tokio::test]
async fn a_bad_certificate_is_bad_in_its_own_way() {
    for (certificate, reason) in [
        (Certificate::Expired, "expired"),
        (Certificate::NotYetValid, "not valid yet"),
        (Certificate::WrongName, "not valid for name"),
        (Certificate::SelfSigned, "UnknownIssuer"),
    ] {
        let builder = StandIn::builder().certificate(certificate);
        let forge = builder.start().await.unwrap();
        let stream = TcpStream::connect(forge.address()).await.unwrap();
        let error = encrypt(forge.ca_pem(), stream, b"h2").await.unwrap_err();
        assert!(
            error.to_string().contains(reason),
            "{certificate:?}: {error}"
        );
    }
}

#[tokio::test]
async fn the_same_history_has_the_same_ids() {
    let mut tips = Vec::new();
    for _ in 0..2 {
        let forge = StandIn::builder().start().await.unwrap();
        let project = forge.project("web/shop");
        let changes = [("a", Change::file("1"))];
        tips.push(project.commit("main", "One", &changes));
    }
    assert_eq!(tips[0], tips[1]);
}

#[tokio::test]
async fn nothing_is_left_on_disk() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    project.commit("main", "One", &[("a", Change::file("1"))]);
    assert!(project.git_dir().exists());
    let folder = project.git_dir().to_owned();
    drop(forge);
    assert!(!folder.exists());
}
