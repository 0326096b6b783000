//! What a connection needs of the network around it, for whoever opens it.
//!
//! It is apart because it decides nothing: it says in the words of a firewall what is decided
//! elsewhere.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::{
    address::{AddressPolicy, special_ranges},
    authority::{Host, Origin},
    policy::Policy,
};

/// What a connection needs of the network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NetworkNeeds {
    destinations: Vec<Destination>,
    private_ranges: Vec<IpNet>,
}

impl NetworkNeeds {
    /// Gathers what a connection may dial. A proxy that it goes through is the host's to add.
    pub fn new(policy: &Policy, addresses: &AddressPolicy) -> Self {
        let mut destinations = vec![Destination {
            origin: policy.base().origin().clone(),
            purpose: Purpose::Forge,
        }];
        for origin in policy.redirect_origins() {
            if destinations.iter().all(|one| one.origin != *origin) {
                destinations.push(Destination {
                    origin: origin.clone(),
                    purpose: Purpose::Redirect,
                });
            }
        }
        let private_ranges = addresses.listed().to_vec();
        Self {
            destinations,
            private_ranges,
        }
    }

    /// Where requests go, the forge first.
    pub fn destinations(&self) -> &[Destination] {
        &self.destinations
    }

    /// The private and loopback ranges that may be dialled, besides what is globally reachable.
    pub fn private_ranges(&self) -> &[IpNet] {
        &self.private_ranges
    }

    /// The ports that requests go to, each once, in order.
    pub fn ports(&self) -> Vec<u16> {
        let mut ports: Vec<_> = self
            .destinations
            .iter()
            .map(|one| one.origin.port())
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// Whether a name has to be looked up for any of the destinations.
    pub fn resolves_names(&self) -> bool {
        self.destinations.iter().any(|one| one.address().is_none())
    }

    /// The ranges of IPv4 that are not globally reachable: what a rule for everything leaves out.
    /// A listed range has to be allowed beside it.
    pub fn special_ranges() -> Vec<IpNet> {
        special_ranges()
    }
}

/// Where requests go, and what for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Destination {
    origin: Origin,
    purpose: Purpose,
}

impl Destination {
    /// The origin, with its port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The address, where the origin is one and not a name.
    pub fn address(&self) -> Option<IpAddr> {
        match self.origin.host() {
            Host::Address(address) => Some(*address),
            Host::Name(_) => None,
        }
    }
}

/// What requests go to a destination for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Purpose {
    /// It is the forge.
    Forge,
    /// An answer of the forge may lead there.
    Redirect,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        acme,
        address::{AddressClass, classify},
    };

    #[test]
    fn every_origin_that_a_request_can_go_to_is_a_destination_once() {
        let own = Origin::parse("https", "forge.example").unwrap();
        let objects = Origin::parse("https", "objects.example:9000").unwrap();
        let policy = acme::policy_of(crate::Operator {
            redirect_origins: vec![objects.clone(), own.clone(), objects.clone()],
            ..acme::operator(&["read"])
        });
        let range: IpNet = "10.1.0.0/16".parse().unwrap();
        let addresses = AddressPolicy::new(vec![range]).unwrap();
        let needs = NetworkNeeds::new(&policy, &addresses);
        let found: Vec<_> = needs
            .destinations()
            .iter()
            .map(|one| (one.origin(), one.purpose()))
            .collect();
        assert_eq!(
            found,
            [(&own, Purpose::Forge), (&objects, Purpose::Redirect)]
        );
        assert_eq!(needs.ports(), [443, 9000]);
        assert_eq!(needs.private_ranges(), [range]);
        assert!(needs.resolves_names());
    }

    #[test]
    fn no_special_range_holds_an_address_that_is_globally_reachable() {
        let ranges = NetworkNeeds::special_ranges();
        assert!(ranges.len() > 10);
        for range in ranges {
            assert_ne!(classify(range.addr()), AddressClass::Global, "{range}");
        }
    }
}
