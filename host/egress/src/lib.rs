//! Decides which of a plugin's requests may leave, and says why not.
//!
//! A plugin is taken to be hostile. What it may send is the intersection of five things:
//!
//! ```text
//! provider's profile ∩ plugin's manifest ∩ operator's word ∩ function being called ∩ repositories
//! ```
//!
//! [`Policy::new`] brings the first three together when a plugin is loaded, [`Policy::call`] adds
//! the last two, and [`Call::decide`] judges each request by what it is on the wire. A [`Denial`]
//! names the first layer that refused, and the line of configuration that would allow it.
//!
//! # What this does not do
//!
//! It opens no socket, reads no clock, and knows no forge: what belongs to one comes in as a
//! [`Profile`]. It holds no credential. It does not resolve names; [`AddressPolicy`] judges the
//! addresses that a resolver found.
//!
//! # Layout
//!
//! - [`Origin`], [`BaseUrl`], [`check_path`] and [`QueryKeys`]: the one form that each part of a
//!   URL may have;
//! - [`Endpoint`], [`Rule`], [`Profile`] and [`Manifest`]: what there is to grant, and what a
//!   plugin asks for;
//! - [`accesses`]: what each function of the contract may use of it;
//! - [`Operator`] and [`EndpointPattern`]: what a person grants of that;
//! - [`Deliveries`]: how what the forge sends by itself is told from what anybody sends;
//! - [`Policy`], [`Call`], [`Permit`] and [`Denial`]: what is granted, and the verdicts;
//! - [`CheckedBody`]: a body that may leave, and the secrets that the host puts into it;
//! - [`Tickets`]: the one-time right to follow an answer to another origin;
//! - [`Bindings`]: which credential goes with a request;
//! - [`read_identity`] and [`confirm_identity`]: who a repository is, from the forge's own answer;
//! - [`AddressPolicy`]: where a request may go;
//! - [`MaskPatterns`], [`MaskStream`], [`ContentScan`] and [`FieldBlanker`]: what is taken out of
//!   the answers;
//! - [`Explanation`], [`NetworkNeeds`] and [`ManifestDifference`]: what people want to know
//!   beforehand.
//!
//! # Example
//!
//! ```
//! use code_source_egress::{
//!     Access, BaseUrl, ConnectedRepository, Manifest, Operator, Policy, Profile, RepositoryArgument,
//!     RequestHead,
//! };
//!
//! let profile = Profile::parse(
//!     r#"
//!     provider = "acme"
//!     api-path = "/api"
//!     credential = { header = "X-Key", value = "{token}" }
//!     identity = { endpoint = "GET /things/{thing}", placeholder = "thing", id = "id", path = "path" }
//!     rules = [
//!       { endpoint = "GET /things/{thing}", access = "read", answer = "json" },
//!       { endpoint = "GET /things/{thing}/tree", access = "read", answer = "json", query = ["ref"] },
//!     ]
//!     "#,
//! )?;
//! let manifest = Manifest::parse(
//!     br#"{
//!       "name": "acme", "version": "1.0.0", "provider": "acme", "contract": "jitera:code-source@0.1.0",
//!       "operations": {
//!         "git.list-tree": [{ "endpoint": "GET /things/{thing}/tree", "why": "the tree itself" }]
//!       }
//!     }"#,
//! )?;
//! let base = BaseUrl::parse("forge.example")?;
//! let operator = Operator {
//!     access: vec![Access::Read],
//!     repositories: vec![ConnectedRepository { id: "42".into(), path: "web/shop".into() }],
//!     ..Operator::default()
//! };
//! let policy = Policy::new(&profile, &manifest, &base, operator)?;
//!
//! let call = policy.call("git.list-tree", Some(RepositoryArgument::Id("42")))?;
//! let request = |path| RequestHead {
//!     method: "GET",
//!     scheme: "https",
//!     authority: "forge.example",
//!     path,
//!     query: Some("ref=main"),
//! };
//! assert!(call.decide(&request("/api/things/42/tree")).is_ok());
//! assert!(call.decide(&request("/api/things/43/tree")).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod address;
mod authority;
mod base_url;
mod bindings;
mod body;
mod call;
mod denial;
mod difference;
mod endpoint;
mod explain;
mod headers;
mod identity;
mod json;
mod manifest;
mod mask;
mod network;
mod operation;
mod operator;
mod path;
mod pattern;
mod policy;
mod profile;
mod query;
mod remedy;
mod repository;
mod rule;
mod tickets;
mod url;

#[cfg(test)]
mod acme;

pub use crate::{
    address::{AddressClass, AddressDenial, AddressPolicy, AddressPolicyError, classify},
    authority::{AuthorityError, Host, Origin, Scheme},
    base_url::{BaseUrl, BaseUrlError},
    bindings::{Binding, Bindings},
    body::{BodyRule, CheckedBody, placeholder},
    call::{Call, Permit, RequestHead},
    denial::{Denial, Layer, Reason},
    difference::{ChangedText, DeclaredChange, ManifestDifference, widened},
    endpoint::{Endpoint, EndpointError, Method},
    explain::Explanation,
    identity::{IdentityError, confirm_identity, read_identity},
    manifest::{DeclaredEndpoint, Manifest, ManifestError},
    mask::{
        ContainsCredential, ContentScan, FieldBlanker, MaskPatterns, MaskStream, Masked,
        SecretFields,
    },
    network::{Destination, NetworkNeeds, Purpose},
    operation::{accesses, functions},
    operator::Operator,
    path::{PathError, check_path, encode_segment},
    pattern::{EndpointPattern, PatternError},
    policy::{CutEndpoint, CutReason, Policy, PolicyError},
    profile::{Deliveries, Identity, Profile, ProfileError, SignatureForm, TokenForm},
    query::{QueryError, QueryKeys},
    repository::{ConnectedRepository, RepositoryArgument, RepositoryNameError},
    rule::{Access, AccessError, Answer, Rule},
    tickets::{Ticket, Tickets},
};
