//! What the end-to-end tests share: a stand-in forge, the real component in the real host, and
//! eyes on everything that must not leak. Apart from the tests so that each of them stays short.
//!
//! # Layout
//!
//! - [`Rig`]: a forge, a token for it, and connections to it; checks itself when it is dropped
//! - [`TokenSearch`]: looks for tokens, in every usual encoding, in all that plugins are handed
//! - [`hostile`], [`tell`], [`hand_on`]: a plugin that does what a test tells it
//! - [`Shop`]: a forge with a project that such a plugin is connected to
//! - [`RawForge`]: a server that answers with any bytes
//! - [`Runner`]: the `code-source` command, run as a person would
//! - [`git`] and its like: what git itself says, to hold answers against
//! - [`differences`]: how a directory differs from a commit
//! - [`code`], [`bytes()`] and their like: what a call came to, in short

mod audit;
mod declared;
mod git;
mod outcome;
mod raw_forge;
mod rig;
mod runner;
mod shop;
mod test_plugin;
mod token_search;
mod tree;

pub use crate::audit::AuditLines;
pub use crate::declared::Declared;
pub use crate::git::{git, git_bytes, git_input, git_lines};
pub use crate::outcome::{bytes, code, expect_error, failed_request, following, page_of, trap};
pub use crate::raw_forge::RawForge;
pub use crate::rig::{Rig, component, engine, expect, first_page, plugin};
pub use crate::runner::{Printed, Runner, binary};
pub use crate::shop::{Shop, connected, open};
pub use crate::test_plugin::{
    hand_on, hostile, hostile_component, hostile_in, hostile_with, tell, told, with_manifest,
};
pub use crate::token_search::TokenSearch;
pub use crate::tree::{Beside, differences};
