//! The special-purpose address registries, as a table.
//!
//! It is apart because it is data: IANA's registries for IPv4 (RFC 6890 and later) and IPv6, and
//! the addresses at which clouds hand out credentials.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::address::AddressClass;

/// Says what kind of address it is.
pub fn classify(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

/// Whether every address of a range is private or loopback, by the range that it lies in.
pub(super) fn is_listable(range: &IpNet) -> bool {
    match range {
        IpNet::V4(range) => V4
            .iter()
            .any(|(known, class)| class.can_be_listed() && known.contains(range)),
        IpNet::V6(range) => V6
            .iter()
            .any(|(known, class)| class.can_be_listed() && known.contains(range)),
    }
}

/// The ranges of IPv4 that are not globally reachable, none inside another.
pub(crate) fn special_ranges() -> Vec<IpNet> {
    let special = || {
        V4.iter()
            .filter(|(_, class)| *class != AddressClass::Global)
    };
    let is_inside = |range: &Ipv4Net| {
        let mut others = special();
        others.any(|(other, _)| other != range && other.contains(range))
    };
    let outer = special().filter(|(range, _)| !is_inside(range));
    outer.map(|(range, _)| IpNet::V4(*range)).collect()
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    let known = V4.iter().find(|(range, _)| range.contains(&address));
    known.map_or(AddressClass::Global, |(_, class)| *class)
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    let known = V6.iter().find(|(range, _)| range.contains(&address));
    known.map_or(AddressClass::Reserved, |(_, class)| *class)
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(head: [u16; 4], tail: [u16; 4], length: u8) -> Ipv6Net {
    let [a, b, c, d] = head;
    let [e, f, g, h] = tail;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), length)
}

const ZERO: [u16; 4] = [0; 4];

/// The first range that holds an address decides; what is in none is global.
const V4: [(Ipv4Net, AddressClass); 22] = [
    // Metadata services: AWS and most others, Azure, Alibaba, Oracle.
    (v4(169, 254, 169, 254, 32), AddressClass::Metadata),
    (v4(168, 63, 129, 16, 32), AddressClass::Metadata),
    (v4(100, 100, 100, 200, 32), AddressClass::Metadata),
    (v4(192, 0, 0, 192, 32), AddressClass::Metadata),
    (v4(0, 0, 0, 0, 8), AddressClass::Unspecified),
    (v4(10, 0, 0, 0, 8), AddressClass::Private),
    (v4(100, 64, 0, 0, 10), AddressClass::Private),
    (v4(172, 16, 0, 0, 12), AddressClass::Private),
    (v4(192, 168, 0, 0, 16), AddressClass::Private),
    (v4(127, 0, 0, 0, 8), AddressClass::Loopback),
    (v4(169, 254, 0, 0, 16), AddressClass::LinkLocal),
    // Anycast for port control and TURN, in a block that is not reachable otherwise.
    (v4(192, 0, 0, 9, 32), AddressClass::Global),
    (v4(192, 0, 0, 10, 32), AddressClass::Global),
    (v4(192, 0, 0, 0, 24), AddressClass::Reserved),
    (v4(192, 0, 2, 0, 24), AddressClass::Documentation),
    (v4(198, 51, 100, 0, 24), AddressClass::Documentation),
    (v4(203, 0, 113, 0, 24), AddressClass::Documentation),
    (v4(198, 18, 0, 0, 15), AddressClass::Documentation),
    // The former 6to4 relays.
    (v4(192, 88, 99, 0, 24), AddressClass::Reserved),
    (v4(224, 0, 0, 0, 4), AddressClass::Multicast),
    (v4(255, 255, 255, 255, 32), AddressClass::Broadcast),
    (v4(240, 0, 0, 0, 4), AddressClass::Reserved),
];

/// The first range that holds an address decides; what is in none has not been handed out.
const V6: [(Ipv6Net, AddressClass); 30] = [
    // Metadata services: AWS, Google.
    (v6([0xfd00, 0xec2, 0, 0], ZERO, 32), AddressClass::Metadata),
    (
        v6([0xfd20, 0xce, 0, 0], [0, 0, 0, 0x254], 128),
        AddressClass::Metadata,
    ),
    (v6(ZERO, [0, 0, 0, 0], 128), AddressClass::Unspecified),
    (v6(ZERO, [0, 0, 0, 1], 128), AddressClass::Loopback),
    // Mapped, translated (RFC 2765) and compatible IPv4 addresses.
    (v6(ZERO, [0, 0xffff, 0, 0], 96), AddressClass::Embedded),
    (v6(ZERO, [0xffff, 0, 0, 0], 96), AddressClass::Embedded),
    (v6(ZERO, ZERO, 96), AddressClass::Embedded),
    // NAT64, well-known and local; Teredo; 6to4.
    (v6([0x64, 0xff9b, 0, 0], ZERO, 96), AddressClass::Embedded),
    (v6([0x64, 0xff9b, 1, 0], ZERO, 48), AddressClass::Embedded),
    (v6([0x2001, 0, 0, 0], ZERO, 32), AddressClass::Embedded),
    (v6([0x2002, 0, 0, 0], ZERO, 16), AddressClass::Embedded),
    (v6([0xfc00, 0, 0, 0], ZERO, 7), AddressClass::Private),
    (v6([0xfe80, 0, 0, 0], ZERO, 10), AddressClass::LinkLocal),
    // The former site-local addresses.
    (v6([0xfec0, 0, 0, 0], ZERO, 10), AddressClass::Reserved),
    (v6([0xff00, 0, 0, 0], ZERO, 8), AddressClass::Multicast),
    // Discard-only, and the dummy prefix.
    (v6([0x100, 0, 0, 0], ZERO, 64), AddressClass::Reserved),
    (v6([0x100, 0, 0, 1], ZERO, 64), AddressClass::Reserved),
    (
        v6([0x2001, 0x2, 0, 0], ZERO, 48),
        AddressClass::Documentation,
    ),
    (
        v6([0x2001, 0xdb8, 0, 0], ZERO, 32),
        AddressClass::Documentation,
    ),
    (v6([0x3fff, 0, 0, 0], ZERO, 20), AddressClass::Documentation),
    // Protocol assignments that are reachable (anycast services, AMT, AS112, ORCHIDv2, drones), and
    // the block that they are in.
    (
        v6([0x2001, 0x1, 0, 0], [0, 0, 0, 1], 128),
        AddressClass::Global,
    ),
    (
        v6([0x2001, 0x1, 0, 0], [0, 0, 0, 2], 128),
        AddressClass::Global,
    ),
    (
        v6([0x2001, 0x1, 0, 0], [0, 0, 0, 3], 128),
        AddressClass::Global,
    ),
    (v6([0x2001, 0x3, 0, 0], ZERO, 32), AddressClass::Global),
    (v6([0x2001, 0x4, 0x112, 0], ZERO, 48), AddressClass::Global),
    (v6([0x2001, 0x20, 0, 0], ZERO, 28), AddressClass::Global),
    (v6([0x2001, 0x30, 0, 0], ZERO, 28), AddressClass::Global),
    (v6([0x2001, 0, 0, 0], ZERO, 23), AddressClass::Reserved),
    // Segment routing.
    (v6([0x5f00, 0, 0, 0], ZERO, 16), AddressClass::Reserved),
    (v6([0x2000, 0, 0, 0], ZERO, 3), AddressClass::Global),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_class(class: AddressClass, addresses: &[&str]) {
        for address in addresses {
            assert_eq!(classify(address.parse().unwrap()), class, "{address}");
        }
    }

    #[test]
    fn ipv4_addresses_are_classified_at_both_ends_of_every_range() {
        use AddressClass::*;
        assert_class(
            Metadata,
            &[
                "169.254.169.254",
                "168.63.129.16",
                "100.100.100.200",
                "192.0.0.192",
            ],
        );
        assert_class(Unspecified, &["0.0.0.0", "0.255.255.255"]);
        assert_class(
            Private,
            &[
                "10.0.0.0",
                "10.255.255.255",
                "100.64.0.0",
                "100.127.255.255",
            ],
        );
        assert_class(
            Private,
            &[
                "172.16.0.0",
                "172.31.255.255",
                "192.168.0.0",
                "192.168.255.255",
            ],
        );
        assert_class(Loopback, &["127.0.0.0", "127.0.0.1", "127.255.255.255"]);
        assert_class(
            LinkLocal,
            &["169.254.0.0", "169.254.170.2", "169.254.255.255"],
        );
        assert_class(
            Documentation,
            &[
                "192.0.2.0",
                "198.51.100.255",
                "203.0.113.7",
                "198.18.0.0",
                "198.19.255.255",
            ],
        );
        assert_class(
            Reserved,
            &["192.0.0.0", "192.0.0.8", "192.0.0.11", "192.0.0.255"],
        );
        assert_class(Reserved, &["192.88.99.1", "240.0.0.0", "255.255.255.254"]);
        assert_class(
            Global,
            &[
                "192.0.0.9",
                "192.0.0.10",
                "192.31.196.1",
                "192.52.193.1",
                "192.175.48.1",
            ],
        );
        assert_class(Multicast, &["224.0.0.0", "239.255.255.255"]);
        assert_class(Broadcast, &["255.255.255.255"]);
        assert_class(
            Global,
            &[
                "1.0.0.0",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
            ],
        );
        assert_class(
            Global,
            &[
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "168.63.129.15",
            ],
        );
        assert_class(
            Global,
            &[
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
            ],
        );
        assert_class(Global, &["198.17.255.255", "198.20.0.0", "223.255.255.255"]);
    }

    #[test]
    fn ipv6_addresses_are_classified_at_both_ends_of_every_range() {
        use AddressClass::*;
        assert_class(
            Metadata,
            &[
                "fd00:ec2::254",
                "fd00:ec2:ffff:ffff:ffff:ffff:ffff:ffff",
                "fd20:ce::254",
            ],
        );
        assert_class(Unspecified, &["::"]);
        assert_class(Loopback, &["::1"]);
        assert_class(
            Private,
            &[
                "fc00::",
                "fdff:ffff::1",
                "fd00:ec1::1",
                "fd00:ec3::1",
                "fd20:ce::253",
            ],
        );
        assert_class(LinkLocal, &["fe80::1", "febf:ffff::1"]);
        assert_class(Multicast, &["ff00::", "ff02::1", "ffff:ffff::1"]);
        assert_class(
            Documentation,
            &["2001:db8::1", "3fff::1", "3fff:fff::1", "2001:2::1"],
        );
        assert_class(
            Reserved,
            &[
                "fec0::1",
                "feff::1",
                "100::1",
                "100:0:0:1::1",
                "100:0:0:2::1",
            ],
        );
        assert_class(
            Reserved,
            &[
                "2001:1::",
                "2001:1::4",
                "2001:10::1",
                "2001:4:111::1",
                "2001:40::1",
                "2001:1ff::1",
            ],
        );
        assert_class(
            Reserved,
            &["5f00::1", "4000::1", "8000::1", "e000::1", "200::1"],
        );
        assert_class(
            Global,
            &[
                "2001:1::1",
                "2001:1::2",
                "2001:1::3",
                "2001:3::1",
                "2001:4:112::1",
            ],
        );
        assert_class(
            Global,
            &[
                "2001:20::1",
                "2001:2f:ffff::1",
                "2001:3f:ffff::1",
                "2620:4f:8000::1",
            ],
        );
        assert_class(
            Global,
            &[
                "2001:200::1",
                "2606:4700::1111",
                "2a00::1",
                "2620:4f:8001::1",
                "3ffe:ffff::1",
            ],
        );
    }

    #[test]
    fn forms_that_embed_an_ipv4_address_are_never_what_they_embed() {
        let embedded = AddressClass::Embedded;
        assert_class(
            embedded,
            &[
                "::ffff:127.0.0.1",
                "::ffff:8.8.8.8",
                "::127.0.0.1",
                "::8.8.8.8",
                "::2",
            ],
        );
        assert_class(
            embedded,
            &[
                "::ffff:0:127.0.0.1",
                "64:ff9b::127.0.0.1",
                "64:ff9b::8.8.8.8",
            ],
        );
        assert_class(
            embedded,
            &[
                "64:ff9b:1::a9fe:a9fe",
                "64:ff9b:1:ffff::1",
                "2001:0:1::1",
                "2002:7f00:1::1",
            ],
        );
    }
}
