//! Where a name leads, and whether that may be dialled: apart because it is the only part of these
//! commands that asks the network anything, and only where that is wanted.

use std::io;
use std::net::IpAddr;

use code_source_egress::{AddressPolicy, Host, Origin, classify};
use ipnet::IpNet;
use serde::Serialize;

use crate::connection::Connection;
use crate::transport::{Resolver as _, SystemResolver};

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
    fn new(address: IpAddr, policy: &AddressPolicy) -> Self {
        Self {
            address,
            class: classify(address).label(),
            allowed: policy.check(address).is_ok(),
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

/// All the addresses of an origin, each with its verdict.
pub(super) async fn look_up(
    origin: &Origin,
    policy: &AddressPolicy,
) -> io::Result<Vec<AddressShape>> {
    let found = match origin.host() {
        Host::Address(address) => vec![*address],
        // Such a name is refused before it is looked up.
        Host::Name(name) if policy.refuses_name(name) => Vec::new(),
        Host::Name(name) => SystemResolver.resolve(name).await?,
    };
    let judged = found.into_iter();
    Ok(judged
        .map(|address| AddressShape::new(address, policy))
        .collect())
}

/// The line that would let a connection dial one of the addresses, beside what it lists.
pub(super) fn remedy(connection: &Connection, found: &[AddressShape]) -> Option<String> {
    let missing = found
        .iter()
        .find(|one| !one.allowed && classify(one.address).can_be_listed())?;
    let ranges = connection.private_addresses.iter().copied();
    let ranges = ranges.chain([IpNet::from(missing.address)]);
    let ranges: Vec<String> = ranges.map(|range| format!("\"{range}\"")).collect();
    Some(format!("private-addresses = [{}]", ranges.join(", ")))
}
