//! A proxy's credentials: shown to the proxy, and found nowhere else, whatever the proxy answers.

use code_source::report::Stage;
use code_source::{Connection, Error, Proxy, Secret, Source, TokenSource};
use code_source_tests::{
    Conduct, Site, TestAuthority, TestProxy, TlsServer, ask, failed_request, hostile, status,
};

const CREDENTIALS: &str = "buildbot:a-password-that-nobody-sees";

/// `CREDENTIALS`, as `base64` writes it.
const ENCODED: &str = "YnVpbGRib3Q6YS1wYXNzd29yZC10aGF0LW5vYm9keS1zZWVz";

fn connection(site: &Site, forge: &TlsServer, proxy: &TestProxy) -> Connection {
    let file = site.secret_file("proxy", CREDENTIALS);
    // The password alone is as secret as the two together.
    site.secret_file("password", "a-password-that-nobody-sees");
    let proxy = Proxy::new(proxy.url()).credentials(TokenSource::File(file));
    site.connection(forge.url()).proxy(proxy)
}

async fn forge(site: &Site) -> TlsServer {
    TlsServer::start(site.authority.server(&["127.0.0.1"]).server_config()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_shown_to_the_proxy_and_not_to_the_forge() {
    let site = Site::new();
    let forge = forge(&site).await;
    let proxy = TestProxy::start(Conduct::Lead(forge.address())).await;
    let outcome = ask(&site.open(connection(&site, &forge, &proxy))).await;
    assert_eq!(status(outcome), Some(200));
    let shown = format!("\r\nProxy-Authorization: Basic {ENCODED}\r\n");
    assert!(proxy.heads()[0].contains(&shown));
    let head = forge.heads()[0].to_lowercase();
    assert!(
        !head.contains("proxy-") && !head.contains("basic"),
        "{head}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_proxy_repeats_of_them_goes_nowhere() {
    let site = Site::new();
    let forge = forge(&site).await;
    for (status_line, reason) in [
        ("HTTP/1.1 407", "proxy-authentication"),
        ("HTTP/1.1 403", "proxy-refused"),
        ("HTTP/1.1 500", "proxy-refused"),
        ("Welcome", "proxy-malformed"),
    ] {
        let proxy = TestProxy::start(Conduct::Echo(status_line)).await;
        let outcome = ask(&site.open(connection(&site, &forge, &proxy))).await;
        let failure = failed_request(&outcome);
        assert_eq!((failure.stage, failure.reason), (Stage::Proxy, reason));
        assert_eq!(failure.remedy, None);
        // That they were repeated is the proxy's own word: see what it was sent.
        assert!(proxy.heads()[0].contains(ENCODED));
        let told = format!("{outcome:?}");
        assert!(!told.contains("Proxy-Authorization"), "{told}");
    }
    assert_eq!(forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_not_shown_to_a_proxy_whose_certificate_is_wrong() {
    let site = Site::new();
    let forge = forge(&site).await;
    let foreign = TestAuthority::new("Another authority").server(&["127.0.0.1"]);
    let lead = Conduct::Lead(forge.address());
    let proxy = TestProxy::start_with_tls(lead, foreign.server_config()).await;
    let outcome = ask(&site.open(connection(&site, &forge, &proxy))).await;
    assert_eq!(
        failed_request(&outcome).reason,
        "certificate-unknown-issuer"
    );
    assert_eq!(proxy.heads().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_gone_are_an_error_of_their_own() {
    let site = Site::new();
    let config = site.authority.server(&["127.0.0.1"]).server_config();
    let forge = TlsServer::start_closing(config).await;
    let proxy = TestProxy::start(Conduct::Lead(forge.address())).await;
    let source = site.open(connection(&site, &forge, &proxy));
    assert_eq!(status(ask(&source).await), Some(200));
    site.file("proxy", "no-colon-in-it");
    let failure = failed_request(&ask(&source).await);
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Proxy, "proxy-credentials")
    );
    assert!(failure.detail.contains("/proxy`"), "{failure:?}");
    assert!(!failure.detail.contains("no-colon"), "{failure:?}");
    assert_eq!(forge.connections(), 1);
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_without_its_password() {
    let site = Site::new();
    for url in [
        "http://buildbot:a-password-that-nobody-sees@127.0.0.1:3128",
        "buildbot:a-password-that-nobody-sees@127.0.0.1:3128",
        "http://127.0.0.1:3128/a-password-that-nobody-sees",
        "http://127.0.0.1",
        "socks5://127.0.0.1:1080",
    ] {
        let connection = site.connection("git.acme.example").proxy(Proxy::new(url));
        assert!(!format!("{connection:?}").contains("nobody-sees"));
        let error = Source::open(hostile(), connection).unwrap_err();
        assert!(matches!(error, Error::Proxy { .. }), "{error:?}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("nobody-sees"), "{text}");
    }
    let source = TokenSource::Value(Secret::new("a-password-that-nobody-sees"));
    let proxy = Proxy::new("http://127.0.0.1:3128").credentials(source);
    assert!(!format!("{proxy:?}").contains("nobody-sees"));
    let connection = site.connection("git.acme.example").proxy(proxy);
    let error = Source::open(hostile(), connection).unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("nobody-sees"),
        "{error}"
    );
}
