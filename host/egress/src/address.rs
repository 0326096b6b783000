//! Which addresses may be dialled.
//!
//! It is apart because a name that passed every other layer may still lead into a network that the
//! plugin has no business in; the transport asks here for each address, and dials that one.

mod registry;

use std::{fmt, net::IpAddr};

use ipnet::IpNet;

pub use self::registry::classify;
pub(crate) use self::registry::special_ranges;
use crate::denial::{Denial, Layer, Reason};

/// What kind of address it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AddressClass {
    /// Reached from everywhere.
    Global,
    /// Of a private network, a shared one of a carrier's included.
    Private,
    /// Of this machine.
    Loopback,
    /// Of a cloud's metadata service, which hands out credentials.
    Metadata,
    /// Of this link alone.
    LinkLocal,
    /// Of a group.
    Multicast,
    /// Of everybody on this network.
    Broadcast,
    /// Of nobody.
    Unspecified,
    /// With an IPv4 address in it, so that two rules would apply.
    Embedded,
    /// For examples and measurements.
    Documentation,
    /// Set aside by a registry for something else.
    Reserved,
}

impl AddressClass {
    /// What an address of it is, in a sentence.
    fn words(self) -> &'static str {
        match self {
            Self::Metadata => "a cloud's metadata service",
            class => class.label(),
        }
    }

    /// Stable name, in kebab case.
    pub fn label(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Private => "private",
            Self::Loopback => "loopback",
            Self::Metadata => "metadata",
            Self::LinkLocal => "link-local",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Unspecified => "unspecified",
            Self::Embedded => "embedded",
            Self::Documentation => "documentation",
            Self::Reserved => "reserved",
        }
    }

    /// Whether a connection can list such addresses.
    pub fn can_be_listed(self) -> bool {
        matches!(self, Self::Private | Self::Loopback)
    }
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The addresses that one connection may dial.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    listed: Vec<IpNet>,
}

impl AddressPolicy {
    /// Lists the private and loopback ranges that the connection may dial, besides what is
    /// globally reachable.
    ///
    /// # Errors
    ///
    /// A range that reaches beyond private and loopback addresses.
    pub fn new(private: Vec<IpNet>) -> Result<Self, AddressPolicyError> {
        match private.iter().find(|range| !registry::is_listable(range)) {
            Some(range) => Err(AddressPolicyError { range: *range }),
            None => Ok(Self { listed: private }),
        }
    }

    /// Whether an address may be dialled.
    ///
    /// # Errors
    ///
    /// Why it may not.
    pub fn check(&self, address: IpAddr) -> Result<(), AddressDenial> {
        let class = classify(address);
        let is_listed = || self.listed.iter().any(|range| range.contains(&address));
        if class == AddressClass::Global || (class.can_be_listed() && is_listed()) {
            return Ok(());
        }
        Err(AddressDenial { address, class })
    }

    /// The private and loopback ranges that are listed.
    pub fn listed(&self) -> &[IpNet] {
        &self.listed
    }

    /// Whether a name is refused before it is resolved.
    pub fn refuses_name(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        REFUSED_NAMES
            .iter()
            .any(|refused| name.eq_ignore_ascii_case(refused))
    }
}

/// A range that a connection cannot list.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{range}` is not a range of private or loopback addresses")]
pub struct AddressPolicyError {
    range: IpNet,
}

impl AddressPolicyError {
    /// The range.
    pub fn range(&self) -> IpNet {
        self.range
    }
}

/// An address that may not be dialled.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the address {address} is {} and may not be dialled", .class.words())]
pub struct AddressDenial {
    address: IpAddr,
    class: AddressClass,
}

impl AddressDenial {
    /// The address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// What kind of address it is.
    pub fn class(&self) -> AddressClass {
        self.class
    }

    /// The line of configuration that would allow it, where one would.
    pub fn remedy(&self) -> Option<String> {
        let range = IpNet::from(self.address);
        self.class
            .can_be_listed()
            .then(|| format!("private-addresses = [\"{range}\"]"))
    }
}

impl From<AddressDenial> for Denial {
    fn from(denial: AddressDenial) -> Self {
        let refused = Self::new(Layer::Address, Reason::AddressRefused, denial.to_string());
        match denial.remedy() {
            Some(remedy) => refused.with_remedy(remedy),
            None => refused,
        }
    }
}

const REFUSED_NAMES: [&str; 2] = ["metadata.google.internal", "metadata.goog"];

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(ranges: &[&str]) -> Result<AddressPolicy, AddressPolicyError> {
        AddressPolicy::new(ranges.iter().map(|range| range.parse().unwrap()).collect())
    }

    #[test]
    fn private_and_loopback_addresses_need_to_be_listed() {
        let open = policy(&[]).unwrap();
        let listed = policy(&["10.20.0.0/16", "127.0.0.1/32", "fd12:3456::/32"]).unwrap();
        for address in ["10.20.3.4", "127.0.0.1", "fd12:3456::1"] {
            let address = address.parse().unwrap();
            assert!(open.check(address).is_err(), "{address}");
            assert_eq!(listed.check(address), Ok(()), "{address}");
        }
        for address in [
            "10.21.0.1",
            "127.0.0.2",
            "::1",
            "192.168.0.1",
            "fd12:3457::1",
        ] {
            assert!(listed.check(address.parse().unwrap()).is_err(), "{address}");
        }
        assert_eq!(open.check("93.184.215.14".parse().unwrap()), Ok(()));
    }

    #[test]
    fn some_addresses_stay_refused_although_their_range_is_listed() {
        let listed = policy(&["100.64.0.0/10", "fc00::/7"]).unwrap();
        for address in [
            "100.100.100.200",
            "fd00:ec2::254",
            "fd00:ec2:1::1",
            "fd20:ce::254",
        ] {
            let denial = listed.check(address.parse().unwrap()).unwrap_err();
            assert_eq!(denial.class(), AddressClass::Metadata);
            assert_eq!(denial.remedy(), None);
        }
    }

    #[test]
    fn a_range_beyond_private_addresses_cannot_be_listed() {
        for range in [
            "0.0.0.0/0",
            "10.0.0.0/7",
            "169.254.0.0/16",
            "8.8.8.8/32",
            "224.0.0.0/4",
            "::/0",
            "fe80::/10",
            "::ffff:10.0.0.0/104",
            "fc00::/6",
        ] {
            assert!(policy(&[range]).is_err(), "{range}");
        }
    }

    #[test]
    fn a_denial_says_what_would_allow_it() {
        let denial = policy(&[])
            .unwrap()
            .check("10.20.3.4".parse().unwrap())
            .unwrap_err();
        assert_eq!(
            denial.remedy().as_deref(),
            Some("private-addresses = [\"10.20.3.4/32\"]")
        );
        assert_eq!(
            denial.to_string(),
            "the address 10.20.3.4 is private and may not be dialled"
        );
        let denial = Denial::from(denial);
        assert_eq!(
            (denial.layer(), denial.reason()),
            (Layer::Address, Reason::AddressRefused)
        );
        assert!(denial.remedy().is_some());
    }

    #[test]
    fn the_metadata_service_is_refused_by_name_too() {
        let policy = policy(&[]).unwrap();
        assert!(policy.refuses_name("Metadata.Google.Internal."));
        assert!(!policy.refuses_name("forge.example"));
    }
}
