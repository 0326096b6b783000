//! Forges that are not reached, or that do not answer once they are.

use code_source_stand_in::{Effect, Fault, Matcher, When};
use code_source_tests::{BlackHole, Piece, Rig, Site, WireServer, closed_port, played};
use tokio::net::TcpListener;

use super::cause::{
    BEHIND_CONFIGURATION, BEHIND_DNS, BEHIND_HTTP, BEHIND_TCP, BEHIND_TLS, Cause, Expected,
    Trouble, Who,
};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "a name that nobody knows",
        trouble: Trouble::TimeOut,
        produced_by: "a host below `.invalid`, which no name server knows",
        produce: || Box::pin(async { Scene::at("https://forge.invalid") }),
        expected: Expected {
            says: "the name `forge.invalid` cannot be looked up: …",
            code: "name-not-found",
            hint: "check the spelling of the host",
            ..UNKNOWN
        },
    },
    Cause {
        name: "a proxy of the environment that nobody named",
        trouble: Trouble::TimeOut,
        produced_by: "the same, with `https_proxy` set",
        produce: || {
            Box::pin(async {
                let scene = Scene::at("https://forge.invalid");
                scene.environment("https_proxy", "http://proxy.acme.example:3128")
            })
        },
        expected: Expected {
            says: "the name `forge.invalid` cannot be looked up: …",
            code: "name-not-found",
            hint: "the environment names a proxy in `https_proxy`, which is not looked at: `proxy = \"http://HOST:PORT\"` in the connection is",
            ..UNKNOWN
        },
    },
    Cause {
        name: "a private address that nobody allowed",
        trouble: Trouble::TimeOut,
        produced_by: "a name that leads to this machine, and no `private-addresses`",
        produce: || {
            Box::pin(async {
                let scene = Scene::of(Rig::new().await);
                scene.without("private-addresses")
            })
        },
        expected: Expected {
            says: "no address of `localhost…` may be dialled: …127.0.0.1 is loopback…",
            code: "address-refused",
            hint: "private-addresses = [\"127.0.0.1/32\"",
            status: 26,
            ..UNKNOWN
        },
    },
    Cause {
        name: "the address of a cloud's metadata",
        trouble: Trouble::TimeOut,
        produced_by: "the address 169.254.169.254, which no setting allows",
        produce: || Box::pin(async { Scene::at("https://169.254.169.254") }),
        expected: Expected {
            says: "no address of `169.254.169.254` may be dialled: the address 169.254.169.254 is a cloud's metadata service and may not be dialled",
            code: "address-refused",
            hint: "no setting allows that address",
            status: 26,
            ..UNKNOWN
        },
    },
    Cause {
        name: "a closed port",
        trouble: Trouble::TimeOut,
        produced_by: "a port that is somebody's, who does not listen",
        produce: || {
            Box::pin(async {
                let (socket, address) = closed_port();
                Scene::at(format!("https://{address}")).holding(socket)
            })
        },
        expected: Expected {
            says: "the port is closed, or a firewall rejects the connection: no connection to port …: 127.0.0.1: Connection refused…",
            code: "connect-failed",
            station: "tcp",
            hint: "check host and port in the address",
            who: Who::NetworkAdministrator,
            status: 24,
            not_reached: BEHIND_TCP,
            also: &[],
            why: None,
        },
    },
    Cause {
        name: "packets are dropped without a word",
        trouble: Trouble::TimeOut,
        produced_by: "a socket all of whose places are taken, so that nothing is answered",
        produce: || {
            Box::pin(async {
                let hole = BlackHole::start().await;
                Scene::at(hole.url()).impatient().holding(hole)
            })
        },
        expected: Expected {
            says: "nothing answers there, as where a firewall drops connections: …",
            code: "connect-timeout",
            station: "tcp",
            hint: "let this machine through to that host and port",
            who: Who::NetworkAdministrator,
            status: 23,
            not_reached: BEHIND_TCP,
            also: &[],
            why: None,
        },
    },
    Cause {
        name: "a server that is silent in the handshake",
        trouble: Trouble::TimeOut,
        produced_by: "a socket that takes connections and never answers, and calls of two seconds",
        produce: || {
            Box::pin(async {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a socket");
                let address = listener.local_addr().expect("an address");
                Scene::at(format!("https://{address}"))
                    .set("limits", r#"{ call = "2s" }"#)
                    .holding(listener)
            })
        },
        expected: Expected {
            says: "the connection is taken, and nothing answers on it: …within 2 s",
            code: "connect-timeout",
            station: "tls",
            hint: "a firewall or a load balancer on the way may take connections that it does not pass on",
            who: Who::NetworkAdministrator,
            status: 23,
            not_reached: BEHIND_TLS,
            also: &[],
            why: None,
        },
    },
    Cause {
        name: "a server that takes requests and never answers",
        trouble: Trouble::TimeOut,
        produced_by: "a server over TLS that reads requests and is silent",
        produce: || Box::pin(answering(vec![Piece::Silence])),
        expected: Expected {
            says: "no answer began within …",
            code: "first-byte-timeout",
            hint: "look at its load, or raise the connection's limit `first-byte`",
            status: 23,
            ..SILENT
        },
    },
    Cause {
        name: "an answer that stops halfway",
        trouble: Trouble::TimeOut,
        produced_by: "a server that sends half of its answer and no more",
        produce: || Box::pin(answering(vec![Piece::Bytes(HALF.to_vec()), Piece::Silence])),
        expected: Expected {
            says: "the answer began and did not go on: no byte came for 1 s",
            code: "stalled",
            hint: "look for what slows answers down on the way",
            who: Who::NetworkAdministrator,
            status: 23,
            ..SILENT
        },
    },
    Cause {
        name: "a connection that ends instead of an answer",
        trouble: Trouble::TimeOut,
        produced_by: "a server that closes as soon as a request has come",
        produce: || Box::pin(answering(vec![Piece::Close])),
        expected: Expected {
            says: "the server, or something before it, ended the connection: …",
            code: "connection-lost",
            hint: "look for a firewall or a proxy on the way that ends connections",
            who: Who::NetworkAdministrator,
            status: 24,
            ..SILENT
        },
    },
    Cause {
        name: "something over TLS that is not HTTP",
        trouble: Trouble::TimeOut,
        produced_by: "a server over TLS that answers as a mail server does",
        produce: || {
            Box::pin(answering(vec![Piece::Bytes(
                b"220 mail.acme.example ESMTP\r\n".to_vec(),
            )]))
        },
        expected: Expected {
            says: "the answer is not HTTP: …",
            code: "not-http",
            hint: "check the port",
            who: Who::User,
            status: 24,
            ..SILENT
        },
    },
    Cause {
        name: "a forge that is too slow",
        trouble: Trouble::TimeOut,
        produced_by: "a forge that answers after an hour",
        produce: || {
            Box::pin(async {
                let rig = Rig::new().await;
                rig.forge.fault(Fault {
                    on: Matcher::all(),
                    when: When::Always,
                    what: Effect::Latency(std::time::Duration::from_secs(3600)),
                });
                Scene::of(rig).impatient()
            })
        },
        expected: Expected {
            says: "no answer began within …",
            code: "first-byte-timeout",
            hint: "look at its load",
            status: 23,
            ..SILENT
        },
    },
    Cause {
        name: "a host that is not for us",
        trouble: Trouble::TimeOut,
        produced_by: "the address `https://gitlab.com`, which is not self-managed",
        produce: || Box::pin(async { Scene::at("https://gitlab.com") }),
        expected: Expected {
            says: "`gitlab.com` cannot be connected: gitlab.com is not supported: …",
            code: "host-refused",
            hint: "name the address of a forge that you or your company runs",
            ..UNUSABLE
        },
    },
    Cause {
        name: "an address that is none",
        trouble: Trouble::TimeOut,
        produced_by: "an address that begins with `ftp://`",
        produce: || Box::pin(async { Scene::at("ftp://git.acme.example") }),
        expected: Expected {
            says: "`…` is not understood: line 2, column 7: the URL begins with neither `https://` nor `http://`",
            code: "configuration",
            hint: "mend that line",
            status: 3,
            not_reached: "token-source dns tcp proxy tls http version token account repositories rate-limit clock",
            ..UNUSABLE
        },
    },
    Cause {
        name: "plain HTTP",
        trouble: Trouble::TimeOut,
        produced_by: "an address that begins with `http://`",
        produce: || Box::pin(async { Scene::at("http://git.acme.example") }),
        expected: Expected {
            says: "`http://git.acme.example` is plain http: the token would be readable on the way…",
            code: "plain-http-refused",
            hint: "use https",
            ..UNUSABLE
        },
    },
    Cause {
        name: "plain HTTP to a public address",
        trouble: Trouble::Tls,
        produced_by: "an address of the internet that begins with `http://`, and `allow-plain-http`",
        produce: || {
            Box::pin(async { Scene::at("http://93.184.215.14").set("allow-plain-http", "true") })
        },
        expected: Expected {
            says: "93.184.215.14 is a public address, and plain http would show everybody the token",
            code: "address-refused",
            hint: "use the forge's `https` address: url = \"https://…\" in the configuration",
            status: 26,
            ..UNKNOWN
        },
    },
    Cause {
        name: "plain HTTP that is allowed",
        trouble: Trouble::Tls,
        produced_by: "a forge without TLS, and `allow-plain-http`; all works",
        produce: || {
            Box::pin(async {
                let rig = Rig::with(played().plain_http()).await;
                Scene::of(rig).set("allow-plain-http", "true")
            })
        },
        expected: Expected {
            says: "the connection is plain http: everybody on the way can read the token",
            code: "plain-http",
            station: "tls",
            hint: "let the forge be reached with `https://`",
            who: Who::ForgeAdministrator,
            status: 0,
            not_reached: "",
            ..UNUSABLE
        },
    },
];

/// A host of which no address may be dialled.
const UNKNOWN: Expected = Expected {
    says: "",
    code: "",
    station: "dns",
    hint: "",
    who: Who::User,
    status: 24,
    not_reached: BEHIND_DNS,
    also: &[],
    why: None,
};

/// A server that is reached and does not answer.
const SILENT: Expected = Expected {
    says: "",
    code: "",
    station: "http",
    hint: "",
    who: Who::ForgeAdministrator,
    status: 0,
    not_reached: BEHIND_HTTP,
    also: &[],
    why: None,
};

/// An address that leads nowhere by itself.
const UNUSABLE: Expected = Expected {
    says: "",
    code: "",
    station: "configuration",
    hint: "",
    who: Who::User,
    status: 8,
    not_reached: BEHIND_CONFIGURATION,
    also: &[],
    why: None,
};

/// The beginning of a good answer.
const HALF: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"version\"";

/// A connection to a server over TLS that answers every request so.
async fn answering(pieces: Vec<Piece>) -> Scene {
    let site = Site::new();
    let server = WireServer::start(&site, move |_| pieces.clone()).await;
    Scene::at(server.url())
        .trusting(&site.authority.pem())
        .impatient()
        .holding((site, server))
}
