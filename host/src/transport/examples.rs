//! One of each failure of the transport, made as it makes them: apart because they are made for
//! nobody but the command's tests, which show them side by side as people meet them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use code_source_egress::{AddressPolicy, Origin};
use http::Request;
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::addresses::{Addresses, Peer};
use super::connector::{ProxyWay, Way, elsewhere};
use super::dial::failed;
use super::failure::Failure;
use super::progress::Progress;
use super::proxy::{OpenProxy, Proxy, unusable};
use super::resolver::Resolver;
use super::{silent, tls, tunnel};
use crate::credential::{Secret, TokenSource};
use crate::error::Error;
use crate::report::Stage;

/// One of each failure of the transport.
pub(crate) fn examples() -> Vec<Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without drivers");
    let mut all = runtime.block_on(looked_up());
    all.extend(dialled());
    all.extend(proxied());
    all.extend(tls::examples(forge(&origin("https", "git.acme.example"))));
    all.push(runtime.block_on(answered(b"SSH-2.0-OpenSSH_9.7\r\n")));
    all.push(runtime.block_on(answered(b"")));
    all.push(silent(Duration::from_secs(70)));
    all.push(elsewhere(&origin("https", "git.acme.example")));
    all
}

struct Nobody;

#[async_trait::async_trait]
impl Resolver for Nobody {
    async fn resolve(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(Vec::new())
    }
}

fn origin(scheme: &str, authority: &str) -> Origin {
    Origin::parse(scheme, authority).expect("an origin")
}

fn forge(origin: &Origin) -> Peer<'_> {
    Peer {
        origin,
        is_proxy: false,
    }
}

fn addresses() -> Addresses {
    Addresses {
        policy: AddressPolicy::new(Vec::new()).expect("no range is right"),
        resolver: Arc::new(Nobody),
    }
}

async fn looked_up() -> Vec<Failure> {
    let addresses = addresses();
    let usual = origin("https", "git.acme.example");
    let clouds = origin("https", "metadata.google.internal");
    let plain = origin("http", "git.acme.example");
    let unknown = addresses.candidates(forge(&usual)).await;
    let metadata = addresses.candidates(forge(&clouds)).await;
    let of = |peer, address: [u8; 4]| addresses.allowed(peer, &[address.into()]);
    vec![
        unknown.expect_err("nobody answers"),
        metadata.expect_err("the name is refused"),
        of(forge(&usual), [10, 20, 0, 7]).expect_err("it is private"),
        of(forge(&usual), [169, 254, 169, 254]).expect_err("it is never dialled"),
        of(forge(&plain), [93, 184, 215, 14]).expect_err("it is in the clear"),
    ]
}

fn dialled() -> Vec<Failure> {
    let origin = origin("https", "git.acme.example");
    let address = [10, 20, 0, 7].into();
    let progress = Progress::new();
    progress.begin(Stage::Connect);
    progress.dials(address);
    let way = way(None);
    let silent = way.timed_out(&progress);
    progress.failed(address, "connection refused".into());
    let closed = failed(forge(&origin), &progress);
    progress.begin(Stage::Tls);
    vec![closed, silent, way.timed_out(&progress)]
}

fn way(proxy: Option<ProxyWay>) -> Way {
    Way {
        origin: origin("https", "git.acme.example"),
        addresses: addresses(),
        tls: None,
        proxy,
        timeout: Duration::from_secs(10),
    }
}

fn proxied() -> Vec<Failure> {
    let proxy = || Proxy::new("http://proxy.acme.example:3128");
    let open = |proxy: Proxy| -> OpenProxy { proxy.open().expect("a proxy") };
    let stranger = open(proxy());
    let secret = TokenSource::Value(Secret::new("me:secret"));
    let known = open(proxy().credentials(secret));
    let progress = Progress::new();
    let address = [10, 20, 0, 9].into();
    progress.dials(address);
    progress.failed(address, "connection refused".into());
    let peer = Peer {
        origin: &stranger.origin,
        is_proxy: true,
    };
    let unreadable = Error::Credential {
        what: "credentials of the proxy",
        place: "the file `/run/secrets/proxy`".into(),
        problem: "there is no colon in it".into(),
    };
    let judged = |status, proxy| tunnel::judge(status, proxy).expect_err("it refuses");
    vec![
        failed(peer, &progress),
        judged(407, &stranger),
        judged(407, &known),
        judged(403, &known),
        tunnel::malformed(&known, "its answer is not HTTP/1"),
        unusable(&unreadable),
    ]
}

/// What becomes of a request that is answered with these bytes, and with nothing after them.
async fn answered(bytes: &[u8]) -> Failure {
    let (ours, mut theirs) = tokio::io::duplex(1 << 10);
    let shaken = hyper::client::conn::http1::handshake(TokioIo::new(ours)).await;
    let (mut sender, connection) = shaken.expect("nothing is exchanged yet");
    let request = Request::get("/").body(Empty::<Bytes>::new());
    let answer = sender.send_request(request.expect("a request"));
    let ended = async {
        let asked = theirs.read(&mut [0; 1 << 10]).await;
        asked.expect("a request");
        theirs.write_all(bytes).await.expect("there is room");
        theirs.shutdown().await.expect("a stream in memory");
    };
    let (answer, _, ()) = tokio::join!(answer, connection, ended);
    Failure::from_hyper(&answer.expect_err("it is no answer"))
}
