//! A NetworkPolicy of Kubernetes: apart because it is another language, with names and values of
//! its own, and can say less than the policy that it stands for.

use std::fmt::Write as _;

use code_source_egress::NetworkNeeds;
use ipnet::IpNet;

use super::network::{DestinationShape, Shape};

/// The pods that a NetworkPolicy is for.
pub(super) struct Pods {
    pub(super) namespace: Option<String>,
    pub(super) labels: Vec<(String, String)>,
}

/// The NetworkPolicy that lets through what a connection needs, and nothing else.
pub(super) fn policy(shape: &Shape, pods: &Pods) -> String {
    let mut text = String::from(HEAD);
    for one in &shape.destinations {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "#   {} {}, port {}", one.purpose, one.host, one.port);
    }
    text.push_str(KIND);
    let _ = writeln!(text, "  name: {}", quoted(&object_name(&shape.connection)));
    if let Some(namespace) = &pods.namespace {
        let _ = writeln!(text, "  namespace: {}", quoted(namespace));
    }
    text.push_str(&selector(&pods.labels));
    text.push_str("  policyTypes:\n    - Egress\n  egress:\n");
    if shape.dns {
        text.push_str(DNS);
    }
    for one in &shape.destinations {
        text.push_str("    - to:\n");
        for block in blocks(shape, one) {
            text.push_str(&block.text());
        }
        let _ = writeln!(
            text,
            "      ports:\n        - protocol: TCP\n          port: {}",
            one.port
        );
    }
    text
}

fn selector(labels: &[(String, String)]) -> String {
    if labels.is_empty() {
        return "spec:\n  # Every pod of the namespace; `--selector` names some.\n  podSelector: {}\n".into();
    }
    let mut text = String::from("spec:\n  podSelector:\n    matchLabels:\n");
    for (key, value) in labels {
        let _ = writeln!(text, "      {}: {}", quoted(key), quoted(value));
    }
    text
}

/// A range of addresses, without some of it.
struct Block {
    range: IpNet,
    except: Vec<IpNet>,
}

impl Block {
    fn text(&self) -> String {
        let mut text = format!(
            "        - ipBlock:\n            cidr: {}\n",
            quoted(&self.range.to_string())
        );
        if !self.except.is_empty() {
            text.push_str("            except:\n");
        }
        for range in &self.except {
            let _ = writeln!(text, "              - {}", quoted(&range.to_string()));
        }
        text
    }
}

/// Where a destination may be: its addresses where they are known, else the private ranges that
/// the connection lists, and else all that is public.
fn blocks(shape: &Shape, destination: &DestinationShape) -> Vec<Block> {
    let whole = |range| Block {
        range,
        except: Vec::new(),
    };
    if let Some(addresses) = &destination.addresses {
        let allowed = addresses.iter().filter(|one| one.allowed);
        return allowed.map(|one| whole(IpNet::from(one.address))).collect();
    }
    let mut blocks: Vec<Block> = shape.ranges.iter().filter_map(listed).collect();
    // An object store may well be public where the forge is not.
    if blocks.is_empty() || destination.purpose == "redirect" {
        blocks.push(public("0.0.0.0/0", NetworkNeeds::special_ranges()));
        blocks.push(public("::/0", parsed(&SPECIAL_V6)));
    }
    blocks
}

/// A range that the connection lists, without the metadata services in it: they hand out credentials,
/// and stay refused. Nothing is left of a range that is within one of theirs.
fn listed(range: &IpNet) -> Option<Block> {
    let range = range.trunc();
    let metadata = parsed(&METADATA);
    let is_inside = metadata.iter().any(|service| service.contains(&range));
    let except = metadata.into_iter();
    (!is_inside).then(|| Block {
        range,
        except: except.filter(|service| range.contains(service)).collect(),
    })
}

fn parsed(ranges: &[&str]) -> Vec<IpNet> {
    let ranges = ranges.iter();
    ranges.filter_map(|range| range.parse().ok()).collect()
}

fn public(range: &str, except: Vec<IpNet>) -> Block {
    Block {
        range: range.parse().unwrap_or_default(),
        except,
    }
}

/// A name of Kubernetes for a connection: lower-case letters, digits and `-`.
fn object_name(connection: &str) -> String {
    let plain = |character: char| match character.to_ascii_lowercase() {
        lower if lower.is_ascii_lowercase() || lower.is_ascii_digit() => lower,
        _ => '-',
    };
    let name: String = connection.chars().take(40).map(plain).collect();
    format!("code-source-{name}")
        .trim_end_matches('-')
        .to_owned()
}

/// A text as YAML writes it between quotes. What could mean something there is not let in.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// A namespace: a label of DNS.
pub(super) fn name(text: &str) -> Result<String, &'static str> {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fits = !text.is_empty()
        && text.len() <= 63
        && text.bytes().all(inside)
        && !text.starts_with('-')
        && !text.ends_with('-');
    fits.then(|| text.to_owned())
        .ok_or("lower-case letters, digits and `-`, and 63 of them at most")
}

/// A label of pods: `key=value`.
pub(super) fn label(text: &str) -> Result<(String, String), &'static str> {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let (key, value) = text.split_once('=').ok_or("a label is `key=value`")?;
    let is_key = |byte: u8| inside(byte) || byte == b'/';
    let fits = !key.is_empty() && key.bytes().all(is_key) && value.bytes().all(inside);
    fits.then(|| (key.to_owned(), value.to_owned()))
        .ok_or("a label is letters, digits, `-`, `_` and `.`")
}

const HEAD: &str = "\
# What a connection of code-source needs, and nothing else. A NetworkPolicy knows addresses and no
# names: what it lets through for a range it lets through to every host there. The policy of
# code-source stays the one that knows the host, the paths and the repositories:
";

const KIND: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
";

const DNS: &str = "    \
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
      ports:
        - protocol: UDP
          port: 53
        - protocol: TCP
          port: 53
";

/// What is not reached from everywhere in IPv6: IANA's special-purpose address registry (RFC 6890 and
/// later), and the blocks of its address space registry that are no unicast of everybody's. None is
/// inside another: Teredo (`2001::/32`) and the benchmarks are in `2001::/23`, whose few reachable
/// services are no forges, and what embeds an IPv4 address is in `::/8`, in `2001::/23` or 6to4.
const SPECIAL_V6: [&str; 12] = [
    "::/8",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// Metadata services of clouds. Those in ranges that can be listed are Alibaba's, Amazon's and
/// Google's; the others are here so that nobody has to know which those are.
const METADATA: [&str; 6] = [
    "100.100.100.200/32",
    "168.63.129.16/32",
    "169.254.169.254/32",
    "192.0.0.192/32",
    "fd00:ec2::/32",
    "fd20:ce::254/128",
];

#[cfg(test)]
mod tests {
    use code_source_egress::{AddressClass, classify};

    use super::*;

    #[test]
    fn what_is_left_out_is_nowhere_reached_from_everywhere() {
        let special = parsed(&SPECIAL_V6);
        assert_eq!(special.len(), SPECIAL_V6.len());
        for range in &special {
            for address in [range.network(), range.broadcast()] {
                assert_ne!(classify(address), AddressClass::Global, "{range}");
            }
        }
        for text in [
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "100:0:0:1::1",
            "2001::1",
            "2001:2::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            let address: std::net::IpAddr = text.parse().unwrap();
            assert_ne!(classify(address), AddressClass::Global, "{text}");
            let left_out = special.iter().any(|range| range.contains(&address));
            assert!(left_out, "{text}");
        }
        let forge: std::net::IpAddr = "2a00:1450:4001::1".parse().unwrap();
        assert!(!special.iter().any(|range| range.contains(&forge)));
    }

    #[test]
    fn a_listed_range_does_not_open_the_metadata_service_in_it() {
        let metadata = parsed(&METADATA);
        assert_eq!(metadata.len(), METADATA.len());
        for service in metadata {
            assert_eq!(classify(service.addr()), AddressClass::Metadata);
            assert!(listed(&service).is_none(), "{service}");
        }
        for (range, except) in [
            ("100.64.0.0/10", &["100.100.100.200/32"][..]),
            ("100.65.0.0/16", &[]),
            ("fd00::/8", &["fd00:ec2::/32", "fd20:ce::254/128"]),
        ] {
            let block = listed(&range.parse().unwrap()).unwrap();
            assert_eq!(block.except, parsed(except), "{range}");
        }
    }

    #[test]
    fn nothing_that_yaml_would_read_as_more_gets_into_a_name() {
        assert_eq!(object_name("Acme \"x\": y"), "code-source-acme--x---y");
        for text in ["", "a b", "a\"b", "-a", "a-", "A", "a\nb", "{}"] {
            assert!(name(text).is_err(), "{text}");
        }
        for text in ["a", "=b", "a=b\"", "a b=c", "a=b\n", "a: b=c"] {
            assert!(label(text).is_err(), "{text}");
        }
        assert_eq!(
            label("app.kubernetes.io/name=loader"),
            Ok(("app.kubernetes.io/name".into(), "loader".into()))
        );
    }
}
