//! Where a name leads, and whether that may be dialled: apart because it is the only part of these
//! commands that asks the network anything, and only where that is wanted.

use std::io;
use std::net::IpAddr;

use code_source_egress::{AddressPolicy, Host, Origin, classify};
use ipnet::IpNet;
use serde::Serialize;

use crate::connection::Connection;
use crate::transport::{Failure, Resolver as _, SystemResolver, judge_addresses};

/// An address, and the verdict on it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct AddressShape {
    /// The address.
    pub(super) address: IpAddr,
    /// What kind it is, such as `private`.
    pub(super) class: &'static str,
    /// Whether it may be dialled.
    pub(super) allowed: bool,
}

impl AddressShape {
    fn new(address: IpAddr, peer: Peer<'_>, policy: &AddressPolicy) -> Self {
        let verdict = judge_addresses(policy, peer.origin, peer.is_proxy, &[address]);
        Self {
            address,
            class: classify(address).label(),
            allowed: verdict.is_ok(),
        }
    }
}

/// Whom a socket would be made to.
#[derive(Clone, Copy)]
pub(super) struct Peer<'a> {
    pub(super) origin: &'a Origin,
    pub(super) is_proxy: bool,
}

impl<'a> Peer<'a> {
    /// Whom the request is for.
    pub(super) fn forge(origin: &'a Origin) -> Self {
        Self {
            origin,
            is_proxy: false,
        }
    }
}

/// The address that an origin is, where it is one; looking up nothing.
pub(super) fn literal(origin: &Origin) -> Option<IpAddr> {
    match origin.host() {
        Host::Address(address) => Some(*address),
        Host::Name(_) => None,
    }
}

/// All the addresses of a peer, each with its verdict.
pub(super) async fn look_up(
    peer: Peer<'_>,
    policy: &AddressPolicy,
) -> io::Result<Vec<AddressShape>> {
    let name = match peer.origin.host() {
        Host::Address(_) => return Ok(known(peer, policy)),
        Host::Name(name) => name,
    };
    // Such a name is refused before it is looked up.
    if policy.refuses_name(name) {
        return Ok(Vec::new());
    }
    let found = SystemResolver.resolve(name).await?;
    if found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "it has no address"));
    }
    let judged = found.into_iter();
    Ok(judged
        .map(|address| AddressShape::new(address, peer, policy))
        .collect())
}

/// The address of a peer, with its verdict, where it is one and not a name.
pub(super) fn known(peer: Peer<'_>, policy: &AddressPolicy) -> Vec<AddressShape> {
    let address = literal(peer.origin).into_iter();
    address
        .map(|address| AddressShape::new(address, peer, policy))
        .collect()
}

/// Whether a connection to a peer that has all of these would be made. One of them may stand in
/// the way of the others.
pub(super) fn judge(
    peer: Peer<'_>,
    policy: &AddressPolicy,
    found: &[AddressShape],
) -> Result<(), Failure> {
    let found: Vec<IpAddr> = found.iter().map(|one| one.address).collect();
    judge_addresses(policy, peer.origin, peer.is_proxy, &found)
}

/// What would change a refusal: another scheme, or the line that lets a connection dial one of the
/// addresses, beside what it lists.
pub(super) fn remedy(
    connection: &Connection,
    found: &[AddressShape],
    offered: Option<String>,
) -> Option<String> {
    // In the clear, a private address beside a public one would not help.
    if let Some(scheme) = offered.filter(|line| line.starts_with("url = ")) {
        return Some(scheme);
    }
    let missing = found
        .iter()
        .find(|one| !one.allowed && classify(one.address).can_be_listed())?;
    let ranges = connection.private_addresses.iter().copied();
    let ranges = ranges.chain([IpNet::from(missing.address)]);
    let ranges: Vec<String> = ranges.map(|range| format!("\"{range}\"")).collect();
    Some(format!("private-addresses = [{}]", ranges.join(", ")))
}
