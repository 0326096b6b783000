//! What the contract's text becomes in Rust; apart because it is generated.

/// The contract's own names, without the generator's module tree.
pub(crate) use generated::{
    exports::jitera::code_source::{
        changes, connection, git, pull_requests, repositories, webhooks,
    },
    jitera::code_source::{settings, types},
};

mod generated {
    wit_bindgen::generate!({
        path: "../../wit",
        // What a plugin may leave out is left out in part.
        inline: "
            package test:hostile;
            world plugin {
                include jitera:code-source/reader@0.1.0;
                export jitera:code-source/changes@0.1.0;
                export jitera:code-source/pull-requests@0.1.0;
                export jitera:code-source/webhooks@0.1.0;
            }
        ",
        world: "test:hostile/plugin",
        with: { "wasi:io/streams@0.2.3": wasi::io::streams },
        generate_all,
    });

    export!(Component);
    use crate::exports::Component;
}
