//! From a host to addresses that may be dialled: apart so that there is no other way to one. A
//! [`Checked`] address cannot be made elsewhere, and nothing else can be dialled.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use code_source_egress::{AddressClass, AddressPolicy, Host, Origin, Scheme, classify};

use super::failure::Failure;
use super::kind::Kind;
use super::resolver::Resolver;
#[cfg(feature = "cli")]
use super::resolver::SystemResolver;
use crate::report::Stage;

/// An address that may be dialled, with its port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Checked(SocketAddr);

impl Checked {
    pub(super) fn socket(self) -> SocketAddr {
        self.0
    }

    pub(super) fn address(self) -> IpAddr {
        self.0.ip()
    }
}

/// Who is at the other end: the forge, or the proxy that leads to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer<'a> {
    pub(super) origin: &'a Origin,
    pub(super) is_proxy: bool,
}

impl Peer<'_> {
    /// The peer, as it stands in a sentence.
    pub(super) fn name(self) -> String {
        let authority = self.origin.authority();
        if self.is_proxy {
            format!("the proxy `{authority}`")
        } else {
            format!("`{authority}`")
        }
    }

    /// Whether the token could be read on the way to it.
    fn shows_token(self) -> bool {
        !self.is_proxy && self.origin.scheme() == Scheme::Http
    }
}

/// Looks up hosts, and lets through what may be dialled.
#[derive(Clone)]
pub(super) struct Addresses {
    pub(super) policy: AddressPolicy,
    pub(super) resolver: Arc<dyn Resolver>,
}

impl Addresses {
    /// All the addresses of a host. A literal is a candidate like any answer of a name server.
    pub(super) async fn candidates(&self, peer: Peer<'_>) -> Result<Vec<IpAddr>, Failure> {
        let name = match peer.origin.host() {
            Host::Address(address) => return Ok(vec![*address]),
            Host::Name(name) => name,
        };
        self.check_name(name)?;
        let problem = match self.resolver.resolve(name).await {
            Ok(addresses) if !addresses.is_empty() => return Ok(addresses),
            Ok(_) => "it has no address".to_owned(),
            Err(error) => error.to_string(),
        };
        let whose = if peer.is_proxy { " of the proxy" } else { "" };
        let detail = format!("the name{whose} `{name}` cannot be looked up: {problem}");
        Err(Failure::new(Stage::Resolve, Kind::NameNotFound, detail))
    }

    /// Those of the candidates that may be dialled, in the same order.
    pub(super) fn allowed(
        &self,
        peer: Peer<'_>,
        candidates: &[IpAddr],
    ) -> Result<Vec<Checked>, Failure> {
        let mut allowed = Vec::with_capacity(candidates.len());
        let mut refused = None;
        for address in candidates {
            match self.policy.check(*address) {
                Ok(()) if peer.shows_token() && !is_near(*address) => {
                    return Err(in_the_clear(*address));
                }
                Ok(()) => {
                    let checked = Checked(SocketAddr::new(*address, peer.origin.port()));
                    // The same address twice would be dialled twice at once.
                    if !allowed.contains(&checked) {
                        allowed.push(checked);
                    }
                }
                Err(denial) => refused = refused.or(Some(denial)),
            }
        }
        match refused {
            Some(denial) if allowed.is_empty() => {
                let detail = format!("no address of {} may be dialled: {denial}", peer.name());
                let failure = Failure::new(Stage::Address, Kind::AddressRefused, detail);
                Err(match denial.remedy() {
                    Some(remedy) => failure.remedy(remedy),
                    None => failure,
                })
            }
            _ => Ok(allowed),
        }
    }

    /// Whether a proxy may be asked for a host. It looks names up itself; what stands in the
    /// address of the forge is held against the same rules all the same.
    pub(super) fn check_by_proxy(&self, forge: Peer<'_>) -> Result<(), Failure> {
        match forge.origin.host() {
            Host::Address(address) => self.allowed(forge, &[*address]).map(|_| ()),
            Host::Name(name) => self.check_name(name),
        }
    }

    fn check_name(&self, name: &str) -> Result<(), Failure> {
        if !self.policy.refuses_name(name) {
            return Ok(());
        }
        let detail = format!("`{name}` is the name of a cloud's metadata service");
        Err(Failure::new(Stage::Address, Kind::AddressRefused, detail))
    }
}

/// Whether the rules allow what stands in an origin itself, for whoever only wants to know: a literal
/// is judged as an address, and nothing is looked up.
#[cfg(feature = "cli")]
pub(crate) fn judge_origin(
    policy: &AddressPolicy,
    origin: &Origin,
    is_proxy: bool,
) -> Result<(), Failure> {
    rules(policy).check_by_proxy(Peer { origin, is_proxy })
}

/// Whether a connection to an origin that has these addresses would be made.
#[cfg(feature = "cli")]
pub(crate) fn judge_addresses(
    policy: &AddressPolicy,
    origin: &Origin,
    is_proxy: bool,
    addresses: &[IpAddr],
) -> Result<(), Failure> {
    let peer = Peer { origin, is_proxy };
    rules(policy).allowed(peer, addresses).map(|_| ())
}

#[cfg(feature = "cli")]
fn rules(policy: &AddressPolicy) -> Addresses {
    Addresses {
        policy: policy.clone(),
        resolver: Arc::new(SystemResolver),
    }
}

/// Plain http is for the operator's own network at most, whatever the configuration says.
fn is_near(address: IpAddr) -> bool {
    matches!(
        classify(address),
        AddressClass::Loopback | AddressClass::Private
    )
}

/// What would let a public address be dialled.
pub(crate) const HTTPS: &str = "url = \"https://…\"";

fn in_the_clear(address: IpAddr) -> Failure {
    let detail =
        format!("{address} is a public address, and plain http would show everybody the token");
    Failure::new(Stage::Address, Kind::AddressRefused, detail).remedy(HTTPS)
}
