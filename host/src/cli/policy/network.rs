//! `policy network`: what a firewall has to let through; apart from the other two because it is
//! for people who open firewalls, in their words.

use clap::Args;
use code_source_egress::{NetworkNeeds, Origin, Purpose, Scheme};
use ipnet::IpNet;
use serde::Serialize;

use super::addresses::{self, AddressShape, Peer};
use super::kubernetes;
use super::outline::Outline;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::table::{Cell, Table, fields};

/// Arguments of `policy network`.
#[derive(Args, Debug)]
#[command(after_help = "\
Nothing is asked of the network unless --resolve is given. Connections are made outwards only.

Examples:
  code-source policy network
  code-source policy network --kubernetes --resolve --namespace tools --selector app=loader | kubectl apply -f -")]
pub(crate) struct Arguments {
    /// Answer with a NetworkPolicy of Kubernetes
    #[arg(long, conflicts_with = "json")]
    kubernetes: bool,

    /// Look up the names
    #[arg(long)]
    resolve: bool,

    /// Namespace of the NetworkPolicy
    #[arg(long, value_name = "NAME", requires = "kubernetes", value_parser = kubernetes::name)]
    namespace: Option<String>,

    /// Label of the pods that it is for, such as app=loader; may be repeated
    #[arg(long, value_name = "KEY=VALUE", requires = "kubernetes", value_parser = kubernetes::label)]
    selector: Vec<(String, String)>,
}

/// Run `policy network`.
pub(super) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let outline = Outline::of(context)?;
    let shape = Shape::new(&outline, arguments.resolve).await?;
    if arguments.kubernetes {
        shape.check_addresses(&outline)?;
        let pods = kubernetes::Pods {
            namespace: arguments.namespace,
            labels: arguments.selector,
        };
        context.output.text(kubernetes::policy(&shape, &pods))
    } else if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}

/// JSON of `policy network`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Shape {
    /// The connection.
    pub(super) connection: String,
    /// `outbound`: nothing comes in.
    direction: &'static str,
    /// Where connections are made to.
    pub(super) destinations: Vec<DestinationShape>,
    /// Whether names have to be looked up.
    pub(super) dns: bool,
    /// The private and loopback ranges that may be dialled.
    private_ranges: Vec<String>,
    #[serde(skip)]
    pub(super) ranges: Vec<IpNet>,
}

/// Where connections are made to, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct DestinationShape {
    /// `forge`, `redirect` or `proxy`.
    pub(super) purpose: &'static str,
    /// A name or an address.
    pub(super) host: String,
    /// The port.
    pub(super) port: u16,
    /// From the lowest layer up.
    protocols: Vec<&'static str>,
    /// The addresses, where they are known.
    pub(super) addresses: Option<Vec<AddressShape>>,
}

impl Shape {
    async fn new(outline: &Outline, resolve: bool) -> Result<Self, CommandError> {
        let needs = NetworkNeeds::new(&outline.policy, &outline.addresses);
        let mut dns = false;
        let mut destinations = Vec::new();
        for (purpose, origin) in origins(outline, &needs) {
            let is_literal = addresses::literal(&origin).is_some();
            dns |= !is_literal;
            let mut shape = DestinationShape::new(purpose, &origin);
            if resolve || is_literal {
                let peer = Peer {
                    origin: &origin,
                    is_proxy: outline.proxy.is_some(),
                };
                let found = addresses::look_up(peer, &outline.addresses).await;
                shape.addresses = Some(found.map_err(|source| CommandError::LookUp {
                    name: origin.server_name(),
                    source,
                })?);
            }
            destinations.push(shape);
        }
        let ranges = needs.private_ranges().to_vec();
        Ok(Self {
            connection: outline.chosen.name.clone(),
            direction: "outbound",
            destinations,
            dns,
            private_ranges: ranges.iter().map(ToString::to_string).collect(),
            ranges,
        })
    }

    /// A rule of Kubernetes without an address would let through all of them.
    fn check_addresses(&self, outline: &Outline) -> Result<(), CommandError> {
        for one in &self.destinations {
            if let Some(found) = &one.addresses
                && !found.iter().any(|address| address.allowed)
            {
                return Err(CommandError::NoAddress {
                    name: one.host.clone(),
                    found: found.iter().map(|one| (one.address, one.class)).collect(),
                    remedy: addresses::remedy(&outline.connection, found, None),
                });
            }
        }
        Ok(())
    }

    fn for_people(&self) -> String {
        let dns = if self.dns {
            "needed: 53, UDP and TCP, to the resolver of this machine"
        } else {
            "not needed"
        };
        let rows: Vec<Vec<Cell>> = self
            .destinations
            .iter()
            .map(DestinationShape::row)
            .collect();
        let table = Table::new(&["FOR", "HOST", "PORT", "PROTOCOLS", "ADDRESSES"]).page(&rows);
        let head = fields(&[
            ("Connection", Some(self.connection.clone())),
            ("Direction", Some("outbound only".to_owned())),
            ("DNS", Some(dns.to_owned())),
            (
                "Private ranges",
                Some(if self.ranges.is_empty() {
                    "none: only addresses that are reached from everywhere".to_owned()
                } else {
                    self.private_ranges.join(", ")
                }),
            ),
        ]);
        format!("{head}\n{table}")
    }
}

/// Whom sockets are made to. By proxy that is nobody but the proxy.
fn origins(outline: &Outline, needs: &NetworkNeeds) -> Vec<(&'static str, Origin)> {
    if let Some(proxy) = &outline.proxy {
        return vec![("proxy", proxy.clone())];
    }
    let all = needs.destinations().iter();
    all.map(|one| {
        let purpose = match one.purpose() {
            Purpose::Redirect => "redirect",
            _ => "forge",
        };
        (purpose, one.origin().clone())
    })
    .collect()
}

impl DestinationShape {
    fn new(purpose: &'static str, origin: &Origin) -> Self {
        let protocols = match origin.scheme() {
            Scheme::Http => vec!["TCP", "HTTP/1.1"],
            Scheme::Https => vec!["TCP", "TLS", "HTTP/1.1"],
        };
        Self {
            purpose,
            host: origin.server_name(),
            port: origin.port(),
            protocols,
            addresses: None,
        }
    }

    fn row(&self) -> Vec<Cell> {
        let addresses = match &self.addresses {
            None => "not looked up".to_owned(),
            Some(all) => {
                let words = |one: &AddressShape| {
                    let refused = if one.allowed { "" } else { ", refused" };
                    format!("{} ({}{refused})", one.address, one.class)
                };
                all.iter().map(words).collect::<Vec<_>>().join(", ")
            }
        };
        vec![
            Cell::name(self.purpose),
            Cell::from(self.host.as_str()),
            Cell::from(self.port.to_string().as_str()),
            Cell::from(self.protocols.join(", ").as_str()),
            Cell::from(addresses.as_str()),
        ]
    }
}
