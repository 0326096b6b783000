//! A range of addresses as people write it: apart because a single address is one as well, in a file
//! as on a command line.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// A range, or a single address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range(pub(crate) IpNet);

impl FromStr for Range {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let single = |text: &str| text.parse::<IpAddr>().map(IpNet::from);
        let range = text.parse().or_else(|_| single(text));
        range
            .map(Self)
            .map_err(|_| "neither a range of addresses, such as `10.20.0.0/16`, nor a single one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_address_is_a_range_of_its_own() {
        let range = |text: &str| text.parse().map(|Range(range)| range.to_string());
        assert_eq!(range("127.0.0.1").as_deref(), Ok("127.0.0.1/32"));
        assert_eq!(range("fd00::1").as_deref(), Ok("fd00::1/128"));
        assert_eq!(range("10.20.0.0/16").as_deref(), Ok("10.20.0.0/16"));
        for bad in ["", "10.20.0.0/99", "git.acme.example", "10.20"] {
            assert!(range(bad).is_err(), "{bad}");
        }
    }
}
