//! Decides which of a plugin's requests may leave, and says why not.
//!
//! A plugin is taken to be hostile. What it may send is the intersection of five things:
//!
//! ```text
//! provider's profile ∩ plugin's manifest ∩ operator's access ∩ function being called ∩ repositories
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
//! - [`Policy`], [`Call`], [`Permit`] and [`Denial`]: what is granted, and the verdicts;
//! - [`read_identity`] and [`confirm_identity`]: who a repository is, from the forge's own answer;
//! - [`AddressPolicy`]: where a request may go;
//! - [`Explanation`]: the verdict on a URL that a person has.
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
//!     allow_plain_http: false,
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
mod body;
mod call;
mod denial;
mod endpoint;
mod explain;
mod headers;
mod identity;
mod json;
mod manifest;
mod path;
mod pattern;
mod policy;
mod profile;
mod query;
mod repository;
mod rule;

#[cfg(test)]
mod acme;

pub use crate::{
    address::{AddressClass, AddressDenial, AddressPolicy, AddressPolicyError, classify},
    authority::{AuthorityError, Host, Origin, Scheme},
    base_url::{BaseUrl, BaseUrlError},
    body::BodyRule,
    call::{Call, Permit, RequestHead},
    denial::{Denial, Layer, Reason},
    endpoint::{Endpoint, EndpointError, Method},
    explain::Explanation,
    identity::{IdentityError, confirm_identity, read_identity},
    manifest::{DeclaredEndpoint, Manifest, ManifestError},
    path::{PathError, check_path, encode_segment},
    pattern::{EndpointPattern, PatternError},
    policy::{CutEndpoint, Operator, Policy, PolicyError},
    profile::{Identity, Profile, ProfileError},
    query::{QueryError, QueryKeys},
    repository::{ConnectedRepository, RepositoryArgument, RepositoryNameError},
    rule::{Access, AccessError, Answer, Rule},
};
