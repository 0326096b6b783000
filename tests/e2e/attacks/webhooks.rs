//! Webhooks: they lead to where the operator says, with a secret that the plugin never sees.

use code_source::Failure;
use code_source_test_plugins::Request;
use code_source_tests::{Piece, open};
use serde_json::{Value, json};

use super::scene::{MARK, SIGNING_SECRET, Scene, WEBHOOK, WEBHOOK_SECRET, api};

const REFUSED: (&str, &str) = ("body", "body-refused");

fn hook() -> Value {
    json!({ "url": WEBHOOK, "token": "{secret:webhook}", "enable_ssl_verification": true })
}

/// Registering a webhook, and changing one, with one more key.
fn with(key: &str, value: impl Into<Value>) -> [Request; 2] {
    let mut body = hook();
    body[key] = value.into();
    let body = body.to_string();
    let post = Request::post(api("/hooks"), &*body);
    [post, Request::post(api("/hooks/7"), body).method("PUT")]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_leads_to_a_listed_address_and_nowhere_else() {
    let scene = Scene::open().await;
    let urls = [
        "https://elsewhere.example/".to_owned(),
        format!("{WEBHOOK}/"),
        format!("{WEBHOOK}?x={MARK}"),
        WEBHOOK.replace("https", "http"),
        WEBHOOK.to_uppercase(),
        WEBHOOK.replace("acme.example", "acme.example@elsewhere.example"),
        String::new(),
    ];
    let requests = urls.into_iter().flat_map(|url| with("url", url));
    scene.refuses(REFUSED, requests.chain(with("url", 1))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_address_is_answered_with_the_line_that_would_list_it() {
    let scene = Scene::open().await;
    let came = scene
        .send(with("url", "https://elsewhere.example/")[0].clone())
        .await;
    let failure = came.failure.unwrap();
    let line = r#"webhook-urls = ["https://elsewhere.example/"]"#;
    assert_eq!(failure.remedy.as_deref(), Some(line));
    // What is listed may hold secrets of its own.
    assert!(!format!("{failure:?}").contains(WEBHOOK));
    assert!(!scene.site.audit.text().contains("elsewhere.example"));
    assert_eq!(scene.forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_and_bodies_of_a_webhook_are_not_the_plugins() {
    let scene = Scene::open().await;
    let headers = json!([{ "key": "Authorization", "value": MARK }]);
    let requests = with("custom_headers", headers)
        .into_iter()
        .chain(with("custom_webhook_template", MARK))
        .chain(with(
            "url_variables",
            json!([{ "key": "a", "value": MARK }]),
        ));
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_delivered_over_verified_tls() {
    let scene = Scene::open().await;
    let requests = [json!(false), json!("false"), json!(0), Value::Null]
        .into_iter()
        .flat_map(|value| with("enable_ssl_verification", value));
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_the_plugins_own_is_refused() {
    let scene = Scene::open().await;
    let secrets = [
        format!("{MARK}-of-the-plugin"),
        "{secret:webhook} ".to_owned(),
        "{secret:webhook-signing}".to_owned(),
        "{secret:token}".to_owned(),
        "{SECRET:webhook}".to_owned(),
        String::new(),
    ];
    let requests = secrets.into_iter().flat_map(|secret| with("token", secret));
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_placeholder_elsewhere_is_a_text_like_any_other() {
    let scene = Scene::open().await;
    let [post, _] = with("name", "{secret:webhook}");
    scene.send(post).await.is_whole(200, 0);
    let sent: Value = serde_json::from_slice(&scene.forge.requests()[0].body).unwrap();
    assert_eq!(sent["name"], "{secret:webhook}");
    assert_eq!(sent["token"], WEBHOOK_SECRET);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_not_registered_without_a_secret_or_verified_tls() {
    let scene = Scene::open().await;
    let without = |key: &str| {
        let mut body = hook();
        body.as_object_mut().unwrap().remove(key);
        Request::post(api("/hooks"), body.to_string())
    };
    let requests = ["token", "enable_ssl_verification", "url"].map(without);
    scene.refuses(REFUSED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_put_in_on_the_wire_and_never_comes_back() {
    // The forge repeats what it was sent: in the body, in a header, and in a field that is secret.
    let scene = Scene::answering(|request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let headers = [
            ("x-echo", WEBHOOK_SECRET),
            ("content-type", "application/json"),
        ];
        Piece::answer(
            "201 Created",
            &headers,
            json!({ "echo": body, "token": SIGNING_SECRET }).to_string(),
        )
    })
    .await;
    let [post, _] = with("signing_token", "{secret:webhook-signing}");
    let came = scene.send(post).await;
    let sent: Value = serde_json::from_slice(&scene.forge.requests()[0].body).unwrap();
    assert_eq!(sent["token"], WEBHOOK_SECRET);
    assert_eq!(sent["signing_token"], SIGNING_SECRET);
    assert_eq!(sent["url"], WEBHOOK);
    let told = format!("{:?}", came.answer);
    assert!(
        !told.contains(WEBHOOK_SECRET) && !told.contains(SIGNING_SECRET),
        "{told}"
    );
    // A header, two in the echo, and the field's own value.
    came.is_whole(201, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_the_connection_does_not_have_is_said_to_be_missing() {
    let scene = Scene::open().await;
    let bare = scene.site.connection(scene.forge.url());
    let bare = bare
        .access(code_source::egress::Access::ALL)
        .webhook_urls([WEBHOOK]);
    let source = open(bare, |_| ());
    for request in with("token", "{secret:webhook}") {
        let came = scene.send_by(&source, request.clone()).await;
        came.is_refused(("body", "secret-not-configured"), &request);
        let remedy = came.failure.and_then(|failure| failure.remedy).unwrap();
        assert!(remedy.starts_with("secrets = { webhook"), "{remedy}");
    }
    assert_eq!(scene.forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_whose_file_is_gone_lets_nothing_leave() {
    let scene = Scene::open().await;
    let source = scene.source();
    let file = scene.site.file("webhook", WEBHOOK_SECRET);
    std::fs::remove_file(file).unwrap();
    let [post, _] = with("token", "{secret:webhook}");
    let came = scene.send_by(&source, post).await;
    assert_eq!(came.answer.error(), Some("configuration-error"));
    assert_eq!(came.asked["reason"], "credential-unusable");
    assert_eq!(came.asked["decision"], "deny");
    assert_eq!(scene.forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_without_the_access_is_not_registered() {
    let scene = Scene::open().await;
    let reading = scene
        .connection()
        .access([code_source::egress::Access::Read]);
    let outcome = code_source_tests::tell(
        &open(reading, |_| ()),
        code_source_test_plugins::Instruction::send(with("name", MARK)[0].clone()),
    )
    .await;
    assert!(!matches!(outcome.answer, Err(Failure::Host(_))));
    let came = scene.came(outcome);
    came.is_refused(("access", "access-not-granted"), &with("name", MARK)[0]);
    assert_eq!(scene.forge.connections(), 0);
}
