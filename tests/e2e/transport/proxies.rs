//! Proxies: the one that a connection names is asked for the forge by name, and whatever it
//! answers, nothing is sent past it.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use code_source::report::Stage;
use code_source::{Connection, Error, Limits, Proxy, Resolver, Source};
use code_source_tests::{
    Conduct, Rig, Site, TestAuthority, TestProxy, TlsServer, ask, closed_port, expect, hostile,
    plugin, status,
};

const FORGE: &str = "git.acme.example";
const PROXY: &str = "proxy.acme.example";

/// A resolver that knows the proxy alone, and notes what it was asked.
#[derive(Default)]
struct ProxyOnly {
    asked: Mutex<Vec<String>>,
    leads_to: Option<IpAddr>,
}

#[async_trait::async_trait]
impl Resolver for ProxyOnly {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        let loopback = IpAddr::from([127, 0, 0, 1]);
        match name {
            PROXY => Ok(vec![self.leads_to.unwrap_or(loopback)]),
            _ => Err(io::Error::other("only the proxy is known")),
        }
    }
}

async fn forge(site: &Site) -> TlsServer {
    TlsServer::start(site.authority.server(&[FORGE]).server_config()).await
}

fn impatient() -> Limits {
    let mut limits = Limits::default();
    limits.connect = Duration::from_secs(3);
    limits
}

fn connection(site: &Site, forge: &TlsServer, proxy: &TestProxy) -> Connection {
    site.connection(forge.url_as(FORGE))
        .proxy(Proxy::new(proxy.url()))
        .limits(impatient())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_is_asked_for_the_forge_by_name_and_nobody_else_is() {
    let site = Site::new();
    let forge = forge(&site).await;
    let proxy = TestProxy::start(Conduct::Lead(forge.address())).await;
    let resolver = Arc::new(ProxyOnly::default());
    let connection = site
        .connection(forge.url_as(FORGE))
        .proxy(Proxy::new(proxy.url_as(PROXY)))
        .resolver(Arc::clone(&resolver) as Arc<_>);
    let outcome = ask(&site.open(connection)).await;
    let request = &outcome.report.requests[0];
    assert!(
        request.via_proxy && request.address.is_none(),
        "{request:?}"
    );
    assert!(request.timings.proxy.is_some() && request.timings.tls.is_some());
    assert_eq!(status(outcome), Some(200));
    assert_eq!(*resolver.asked.lock().unwrap(), [PROXY]);
    let port = forge.address().port();
    assert_eq!(
        proxy.heads(),
        [format!(
            "CONNECT {FORGE}:{port} HTTP/1.1\r\nHost: {FORGE}:{port}\r\nUser-Agent: code-source/{}\r\n\r\n",
            env!("CARGO_PKG_VERSION")
        )]
    );
    assert_eq!(site.audit.events("response")[0]["address"], "by proxy");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_plugin_reads_through_a_proxy_over_one_connection() {
    let rig = Rig::new().await;
    let proxy = TestProxy::start(Conduct::Lead(rig.forge.address())).await;
    let connection = rig.connection().proxy(Proxy::new(proxy.url()));
    let source = Source::open(plugin(), connection).unwrap();
    for _ in 0..3 {
        expect(source.check().await);
    }
    assert!(proxy.heads().len() < rig.forge.requests().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_speaks_tls_is_trusted_as_a_forge_is() {
    let site = Site::new();
    let forge = forge(&site).await;
    let config = site.authority.server(&["127.0.0.1"]).server_config();
    let lead = Conduct::Lead(forge.address());
    let proxy = TestProxy::start_with_tls(lead.clone(), config).await;
    let outcome = ask(&site.open(connection(&site, &forge, &proxy))).await;
    assert_eq!(status(outcome), Some(200));

    let foreign = TestAuthority::new("Another authority").server(&["127.0.0.1"]);
    let proxy = TestProxy::start_with_tls(lead, foreign.server_config()).await;
    let failure = site.failure(connection(&site, &forge, &proxy)).await;
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Proxy, "certificate-unknown-issuer")
    );
    assert!(
        failure.detail.contains("of the proxy `127.0.0.1:"),
        "{failure:?}"
    );
    assert!(failure.certificate.is_some());
    assert_eq!(proxy.heads().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_of_a_proxy_that_does_not_help_has_its_reason_and_is_the_end() {
    let site = Site::new();
    let forge = forge(&site).await;
    let say = |text: &str| Conduct::Say(text.as_bytes().to_vec());
    for (conduct, reason, detail) in [
        (
            say("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\n\r\n"),
            "proxy-authentication",
            "asks for credentials (status 407)",
        ),
        (
            say("HTTP/1.1 403 No\r\n\r\n"),
            "proxy-refused",
            "answered 403",
        ),
        (
            say("HTTP/1.1 502 No\r\n\r\n<html>"),
            "proxy-refused",
            "answered 502",
        ),
        (
            say("HTTP/1.1 302 Go\r\nLocation: https://elsewhere.example\r\n\r\n"),
            "proxy-refused",
            "answered 302",
        ),
        (
            say("SSH-2.0-OpenSSH_9.9\r\n\r\n"),
            "proxy-malformed",
            "not HTTP/1",
        ),
        (
            say("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
            "proxy-malformed",
            "something of its own",
        ),
        (
            Conduct::SayForEver(b"HTTP/1.1 200 OK\r\nX: y\r\n".to_vec()),
            "proxy-malformed",
            "8 KiB",
        ),
        (Conduct::Close, "proxy-malformed", "closed the connection"),
        (Conduct::Wait, "connect-timeout", "the answer of the proxy"),
    ] {
        let proxy = TestProxy::start(conduct).await;
        let failure = site.failure(connection(&site, &forge, &proxy)).await;
        assert_eq!(
            (failure.stage, failure.reason),
            (Stage::Proxy, reason),
            "{failure:?}"
        );
        assert!(failure.detail.contains(detail), "{failure:?}");
    }
    assert_eq!(forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_not_there_is_no_reason_to_go_without() {
    let site = Site::new();
    let forge = forge(&site).await;
    let (_socket, address) = closed_port();
    let nobody = format!("http://{address}");
    let connection = site
        .connection(forge.url())
        .proxy(Proxy::new(nobody))
        .limits(impatient());
    let failure = site.failure(connection).await;
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Connect, "proxy-unreachable")
    );
    assert_eq!(forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxys_address_is_held_against_the_same_rules() {
    let site = Site::new();
    let forge = forge(&site).await;
    let proxy = TestProxy::start(Conduct::Lead(forge.address())).await;
    for (leads_to, is_listed) in [
        (IpAddr::from([127, 0, 0, 1]), false),
        (IpAddr::from([169, 254, 169, 254]), true),
        ("::ffff:127.0.0.1".parse().unwrap(), true),
    ] {
        let resolver = ProxyOnly {
            leads_to: Some(leads_to),
            ..ProxyOnly::default()
        };
        let connection = connection(&site, &forge, &proxy)
            .proxy(Proxy::new(proxy.url_as(PROXY)))
            .resolver(Arc::new(resolver));
        let connection = if is_listed {
            connection
        } else {
            connection.private_addresses([])
        };
        let failure = site.failure(connection).await;
        assert_eq!(
            (failure.stage, failure.reason),
            (Stage::Address, "address-refused")
        );
        assert!(
            failure.detail.contains("the proxy `proxy.acme.example:"),
            "{failure:?}"
        );
        assert_eq!(failure.remedy.is_some(), !is_listed, "{failure:?}");
    }
    let metadata = Proxy::new("http://metadata.google.internal:3128");
    let failure = site
        .failure(connection(&site, &forge, &proxy).proxy(metadata))
        .await;
    assert_eq!(failure.reason, "address-refused");
    assert_eq!((proxy.connections(), forge.connections()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_not_asked_for_what_may_not_be_dialled() {
    let site = Site::new();
    let forge = forge(&site).await;
    let proxy = TestProxy::start(Conduct::Lead(forge.address())).await;
    for url in [
        "https://169.254.169.254",
        "https://metadata.google.internal",
        "https://[fd00:ec2::254]",
        "https://10.0.0.1",
    ] {
        let connection = site.connection(url).proxy(Proxy::new(proxy.url()));
        let failure = site.failure(connection).await;
        assert_eq!(
            (failure.stage, failure.reason),
            (Stage::Address, "address-refused"),
            "{url}"
        );
    }
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_with_the_wrong_certificate_is_refused_behind_a_proxy_too() {
    let site = Site::new();
    let foreign = TestAuthority::new("Another authority").server(&[FORGE]);
    let forge = TlsServer::start(foreign.server_config()).await;
    let proxy = TestProxy::start(Conduct::Lead(forge.address())).await;
    let failure = site.failure(connection(&site, &forge, &proxy)).await;
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Tls, "certificate-unknown-issuer")
    );
    assert_eq!(forge.heads().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_through_a_proxy_is_refused_when_the_connection_is_opened() {
    let site = Site::new();
    let connection = site
        .connection("http://127.0.0.1:8080")
        .allow_plain_http(true)
        .proxy(Proxy::new("http://127.0.0.1:3128"));
    let error = Source::open(hostile(), connection).unwrap_err();
    assert!(matches!(error, Error::Proxy { .. }), "{error:?}");
    assert!(
        error.to_string().contains("would read the token"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn proxies_that_the_environment_names_are_ignored() {
    let rig = Rig::new().await;
    let proxy = TestProxy::start(Conduct::Lead(rig.forge.address())).await;
    let mut runner = rig.runner();
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
        runner = runner
            .environment(name, &proxy.url())
            .environment(&name.to_lowercase(), &proxy.url());
    }
    tokio::task::spawn_blocking(move || runner.run(&["check"]).success())
        .await
        .unwrap();
    assert_eq!(proxy.connections(), 0);
    assert!(!rig.forge.requests().is_empty());
}
