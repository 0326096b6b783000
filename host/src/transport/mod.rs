//! The only code that opens a socket: one pool of connections to one origin, every address
//! checked before it is dialled.
//!
//! # The way of a connection
//!
//! ```text
//!  addresses   look up the name, or take the literal; let through what may be dialled
//!  dial        connect to one of those, and to nothing else
//!  tunnel      where there is a proxy, the two before were about it: ask it for the forge by name
//!  tls         shake hands with the forge itself
//! ```
//!
//! [`Probe`] goes the same way one stage at a time, and tells what it sees.

mod addresses;
mod connector;
mod dial;
#[cfg(all(test, feature = "cli"))]
mod examples;
mod failure;
mod kind;
mod probe;
mod progress;
mod proxy;
mod resolver;
mod stream;
mod tls;
mod tunnel;
mod watched;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use code_source_egress::{AddressPolicy, Origin, Scheme};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use self::addresses::Addresses;
use self::connector::{Connector, ProxyWay, Way};
use self::proxy::OpenProxy;
use self::stream::Made;
use self::tls::{Handshake, Identity, Roots};
use crate::error::Error;
use crate::exchange::lock;
use crate::limits::Limits;
use crate::report::{Stage, Timings};

pub(crate) use self::addresses::HTTPS;
#[cfg(feature = "cli")]
pub(crate) use self::addresses::{judge_addresses, judge_origin};
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::examples::examples;
pub(crate) use self::failure::{Failure, innermost};
pub(crate) use self::kind::Kind;
pub(crate) use self::probe::{Attempt, Dialable, Judged, Line, Probe, is_literal};
pub use self::proxy::Proxy;
pub use self::resolver::{Resolver, SystemResolver};
pub use self::tls::ClientIdentity;
pub(crate) use self::tls::{Accepted, Shaken};

/// What all transports of a connection have in common, whichever origin they lead to.
#[derive(Clone)]
pub(crate) struct TransportConfig {
    addresses: Addresses,
    roots: Arc<Roots>,
    proxy: Option<Arc<OpenProxy>>,
    limits: Limits,
}

impl TransportConfig {
    /// Read the trusted authorities, and check the proxy's URL and credentials.
    pub(crate) fn new(
        policy: AddressPolicy,
        resolver: Arc<dyn Resolver>,
        ca_file: Option<PathBuf>,
        proxy: Option<Proxy>,
        limits: Limits,
    ) -> Result<Self, Error> {
        Ok(Self {
            addresses: Addresses { policy, resolver },
            roots: Arc::new(Roots::new(ca_file)?),
            proxy: proxy.map(|proxy| proxy.open().map(Arc::new)).transpose()?,
            limits,
        })
    }
}

/// Connections to one origin, kept for as long as they are of use.
///
/// Two connections of the operator never share one of these: neither sockets nor TLS sessions
/// pass from one credential to another.
pub(crate) struct Transport {
    origin: Origin,
    config: TransportConfig,
    identity: Option<Identity>,
    pool: Mutex<Pool>,
}

/// Sockets and TLS sessions, and by which reading of the authorities and of the client
/// certificate they were made: none of them outlives these.
struct Pool {
    client: Client<Connector, Full<Bytes>>,
    way: Arc<Way>,
    made_with: Readings,
}

/// Which readings of the authorities and of the client certificate are in use.
type Readings = (u64, Option<u64>);

/// An answer's head, and how it came.
pub(crate) struct Answered {
    pub(crate) response: Response<Incoming>,
    pub(crate) address: Option<IpAddr>,
    /// Stages of a connection that was made for this request.
    pub(crate) timings: Timings,
}

impl Transport {
    /// Connections to `origin`, which is shown the client certificate, if there is one, when it
    /// asks. Nobody else may be: the target of a redirect gets a transport without.
    pub(crate) fn new(
        config: &TransportConfig,
        origin: &Origin,
        identity: Option<ClientIdentity>,
    ) -> Result<Self, Error> {
        check_proxied(origin, config.proxy.is_some())?;
        let identity = identity.map(Identity::new).transpose()?;
        Ok(Self {
            origin: origin.clone(),
            config: config.clone(),
            pool: Mutex::new(pool(config, origin, identity.as_ref())?),
            identity,
        })
    }

    /// Whether requests go through a proxy, so that there are no addresses to tell.
    pub(crate) fn is_by_proxy(&self) -> bool {
        self.config.proxy.is_some()
    }

    /// A way to look at the stages of a connection one by one.
    pub(crate) fn probe(&self) -> Probe {
        Probe::new(Arc::clone(&lock(&self.pool).way))
    }

    /// Send a request whose URI was checked, and wait for the head of the answer. Redirects are
    /// answers like any other.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        first_byte: Option<Duration>,
    ) -> Result<Answered, Failure> {
        let limits = &self.config.limits;
        let first_byte = first_byte.map_or(limits.first_byte, |asked| asked.min(limits.first_byte));
        // The connector keeps its own time; this one starts with it and must outlast it.
        let patience = limits.connect + first_byte;
        let client = self.client()?;
        let answer = tokio::time::timeout(patience, client.request(request)).await;
        let response = match answer {
            Err(_) => return Err(silent(patience)),
            Ok(Err(error)) => return Err(Failure::from_client(&error, self.identity.is_some())),
            Ok(Ok(response)) => response,
        };
        let made = response.extensions().get::<Made>();
        let address = made.and_then(|made| made.address);
        let timings = made.map(Made::first_use).unwrap_or_default();
        Ok(Answered {
            response,
            address,
            timings,
        })
    }

    /// The client of the newest authorities and the newest certificate. Answers that are under
    /// way on an older one come to their end.
    fn client(&self) -> Result<Client<Connector, Full<Bytes>>, Failure> {
        let mut current = lock(&self.pool);
        if readings(&self.config, self.identity.as_ref()) != current.made_with {
            *current = pool(&self.config, &self.origin, self.identity.as_ref())
                .map_err(|error| Failure::new(Stage::Tls, Kind::TlsFailed, error.to_string()))?;
        }
        Ok(current.client.clone())
    }
}

/// What to say when no answer began.
fn silent(patience: Duration) -> Failure {
    let detail = format!("no answer began within {} s", patience.as_secs_f32());
    Failure::new(Stage::Exchange, Kind::FirstByte, detail)
}

/// Plain http through a proxy would be read by it, wherever the two of them are.
pub(crate) fn check_proxied(origin: &Origin, is_by_proxy: bool) -> Result<(), Error> {
    if origin.scheme() == Scheme::Http && is_by_proxy {
        let problem = format!("`{origin}` is plain http: the proxy would read the token");
        return Err(Error::Proxy { problem });
    }
    Ok(())
}

fn readings(config: &TransportConfig, identity: Option<&Identity>) -> Readings {
    let identity = identity.map(|identity| identity.current().number);
    (config.roots.current().number, identity)
}

fn pool(
    config: &TransportConfig,
    origin: &Origin,
    identity: Option<&Identity>,
) -> Result<Pool, Error> {
    let roots = config.roots.current();
    let identity = identity.map(Identity::current);
    let made_with = (roots.number, identity.as_ref().map(|one| one.number));
    let identity = identity.map(|one| one.value);
    let is_https = |origin: &Origin| origin.scheme() == Scheme::Https;
    let tls = is_https(origin).then(|| Handshake::new(origin, &roots.value, identity));
    let proxy = config.proxy.as_ref().map(|proxy| {
        let origin = &proxy.origin;
        let tls = is_https(origin).then(|| Handshake::new(origin, &roots.value, None));
        Ok(ProxyWay {
            proxy: Arc::clone(proxy),
            tls: tls.transpose()?,
        })
    });
    let way = Way {
        origin: origin.clone(),
        addresses: config.addresses.clone(),
        tls: tls.transpose()?,
        proxy: proxy.transpose()?,
        timeout: config.limits.connect,
    };
    let way = Arc::new(way);
    Ok(Pool {
        client: client(
            Connector {
                way: Arc::clone(&way),
            },
            &config.limits,
        ),
        way,
        made_with,
    })
}

fn client(connector: Connector, limits: &Limits) -> Client<Connector, Full<Bytes>> {
    // HTTP/1.1 only: a stalled answer holds up nobody else's, and a large one is not slowed down
    // by windows.
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(limits.requests_under_way as usize)
        .http1_max_headers(limits.headers)
        // A content that nobody reads keeps what has come of it; many may be open.
        .http1_max_buf_size(BUFFER.max(limits.header_bytes.saturating_mul(2)))
        .set_host(true)
        .build(connector)
}

/// Bytes that a connection reads ahead at most.
const BUFFER: usize = 128 << 10;

/// How long an unused connection is kept. Shorter than the 65 s that servers commonly allow, so
/// that they rarely close one just as it is used.
const IDLE: Duration = Duration::from_secs(50);
