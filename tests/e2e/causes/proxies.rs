//! Proxies that do not lead on to the forge.

use code_source_tests::{Conduct, Rig, Signed, TestAuthority, TestProxy, closed_port};
use time::{Duration, OffsetDateTime};

use super::cause::{BEHIND_CONFIGURATION, Cause, Expected, Trouble, Who};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "a proxy that does not let us through",
        trouble: Trouble::TimeOut,
        produced_by: "a proxy that answers `CONNECT` with 403",
        produce: || {
            Box::pin(saying(
                "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
            ))
        },
        expected: Expected {
            says: "the proxy `…` refuses to lead to the forge: it answered 403",
            code: "proxy-refused",
            hint: "let the proxy open a way (`CONNECT`) to the forge's host and port",
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy that does not reach the forge",
        trouble: Trouble::TimeOut,
        produced_by: "a proxy that answers `CONNECT` with 502",
        produce: || {
            Box::pin(saying(
                "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
            ))
        },
        expected: Expected {
            says: "the proxy `…` does not reach the forge: it answered 502",
            code: "proxy-refused",
            hint: "its log says why it does not",
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy that wants to know who we are",
        trouble: Trouble::TimeOut,
        produced_by: "a proxy that answers `CONNECT` with 407, and no credentials",
        produce: || Box::pin(saying(ASKS)),
        expected: Expected {
            says: "the proxy `…` asks for credentials (status 407)",
            code: "proxy-authentication",
            hint: "--proxy-credentials-file FILE`",
            who: Who::User,
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy that does not know us",
        trouble: Trouble::TimeOut,
        produced_by: "a proxy that answers `CONNECT` with 407 whatever it is told",
        produce: || {
            Box::pin(async {
                let credentials = "runner:hunter2-and-more";
                let (scene, url) = proxy(Conduct::Say(ASKS.as_bytes().to_vec())).await;
                let value = format!("{{ url = {url:?}, credentials = {{ file = \"proxy\" }} }}");
                scene
                    .file("proxy", credentials)
                    .secret(credentials)
                    .set("proxy", value)
            })
        },
        expected: Expected {
            says: "the proxy `…` does not accept the connection's credentials (status 407)",
            code: "proxy-authentication",
            hint: "look at the file with the proxy's credentials",
            who: Who::User,
            ..REFUSED
        },
    },
    Cause {
        name: "credentials for a proxy that are not there",
        trouble: Trouble::TimeOut,
        produced_by: "a file with the proxy's credentials that does not exist",
        produce: || {
            Box::pin(async {
                let (scene, url) = proxy(Conduct::Say(ASKS.as_bytes().to_vec())).await;
                let value = format!("{{ url = {url:?}, credentials = {{ file = \"gone\" }} }}");
                scene.set("proxy", value)
            })
        },
        expected: Expected {
            says: "…gone…No such file or directory…",
            code: "secret-unusable",
            station: "configuration",
            hint: "look whether the file has another name or is not mounted",
            who: Who::User,
            status: 9,
            not_reached: BEHIND_CONFIGURATION,
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy that is none",
        trouble: Trouble::TimeOut,
        produced_by: "a server that answers `CONNECT` as SSH does",
        produce: || Box::pin(saying("SSH-2.0-OpenSSH_9.9\r\n\r\n")),
        expected: Expected {
            says: "the proxy `…` does not answer like one: …",
            code: "proxy-malformed",
            hint: "check host and port of the proxy: what answers there is none",
            who: Who::User,
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy that is silent",
        trouble: Trouble::TimeOut,
        produced_by: "a proxy that never answers `CONNECT`",
        produce: || {
            Box::pin(async {
                let (scene, _) = proxy(Conduct::Wait).await;
                scene.impatient()
            })
        },
        expected: Expected {
            says: "the answer of the proxy `…` was not done within …",
            code: "connect-timeout",
            hint: "the proxy takes connections and does not answer",
            status: 23,
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy that is not there",
        trouble: Trouble::TimeOut,
        produced_by: "a proxy at a closed port",
        produce: || {
            Box::pin(async {
                let (socket, address) = closed_port();
                let scene = Scene::of(Rig::new().await);
                scene
                    .text("proxy", format!("http://{address}"))
                    .holding(socket)
            })
        },
        expected: Expected {
            says: "no connection to port … of the proxy: 127.0.0.1: Connection refused…",
            code: "proxy-unreachable",
            station: "tcp",
            hint: "check host and port of the proxy",
            not_reached: "proxy tls http version token account repositories rate-limit clock",
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy whose name nobody knows",
        trouble: Trouble::TimeOut,
        produced_by: "a proxy below `.invalid`",
        produce: || {
            Box::pin(async {
                let scene = Scene::of(Rig::new().await);
                scene.text("proxy", "http://proxy.invalid:3128")
            })
        },
        expected: Expected {
            says: "the name of the proxy `proxy.invalid` cannot be looked up: …",
            code: "name-not-found",
            station: "dns",
            hint: "check the spelling",
            who: Who::User,
            not_reached: "tcp proxy tls http version token account repositories rate-limit clock",
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy that is not trusted",
        trouble: Trouble::Tls,
        produced_by: "a proxy over TLS with a certificate of another authority",
        produce: || {
            Box::pin(async {
                let signed = TestAuthority::new("Another authority").server(&["127.0.0.1"]);
                over_tls(&signed).await
            })
        },
        expected: Expected {
            says: "the certificate of the proxy `…` is not accepted: it was signed by an authority that is not trusted, `CN=Another authority`",
            code: "certificate-unknown-issuer",
            hint: "trust it with its certificate in a file",
            who: Who::User,
            status: 25,
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy whose certificate is over",
        trouble: Trouble::Tls,
        produced_by: "a proxy over TLS with a certificate that was valid until yesterday",
        produce: || {
            Box::pin(async {
                let authority = TestAuthority::new("The authority of Acme");
                let yesterday = OffsetDateTime::now_utc() - Duration::days(1);
                let signed = authority.server_with(&["127.0.0.1"], |it| it.not_after = yesterday);
                over_tls(&signed).await.trusting(&authority.pem())
            })
        },
        expected: Expected {
            says: "the certificate of the proxy `…` is not accepted: it was valid until …, and it is … here",
            code: "certificate-expired",
            hint: "the proxy needs a certificate that is valid now",
            status: 25,
            ..REFUSED
        },
    },
    Cause {
        name: "a proxy with a certificate for another name",
        trouble: Trouble::Tls,
        produced_by: "a proxy over TLS with a certificate for `proxy.acme.example`, at an address",
        produce: || {
            Box::pin(async {
                let authority = TestAuthority::new("The authority of Acme");
                let scene = over_tls(&authority.server(&["proxy.acme.example"])).await;
                scene.trusting(&authority.pem())
            })
        },
        expected: Expected {
            says: "the certificate of the proxy `…` is not accepted: it is for `proxy.acme.example`, not for `127.0.0.1`",
            code: "certificate-wrong-name",
            hint: "use one of the names of the certificate in the proxy's address",
            status: 25,
            ..REFUSED
        },
    },
];

/// What a proxy says that wants credentials.
const ASKS: &str = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"acme\"\r\ncontent-length: 0\r\n\r\n";

/// A proxy that is there and does not lead on.
const REFUSED: Expected = Expected {
    says: "",
    code: "",
    station: "proxy",
    hint: "",
    who: Who::NetworkAdministrator,
    status: 24,
    not_reached: "tls http version token account repositories rate-limit clock",
    also: &[],
    why: None,
};

/// A connection by way of a proxy that says this.
async fn saying(text: &'static str) -> Scene {
    proxy(Conduct::Say(text.as_bytes().to_vec())).await.0
}

/// A connection by way of a proxy that does this, and the proxy's address.
async fn proxy(conduct: Conduct) -> (Scene, String) {
    let rig = Rig::new().await;
    let proxy = TestProxy::start(conduct).await;
    let url = proxy.url();
    (Scene::of(rig).text("proxy", &url).holding(proxy), url)
}

/// A connection by way of a proxy that is spoken to with TLS and shows this certificate.
async fn over_tls(shown: &Signed) -> Scene {
    let rig = Rig::new().await;
    let lead = Conduct::Lead(rig.forge.address());
    let proxy = TestProxy::start_with_tls(lead, shown.server_config()).await;
    let url = proxy.url();
    Scene::of(rig).text("proxy", url).holding(proxy)
}
