//! Answers that lead elsewhere: followed once, to where the operator says, with nothing of the
//! connection and nothing of the plugin.

use std::sync::Arc;

use code_source::{Connection, Source};
use code_source_test_plugins::{Answer, Instruction, Request};
use code_source_tests::{Piece, Site, WireRequest, WireServer, open, tell, told};
use serde_json::Value;

use super::addresses::Names;
use super::scene::{Came, MARK, Scene, TOKEN, api, raw_file, tree};

const NOT_LISTED: (&str, &str) = ("redirect", "redirect-origin-not-listed");
const OTHER: (&str, &str) = ("authority", "other-origin");

/// A forge whose answers lead to another server.
struct Led {
    scene: Scene,
    elsewhere: WireServer,
}

impl Led {
    /// To a place at the other server.
    async fn to(target: &'static str) -> Self {
        Self::by(move |elsewhere| format!("{}{target}", elsewhere.url())).await
    }

    /// To what becomes of the other server's address.
    async fn by(location: impl FnOnce(&WireServer) -> String) -> Self {
        let site = Site::new();
        let elsewhere = WireServer::start(&site, object).await;
        let location = location(&elsewhere);
        let answer = move |_: &WireRequest| found(&location);
        let forge = WireServer::start(&site, answer).await;
        let scene = Scene { site, forge };
        Self { scene, elsewhere }
    }

    /// A connection that lists the other server.
    fn connection(&self) -> Connection {
        let origins = [self.elsewhere.url()];
        self.scene.connection().redirect_origins(origins)
    }

    /// A request at the other server.
    fn there(&self, target: &str) -> Request {
        Request::get(target).authority(format!("localhost:{}", self.elsewhere.port()))
    }

    /// Ask the forge, and then for what follows, in one call: what came of the last request.
    async fn follow(&self, source: &Source, requests: Vec<Request>) -> Came {
        let requests = [vec![raw_file()], requests].concat();
        let outcome = tell(source, Instruction::Send { requests }).await;
        self.scene.came(outcome)
    }

    /// The same through a connection that lists the other server: it is refused so.
    async fn refuses(&self, refusal: (&str, &str), request: Request) {
        let source = open(self.connection(), |_| ());
        let came = self.follow(&source, vec![request.clone()]).await;
        came.is_refused(refusal, &request);
        assert_eq!(self.elsewhere.connections(), 0);
        assert_eq!(self.scene.forge.requests().len(), 1);
        assert!(!self.scene.site.audit.text().contains(MARK));
    }
}

fn found(location: &str) -> Vec<Piece> {
    Piece::answer("302 Found", &[("location", location)], "")
}

/// What the other server says: it would like to be asked again, and to be remembered.
fn object(request: &WireRequest) -> Vec<Piece> {
    let host = request.header("host").unwrap_or_default();
    let next = format!("https://{host}/next");
    let headers = [("location", &*next), ("set-cookie", "a=b")];
    Piece::answer("200 OK", &headers, "object")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_origin_is_asked_once_with_nothing_of_anybodys() {
    let led = Led::to("/objects/1?signature=marked-text").await;
    let source = open(led.connection(), |_| ());
    let follow = led
        .there("/objects/1?signature=marked-text")
        .header("range", "bytes=0-1")
        .header("accept", MARK)
        .header("user-agent", MARK)
        .header("authorization", MARK)
        .header("referer", MARK);
    let came = led.follow(&source, vec![follow]).await;
    came.is_whole(200, 0);
    assert_eq!(came.answer.body(), Some("object"));
    assert_eq!(came.answer.header("set-cookie"), None);
    let requests = led.elsewhere.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].line(), "GET /objects/1?signature=marked-text");
    assert_eq!(
        requests[0].names(),
        ["accept-encoding", "host", "user-agent"]
    );
    let agent = requests[0].header("user-agent").unwrap();
    assert!(agent.starts_with("code-source/"), "{agent}");
    assert_eq!(came.asked["origin"], led.elsewhere.url());
    assert_eq!(
        came.asked["template"],
        "/projects/{project}/repository/files/{path}/raw"
    );
    assert_eq!(came.asked["rule"], Value::Null);
    assert!(!led.scene.site.audit.text().contains(MARK));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_by_the_host() {
    let led = Led::to("/objects/1").await;
    let source = open(led.connection(), |_| ());
    let came = led.scene.send_by(&source, raw_file()).await;
    came.is_whole(302, 0);
    let location = format!("{}/objects/1", led.elsewhere.url());
    assert_eq!(came.answer.header("location"), Some(&*location));
    assert_eq!(led.scene.forge.requests().len(), 1);
    assert_eq!(led.elsewhere.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_counts_once() {
    let led = Led::to("/objects/1").await;
    let source = open(led.connection(), |_| ());
    let follow = led.there("/objects/1");
    let came = led
        .follow(&source, vec![follow.clone(), follow.clone()])
        .await;
    came.is_refused(("redirect", "ticket-used"), &follow);
    assert_eq!(led.elsewhere.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_of_another_call_does_not_count() {
    let led = Led::to("/objects/1").await;
    let source = open(led.connection(), |_| ());
    led.scene
        .send_by(&source, raw_file())
        .await
        .is_whole(302, 0);
    let follow = led.there("/objects/1");
    let came = led.scene.send_by(&source, follow.clone()).await;
    came.is_refused(OTHER, &follow);
    assert_eq!(led.elsewhere.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_for_reading() {
    let led = Led::to("/objects/1").await;
    for method in ["HEAD", "POST", "PUT", "DELETE"] {
        let led = Led::to("/objects/1").await;
        let request = led.there("/objects/1").method(method);
        led.refuses(("redirect", "ticket-method"), request).await;
    }
    let source = open(led.connection(), |_| ());
    let with_body = led.there("/objects/1").body(MARK);
    let came = led.follow(&source, vec![with_body.clone()]).await;
    came.is_refused(("body", "body-forbidden"), &with_body);
    assert_eq!(led.elsewhere.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_for_the_very_url() {
    let targets = [
        "/objects/2?signature=x",
        "/objects/1",
        "/objects/1?signature=y",
        "/objects/1?signature=x&more=1",
        "/objects/1/?signature=x",
        "/objects/%31?signature=x",
        "/OBJECTS/1?signature=x",
    ];
    for target in targets {
        let led = Led::to("/objects/1?signature=x").await;
        led.refuses(OTHER, led.there(target)).await;
    }
    let led = Led::to("/objects/1").await;
    let by_number = format!("127.0.0.1:{}", led.elsewhere.port());
    led.refuses(OTHER, led.there("/objects/1").authority(by_number))
        .await;
    let led = Led::to("/objects/1").await;
    led.refuses(OTHER, led.there("/objects/1").scheme("http"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_that_is_not_listed_is_not_asked() {
    let led = Led::to("/objects/1").await;
    let follow = led.there("/objects/1");
    let came = led.follow(&led.scene.source(), vec![follow.clone()]).await;
    came.is_refused(NOT_LISTED, &follow);
    let remedy = came.failure.and_then(|failure| failure.remedy);
    let line = format!("redirect-origins = [\"{}\"]", led.elsewhere.url());
    assert_eq!(remedy, Some(line));
    assert_eq!(led.elsewhere.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_plain_http_leads_nowhere() {
    let led = Led::by(|elsewhere| elsewhere.url().replace("https", "http") + "/objects/1").await;
    let request = led.there("/objects/1").scheme("http");
    led.refuses(("redirect", "redirect-plain-http"), request)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_with_user_information_leads_nowhere() {
    let led = Led::by(|elsewhere| elsewhere.url().replace("//", "//marked-text@")).await;
    let authority = format!("marked-text@localhost:{}", led.elsewhere.port());
    let request = led.there("/").authority(authority);
    led.refuses(("redirect", "redirect-malformed"), request)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_into_a_network_that_is_not_the_operators_leads_nowhere() {
    for address in [
        "169.254.169.254",
        "10.1.2.3",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
    ] {
        let led = Led::by(|elsewhere| elsewhere.url_as("objects.acme.example")).await;
        let names = [
            ("localhost", "127.0.0.1"),
            ("objects.acme.example", address),
        ];
        let origin = led.elsewhere.url_as("objects.acme.example");
        let connection = led.scene.connection().redirect_origins([origin.clone()]);
        let source = open(connection.resolver(Arc::new(Names::of(names))), |_| ());
        let authority = origin.strip_prefix("https://").unwrap();
        let came = led
            .follow(&source, vec![led.there("/").authority(authority)])
            .await;
        came.is_failed("destination-IP-prohibited", "address-refused");
        assert_eq!(led.elsewhere.connections(), 0, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_service_cannot_be_reached_even_if_it_is_listed() {
    let origin = "https://169.254.169.254";
    let led = Led::by(|_| format!("{origin}/latest/meta-data/")).await;
    let connection = led.scene.connection().redirect_origins([origin]);
    let source = open(connection, |_| ());
    let request = Request::get("/latest/meta-data/").authority("169.254.169.254");
    let came = led.follow(&source, vec![request]).await;
    came.is_failed("destination-IP-prohibited", "address-refused");
    assert_eq!(led.scene.forge.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_other_origin_says_leads_nowhere() {
    // It leads on to itself, and the operator lists it; but it is not the forge.
    let led = Led::to("/objects/1").await;
    let source = open(led.connection(), |_| ());
    let next = led.there("/next");
    let came = led
        .follow(&source, vec![led.there("/objects/1"), next.clone()])
        .await;
    came.is_refused(OTHER, &next);
    assert_eq!(led.elsewhere.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_within_the_forge_ends_with_the_calls_requests() {
    let scene = Scene::sending(found(&api("/repository/files/a/raw?ref=main"))).await;
    let source = scene.source_within(|limits| limits.requests = 5);
    let all = Instruction::Repeat {
        request: raw_file(),
        times: 100,
        at_once: false,
    };
    let outcome = tell(&source, all).await;
    let counts = r#"{"302":5,"connection-limit-reached":95}"#;
    assert_eq!(outcome.answer.unwrap(), counts);
    assert_eq!(scene.forge.requests().len(), 5);
    let lines = scene.site.audit.events("request");
    assert_eq!(lines[5]["reason"], "too-many-requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_within_the_forge_passes_every_check_again() {
    let scene = Scene::sending(found("/api/v4/projects/2/variables")).await;
    let variables = Request::get("/api/v4/projects/2/variables");
    let requests = vec![raw_file(), variables.clone()];
    let outcome = tell(&scene.source(), Instruction::Send { requests }).await;
    let came = scene.came(outcome);
    came.is_refused(("ceiling", "endpoint-refused-by-name"), &variables);
    assert_eq!(scene.forge.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_rule_that_may_lead_elsewhere_does() {
    let led = Led::to("/objects/1").await;
    let source = open(led.connection(), |_| ());
    let requests = vec![tree(), led.there("/objects/1")];
    let outcome = tell(&source, Instruction::Send { requests }).await;
    let came = led.scene.came(outcome);
    came.is_refused(
        ("redirect", "redirect-not-allowed"),
        &led.there("/objects/1"),
    );
    assert_eq!(led.elsewhere.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_with_the_token_in_it_leads_the_token_nowhere() {
    let led = Led::by(|elsewhere| format!("{}/?private_token={TOKEN}", elsewhere.url())).await;
    let source = open(led.connection(), |_| ());
    let stars = "*".repeat(TOKEN.len());
    let covered = led.there(&format!("/?private_token={stars}"));
    let open_text = led.there(&format!("/?private_token={TOKEN}"));
    let requests = vec![raw_file(), open_text, covered];
    let outcome = tell(&source, Instruction::Send { requests }).await;
    let masked = outcome.report.requests[0].masked;
    let answers: Vec<Answer> = told(outcome);
    let told = answers[0].header("location").unwrap();
    assert!(told.ends_with(&stars), "{told}");
    assert_eq!(masked, 1);
    assert_eq!(answers[1].error(), Some("HTTP-request-denied"));
    let bytes = String::from_utf8_lossy(&led.elsewhere.bytes()).into_owned();
    assert!(!bytes.contains(TOKEN), "{bytes}");
}
