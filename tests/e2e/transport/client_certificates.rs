//! Certificates that a connection shows of itself: to the forge that asks, and to nobody else.

use std::path::Path;

use code_source::report::{RequestFailure, Stage};
use code_source::{ClientIdentity, Error, Source};
use code_source_tests::{Conduct, Site, TestAuthority, TestProxy, TlsServer, ask, hostile, status};
use rustls::version::{TLS12, TLS13};
use rustls::{DEFAULT_VERSIONS, ServerConfig, SupportedProtocolVersion};

/// A server's configuration that asks for certificates of `clients`, with one version of TLS.
fn asking(
    site: &Site,
    clients: &TestAuthority,
    version: &'static SupportedProtocolVersion,
) -> ServerConfig {
    let server = site.authority.server(&["127.0.0.1"]);
    server.server_config_with(&[version], Some((clients, true)))
}

async fn failure(site: &Site, server: &TlsServer, shown: Option<ClientIdentity>) -> RequestFailure {
    let connection = site.connection(server.url());
    let connection = match shown {
        Some(shown) => connection.client_identity(shown),
        None => connection,
    };
    let failure = site.failure(connection).await;
    assert_eq!(failure.stage, Stage::Tls, "{failure:?}");
    assert_eq!(server.heads().len(), 0);
    failure
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_asks_is_shown_the_certificate() {
    let (site, clients) = (Site::new(), TestAuthority::new("Clients"));
    let client = clients.client("code-source");
    for version in [&TLS12, &TLS13] {
        let server = TlsServer::start(asking(&site, &clients, version)).await;
        let connection = site
            .connection(server.url())
            .client_identity(site.identity(&client));
        assert_eq!(status(ask(&site.open(connection)).await), Some(200));
        assert_eq!(
            server.handshakes()[0].client.as_deref(),
            Some(&*client.certificate)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_asks_in_vain_is_told_from_one_that_does_not_accept() {
    let (site, clients) = (Site::new(), TestAuthority::new("Clients"));
    let foreign = TestAuthority::new("Others").client("code-source");
    for version in [&TLS12, &TLS13] {
        let server = TlsServer::start(asking(&site, &clients, version)).await;
        let missing = failure(&site, &server, None).await;
        assert_eq!(missing.reason, "certificate-required", "{missing:?}");
        let remedy = missing.remedy.unwrap();
        assert!(remedy.starts_with("client-certificate = {"), "{remedy}");

        let wrong = failure(&site, &server, Some(site.identity(&foreign))).await;
        assert_eq!(wrong.reason, "certificate-refused", "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_asks_is_shown_nothing() {
    let (site, clients) = (Site::new(), TestAuthority::new("Clients"));
    let client = clients.client("code-source");
    let server = site.authority.server(&["127.0.0.1"]);
    let config = |must| server.server_config_with(DEFAULT_VERSIONS, Some((&clients, must)));
    let forge = TlsServer::start(config(true)).await;
    let wishing = config(false);
    let proxy = TestProxy::start_with_tls(Conduct::Lead(forge.address()), wishing).await;
    let connection = site
        .connection(forge.url())
        .client_identity(site.identity(&client))
        .proxy(code_source::Proxy::new(proxy.url()));
    assert_eq!(status(ask(&site.open(connection)).await), Some(200));
    assert_eq!(
        forge.handshakes()[0].client.as_deref(),
        Some(&*client.certificate)
    );
    assert_eq!(proxy.heads().len(), 1, "{:?}", proxy.heads());
}

/// What is said of files that cannot be used.
fn refusal(site: &Site, certificate: &Path, key: &Path) -> String {
    let connection = site
        .connection("git.acme.example")
        .client_identity(ClientIdentity {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        });
    let error = Source::open(hostile(), connection).unwrap_err();
    assert!(matches!(error, Error::ClientIdentity { .. }), "{error:?}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("nonsense"), "{text}");
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_used_are_named_when_the_connection_is_opened() {
    let (site, clients) = (Site::new(), TestAuthority::new("Clients"));
    let (one, other) = (clients.client("one"), clients.client("other"));
    let certificate = site.file("good.pem", &one.certificate_pem);
    let key = site.file("good.key", &one.key_pem);
    for (text, problem) in [
        (&*other.key_pem, "it is not the key of the certificate in `"),
        (ENCRYPTED, "the key in it is protected with a password"),
        ("nonsense", "it holds nothing of that kind in PEM form"),
    ] {
        let told = refusal(&site, &certificate, &site.file("bad.key", text));
        assert!(
            told.contains("/bad.key`: ") && told.contains(problem),
            "{told}"
        );
    }
    for (text, problem) in [
        ("nonsense", "there is no certificate in it"),
        (MALFORMED, "it is not well-formed PEM"),
    ] {
        let told = refusal(&site, &site.file("bad.pem", text), &key);
        assert!(
            told.contains("/bad.pem`: ") && told.contains(problem),
            "{told}"
        );
    }
    let told = refusal(&site, &certificate, &key.with_file_name("none"));
    assert!(told.contains("/none`: "), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_every_usual_form_are_read() {
    let site = Site::new();
    let clients = TestAuthority::new("Clients");
    let client = clients.client("code-source");
    let sec1 = sec1_pem(client.key.secret_pkcs8_der());
    let identity = ClientIdentity {
        certificate: site.file("client.pem", &client.certificate_pem),
        key: site.file("client.key", &sec1),
    };
    let connection = site
        .connection("git.acme.example")
        .client_identity(identity);
    site.open(connection);
    let connection = site
        .connection("git.acme.example")
        .client_identity(ClientIdentity {
            certificate: site.file("rsa.pem", include_str!("certificates/client.pem")),
            key: site.file("rsa.key", include_str!("certificates/client-pkcs1.key")),
        });
    site.open(connection);
}

/// The key in the older form: PKCS #8 is that form with a few words around it.
fn sec1_pem(pkcs8: &[u8]) -> String {
    use base64::Engine as _;
    let begin = [0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20];
    let start = pkcs8.windows(begin.len()).position(|part| part == begin);
    let text = base64::engine::general_purpose::STANDARD.encode(&pkcs8[start.unwrap()..]);
    format!("-----BEGIN EC PRIVATE KEY-----\n{text}\n-----END EC PRIVATE KEY-----\n")
}

const ENCRYPTED: &str =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";

const MALFORMED: &str = "-----BEGIN CERTIFICATE-----\nnonsense!\n-----END CERTIFICATE-----\n";
