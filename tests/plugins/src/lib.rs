//! A plugin that does whatever a test tells it: apart from the real one because nobody may ship it.
//!
//! A test writes an [`Instruction`] as JSON where the contract has a path, a branch or a search;
//! the component carries it out. Natively the package holds only the words, so that tests and
//! component cannot misunderstand each other.
//!
//! # Layout
//!
//! - [`Instruction`], [`Request`], [`Answer`]: what is said in both directions
//! - `exports`, `writing`: the contract's functions that read and that write, each of which carries
//!   out what its argument says
//! - `wire`: requests as they are described, however wrong
//! - `content`: streams that are handed on, rightly and wrongly
//! - `ruin`: ways to break the sandbox's limits

mod answer;
mod instruction;

#[cfg(target_family = "wasm")]
#[expect(unsafe_code, reason = "bindgen-generated code")]
mod bindings;
#[cfg(target_family = "wasm")]
mod content;
#[cfg(target_family = "wasm")]
mod exports;
#[cfg(target_family = "wasm")]
mod identity;
#[cfg(target_family = "wasm")]
mod ruin;
#[cfg(target_family = "wasm")]
mod wire;
#[cfg(target_family = "wasm")]
mod writing;

pub use crate::answer::Answer;
pub use crate::instruction::{Handing, Instruction, Request, Ruin};

#[cfg(target_family = "wasm")]
#[expect(unsafe_code, reason = "a custom section has no safe spelling")]
#[unsafe(link_section = "code-source-manifest")]
#[used]
static SECTION: [u8; MANIFEST.len()] = *include_bytes!("manifest.json");

/// The manifest that the component carries, for tests to make others from.
pub const MANIFEST: &str = include_str!("manifest.json");
