//! Projects under another path, and paths that arrive otherwise than they were sent.

use code_source_stand_in::{Feature, StandIn};
use http::Method;

use crate::client::Client;

#[tokio::test]
async fn a_renamed_project_redirects_reading_to_its_number() {
    let forge = StandIn::builder()
        .path_prefix("/gitlab")
        .start()
        .await
        .unwrap();
    let project = forge.project("web/shop");
    project.rename("web/store");
    assert_eq!(project.path(), "web/store");
    let client = Client::new(&forge);
    let answer = client
        .get("/projects/web%2Fshop/repository/branches?page=1")
        .await;
    let target = format!(
        "{}/api/v4/projects/1/repository/branches?page=1",
        forge.url()
    );
    assert_eq!(answer.status, 301);
    assert_eq!(answer.header("location"), Some(target.as_str()));
    assert!(
        answer
            .refusal()
            .contains("This resource has been moved permanently to")
    );
    assert_eq!(client.get("/projects/1").await.status, 200);

    forge.feature(Feature::InsecureRedirects);
    let answer = client.get("/projects/web%2Fshop").await;
    assert!(answer.header("location").unwrap().starts_with("http://"));
}

#[tokio::test]
async fn a_renamed_project_redirects_nothing_but_reading() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/shop").rename("web/store");
    let client = Client::new(&forge);
    let answer = client
        .send(Method::HEAD, "/projects/web%2Fshop")
        .await
        .unwrap();
    assert_eq!(answer.status, 405);
}

#[tokio::test]
async fn a_path_taken_by_another_project_no_longer_redirects() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/shop").rename("web/store");
    let second = forge.project("web/shop");
    let answer = Client::new(&forge).get("/projects/web%2Fshop").await;
    assert_eq!(answer.json()["id"], second.id());
}

#[tokio::test]
async fn a_proxy_that_decodes_slashes_hides_projects_behind_an_unknown_route() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/shop");
    forge.feature(Feature::DecodePercent2f);
    let client = Client::new(&forge);
    let answer = client.get("/projects/web%2Fshop").await;
    assert_eq!(answer.refusal(), r#"404 {"error":"404 Not Found"}"#);
    assert_eq!(client.get("/projects/1").await.status, 200);
}

#[tokio::test]
async fn links_show_the_address_that_the_instance_believes_in() {
    let forge = StandIn::builder()
        .external_url("http://other.example/")
        .path_prefix("/gitlab")
        .start()
        .await
        .unwrap();
    forge.project("web/shop");
    let answer = Client::new(&forge).get("/projects").await;
    let link = answer.header("link").unwrap();
    assert!(
        link.starts_with("<http://other.example/gitlab/api/v4/projects?"),
        "{link}"
    );
    assert_eq!(
        answer.json()[0]["web_url"],
        "http://other.example/gitlab/web/shop"
    );
}
