//! Reads source code kept in a code forge, through sandboxed plugins that never see the token.
//!
//! A *plugin* is a WebAssembly component that knows one kind of forge. This library loads it,
//! runs every call in a fresh instance of it, decides for each of its requests whether it may
//! leave, adds the credential on the way out, and writes down what happened. It is what a plugin
//! loader embeds; the command `code-source` is one of its callers.
//!
//! # What this does not do
//!
//! It knows no forge: what an answer means is the plugin's part. It keeps no state between calls
//! but connections to the forge. It does not clone: it reads through the forge's API, and makes a
//! commit's tree of what it reads ([`sync`]). It follows no redirect by itself: a plugin may ask for
//! its target, once, without the credential, where the operator lists that origin.
//!
//! # The way of a request
//!
//! ```text
//!  Source::read_file(…)          source/      typed calls, one file an interface
//!        │  a fresh instance     call, state  limits armed, thrown away afterwards
//!        ▼
//!  plugin ── wasi:http ──▶ gate  gate         in this order, nothing else leads out:
//!                           │    egress       authority · path · rule · operator · repository · query
//!                           │                 · headers · body, or the ticket of a redirect
//!                           │    credential   one header, added here, and secrets that a body names
//!                           │    exchange     one line of audit before it leaves
//!                           ▼
//!                       transport             resolve · check every address · dial · proxy · TLS
//!                           │
//!                           ▼  the forge
//!                        answer               gzip off · secrets out · bounds on bytes and time ·
//!                           │                 the closing line
//!                           │
//!        plugin ◀───────────┴──────▶ content  what the plugin hands on goes past it
//! ```
//!
//! What a forge sends by itself, a delivery of a webhook, does not come this way:
//! [`Source::read_delivery`] verifies it first, and the plugin that reads it asks for nothing.
//!
//! # Example
//!
//! ```
//! use code_source::contract::git::Revision;
//! use code_source::contract::repositories::RepositoryRef;
//! use code_source::{Connection, Engine, Plugin, Source, TokenSource};
//!
//! # #[cfg(feature = "embedded-plugin")]
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let forge = code_source_stand_in::StandIn::builder().start().await?;
//! # let change = code_source_stand_in::Change::file("# Shop\n");
//! # forge.project("web/shop").commit("main", "Begin", &[("README.md", change)]);
//! # let folder = tempfile::tempdir()?;
//! # let (token_file, ca_file) = (folder.path().join("token"), folder.path().join("ca.pem"));
//! # std::fs::write(&token_file, forge.admin_token())?;
//! # std::fs::write(&ca_file, forge.ca_pem())?;
//! # let (url, cache) = (forge.url(), folder.path().join("cache"));
//! // Once for a process:
//! let engine = Engine::builder().cache_directory(Some(cache)).build()?;
//! let plugin = Plugin::embedded(&engine)?;
//!
//! // Once for a connection:
//! let connection = Connection::new("acme", url, TokenSource::File(token_file))
//!     .ca_file(ca_file)
//!     .private_addresses(["127.0.0.0/8".parse()?]);
//! let source = Source::open(&plugin, connection)?;
//!
//! // A repository is connected by asking the forge which one it is; a loader that has stored its
//! // identity says so with `Connection::repositories` instead.
//! let shop = RepositoryRef::Path("web/shop".into());
//! let (source, shop) = source.connect_repository(&shop).await.answer?;
//!
//! let outcome = source.read_file(&shop.id, &Revision::DefaultBranch, "README.md", None, false).await;
//! // The report tells what the host saw, whatever the plugin answered.
//! for request in &outcome.report.requests {
//!     println!("{} {} → {:?}", request.method, request.template, request.status);
//! }
//! let mut file = outcome.answer?;
//! while let Some(bytes) = file.body.next().await {
//!     print!("{}", String::from_utf8_lossy(&bytes?));
//! }
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "embedded-plugin"))]
//! # fn main() {}
//! ```
//!
//! # Failures
//!
//! Three kinds, never mixed ([`Failure`]): the plugin's *answers*, which are the contract's errors;
//! *traps*, where a plugin broke or met a limit; and the host's own [`Error`]s. A [`Report`] comes
//! with each of them.
//!
//! # Where to go on
//!
//! - [`Engine`], [`Plugin`]: once for a process and once for a component
//! - [`Connection`], [`Limits`], [`TokenSource`], [`Proxy`], [`ClientIdentity`]: what an embedder says
//!   of a connection; [`config`]: the same as a file says it
//! - [`Source`]: an open connection, and every function of the contract; [`contract`]: its types
//! - [`Outcome`], [`Failure`], [`report`], [`Content`]: what a call comes to
//! - [`AuditSink`]: the record of what left
//! - [`sync`]: a commit's tree in a directory, or in any other sink
//! - [`RawDelivery`]: what a webhook sends
//! - [`doctor`]: why a connection does not work, one cause first
//! - [`egress`]: the rules themselves, without a runtime, a clock or a socket
#![cfg_attr(doc, doc = "- [`embedding`]: all of it as a plugin loader uses it")]
//!
//! # Features
//!
//! - `cli` (default): the command `code-source`. Without it no crate of a command line is built.
//! - `otlp`: the command sends its spans to a collector of OpenTelemetry. A library's spans are
//!   `tracing`'s, and its embedder's to send.
//! - `embedded-plugin` (default): a plugin inside the library ([`Plugin::embedded`]). Its build
//!   needs the target `wasm32-wasip2` and adds it with rustup where it is missing; with the
//!   environment variable `CODE_SOURCE_PLUGIN` naming a ready component, it builds nothing.

// Whoever embeds the library owns the process's streams.
#![warn(clippy::print_stderr, clippy::print_stdout)]

mod answer;
mod audit;
mod bindings;
mod cache;
mod call;
mod connection;
mod content;
mod cpu;
mod credential;
mod delivery;
mod engine;
mod error;
mod exchange;
mod exports;
mod gate;
mod identity;
mod kind;
mod limits;
mod linker;
mod object;
mod outcome;
mod output;
mod plugin;
mod provider;
mod source;
mod state;
mod telemetry;
mod transport;

#[cfg(all(feature = "cli", not(unix)))]
compile_error!(
    "the command is for Unix; the library builds elsewhere with `default-features = false`"
);

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod config;
pub mod contract;
pub mod doctor;
pub mod report;
mod shell;
pub mod sync;

/// How a plugin loader uses the library, in pieces that compile.
#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/embedding.md")]
pub mod embedding {}

/// What the repository's first page shows of the library.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

pub use code_source_egress as egress;

pub use crate::audit::{AuditFile, AuditSink, LossyAudit};
pub use crate::connection::Connection;
pub use crate::content::{Content, ContentError};
pub use crate::credential::{Secret, TokenSource};
pub use crate::delivery::{DeliveryRefusal, RawDelivery, Verification, VerifiedDelivery};
pub use crate::engine::{Engine, EngineBuilder, Inspector};
pub use crate::error::Error;
pub use crate::exports::OptionalInterface;
pub use crate::limits::Limits;
pub use crate::outcome::{Failure, Outcome, Trap, TrapKind};
pub use crate::plugin::{Plugin, PluginDescription};
pub use crate::report::Report;
pub use crate::source::{FileContent, Source};
pub use crate::transport::{ClientIdentity, Proxy, Resolver, SystemResolver};
