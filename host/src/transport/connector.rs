//! From an origin to a connection: resolve, check, dial what was checked, ask the proxy where
//! there is one, shake hands.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use code_source_egress::{Host, Origin};
use http::Uri;
use tokio::net::TcpStream;
use tower_service::Service;

use super::addresses::{Addresses, Peer};
use super::dial::dial;
use super::failure::Failure;
use super::kind::Kind;
use super::progress::Progress;
use super::proxy::OpenProxy;
use super::stream::{Stream, Wire};
use super::tls::Handshake;
use super::tunnel;
use crate::report::{Stage, Timings};

/// Makes connections to one origin, whatever URI it is asked for.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) way: Arc<Way>,
}

/// How an origin is reached.
pub(super) struct Way {
    pub(super) origin: Origin,
    pub(super) addresses: Addresses,
    /// The handshake with the origin; none where it is plain http.
    pub(super) tls: Option<Handshake>,
    pub(super) proxy: Option<ProxyWay>,
    pub(super) timeout: Duration,
}

/// How the proxy is reached.
pub(super) struct ProxyWay {
    pub(super) proxy: Arc<OpenProxy>,
    /// The handshake with the proxy; none where it is plain http.
    pub(super) tls: Option<Handshake>,
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Failure>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let way = Arc::clone(&self.way);
        Box::pin(async move {
            // The gate lets nothing else through; should that ever be wrong, it ends here.
            if uri.authority().map(http::uri::Authority::as_str) != Some(way.origin.authority()) {
                return Err(elsewhere(&way.origin));
            }
            let progress = Progress::new();
            match tokio::time::timeout(way.timeout, way.connect(&progress)).await {
                Ok(made) => made,
                Err(_) => Err(way.timed_out(&progress)),
            }
        })
    }
}

impl Way {
    async fn connect(&self, progress: &Progress) -> Result<Stream, Failure> {
        let mut timings = Timings::default();
        // There is one way, and where it is a proxy's it is never left for a direct one.
        let (wire, address) = match &self.proxy {
            Some(proxy) => (self.through(proxy, progress, &mut timings).await?, None),
            None => {
                let (tcp, address) = self.reach(self.forge(), progress, &mut timings).await?;
                (Box::new(tcp) as Box<dyn Wire>, Some(address))
            }
        };
        let Some(tls) = &self.tls else {
            return Ok(Stream::new(wire, address, timings));
        };
        progress.begin(Stage::Tls);
        let start = Instant::now();
        let wire = tls
            .shake(wire, self.forge())
            .await
            .map_err(|failure| failure.at(address))?;
        timings.tls = Some(start.elapsed());
        Ok(Stream::new(Box::new(wire), address, timings))
    }

    /// Whom a socket is made to.
    pub(super) fn dialled(&self) -> Peer<'_> {
        match &self.proxy {
            Some(way) => way.peer(),
            None => self.forge(),
        }
    }

    /// A connection to one of the peer's addresses that may be dialled.
    async fn reach(
        &self,
        peer: Peer<'_>,
        progress: &Progress,
        timings: &mut Timings,
    ) -> Result<(TcpStream, IpAddr), Failure> {
        let start = Instant::now();
        let candidates = self.addresses.candidates(peer).await?;
        if let Host::Name(_) = peer.origin.host() {
            timings.resolve = Some(start.elapsed());
        }
        progress.begin(Stage::Address);
        let allowed = self.addresses.allowed(peer, &candidates)?;
        progress.begin(Stage::Connect);
        let start = Instant::now();
        let (tcp, dialled) = dial(peer, allowed, progress).await?;
        timings.connect = Some(start.elapsed());
        Ok((tcp, dialled.address()))
    }

    /// A way to the forge that the proxy opened.
    async fn through(
        &self,
        way: &ProxyWay,
        progress: &Progress,
        timings: &mut Timings,
    ) -> Result<Box<dyn Wire>, Failure> {
        self.addresses.check_by_proxy(self.forge())?;
        let (tcp, _) = self.reach(way.peer(), progress, timings).await?;
        progress.begin(Stage::Proxy);
        let start = Instant::now();
        let wire = way.open(tcp, &self.origin).await?;
        timings.proxy = Some(start.elapsed());
        Ok(wire)
    }

    pub(super) fn forge(&self) -> Peer<'_> {
        Peer {
            origin: &self.origin,
            is_proxy: false,
        }
    }

    /// What to say when time is up.
    pub(super) fn timed_out(&self, progress: &Progress) -> Failure {
        let stage = progress.stage();
        let peer = match (&self.proxy, stage) {
            (Some(way), stage) if stage < Stage::Tls => way.peer(),
            _ => self.forge(),
        };
        let what = match stage {
            Stage::Resolve => "the look-up of the name",
            Stage::Proxy => "the answer",
            Stage::Tls => "the TLS handshake",
            _ => "the TCP connection",
        };
        let mut detail = format!(
            "{what} of {} was not done within {} s",
            peer.name(),
            self.timeout.as_secs_f32()
        );
        if stage == Stage::Connect {
            detail = format!("{detail}: {}", progress.attempts());
        }
        Failure::new(stage, Kind::ConnectTimeout, detail)
    }
}

/// What to say of a request that is not for the origin of the connection.
pub(super) fn elsewhere(origin: &Origin) -> Failure {
    let detail = format!("the request is not for `{origin}`");
    Failure::new(Stage::Policy, Kind::WrongOrigin, detail)
}

impl ProxyWay {
    pub(super) fn peer(&self) -> Peer<'_> {
        Peer {
            origin: &self.proxy.origin,
            is_proxy: true,
        }
    }

    /// Ask the proxy at the other end of a connection for a way to the forge.
    pub(super) async fn open(
        &self,
        tcp: TcpStream,
        forge: &Origin,
    ) -> Result<Box<dyn Wire>, Failure> {
        let mut wire: Box<dyn Wire> = match &self.tls {
            Some(tls) => Box::new(tls.shake(tcp, self.peer()).await?),
            None => Box::new(tcp),
        };
        tunnel::open(&mut *wire, &self.proxy, forge).await?;
        Ok(wire)
    }
}
