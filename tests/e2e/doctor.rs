//! `doctor`: the way of a request, station by station, and what is said of each.

mod forge;
mod looks;
mod network;
mod report;
mod repositories;

use std::time::Duration;

use code_source_stand_in::{Certificate, Change, Effect, Fault, Matcher, TokenSpec, When};
use code_source_tests::{Conduct, Rig, Runner, TestProxy, closed_port, played};
use serde_json::Value;

/// The stations, in order.
const STATIONS: [&str; 13] = [
    "configuration",
    "token-source",
    "dns",
    "tcp",
    "proxy",
    "tls",
    "http",
    "version",
    "token",
    "account",
    "repositories",
    "rate-limit",
    "clock",
];

/// What the command says to programs and to people, which is the same.
struct Examined {
    json: Value,
    text: String,
}

impl Examined {
    #[track_caller]
    fn new(runner: &Runner, arguments: &[&str]) -> Self {
        let command = [&["doctor"], arguments].concat();
        let people = runner.run(&command);
        let programs = runner.run(&[&command[..], &["--json"]].concat());
        let json = programs.json();
        assert_eq!(people.status, programs.status, "{}", people.text());
        assert_eq!(json["exit-status"], people.status, "{json:#}");
        let text = people.text();
        Self { json, text }
    }

    fn station(&self, name: &str) -> &Value {
        let stations = self.json["stations"].as_array().unwrap();
        stations.iter().find(|one| one["name"] == name).unwrap()
    }

    fn state(&self, name: &str) -> &str {
        self.station(name)["state"].as_str().unwrap()
    }

    /// The code of the cause, and the station that it was found at.
    fn cause(&self) -> (&str, &str) {
        let cause = &self.json["verdict"]["cause"];
        let text = |key: &str| cause[key].as_str().unwrap_or_default();
        (text("station"), text("code"))
    }

    fn not_reached(&self) -> Vec<&str> {
        let names = self.json["verdict"]["not-reached"].as_array().unwrap();
        names.iter().map(|name| name.as_str().unwrap()).collect()
    }

    /// The verdict as people see it.
    fn verdict(&self) -> Vec<&str> {
        let (_, verdict) = self.text.split_once("\n\n").unwrap();
        verdict.lines().collect()
    }
}

/// A token in a file that only its owner can read, as it should be.
fn keep_to_owner(rig: &Rig) {
    use std::os::unix::fs::PermissionsExt as _;
    let file = rig.folder().join("token");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn arguments(rig: &Rig, token: &std::path::Path) -> Vec<String> {
    vec![
        format!("--url={}", rig.forge.url()),
        format!("--token-file={}", token.display()),
        format!("--ca-file={}", rig.folder().join("ca.pem").display()),
        "--private-address=127.0.0.0/8".to_owned(),
    ]
}

/// The keys of an object, sorted.
fn keys(value: &Value) -> String {
    let mut keys: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(|key| &**key)
        .collect();
    keys.sort_unstable();
    keys.join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_connection_passes_every_station() {
    let rig = Rig::new().await;
    keep_to_owner(&rig);
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[("a", Change::file("a"))]);
    let examined = Examined::new(&rig.runner(), &["web/shop"]);
    for name in STATIONS {
        let expected = if name == "proxy" { "skipped" } else { "passed" };
        assert_eq!(examined.state(name), expected, "{name}: {}", examined.text);
    }
    assert_eq!(examined.verdict()[0], "all is well");
    let tls = &examined.station("tls")["facts"];
    assert_eq!(tls["protocol"], "TLS 1.3");
    assert_eq!(tls["vouched-for-by"], "CN=Stand-in root, of the `ca-file`");
    let repositories = examined.station("repositories")["facts"]["repositories"].to_string();
    let tip = &project.tip("main")[..10];
    assert!(
        repositories.contains(&format!("branch main at {tip}")),
        "{repositories}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_the_documented_keys() {
    let rig = Rig::new().await;
    keep_to_owner(&rig);
    let examined = Examined::new(&rig.runner(), &["web/gone"]);
    assert_eq!(keys(&examined.json), "exit-status stations status verdict");
    let stations = examined.json["stations"].as_array().unwrap();
    let names: Vec<_> = stations
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, STATIONS);
    for station in stations {
        assert_eq!(keys(station), "facts milliseconds name problems state");
        for problem in station["problems"].as_array().unwrap() {
            assert_eq!(keys(problem), "code hint message remedied-by");
        }
    }
    let verdict = &examined.json["verdict"];
    assert_eq!(keys(verdict), "also cause not-reached");
    assert_eq!(
        keys(&verdict["cause"]),
        "code hint message remedied-by station"
    );
    assert_eq!(examined.cause(), ("repositories", "repository-hidden"));
    assert_eq!(examined.json["exit-status"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_accepted_is_the_cause_and_what_follows_is_told_as_such() {
    let rig = Rig::with(played().certificate(Certificate::Expired)).await;
    keep_to_owner(&rig);
    let examined = Examined::new(&rig.runner(), &[]);
    assert_eq!(examined.cause(), ("tls", "certificate-expired"));
    assert_eq!(examined.json["exit-status"], 25);
    assert_eq!(examined.not_reached(), &STATIONS[6..]);
    let verdict = examined.verdict();
    assert!(
        verdict[0].starts_with("cause: the certificate of "),
        "{verdict:?}"
    );
    let tls = &examined.station("tls")["facts"];
    assert!(
        tls["chain"][0]
            .as_str()
            .unwrap()
            .contains("issued by CN=Stand-in root")
    );
    assert_eq!(
        examined.json["verdict"]["cause"]["remedied-by"],
        "forge-administrator"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_problems_that_have_nothing_to_do_with_each_other_are_found_at_once() {
    let rig = Rig::with(played().certificate(Certificate::WrongName)).await;
    let runner = rig.runner_with(arguments(&rig, &rig.folder().join("gone")));
    let examined = Examined::new(&runner, &[]);
    assert_eq!(examined.cause(), ("token-source", "token-file-unreadable"));
    let also = examined.json["verdict"]["also"].as_array().unwrap();
    assert_eq!(also.len(), 1, "{also:?}");
    assert_eq!(also[0]["code"], "certificate-wrong-name");
    assert_eq!(rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_cannot_be_one_is_not_sent() {
    let rig = Rig::new().await;
    for (text, code) in [
        ("", "token-empty"),
        ("Bearer glpat-0123456789abcdef", "token-malformed"),
        ("\"glpat-0123456789abcdef\"", "token-malformed"),
        ("glpat-01234\n56789abcdef", "token-malformed"),
    ] {
        let file = rig.folder().join("odd");
        std::fs::write(&file, text).unwrap();
        let examined = Examined::new(&rig.runner_with(arguments(&rig, &file)), &[]);
        assert_eq!(examined.cause(), ("token-source", code), "{text:?}");
        assert_eq!(examined.json["exit-status"], 9);
        assert!(!examined.text.contains("56789"), "{}", examined.text);
    }
    assert_eq!(rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_forge_says_of_a_token_is_at_the_tokens_station() {
    let rig = Rig::new().await;
    let user = rig.forge.user("somebody");
    let weak = rig.forge.token(TokenSpec::new(&user, &["read_api"]));
    let revoked = rig.forge.token(TokenSpec::new(&user, &["api"]));
    rig.forge.revoke(&revoked);
    for (token, code, exit) in [
        (weak, "token-without-api-scope", 6),
        (revoked, "token-revoked", 10),
        ("glpat-nobody-knows-this".to_owned(), "token-unknown", 10),
    ] {
        let file = rig.token_file("other", &token);
        let examined = Examined::new(&rig.runner_with(arguments(&rig, &file)), &[]);
        assert_eq!(examined.cause(), ("token", code), "{}", examined.text);
        assert_eq!(examined.json["exit-status"], exit);
        assert_eq!(examined.state("http"), "passed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_repository_is_looked_at_and_its_branch() {
    let rig = Rig::new().await;
    keep_to_owner(&rig);
    rig.forge.project("web/empty");
    let shop = rig.forge.project("web/shop");
    shop.commit("main", "Begin", &[("a", Change::file("a"))]);
    let moved = rig.forge.project("web/old");
    moved.commit("main", "Begin", &[("a", Change::file("a"))]);
    let config = format!(
        "[connections.acme]\nurl = \"{}\"\ntoken = {{ file = \"token\" }}\nca-file = \"ca.pem\"\n\
         private-addresses = [\"127.0.0.0/8\"]\nrepositories = [\n\
         {{ id = \"{}\", path = \"web/shop\", branch = \"gone\" }},\n\
         {{ id = \"{}\", path = \"web/older\", branch = \"main\" }},\n]\n",
        rig.forge.url(),
        shop.id(),
        moved.id()
    );
    std::fs::write(rig.folder().join("config.toml"), config).unwrap();
    let option = format!("--config={}", rig.folder().join("config.toml").display());
    let runner = rig.runner_with([option]);
    let examined = Examined::new(&runner, &[]);
    assert_eq!(examined.cause(), ("repositories", "branch-missing"));
    assert_eq!(examined.json["exit-status"], 12);
    assert!(
        examined.verdict()[0].contains("`gone` in `web/shop`"),
        "{}",
        examined.text
    );
    assert_eq!(
        examined.json["verdict"]["also"][0]["code"],
        "repository-moved"
    );
    let examined = Examined::new(&runner, &["web/empty"]);
    assert_eq!(examined.cause(), ("repositories", "repository-empty"));
    assert_eq!(examined.json["exit-status"], 13);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_a_station_of_its_own() {
    let rig = Rig::new().await;
    keep_to_owner(&rig);
    let refusal = b"HTTP/1.1 403 Forbidden\r\n\r\n".to_vec();
    for (conduct, state, code) in [
        (Conduct::Lead(rig.forge.address()), "passed", ""),
        (Conduct::Say(refusal), "failed", "proxy-refused"),
    ] {
        let proxy = TestProxy::start(conduct).await;
        let mut options = arguments(&rig, &rig.folder().join("token"));
        options.push(format!("--proxy={}", proxy.url()));
        let examined = Examined::new(&rig.runner_with(options), &[]);
        assert_eq!(examined.state("proxy"), state, "{}", examined.text);
        assert_eq!(examined.cause().1, code);
    }
    assert!(rig.forge.requests().len() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_only_the_environment_names_is_in_the_hint() {
    let rig = Rig::new().await;
    let (_socket, address) = closed_port();
    let mut options = arguments(&rig, &rig.folder().join("token"));
    options[0] = format!("--url=https://{address}");
    let runner = rig.runner_with(options);
    let runner = runner.environment("HTTPS_PROXY", "http://me:hunter2@proxy.acme.example:3128");
    let examined = Examined::new(&runner, &[]);
    assert_eq!(examined.cause(), ("tcp", "connect-failed"));
    assert!(examined.text.contains("`HTTPS_PROXY`"), "{}", examined.text);
    assert!(!examined.text.contains("hunter2"), "{}", examined.text);
    assert_eq!(examined.json["exit-status"], 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_an_hour_off_is_told() {
    let rig = Rig::new().await;
    keep_to_owner(&rig);
    let hour = time::OffsetDateTime::now_utc() + Duration::from_secs(3_600);
    let date = hour.format(DATE).unwrap();
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("date", date),
    ];
    let body = r#"{"message":"401 Unauthorized"}"#.to_owned();
    rig.forge.fault(Fault {
        on: Matcher::target("/api/v4"),
        when: When::Always,
        what: Effect::Status(401, body, headers),
    });
    let examined = Examined::new(&rig.runner(), &[]);
    assert_eq!(examined.state("clock"), "warned", "{}", examined.text);
    let also = &examined.json["verdict"]["also"][0];
    assert_eq!(also["code"], "clock-skew");
    assert!(
        also["message"]
            .as_str()
            .unwrap()
            .contains("behind the forge's"),
        "{also}"
    );
}

/// The form of dates in HTTP.
const DATE: &[time::format_description::BorrowedFormatItem<'_>] = time::macros::format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
