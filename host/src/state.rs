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
use crate::outcome::TrapKind;
use crate::output::Output;

/// The state of one call's store.
pub(crate) struct CallState {
    pub(crate) table: ResourceTable,
    pub(crate) cpu: CpuMeter,
    pub(crate) growth: Growth,
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
        table.set_max_capacity(limits.handles);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(limits.header_bytes.saturating_mul(2));
        let state = Self {
            table,
            cpu: CpuMeter::new(limits.cpu),
            growth: Growth::new(limits),
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
        store.limiter(|state| &mut state.growth);
        let hostcall = limits.hostcall_bytes;
        store.call_hook(move |mut context, border| {
            context.data_mut().cpu.crossed(border);
            // A handle may keep what it is given, so a single call into the host gives little; an
            // answer is given once.
            context.set_hostcall_fuel(match border {
                CallHook::ReturningFromWasm => hostcall.saturating_mul(ANSWER),
                _ => hostcall,
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
        store.set_hostcall_fuel(hostcall);
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

/// Bounds the plugin's memories and tables, and remembers which of them ended at its bound.
#[derive(Debug)]
pub(crate) struct Growth {
    memory: Bound,
    table: Bound,
}

#[derive(Debug)]
struct Bound {
    most: usize,
    exceeded: bool,
}

impl Bound {
    fn new(most: usize) -> Self {
        Self {
            most,
            exceeded: false,
        }
    }

    fn admits(&mut self, desired: usize) -> bool {
        let fits = desired <= self.most;
        self.exceeded |= !fits;
        fits
    }
}

impl Growth {
    fn new(limits: &Limits) -> Self {
        Self {
            memory: Bound::new(limits.memory.min(LARGEST_MEMORY)),
            table: Bound::new(limits.table_elements.min(TABLE_ELEMENTS)),
        }
    }

    /// What the plugin wanted too much of.
    pub(crate) fn exceeded(&self) -> Option<TrapKind> {
        if self.memory.exceeded {
            Some(TrapKind::Memory)
        } else {
            self.table.exceeded.then_some(TrapKind::Table)
        }
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.memory.admits(desired))
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.table.admits(desired))
    }
}

/// Elements that a table may have; a component's tables of functions are far smaller.
pub(crate) const TABLE_ELEMENTS: usize = 100_000;

/// How many times as much as another call into the host the plugin's answer may hold: a page of a
/// comparison with all of its patches.
const ANSWER: usize = 256;

/// Random bytes that a plugin may ask for at once: they are made while it waits.
const RANDOM: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use wasmtime::{Engine, Instance, Module, Store};

    use super::*;

    /// What growing a table and a memory by so much answers inside a real instance, and what is
    /// remembered of it.
    fn grow(limits: Limits, table: i32, pages: i32) -> (i32, i32, Option<TrapKind>) {
        const MODULE: &str = r#"(module
            (table 0 funcref) (memory 0)
            (func (export "table") (param i32) (result i32)
                (table.grow (ref.null func) (local.get 0)))
            (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0))))"#;
        let engine = Engine::default();
        let module = Module::new(&engine, wat::parse_str(MODULE).unwrap()).unwrap();
        let mut store = Store::new(&engine, Growth::new(&limits));
        store.limiter(|growth| growth);
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let mut call = |name: &str, by: i32| {
            let function = instance.get_typed_func::<i32, i32>(&mut store, name);
            function.unwrap().call(&mut store, by).unwrap()
        };
        let (table, memory) = (call("table", table), call("memory", pages));
        (table, memory, store.data().exceeded())
    }

    #[test]
    fn a_table_ends_at_its_bound_and_says_so() {
        let limits = Limits {
            table_elements: 1_000,
            ..Limits::default()
        };
        assert_eq!(grow(limits.clone(), 1_000, 1), (0, 0, None));
        assert_eq!(grow(limits, 1_001, 1), (-1, 0, Some(TrapKind::Table)));
    }

    #[test]
    fn a_memory_ends_at_its_bound_and_says_so() {
        let limits = Limits {
            memory: 1 << 20,
            ..Limits::default()
        };
        assert_eq!(grow(limits.clone(), 1, 16), (0, 0, None));
        assert_eq!(grow(limits, 1, 17), (0, -1, Some(TrapKind::Memory)));
    }

    #[test]
    fn no_limit_goes_beyond_what_the_runtime_sets_aside() {
        let growth = Growth::new(&Limits {
            memory: usize::MAX,
            table_elements: usize::MAX,
            ..Limits::default()
        });
        assert_eq!(growth.memory.most, LARGEST_MEMORY);
        assert_eq!(growth.table.most, TABLE_ELEMENTS);
    }
}
