//! The runtime that all plugins of a process share: apart because it is built once.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::error::Error;
use crate::linker;
use crate::state::{CallState, TABLE_ELEMENTS};

/// The runtime that plugins are compiled for and run in. Build one for a process; clones are the
/// same runtime.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: wasmtime::Engine,
    linker: Linker<CallState>,
    cache: Option<PathBuf>,
    inspector: Option<Arc<dyn Inspector>>,
}

impl Engine {
    /// Set up a runtime.
    pub fn builder() -> EngineBuilder {
        EngineBuilder {
            cache: None,
            inspector: None,
            instances: INSTANCES,
        }
    }

    pub(crate) fn runtime(&self) -> &wasmtime::Engine {
        &self.inner.runtime
    }

    pub(crate) fn linker(&self) -> &Linker<CallState> {
        &self.inner.linker
    }

    pub(crate) fn cache(&self) -> Option<&Path> {
        self.inner.cache.as_deref()
    }

    pub(crate) fn inspector(&self) -> Option<&Arc<dyn Inspector>> {
        self.inner.inspector.as_ref()
    }

    /// Changes whenever code that was compiled before cannot be used.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.inner
            .runtime
            .precompile_compatibility_hash()
            .hash(&mut hasher);
        hasher.finish()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("cache", &self.inner.cache)
            .finish_non_exhaustive()
    }
}

/// How a runtime is to be set up.
#[must_use]
pub struct EngineBuilder {
    cache: Option<PathBuf>,
    inspector: Option<Arc<dyn Inspector>>,
    instances: u32,
}

impl EngineBuilder {
    /// Keep compiled code in this folder, which is made where there is none, for its owner only.
    /// Compiling a plugin takes a good part of a second, loading compiled code milliseconds.
    pub fn cache_directory(mut self, folder: Option<impl Into<PathBuf>>) -> Self {
        self.cache = folder.map(Into::into);
        self
    }

    /// How many plugins may run at once in the whole process. 256 unless said otherwise; each
    /// takes address space, and memory only as it uses it.
    pub fn instances(mut self, instances: u32) -> Self {
        self.instances = instances;
        self
    }

    /// Show an inspector what plugins get to see: for tests of the sandbox itself.
    pub fn inspector(mut self, inspector: Arc<dyn Inspector>) -> Self {
        self.inspector = Some(inspector);
        self
    }

    /// Set up the runtime, and the thread that measures processor time for it.
    ///
    /// # Errors
    ///
    /// [`Error::Sandbox`] if the machine does not have what the sandbox needs.
    pub fn build(self) -> Result<Engine, Error> {
        let inspects_memory = self
            .inspector
            .as_ref()
            .is_some_and(|one| one.wants_memory());
        let runtime =
            wasmtime::Engine::new(&config(self.instances, inspects_memory)).map_err(|error| {
                Error::Sandbox {
                    problem: format!("{error:#}"),
                }
            })?;
        let linker = linker::linker(&runtime).map_err(|error| Error::Sandbox {
            problem: format!("{error:#}"),
        })?;
        start_ticking(&runtime)?;
        let inner = Inner {
            runtime,
            linker,
            cache: self.cache,
            inspector: self.inspector,
        };
        Ok(Engine {
            inner: Arc::new(inner),
        })
    }
}

/// Sees what plugins get to see. Tests use it to search for what must not be there.
pub trait Inspector: Send + Sync {
    /// Bytes that the host hands to a plugin: headers and bodies of answers, settings.
    fn handed(&self, bytes: &[u8]);

    /// A plugin's linear memory as its call left it.
    fn memory(&self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// Whether [`memory`](Self::memory) is to be called. It makes the runtime compile for
    /// debugging, which is slow.
    fn wants_memory(&self) -> bool {
        false
    }
}

/// The smallest set of features that a component of WASI 0.2 needs.
fn config(instances: u32, inspects_memory: bool) -> Config {
    let mut config = Config::new();
    config
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(512 << 10)
        .async_stack_size(2 << 20)
        .wasm_component_model(true)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(20))
        .wasm_gc(false)
        .wasm_exceptions(false)
        .wasm_threads(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .guest_debug(inspects_memory);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances * CORE_INSTANCES)
        .total_memories(instances)
        .total_tables(instances * CORE_INSTANCES)
        .total_stacks(instances)
        .max_memories_per_component(1)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_tables_per_component(CORE_INSTANCES)
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(LARGEST_MEMORY);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Advance the epoch for as long as somebody uses the runtime.
fn start_ticking(runtime: &wasmtime::Engine) -> Result<(), Error> {
    let weak = runtime.weak();
    std::thread::Builder::new()
        .name("code-source-epoch".to_owned())
        .spawn(move || {
            while let Some(runtime) = weak.upgrade() {
                runtime.increment_epoch();
                drop(runtime);
                std::thread::sleep(TICK);
            }
        })
        .map(drop)
        .map_err(|error| Error::Sandbox {
            problem: format!("no thread for the clock: {error}"),
        })
}

/// How often a running plugin lets others run.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// What [`Limits::memory`](crate::Limits::memory) can be at most.
pub(crate) const LARGEST_MEMORY: usize = 1 << 30;

const INSTANCES: u32 = 256;

/// A component of several core modules: the plugin itself, and the shims that join it to WASI.
const CORE_INSTANCES: u32 = 32;
