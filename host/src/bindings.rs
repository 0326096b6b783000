//! What `wit/` says, as Rust: apart because it is generated.

mod generated {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "plugin",
        exports: { default: async },
        with: { "wasi:io/streams.input-stream": wasmtime_wasi::p2::DynInputStream },
    });
}

pub(crate) use self::generated::exports::jitera::code_source as exports;
pub(crate) use self::generated::jitera::code_source as imports;
