//! What a plugin is given: apart because this list is the sandbox's border.

use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime_wasi::WasiView as _;
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::p2::bindings::{cli, random};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi_http::p2::add_only_http_to_linker_async;

use crate::bindings::imports::settings;
use crate::error::Error;
use crate::state::CallState;

/// Everything that a plugin may import, and nothing else: HTTP, which the gate guards; streams
/// and clocks; random numbers; the parts of `wasi:cli` that a language's start-up code asks for.
pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_proxy_interfaces_async(&mut linker)?;
    add_only_http_to_linker_async(&mut linker)?;
    let terminal = &mut linker;
    cli::environment::add_to_linker::<CallState, WasiCli>(terminal, CallState::cli)?;
    cli::exit::add_to_linker::<CallState, WasiCli>(terminal, CallState::cli)?;
    cli::terminal_input::add_to_linker::<CallState, WasiCli>(terminal, CallState::cli)?;
    cli::terminal_output::add_to_linker::<CallState, WasiCli>(terminal, CallState::cli)?;
    cli::terminal_stdin::add_to_linker::<CallState, WasiCli>(terminal, CallState::cli)?;
    cli::terminal_stdout::add_to_linker::<CallState, WasiCli>(terminal, CallState::cli)?;
    cli::terminal_stderr::add_to_linker::<CallState, WasiCli>(terminal, CallState::cli)?;
    // The standard library seeds its hash maps with it.
    random::insecure_seed::add_to_linker::<CallState, WasiRandom>(&mut linker, |state| {
        state.ctx().ctx.random()
    })?;
    settings::add_to_linker::<CallState, HasSelf<CallState>>(&mut linker, |state| state)?;
    Ok(linker)
}

/// Refuse a component that imports anything else, by the import's name.
pub(crate) fn check_imports(component: &Component) -> Result<(), Error> {
    for (name, _) in component.component_type().imports(component.engine()) {
        let interface = name
            .split_once('@')
            .map_or(name, |(interface, _)| interface);
        if !IMPORTS.contains(&interface) {
            return Err(Error::Import {
                name: name.to_owned(),
            });
        }
    }
    Ok(())
}

const IMPORTS: &[&str] = &[
    "jitera:code-source/settings",
    "jitera:code-source/types",
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];
