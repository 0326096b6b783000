//! Servers with which no handshake comes to its end, whatever their certificate; and sessions.

use code_source::report::Stage;
use code_source_tests::{CannedServer, Site, TlsServer, ask, has_ipv6, status};

/// An alert of the level "fatal": the version of the protocol is not spoken.
const NO_SUCH_VERSION: &[u8] = &[21, 3, 1, 0, 2, 2, 70];

/// The hello of a server that speaks TLS 1.0: no session, AES-128 with SHA-1, no compression.
const OLD_HELLO: &[u8] = &[
    22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
    18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, 47, 0,
];

/// The same of one that speaks TLS 1.1.
const NEWER_OLD_HELLO: &[u8] = &[
    22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
    18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, 47, 0,
];

/// An alert of the level "fatal": the handshake fails for another reason.
const HANDSHAKE_FAILURE: &[u8] = &[21, 3, 3, 0, 2, 2, 40];

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_fail_has_a_reason_of_its_own() {
    let site = Site::new();
    for (answer, reason) in [
        (NO_SUCH_VERSION, "tls-version"),
        (OLD_HELLO, "tls-version"),
        (NEWER_OLD_HELLO, "tls-version"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not-tls"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "not-tls"),
        (b"", "tls-cut"),
        (&OLD_HELLO[..20], "tls-cut"),
        (HANDSHAKE_FAILURE, "tls-failed"),
    ] {
        let server = CannedServer::start(answer).await;
        let failure = site.failure(site.connection(server.url())).await;
        assert_eq!(
            (failure.stage, failure.reason),
            (Stage::Tls, reason),
            "{answer:?}: {failure:?}"
        );
        assert!(failure.certificate.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_kept_within_a_connection_and_not_between_two() {
    let site = Site::new();
    let config = site.authority.server(&["127.0.0.1"]).server_config();
    let server = TlsServer::start_closing(config).await;
    let one = site.open(site.connection(server.url()));
    let other = site.open(site.connection(server.url()));
    for source in [&one, &one, &other] {
        assert_eq!(status(ask(source).await), Some(200));
    }
    let resumed: Vec<_> = server
        .handshakes()
        .iter()
        .map(|handshake| handshake.is_resumed)
        .collect();
    assert_eq!(resumed, [false, true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_at_an_ipv6_address_is_reached() {
    if !has_ipv6() {
        eprintln!("not run: this machine has no IPv6");
        return;
    }
    let site = Site::new();
    let config = site.authority.server(&["::1"]).server_config();
    let address = "[::1]:0".parse().unwrap();
    let server = TlsServer::start_at(address, config, true).await;
    assert!(server.url().starts_with("https://[::1]:"));
    let outcome = ask(&site.open(site.connection(server.url()))).await;
    assert_eq!(
        outcome.report.requests[0].address,
        Some("::1".parse().unwrap())
    );
    assert_eq!(status(outcome), Some(200));
}
