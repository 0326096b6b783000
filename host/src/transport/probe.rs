//! The stages of a connection one by one, for whoever wants to see them: apart from the connector,
//! which hurries through them, and made of its very parts, so that the two cannot disagree.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use code_source_egress::{AddressClass, Host, Origin, classify};
use ipnet::IpNet;
use tokio::net::TcpStream;

use super::addresses::{Checked, Peer};
use super::connector::Way;
use super::dial::{dial_each, failed};
use super::failure::Failure;
use super::kind::Kind;
use super::progress::Progress;
use super::stream::Wire;
use super::tls::Shaken;
use crate::report::Stage;

/// Looks at the stages of a connection. Each is bounded by the time that a whole connection may
/// take.
pub(crate) struct Probe {
    way: Arc<Way>,
}

/// An address, and whether it may be dialled.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(crate) address: IpAddr,
    pub(crate) class: AddressClass,
    /// Why it may not be.
    pub(crate) refusal: Option<Failure>,
}

/// What a look-up came to.
pub(crate) struct LookedUp {
    /// Every address that was found, also where none of them may be dialled.
    pub(crate) judged: Vec<Judged>,
    pub(crate) outcome: Result<Dialable, Failure>,
}

/// Addresses that may be dialled.
pub(crate) struct Dialable(Vec<Checked>);

/// What came of dialling one address.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) address: IpAddr,
    pub(crate) duration: Duration,
    /// Why there is no connection, if so.
    pub(crate) problem: Option<String>,
    /// Whether this machine has no way to such addresses at all.
    pub(crate) is_wayless: bool,
}

/// What dialling all of them came to.
pub(crate) struct Dialled {
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) outcome: Result<Line, Failure>,
}

/// A connection that was made, and where it leads; by proxy that is not known.
pub(crate) struct Line {
    wire: Wired,
    address: Option<IpAddr>,
}

enum Wired {
    Tcp(TcpStream),
    Tunnel(Box<dyn Wire>),
}

impl Probe {
    pub(super) fn new(way: Arc<Way>) -> Self {
        Self { way }
    }

    /// Where a socket is made to: the proxy, where there is one.
    pub(crate) fn dialled(&self) -> &Origin {
        self.way.dialled().origin
    }

    /// The proxy, where there is one.
    pub(crate) fn proxy(&self) -> Option<&Origin> {
        self.way.proxy.as_ref().map(|way| &way.proxy.origin)
    }

    /// Look up the name, or take the literal, and judge every address.
    pub(crate) async fn look_up(&self) -> LookedUp {
        let peer = self.way.dialled();
        let progress = Progress::new();
        let looking = tokio::time::timeout(self.way.timeout, self.candidates(peer));
        let candidates = match looking.await {
            Ok(candidates) => candidates,
            Err(_) => Err(self.way.timed_out(&progress)),
        };
        let candidates = match candidates {
            Ok(candidates) => candidates,
            Err(failure) => return LookedUp::failed(failure),
        };
        let judged = candidates.iter().map(|one| self.judge(peer, *one));
        let allowed = self.way.addresses.allowed(peer, &candidates);
        let judged: Vec<_> = judged.collect();
        let outcome = allowed
            .map(Dialable)
            .map_err(|failure| self.with_all_ranges(failure, &judged));
        LookedUp { judged, outcome }
    }

    /// Dial every address that may be dialled.
    pub(crate) async fn dial(&self, addresses: Dialable) -> Dialled {
        let peer = self.way.dialled();
        let progress = Progress::new();
        progress.begin(Stage::Connect);
        let mut line = None;
        let mut attempts = Vec::new();
        let mut is_silent = false;
        for (checked, duration, outcome) in
            dial_each(addresses.0, self.way.timeout, &progress).await
        {
            let address = checked.address();
            let is_wayless = matches!(&outcome, Some(Err(error)) if is_wayless(error));
            let problem = match outcome {
                Some(Ok(tcp)) => {
                    line.get_or_insert(Line {
                        wire: Wired::Tcp(tcp),
                        address: Some(address),
                    });
                    None
                }
                Some(Err(error)) => Some(error.to_string()),
                None => {
                    is_silent = true;
                    Some("no answer".to_owned())
                }
            };
            attempts.push(Attempt {
                address,
                duration,
                problem,
                is_wayless,
            });
        }
        let outcome = line.ok_or_else(|| match is_silent {
            true => self.way.timed_out(&progress),
            false => failed(peer, &progress),
        });
        Dialled { attempts, outcome }
    }

    /// Ask the proxy for a way to the forge, where there is a proxy.
    pub(crate) async fn tunnel(&self, line: Line) -> Result<Line, Failure> {
        let (Some(way), Wired::Tcp(tcp)) = (&self.way.proxy, line.wire) else {
            let detail = "there is no proxy to ask";
            return Err(Failure::new(Stage::Proxy, Kind::ProxyUnreachable, detail));
        };
        let progress = Progress::new();
        progress.begin(Stage::Proxy);
        let opening = way.open(tcp, &self.way.origin);
        match tokio::time::timeout(self.way.timeout, opening).await {
            Ok(opened) => opened.map(|wire| Line {
                wire: Wired::Tunnel(wire),
                address: None,
            }),
            Err(_) => Err(self.way.timed_out(&progress)),
        }
    }

    /// Shake hands with the forge; `None` where it is spoken to in the clear.
    pub(crate) async fn shake(&self, line: Line) -> Option<Shaken> {
        let tls = self.way.tls.as_ref()?;
        let wire: Box<dyn Wire> = match line.wire {
            Wired::Tcp(tcp) => Box::new(tcp),
            Wired::Tunnel(wire) => wire,
        };
        let progress = Progress::new();
        progress.begin(Stage::Tls);
        let shaking = tls.shake_and_tell(wire, self.way.forge());
        let shaken = tokio::time::timeout(self.way.timeout, shaking).await;
        let mut shaken = shaken.unwrap_or_else(|_| Shaken::failed(self.way.timed_out(&progress)));
        shaken.outcome = shaken.outcome.map_err(|failure| failure.at(line.address));
        Some(shaken)
    }

    async fn candidates(&self, peer: Peer<'_>) -> Result<Vec<IpAddr>, Failure> {
        if peer.is_proxy {
            self.way.addresses.check_by_proxy(self.way.forge())?;
        }
        self.way.addresses.candidates(peer).await
    }

    fn judge(&self, peer: Peer<'_>, address: IpAddr) -> Judged {
        Judged {
            address,
            class: classify(address),
            refusal: self.way.addresses.allowed(peer, &[address]).err(),
        }
    }

    /// The line that allows one address would forbid those that the connection lists already, and
    /// all the other addresses of the same name.
    fn with_all_ranges(&self, failure: Failure, judged: &[Judged]) -> Failure {
        let offered = failure.remedy.as_deref().unwrap_or_default();
        if !offered.starts_with(RANGES) {
            return failure;
        }
        let missing = judged
            .iter()
            .filter(|one| one.refusal.is_some() && one.class.can_be_listed());
        let missing = missing.map(|one| IpNet::from(one.address));
        let listed = self.way.addresses.policy.listed().iter().copied();
        let ranges: Vec<String> = listed
            .chain(missing)
            .map(|range| format!("\"{range}\""))
            .collect();
        failure.remedy(format!("{RANGES}[{}]", ranges.join(", ")))
    }
}

/// Whether the system did not even try.
fn is_wayless(error: &io::Error) -> bool {
    use io::ErrorKind::{AddrNotAvailable, NetworkUnreachable};
    matches!(error.kind(), AddrNotAvailable | NetworkUnreachable)
}

impl LookedUp {
    fn failed(failure: Failure) -> Self {
        Self {
            judged: Vec::new(),
            outcome: Err(failure),
        }
    }
}

/// Whether an origin says which address is meant, so that nothing is looked up.
pub(crate) fn is_literal(origin: &Origin) -> bool {
    matches!(origin.host(), Host::Address(_))
}

const RANGES: &str = "private-addresses = ";
