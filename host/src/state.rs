//! What a running plugin can touch of its host: apart because it lives as long as one call.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime::{CallHook, ResourceLimiter, Store, UpdateDeadline};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::bindings::imports::{settings, types};
use crate::cpu::CpuMeter;
use crate::engine::{Engine, Inspector, LARGEST_MEMORY};
use crate::gate::Gate;
use crate::limits::Limits;
use crate::output::Output;

/// The state of one call's store.
pub(crate) struct CallState {
    pub(crate) table: ResourceTable,
    pub(crate) cpu: CpuMeter,
    pub(crate) memory: MemoryLimit,
    pub(crate) output: Output,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    gate: Gate,
    forge: settings::Forge,
    inspector: Option<Arc<dyn Inspector>>,
}

impl CallState {
    /// A store with every limit armed, in which a plugin can be instantiated.
    pub(crate) fn store(
        engine: &Engine,
        limits: &Limits,
        gate: Gate,
        forge: settings::Forge,
    ) -> Store<Self> {
        let output = Output::new(limits.output_bytes);
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(limits.header_bytes.saturating_mul(2));
        let state = Self {
            table,
            cpu: CpuMeter::new(limits.cpu),
            memory: MemoryLimit {
                most: limits.memory.min(LARGEST_MEMORY),
                exceeded: false,
            },
            wasi: WasiCtx::builder()
                .stdout(output.clone())
                .stderr(output.clone())
                .max_random_size(RANDOM)
                .build(),
            http,
            output,
            gate,
            forge,
            inspector: engine.inspector().cloned(),
        };
        let mut store = Store::new(engine.runtime(), state);
        store.limiter(|state| &mut state.memory);
        store.call_hook(|mut context, border| {
            context.data_mut().cpu.crossed(border);
            // A handle may keep what it is given, so a single call into the host gives little; an
            // answer is given once.
            context.set_hostcall_fuel(match border {
                CallHook::ReturningFromWasm => ANSWER_FUEL,
                _ => HOSTCALL_FUEL,
            });
            Ok(())
        });
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| match context.data_mut().cpu.ticked() {
            Some(yielding) => Ok(UpdateDeadline::YieldCustom(1, yielding)),
            None => Err(wasmtime::format_err!(
                "the budget of processor time is used up"
            )),
        });
        store.set_hostcall_fuel(HOSTCALL_FUEL);
        store
    }

    pub(crate) fn inspector(&self) -> Option<Arc<dyn Inspector>> {
        self.inspector.clone()
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for CallState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.gate,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

impl settings::Host for CallState {
    fn current(&mut self) -> settings::Forge {
        if let Some(inspector) = &self.inspector {
            inspector.handed(self.forge.base_url.as_bytes());
        }
        self.forge.clone()
    }
}

impl types::Host for CallState {}

/// Bounds the plugin's memories, and remembers that it did.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    most: usize,
    pub(crate) exceeded: bool,
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let fits = desired <= self.most;
        self.exceeded |= !fits;
        Ok(fits)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}

/// Handles that a plugin may hold at once. The host keeps up to a few hundred kilobytes for each.
const RESOURCES: usize = 1_024;

/// Elements that a table may have; a component's tables of functions are far smaller.
pub(crate) const TABLE_ELEMENTS: usize = 100_000;

/// Bytes that one call into the host may make the host allocate for lists and strings.
const HOSTCALL_FUEL: usize = 256 << 10;

/// The same for an answer of the plugin: a page of a comparison with all of its patches.
const ANSWER_FUEL: usize = 64 << 20;

/// Random bytes that a plugin may ask for at once: they are made while it waits.
const RANDOM: u64 = 64 << 10;
