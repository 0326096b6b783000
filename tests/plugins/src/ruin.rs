//! Ways to break the sandbox's limits: apart because every one of them ends the plugin.

use std::hint::black_box;

use wasi::clocks::monotonic_clock;

use crate::content;
use crate::instruction::Ruin;
use crate::wire;

/// Break what is described. Returns only from what does not end the plugin.
pub(crate) fn carry_out(ruin: &Ruin) -> Result<(), String> {
    match ruin {
        Ruin::Allocate => allocate(),
        Ruin::Exit => wasi::cli::exit::exit(Ok(())),
        Ruin::Handles => loop {
            std::mem::forget(wasi::http::types::Fields::new());
        },
        Ruin::Hostcall => {
            let long = vec![("x".to_owned(), vec![b'x'; 8 << 20])];
            let _ = wasi::http::types::Fields::from_list(&long);
        }
        Ruin::Loop => loop {
            black_box(0);
        },
        Ruin::LoopThroughHost => loop {
            black_box(monotonic_clock::now());
        },
        Ruin::Panic => panic!("a test asked for it"),
        Ruin::Recurse => {
            black_box(recurse(0));
        }
        Ruin::Sleep { milliseconds } => {
            monotonic_clock::subscribe_duration(milliseconds * 1_000_000).block();
        }
        Ruin::TrapInBody { target } => {
            let incoming = content::open(target)?;
            incoming
                .stream
                .blocking_read(1)
                .map_err(|error| error.to_string())?;
            core::arch::wasm32::unreachable();
        }
        Ruin::TrapInRequest { request } => {
            std::mem::forget(wire::begin(request).map_err(|answer| answer.label())?);
            core::arch::wasm32::unreachable();
        }
        Ruin::Unreachable => core::arch::wasm32::unreachable(),
    }
    Ok(())
}

fn allocate() {
    let mut hoard = Vec::new();
    loop {
        hoard.push(black_box(vec![1_u8; 1 << 20]));
    }
}

fn recurse(depth: u64) -> u64 {
    // Without a condition that it cannot see through, the compiler makes a loop of it.
    match black_box(depth) {
        u64::MAX => 0,
        depth => black_box(recurse(depth + 1)) + 1,
    }
}
