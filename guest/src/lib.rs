//! The plugin for self-managed GitLab: a component that implements the contract in `wit/`.
//!
//! It knows GitLab's REST API and nothing else. It opens no connection, reads no file and holds no
//! credential: all that it can do is ask its host for HTTP, and its host decides.
//!
//! # What this does not do
//!
//! It remembers nothing: every call is a fresh instance of it. It does not decide what may leave, and
//! does not know why a connection failed: both are its host's. It asks for nothing that its manifest,
//! `manifest.json`, does not name function by function.
//!
//! # Layout
//!
//! - `component`: the exports, which only translate; `bindings`: what they are generated from.
//! - `connection`, `repositories`, `git`, `search`, `changes`, `pull_requests`, `statuses`,
//!   `webhooks`: one module an interface, one file a function.
//! - `call`: what every function needs of the forge: deadline, retries, limits.
//! - `writing`: what functions that change something have in common.
//! - `endpoint`, `page`, `error`, `finding`, `retry`, `model`: addresses, lists, failures, what a person
//!   should know, patience, JSON.
//! - `transport`: what is asked of the sandbox; `http`: the only file that asks `wasi:http`.
//!
//! Everything but `component` and `http` is plain Rust and is tested natively, against a transport
//! that answers from memory.

#![cfg_attr(
    not(any(target_family = "wasm", test)),
    expect(
        dead_code,
        unused_imports,
        reason = "natively there are no exports, only tests"
    )
)]

#[cfg_attr(
    target_family = "wasm",
    expect(unsafe_code, reason = "bindgen-generated code")
)]
mod bindings;
mod call;
mod changes;
#[cfg(target_family = "wasm")]
mod component;
mod connection;
mod endpoint;
mod error;
mod finding;
mod git;
#[cfg(target_family = "wasm")]
mod http;
mod model;
mod page;
mod pull_requests;
mod repositories;
mod retry;
mod search;
mod statuses;
#[cfg(test)]
mod tests;
mod transport;
mod webhooks;
mod writing;

/// What the component asks for, readable without running it.
#[cfg(target_family = "wasm")]
#[expect(unsafe_code, reason = "a custom section has no other spelling")]
#[unsafe(link_section = "code-source-manifest")]
#[used]
static MANIFEST: [u8; include_bytes!("manifest.json").len()] = *include_bytes!("manifest.json");
