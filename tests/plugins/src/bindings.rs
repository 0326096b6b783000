//! What the contract's text becomes in Rust; apart because it is generated.

/// The contract's own names, without the generator's module tree.
pub(crate) use generated::{
    exports::jitera::code_source::{connection, git, repositories},
    jitera::code_source::{settings, types},
};

mod generated {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "reader",
        with: { "wasi:io/streams@0.2.3": wasi::io::streams },
    });

    export!(Component);
    use crate::exports::Component;
}
