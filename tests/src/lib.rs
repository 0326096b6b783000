//! What the end-to-end tests share: a stand-in forge, the real component in the real host, and
//! eyes on everything that must not leak. Apart from the tests so that each of them stays short.
//!
//! # Layout
//!
//! - [`Rig`]: a forge, a token for it, and connections to it; checks itself when it is dropped
//! - [`played()`]: which forge the running suite plays, where a test does not say
//! - [`TokenSearch`]: looks for tokens, in every usual encoding, in all that plugins are handed
//! - [`hostile`], [`tell`], [`hand_on`]: a plugin that does what a test tells it
//! - [`minimal_component`]: the least plugin that there can be, for a forge of its own
//! - [`Shop`]: a forge with a project that such a plugin is connected to
//! - [`RawForge`], [`WireServer`]: servers that answer with any bytes; the second one over TLS, and
//!   it keeps every byte that it is sent
//! - [`Site`], [`TestAuthority`], [`TlsServer`], [`TestProxy`], [`CannedServer`]: servers and
//!   proxies that no forge would have, and connections to them
//! - [`closed_port`], [`has_ipv6`]: what the network of this machine is like
//! - [`Runner`]: the `code-source` command, run as a person would
//! - [`Terminal`]: the same on a terminal, where somebody looks at the screen and types
//! - [`git`] and its like: what git itself says, to hold answers against
//! - [`differences`]: how a directory differs from a commit
//! - [`hold_generated`]: documents that are made of what the tests know
//! - [`code`], [`bytes()`] and their like: what a call came to, in short

mod audit;
mod declared;
mod generated;
mod git;
mod listening;
mod odd_server;
mod outcome;
mod played;
mod proxy;
mod raw_forge;
mod rig;
mod runner;
mod shop;
mod site;
mod terminal;
mod test_authority;
mod test_plugin;
mod tls_server;
mod token_search;
mod tree;
mod wire;

pub use crate::audit::AuditLines;
pub use crate::declared::Declared;
pub use crate::generated::hold_generated;
pub use crate::git::{git, git_bytes, git_input, git_lines};
pub use crate::odd_server::{BlackHole, CannedServer, closed_port, has_ipv6};
pub use crate::outcome::{
    bytes, code, expect_error, failed_request, following, page_of, trap, writes,
};
pub use crate::played::played;
pub use crate::proxy::{Conduct, TestProxy};
pub use crate::raw_forge::RawForge;
pub use crate::rig::{Rig, component, engine, expect, first_page, plugin};
pub use crate::runner::{Printed, Runner, binary};
pub use crate::shop::{Shop, connected, open};
pub use crate::site::{Site, ask, status};
pub use crate::terminal::{Key, Terminal, in_one_line};
pub use crate::test_authority::{Signed, TestAuthority, named};
pub use crate::test_plugin::{
    hand_on, hostile, hostile_component, hostile_in, hostile_with, minimal_component, tell, told,
    with_manifest,
};
pub use crate::tls_server::{SeenHandshake, TlsServer};
pub use crate::token_search::TokenSearch;
pub use crate::tree::{Beside, differences};
pub use crate::wire::{Piece, WireRequest, WireServer};
