//! From an origin to a connection: resolve, check, dial what was checked, shake hands.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use code_source_egress::{AddressClass, AddressPolicy, Host, Origin, classify};
use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

use super::failure::{Failure, Kind};
use super::resolver::Resolver;
use super::tls;
use crate::error::Error;
use crate::exchange::lock;
use crate::report::{Stage, Timings};

/// Makes connections to one origin, whatever URI it is asked for.
#[derive(Clone)]
pub(super) struct Connector {
    inner: Arc<Inner>,
}

struct Inner {
    origin: Origin,
    addresses: AddressPolicy,
    resolver: Arc<dyn Resolver>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    timeout: Duration,
}

/// How a connection came to be; the HTTP client attaches it to every answer.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) address: IpAddr,
    timings: Timings,
    used: Arc<AtomicBool>,
}

impl Made {
    /// The stages for the first request on the connection, none for those that found it made.
    pub(super) fn first_use(&self) -> Timings {
        if self.used.swap(true, Ordering::Relaxed) {
            Timings::default()
        } else {
            self.timings
        }
    }
}

impl Connector {
    pub(super) fn new(
        origin: Origin,
        addresses: AddressPolicy,
        resolver: Arc<dyn Resolver>,
        tls: Option<Arc<rustls::ClientConfig>>,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let tls = match tls {
            None => None,
            Some(configuration) => {
                let name =
                    ServerName::try_from(origin.server_name()).map_err(|error| Error::Tls {
                        problem: error.to_string(),
                    })?;
                Some((TlsConnector::from(configuration), name))
            }
        };
        Ok(Self {
            inner: Arc::new(Inner {
                origin,
                addresses,
                resolver,
                tls,
                timeout,
            }),
        })
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Failure>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            // The gate lets nothing else through; should that ever be wrong, it ends here.
            if uri.authority().map(http::uri::Authority::as_str) != Some(inner.origin.authority()) {
                return Err(Failure::new(
                    Stage::Policy,
                    Kind::WrongOrigin,
                    "another origin",
                ));
            }
            let stage = Mutex::new(Stage::Resolve);
            match tokio::time::timeout(inner.timeout, inner.connect(&stage)).await {
                Ok(made) => made,
                Err(_) => Err(inner.timed_out(*lock(&stage))),
            }
        })
    }
}

impl Inner {
    async fn connect(&self, stage: &Mutex<Stage>) -> Result<Stream, Failure> {
        let mut timings = Timings::default();
        let start = Instant::now();
        let candidates = self.candidates().await?;
        if let Host::Name(_) = self.origin.host() {
            timings.resolve = Some(start.elapsed());
        }
        *lock(stage) = Stage::Address;
        let allowed = self.allowed(&candidates)?;
        *lock(stage) = Stage::Connect;
        let start = Instant::now();
        let (tcp, address) = self.dial(&allowed).await?;
        timings.connect = Some(start.elapsed());
        let Some((connector, name)) = &self.tls else {
            return Ok(Stream::new(
                Layer::Plain(TokioIo::new(tcp)),
                address,
                timings,
            ));
        };
        *lock(stage) = Stage::Tls;
        let start = Instant::now();
        let stream = connector
            .connect(name.clone(), tcp)
            .await
            .map_err(|error| tls::failure(&error, &self.origin).at(address))?;
        timings.tls = Some(start.elapsed());
        Ok(Stream::new(
            Layer::Tls(Box::new(TokioIo::new(stream))),
            address,
            timings,
        ))
    }

    /// A literal is a candidate like any answer of a name server.
    async fn candidates(&self) -> Result<Vec<IpAddr>, Failure> {
        match self.origin.host() {
            Host::Address(address) => Ok(vec![*address]),
            Host::Name(name) if self.addresses.refuses_name(name) => {
                let detail = format!("`{name}` is the name of a cloud's metadata service");
                Err(Failure::new(Stage::Address, Kind::AddressRefused, detail))
            }
            Host::Name(name) => match self.resolver.resolve(name).await {
                Ok(addresses) if !addresses.is_empty() => Ok(addresses),
                Ok(_) => Err(no_address(name, "it has no address")),
                Err(error) => Err(no_address(name, &error.to_string())),
            },
        }
    }

    fn allowed(&self, candidates: &[IpAddr]) -> Result<Vec<IpAddr>, Failure> {
        let mut allowed = Vec::with_capacity(candidates.len());
        let mut refused = None;
        for address in candidates {
            match self.addresses.check(*address) {
                Ok(()) if self.tls.is_none() && !is_near(*address) => {
                    return Err(in_the_clear(*address));
                }
                Ok(()) => allowed.push(*address),
                Err(denial) => refused = refused.or(Some(denial)),
            }
        }
        match refused {
            Some(denial) if allowed.is_empty() => {
                let detail = format!(
                    "no address of `{}` may be dialled: {}",
                    self.origin.authority(),
                    denial
                );
                let failure = Failure::new(Stage::Address, Kind::AddressRefused, detail);
                Err(match denial.remedy() {
                    Some(remedy) => failure.remedy(remedy),
                    None => failure,
                })
            }
            _ => Ok(allowed),
        }
    }

    async fn dial(&self, addresses: &[IpAddr]) -> Result<(TcpStream, IpAddr), Failure> {
        let mut problems = Vec::new();
        // An address that swallows packets must not take the time of the others.
        let share = self.timeout / u32::try_from(addresses.len() + 1).unwrap_or(u32::MAX);
        for address in addresses {
            let socket = SocketAddr::new(*address, self.origin.port());
            let dialled = tokio::time::timeout(share, TcpStream::connect(socket)).await;
            match dialled.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
                Ok(stream) => {
                    // Requests are written whole; waiting for more to write only delays them.
                    let _ = stream.set_nodelay(true);
                    return Ok((stream, *address));
                }
                Err(error) => problems.push(format!("{address}: {error}")),
            }
        }
        let detail = format!(
            "no connection to port {}: {}",
            self.origin.port(),
            problems.join("; ")
        );
        Err(Failure::new(Stage::Connect, Kind::ConnectFailed, detail))
    }

    fn timed_out(&self, stage: Stage) -> Failure {
        let what = match stage {
            Stage::Resolve => "the look-up of the name",
            Stage::Tls => "the TLS handshake",
            _ => "the TCP connection",
        };
        let detail = format!(
            "{what} of `{}` was not done within {} s",
            self.origin.authority(),
            self.timeout.as_secs_f32()
        );
        Failure::new(stage, Kind::ConnectTimeout, detail)
    }
}

fn no_address(name: &str, problem: &str) -> Failure {
    let detail = format!("the name `{name}` cannot be looked up: {problem}");
    Failure::new(Stage::Resolve, Kind::NameNotFound, detail)
}

/// Plain http is for the operator's own network at most, whatever the configuration says.
fn is_near(address: IpAddr) -> bool {
    matches!(
        classify(address),
        AddressClass::Loopback | AddressClass::Private
    )
}

fn in_the_clear(address: IpAddr) -> Failure {
    let detail =
        format!("{address} is a public address, and plain http would show everybody the token");
    Failure::new(Stage::Address, Kind::AddressRefused, detail).remedy("url = \"https://…\"")
}

/// A connection that remembers how it was made.
pub(super) struct Stream {
    layer: Layer,
    made: Made,
}

enum Layer {
    Plain(TokioIo<TcpStream>),
    Tls(Box<TokioIo<TlsStream<TcpStream>>>),
}

impl Stream {
    fn new(layer: Layer, address: IpAddr, timings: Timings) -> Self {
        Self {
            layer,
            made: Made {
                address,
                timings,
                used: Arc::default(),
            },
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.made.clone())
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.layer {
            Layer::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Layer::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.layer {
            Layer::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Layer::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.layer {
            Layer::Plain(stream) => Pin::new(stream).poll_flush(context),
            Layer::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.layer {
            Layer::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Layer::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
