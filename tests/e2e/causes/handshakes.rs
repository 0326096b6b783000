//! Servers with which no handshake comes to its end, whatever their certificate.

use code_source_tests::{CannedServer, TestAuthority, TlsServer};
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use super::cause::{BEHIND_CONFIGURATION, BEHIND_TLS, Cause, Expected, Trouble, Who};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "TLS 1.0 at most",
        trouble: Trouble::Tls,
        produced_by: "a server that greets in TLS 1.0",
        produce: || Box::pin(saying(TLS_1_0)),
        expected: Expected {
            says: "… speaks no version of TLS from 1.2 on",
            code: "tls-version",
            hint: "let the server speak TLS 1.2 or 1.3",
            ..BROKEN
        },
    },
    Cause {
        name: "TLS 1.1 at most",
        trouble: Trouble::Tls,
        produced_by: "a server that greets in TLS 1.1",
        produce: || Box::pin(saying(TLS_1_1)),
        expected: Expected {
            says: "… speaks no version of TLS from 1.2 on",
            code: "tls-version",
            hint: "let the server speak TLS 1.2 or 1.3",
            ..BROKEN
        },
    },
    Cause {
        name: "plain HTTP on that port",
        trouble: Trouble::Tls,
        produced_by: "a server that answers the handshake with `HTTP/1.1 400 Bad Request`",
        produce: || Box::pin(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
        expected: Expected {
            says: "… does not speak TLS on this port",
            code: "not-tls",
            hint: "check the port",
            who: Who::User,
            ..BROKEN
        },
    },
    Cause {
        name: "another service on that port",
        trouble: Trouble::Tls,
        produced_by: "a server that answers the handshake as SSH does",
        produce: || Box::pin(saying(b"SSH-2.0-OpenSSH_9.9\r\n")),
        expected: Expected {
            says: "… does not speak TLS on this port",
            code: "not-tls",
            hint: "check the port",
            who: Who::User,
            ..BROKEN
        },
    },
    Cause {
        name: "the handshake is cut",
        trouble: Trouble::Tls,
        produced_by: "a server that closes when the handshake begins, as firewalls do",
        produce: || Box::pin(saying(b"")),
        expected: Expected {
            says: "… closed the connection in the middle of the TLS handshake",
            code: "tls-cut",
            hint: "look for a firewall or a proxy on the way that ends connections",
            who: Who::NetworkAdministrator,
            ..BROKEN
        },
    },
    Cause {
        name: "no way to shake hands",
        trouble: Trouble::Tls,
        produced_by: "a server that refuses with the alert `handshake_failure`",
        produce: || Box::pin(saying(&[21, 3, 3, 0, 2, 2, 40])),
        expected: Expected {
            says: "the TLS handshake with … failed: …",
            code: "tls-failed",
            hint: "the TLS settings of the server",
            ..BROKEN
        },
    },
    Cause {
        name: "a certificate of ours is required, by TLS 1.2",
        trouble: Trouble::Tls,
        produced_by: "a server that asks for a client's certificate, and a connection without one",
        produce: || Box::pin(asking(&TLS12)),
        expected: Expected {
            says: "… asks for a certificate, and the connection has none to show",
            code: "certificate-required",
            hint: "client-certificate = { certificate = \"…\", key = \"…\" } in the configuration, or `--client-certificate FILE --client-key FILE`",
            who: Who::User,
            ..BROKEN
        },
    },
    Cause {
        name: "a certificate of ours is required, by TLS 1.3",
        trouble: Trouble::Tls,
        produced_by: "the same, where the handshake is over before the server says so",
        produce: || Box::pin(asking(&TLS13)),
        expected: Expected {
            says: "… asks for a certificate, and the connection has none to show",
            code: "certificate-required",
            hint: "client-certificate = ",
            who: Who::User,
            ..BROKEN
        },
    },
    Cause {
        name: "a certificate of ours is not accepted",
        trouble: Trouble::Tls,
        produced_by: "a client's certificate of another authority than the server wants",
        produce: || {
            Box::pin(async {
                let own = TestAuthority::new("Another authority").client("runner");
                let scene = asking(&TLS12).await;
                scene
                    .file("client.pem", &own.certificate_pem)
                    .file("client.key", &own.key_pem)
                    .secret(&own.key_pem)
                    .set(
                        "client-certificate",
                        r#"{ certificate = "client.pem", key = "client.key" }"#,
                    )
            })
        },
        expected: Expected {
            says: "… does not accept the connection's certificate: …",
            code: "certificate-refused",
            hint: "has to trust the authority that signed the connection's certificate",
            ..BROKEN
        },
    },
    Cause {
        name: "a certificate of ours that is not there",
        trouble: Trouble::Tls,
        produced_by: "a connection that names a certificate's file which does not exist",
        produce: || {
            Box::pin(async {
                asking(&TLS13).await.set(
                    "client-certificate",
                    r#"{ certificate = "gone.pem", key = "gone.key" }"#,
                )
            })
        },
        expected: Expected {
            says: "…gone.…No such file or directory…",
            code: "client-certificate-unusable",
            station: "configuration",
            hint: "both files are in PEM form",
            who: Who::User,
            status: 33,
            not_reached: BEHIND_CONFIGURATION,
            ..BROKEN
        },
    },
];

/// A handshake that does not come to its end.
const BROKEN: Expected = Expected {
    says: "",
    code: "",
    station: "tls",
    hint: "",
    who: Who::ForgeAdministrator,
    status: 24,
    not_reached: BEHIND_TLS,
    also: &[],
    why: None,
};

const TLS_1_0: &[u8] = &hello(1);

const TLS_1_1: &[u8] = &hello(2);

/// The hello of a server that speaks TLS 1.0 or 1.1: no session, AES-128 with SHA-1, no compression.
const fn hello(minor: u8) -> [u8; 47] {
    [
        22, 3, minor, 0, 42, 2, 0, 0, 38, 3, minor, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, 47, 0,
    ]
}

/// A connection to a server that answers the handshake with these bytes.
async fn saying(answer: &'static [u8]) -> Scene {
    let server = CannedServer::start(answer).await;
    Scene::at(server.url()).holding(server)
}

/// A connection to a server that asks for a client's certificate in this version of TLS.
async fn asking(version: &'static SupportedProtocolVersion) -> Scene {
    let authority = TestAuthority::new("The authority of Acme");
    let shown = authority.server(&["127.0.0.1"]);
    let config = shown.server_config_with(&[version], Some((&authority, true)));
    let server = TlsServer::start(config).await;
    Scene::at(server.url())
        .trusting(&authority.pem())
        .holding(server)
}
