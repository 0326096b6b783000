//! The only code that opens a socket: one pool of connections to one origin, every address
//! checked before it is dialled.

mod connector;
mod failure;
mod proxy;
mod resolver;
mod tls;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use code_source_egress::{AddressPolicy, Origin, Scheme};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use self::connector::{Connector, Made};
use crate::error::Error;
use crate::limits::Limits;
use crate::report::{Stage, Timings};

pub(crate) use self::failure::{Failure, Kind, innermost};
pub use self::proxy::Proxy;
pub use self::resolver::{Resolver, SystemResolver};
pub use self::tls::ClientIdentity;

/// Connections to one origin, kept for as long as they are of use.
///
/// Two connections of the operator never share one of these: neither sockets nor TLS sessions
/// pass from one credential to another.
pub(crate) struct Transport {
    client: Client<Connector, Full<Bytes>>,
    limits: Limits,
}

/// An answer's head, and how it came.
pub(crate) struct Answered {
    pub(crate) response: Response<Incoming>,
    pub(crate) address: Option<IpAddr>,
    /// Stages of a connection that was made for this request.
    pub(crate) timings: Timings,
}

impl Transport {
    pub(crate) fn new(
        origin: &Origin,
        addresses: AddressPolicy,
        resolver: Arc<dyn Resolver>,
        ca_file: Option<&std::path::Path>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let tls = match origin.scheme() {
            Scheme::Https => Some(tls::configuration(ca_file)?),
            _ => None,
        };
        let connector = Connector::new(origin.clone(), addresses, resolver, tls, limits.connect)?;
        // HTTP/1.1 only: a stalled answer holds up nobody else's, and a large one is not slowed
        // down by windows.
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(limits.requests_under_way as usize)
            .http1_max_headers(limits.headers)
            // A content that nobody reads keeps what has come of it; many may be open.
            .http1_max_buf_size(BUFFER.max(limits.header_bytes.saturating_mul(2)))
            .set_host(true)
            .build(connector);
        Ok(Self {
            client,
            limits: limits.clone(),
        })
    }

    /// Send a request whose URI was checked, and wait for the head of the answer. Redirects are
    /// answers like any other.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        first_byte: Option<Duration>,
    ) -> Result<Answered, Failure> {
        let first_byte = first_byte.map_or(self.limits.first_byte, |asked| {
            asked.min(self.limits.first_byte)
        });
        // The connector keeps its own time; this one starts with it and must outlast it.
        let patience = self.limits.connect + first_byte;
        let answer = tokio::time::timeout(patience, self.client.request(request)).await;
        let response = match answer {
            Err(_) => {
                let detail = format!("no answer began within {} s", patience.as_secs_f32());
                return Err(Failure::new(Stage::Exchange, Kind::FirstByte, detail));
            }
            Ok(Err(error)) => return Err(Failure::from_client(&error)),
            Ok(Ok(response)) => response,
        };
        let made = response.extensions().get::<Made>();
        let address = made.map(|made| made.address);
        let timings = made.map(Made::first_use).unwrap_or_default();
        Ok(Answered {
            response,
            address,
            timings,
        })
    }
}

/// Bytes that a connection reads ahead at most.
const BUFFER: usize = 128 << 10;

/// How long an unused connection is kept. Shorter than the 65 s that servers commonly allow, so
/// that they rarely close one just as it is used.
const IDLE: Duration = Duration::from_secs(50);
