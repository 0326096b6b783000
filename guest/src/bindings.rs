//! What the contract's text becomes in Rust; apart because it is generated.

/// The contract's own names, without the generator's module tree.
pub(crate) use generated::{
    exports::jitera::code_source::{
        changes, connection, git, pull_requests, repositories, search, statuses, webhooks,
    },
    jitera::code_source::{settings, types},
};

#[cfg(target_family = "wasm")]
mod generated {
    wit_bindgen::generate!({
        path: "../wit",
        world: "plugin",
        with: { "wasi:io/streams@0.2.3": wasi::io::streams },
    });

    export!(Component);
    use crate::component::Component;
}

/// Natively there is no `wasi` crate to share a stream type with, and nothing to export.
#[cfg(not(target_family = "wasm"))]
mod generated {
    wit_bindgen::generate!({
        path: "../wit",
        world: "plugin",
        generate_all,
    });
}
