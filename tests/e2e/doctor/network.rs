//! The stations between here and the forge, with servers and names that no forge would have: by the
//! library, which an embedder calls, because the command has no resolver but the system's.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use code_source::doctor::{Diagnosis, Examination, Fact, Party, State, Station, StationName};
use code_source::{Connection, Limits, Resolver};
use code_source_tests::{BlackHole, CannedServer, Rig, Site, TestAuthority, TlsServer, plugin};
use rustls::version::{TLS12, TLS13};

/// A resolver that answers what a test says.
struct Fixed(Vec<IpAddr>);

#[async_trait::async_trait]
impl Resolver for Fixed {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match &*self.0 {
            [] => Err(io::Error::other(format!("no such name: {name}"))),
            addresses => Ok(addresses.to_vec()),
        }
    }
}

fn fixed(addresses: &[&str]) -> Arc<Fixed> {
    let addresses = addresses.iter().map(|text| text.parse().unwrap());
    Arc::new(Fixed(addresses.collect()))
}

async fn examine(connection: Connection) -> Diagnosis {
    let mut limits = Limits::default();
    limits.call = Duration::from_secs(12);
    limits.connect = Duration::from_secs(3);
    let mut examination =
        Examination::new(plugin(), connection.limits(limits)).repositories(vec![]);
    examination.run(&mut ()).await;
    examination.into_diagnosis()
}

#[track_caller]
fn cause(diagnosis: &Diagnosis) -> (StationName, String) {
    let verdict = diagnosis.verdict();
    let cause = verdict.cause.unwrap_or_else(|| panic!("{diagnosis:#?}"));
    assert!(!cause.problem.hint.is_empty(), "{:?}", cause.problem);
    (cause.station, cause.problem.code.clone())
}

fn station(diagnosis: &Diagnosis, name: StationName) -> &Station {
    let mut stations = diagnosis.stations.iter();
    stations.find(|station| station.name == name).unwrap()
}

fn fact(diagnosis: &Diagnosis, name: StationName, key: &str) -> String {
    let facts = &station(diagnosis, name).facts;
    let found = facts.iter().find(|(known, _)| *known == key);
    match found.map(|(_, fact)| fact) {
        Some(Fact::Text(text)) => text.clone(),
        Some(Fact::List(texts)) => texts.join("\n"),
        None => panic!("no `{key}`: {facts:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_is_told_and_the_line_that_allows_all_of_them() {
    let site = Site::new();
    let connection = site
        .connection("https://git.acme.example")
        .resolver(fixed(&["10.1.2.3", "fd00::7", "169.254.169.254"]));
    let diagnosis = examine(connection).await;
    assert_eq!(
        cause(&diagnosis),
        (StationName::Dns, "address-refused".into())
    );
    let told = fact(&diagnosis, StationName::Dns, "addresses");
    assert!(
        told.contains("10.1.2.3 (private): refused, until"),
        "{told}"
    );
    assert!(
        told.contains("169.254.169.254 (metadata): refused, always"),
        "{told}"
    );
    let verdict = diagnosis.verdict();
    let setting = verdict.cause.unwrap().problem.setting.as_deref();
    assert_eq!(
        setting,
        Some(
            "private-addresses = [\"127.0.0.0/8\", \"::1/128\", \"10.1.2.3/32\", \"fd00::7/128\"]"
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_knows_is_the_cause_and_nothing_after_it_is_looked_at() {
    let site = Site::new();
    let connection = site
        .connection("https://git.acme.example")
        .resolver(fixed(&[]));
    let diagnosis = examine(connection).await;
    assert_eq!(
        cause(&diagnosis),
        (StationName::Dns, "name-not-found".into())
    );
    let unreached = diagnosis.verdict().not_reached;
    assert_eq!(unreached[..2], [StationName::Tcp, StationName::Tls]);
    assert_eq!(unreached.len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_takes_no_connection_beside_one_that_does_is_a_warning() {
    let rig = Rig::new().await;
    let url = rig.forge.url().replace("127.0.0.1", "localhost");
    let connection = rig
        .connection()
        .resolver(fixed(&["127.0.0.9", "127.0.0.1"]));
    assert!(url.contains("localhost"), "{url}");
    let diagnosis = examine(connection).await;
    let tcp = station(&diagnosis, StationName::Tcp);
    assert_eq!(tcp.state, State::Warned, "{diagnosis:#?}");
    assert_eq!(tcp.problems[0].code, "address-unreachable");
    assert!(tcp.problems[0].message.contains("127.0.0.9"));
    assert_eq!(station(&diagnosis, StationName::Http).state, State::Passed);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_told_by_the_stage_that_it_begins_at() {
    let site = Site::new();
    // Taken by the system, and by nobody afterwards.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let _hole = BlackHole::at(([127, 0, 0, 2], port).into()).await;
    let diagnosis = examine(site.connection(format!("https://127.0.0.2:{port}"))).await;
    assert_eq!(
        cause(&diagnosis),
        (StationName::Tcp, "connect-timeout".into())
    );
    let diagnosis = examine(site.connection(format!("https://127.0.0.1:{port}"))).await;
    assert_eq!(
        cause(&diagnosis),
        (StationName::Tls, "connect-timeout".into())
    );
    let verdict = diagnosis.verdict();
    let problem = verdict.cause.unwrap().problem;
    assert!(
        problem.message.contains("nothing answers on it"),
        "{problem:?}"
    );
    assert_eq!(problem.remedied_by, Party::NetworkAdministrator);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_speak_tls_is_told_from_one_that_speaks_an_old_one() {
    let site = Site::new();
    // An alert of the protocol's version, as servers of TLS 1.0 send it.
    for (answer, code) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "not-tls"),
        (&b"\x15\x03\x01\x00\x02\x02\x46"[..], "tls-version"),
    ] {
        let server = CannedServer::start(answer).await;
        let diagnosis = examine(site.connection(server.url())).await;
        assert_eq!(cause(&diagnosis), (StationName::Tls, code.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_asked_for_is_the_handshakes_matter_in_every_version() {
    let (site, clients) = (Site::new(), TestAuthority::new("Clients"));
    for version in [&TLS12, &TLS13] {
        let server = site.authority.server(&["127.0.0.1"]);
        let config = server.server_config_with(&[version], Some((&clients, true)));
        let server = TlsServer::start(config).await;
        let diagnosis = examine(site.connection(server.url())).await;
        assert_eq!(
            cause(&diagnosis),
            (StationName::Tls, "certificate-required".into())
        );
        assert_eq!(server.heads().len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_that_vouched_is_named() {
    let site = Site::new();
    let server = site.authority.server(&["127.0.0.1"]);
    let server = TlsServer::start(server.server_config()).await;
    let diagnosis = examine(site.connection(server.url())).await;
    let vouched = fact(&diagnosis, StationName::Tls, "vouched-for-by");
    assert_eq!(vouched, "CN=A test's authority, of the `ca-file`");
    let chain = fact(&diagnosis, StationName::Tls, "chain");
    assert!(chain.contains("issued by CN=A test's authority"), "{chain}");
}
