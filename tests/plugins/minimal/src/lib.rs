//! The least that a plugin is, to be read from the first line to the last by whoever writes one for
//! another forge: apart from the real plugin because it has no patience, no lists of many pages and
//! no writes.
//!
//! Its forge, the *shelf*, is made up. It keeps one commit of each repository, and has five
//! addresses:
//!
//! | `GET` | answers with |
//! | --- | --- |
//! | `/version` | `{"version": "1.0"}` |
//! | `/projects` | all repositories |
//! | `/projects/{project}` | one of them, named by its id or its path |
//! | `/projects/{project}/repository/tree?ref=COMMIT` | everything in it, directories too |
//! | `/projects/{project}/repository/files/{path}/raw?ref=COMMIT` | a file's bytes |
//!
//! # Layout
//!
//! - `connection`, `repositories`, `git`: one module an interface of the contract
//! - `shelf`: the forge's JSON
//! - `http`: the only file that asks `wasi:http`

#![cfg(target_family = "wasm")]

mod connection;
mod git;
mod http;
mod repositories;
mod shelf;

/// What the contract's text becomes in Rust.
#[expect(unsafe_code, reason = "bindgen-generated code")]
mod bindings {
    pub(crate) use self::generated::exports::jitera::code_source::{connection, git, repositories};
    pub(crate) use self::generated::jitera::code_source::{settings, types};

    mod generated {
        wit_bindgen::generate!({
            path: "../../../wit",
            world: "reader",
            with: { "wasi:io/streams@0.2.3": wasi::io::streams },
        });

        export!(Component);
        use crate::Component;
    }
}

/// What exports the contract's functions: each interface's module has its part.
struct Component;

/// What the component asks for, readable without running it.
#[expect(unsafe_code, reason = "a custom section has no safe spelling")]
#[unsafe(link_section = "code-source-manifest")]
#[used]
static MANIFEST: [u8; include_bytes!("manifest.json").len()] = *include_bytes!("manifest.json");
