//! One call of an exported function: a fresh plugin, its limits, and what it comes to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use code_source_egress::{Profile, RepositoryArgument};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::error::Elapsed;
use wasmtime::component::{Resource, ResourceTableError};
use wasmtime::{PoolConcurrencyLimitError, Store};
use wasmtime_wasi::p2::{DynInputStream, InputStream};

use crate::bindings::imports::settings::Forge;
use crate::content::{Content, Promise};
use crate::contract::types;
use crate::error::Error;
use crate::exchange::{CallRecord, IdentityAnswer, Offered, lock, next_id};
use crate::exports::{Exports, OptionalInterface};
use crate::gate::Gate;
use crate::identity;
use crate::outcome::{Failure, Outcome, Trap, TrapKind};
use crate::report::Report;
use crate::source::Source;
use crate::state::CallState;

/// A plugin that was made for one call and waits for it.
pub(crate) struct Running {
    pub(crate) exports: Exports,
    pub(crate) store: Store<CallState>,
    pub(crate) deadline: tokio::time::Instant,
    named: Option<Named>,
    profile: Profile,
    record: Arc<CallRecord>,
    started: Instant,
    permit: OwnedSemaphorePermit,
}

/// The repository that a call names by its identity.
struct Named {
    id: String,
    /// The path that it was connected with.
    path: Option<String>,
}

impl Named {
    fn of(source: &Source, repository: Option<RepositoryArgument<'_>>) -> Option<Self> {
        let Some(RepositoryArgument::Id(id)) = repository else {
            return None;
        };
        let mut connected = source.repositories().iter();
        let path = connected.find(|one| one.id == id);
        Some(Self {
            id: id.to_owned(),
            path: path.map(|one| one.path.clone()),
        })
    }
}

/// What a call came to, with what content needs to live on.
pub(crate) struct Ended<T> {
    pub(crate) outcome: Outcome<T>,
    record: Arc<CallRecord>,
    permit: OwnedSemaphorePermit,
}

/// A call that did not begin.
pub(crate) struct Refused {
    failure: Failure,
    report: Report,
}

impl Refused {
    pub(crate) fn outcome<T>(self) -> Outcome<T> {
        Outcome {
            answer: Err(self.failure),
            report: self.report,
        }
    }
}

/// What a function of the plugin returned, inside everything that can happen instead.
pub(crate) type Returned<T> = Result<wasmtime::Result<Result<T, types::Error>>, Elapsed>;

/// Make a plugin ready for a call, if the policy and the limits let the call begin.
pub(crate) async fn begin(
    source: &Source,
    operation: &'static str,
    repository: Option<RepositoryArgument<'_>>,
) -> Result<Running, Refused> {
    begin_as(next_id(), source, operation, repository).await
}

/// The same for a call that has its name in the audit already.
pub(crate) async fn begin_as(
    id: String,
    source: &Source,
    operation: &'static str,
    repository: Option<RepositoryArgument<'_>>,
) -> Result<Running, Refused> {
    let started = Instant::now();
    let refused = |failure: Failure| Refused {
        failure,
        report: Report {
            operation: operation.to_owned(),
            duration: started.elapsed(),
            ..Report::default()
        },
    };
    let shared = source.shared();
    let permit = Arc::clone(&shared.permits).try_acquire_owned();
    let permit = permit.map_err(|_| {
        let limit = shared.limits.calls;
        refused(Error::Busy { limit }.into())
    })?;
    if let Some(interface) = OptionalInterface::of(operation)
        && !shared.plugin.offers(interface)
    {
        return Err(refused(interface.unsupported()));
    }
    let grant = source
        .policy()
        .call(operation, repository)
        .map_err(|denial| refused(Error::Refused(denial).into()))?;
    let engine = shared.plugin.engine();
    let record = CallRecord::new(
        id,
        operation,
        &shared.name,
        shared.plugin.digest(),
        Arc::clone(&shared.audit),
    );
    let inspector = engine.inspector().cloned();
    let gate = Gate::new(Arc::clone(shared), grant, Arc::clone(&record), inspector);
    let forge = Forge {
        base_url: shared.base.to_string(),
        concurrency: shared.concurrency,
        budget: budget(shared.limits.call),
    };
    let mut store = CallState::store(engine, &shared.limits, gate, forge);
    let deadline = tokio::time::Instant::now() + shared.limits.call;
    let instantiated = shared.plugin.pre().instantiate(&mut store);
    match tokio::time::timeout_at(deadline, instantiated).await {
        Ok(Ok(exports)) => Ok(Running {
            exports,
            store,
            deadline,
            named: Named::of(source, repository),
            profile: shared.plugin.profile().clone(),
            record,
            started,
            permit,
        }),
        Ok(Err(error)) if error.is::<PoolConcurrencyLimitError>() => {
            Err(refused(Error::Exhausted.into()))
        }
        Ok(Err(error)) => Err(refused(Failure::Trap(trap(&error, store.data())))),
        Err(_) => Err(refused(Failure::Trap(wall_clock()))),
    }
}

impl Running {
    /// The call's outcome. The plugin is gone when this returns.
    pub(crate) fn end<T>(self, returned: Returned<T>) -> Ended<T> {
        self.end_with(returned, |_, answer| Ok(answer))
    }

    /// The outcome of a call that the plugin could not be asked for.
    pub(crate) fn abandon<T>(self, failure: Failure) -> Outcome<T> {
        self.end_with(Ok(Ok(Ok(()))), |_, ()| Err(failure)).outcome
    }

    /// If the plugin asked the forge which repository that is, the forge must have said that it is
    /// the one that the call names. Answers its path, where that is another than it was.
    fn confirm(&self) -> Result<Option<String>, Failure> {
        let identity = lock(&self.record.identity);
        let (Some(named), Some(wire)) = (&self.named, &*identity) else {
            return Ok(None);
        };
        if wire.status != 200 {
            return Ok(None);
        }
        let actual = identity::read(&self.profile, RepositoryArgument::Id(&named.id), wire)?;
        let is_known = named.path.as_ref().is_none_or(|path| *path == actual.path);
        Ok((!is_known).then_some(actual.path))
    }

    /// What a trap comes to: where a write had left and was not answered, nobody can tell whether
    /// it took effect, and that is worth more to a caller than how the plugin ended.
    fn ended_early(&self, trap: Trap) -> Failure {
        let Some(write) = self.record.unsettled_write() else {
            return Failure::Trap(trap);
        };
        let message = format!(
            "{trap} while `{} {}` was under way, and whether it took effect is not known",
            write.method, write.template
        );
        Failure::Answer(types::Error {
            code: types::ErrorCode::OutcomeUnknown,
            message,
            hint: Some("look whether it took effect before you try it again".to_owned()),
            remedied_by: None,
            status: write.status,
            request_id: None,
            retry_after: None,
        })
    }

    /// The same, for an answer of which something has to be saved before the plugin goes.
    pub(crate) fn end_with<T, U>(
        mut self,
        returned: Returned<T>,
        save: impl FnOnce(&mut Store<CallState>, T) -> Result<U, Failure>,
    ) -> Ended<U> {
        let mut moved_to = None;
        let answer = match returned {
            Ok(Ok(Ok(answer))) => self.confirm().and_then(|path| {
                moved_to = path;
                save(&mut self.store, answer)
            }),
            Ok(Ok(Err(error))) => Err(Failure::Answer(error)),
            Ok(Err(error)) => Err(self.ended_early(trap(&error, self.store.data()))),
            Err(_) => Err(self.ended_early(wall_clock())),
        };
        // What comes from now on goes past the plugin.
        self.record
            .is_handed_on
            .store(true, std::sync::atomic::Ordering::Relaxed);
        show_memory(&mut self.store);
        let state = self.store.data();
        let (cpu, output) = (state.cpu.used(), state.output.text());
        // Every request that is under way and every body that is not handed on ends here.
        drop(self.store);
        self.record.cancel_rest();
        if !output.is_empty() {
            // In one line, whatever is in it: a plugin must not write lines of a log.
            let plugin = &self.record.plugin;
            self.record
                .span()
                .in_scope(|| tracing::debug!(%plugin, "{output:?}"));
        }
        let report = Report {
            call: self.record.id.clone(),
            operation: self.record.operation.to_owned(),
            repository: self.named.map(|named| named.path.unwrap_or(named.id)),
            requests: self.record.requests(),
            duration: self.started.elapsed(),
            cpu,
            moved_to,
            verification: None,
            output,
        };
        Ended {
            outcome: Outcome { answer, report },
            record: self.record,
            permit: self.permit,
        }
    }
}

impl<T> Ended<T> {
    /// What the forge said about a repository's identity during the call.
    pub(crate) fn identity(&self) -> Option<IdentityAnswer> {
        lock(&self.record.identity).clone()
    }
}

impl<T> Ended<(T, Box<dyn InputStream>)> {
    /// Join the stream that the plugin handed on to the exchange that it comes from.
    ///
    /// The plugin and everything that it held are gone, so the one content that is still held is
    /// the stream's. A stream that is not the untouched body of an answer is the plugin's fault.
    /// What is promised of the content may depend on what the answer's head says of it.
    pub(crate) fn into_content(
        self,
        promise: impl FnOnce(&T, Offered) -> Result<Promise, Failure>,
    ) -> Outcome<(T, Content)> {
        let Self {
            outcome: Outcome { answer, report },
            record,
            permit,
        } = self;
        let answer = answer.and_then(|(info, stream)| {
            let mut held = record.held();
            let exchange = held.pop().filter(|exchange| {
                held.is_empty() && exchange.passed.load(std::sync::atomic::Ordering::Relaxed) == 0
            });
            match exchange {
                Some(exchange) => {
                    let promise = promise(&info, exchange.offered())?;
                    Ok((info, Content::new(stream, exchange, promise, permit)))
                }
                None => Err(not_an_answer(
                    "the stream is not the untouched body of an answer",
                )),
            }
        });
        Outcome { answer, report }
    }
}

/// Take a stream out of the plugin's table before the plugin goes.
pub(crate) fn take_stream(
    store: &mut Store<CallState>,
    stream: Resource<DynInputStream>,
) -> Result<Box<dyn InputStream>, Failure> {
    store
        .data_mut()
        .table
        .delete(stream)
        .map_err(|error| not_an_answer(&error.to_string()))
}

/// The plugin handed on something else than what an answer holds.
pub(crate) fn not_an_answer(detail: &str) -> Failure {
    Failure::Trap(Trap {
        kind: TrapKind::Content,
        detail: detail.to_owned(),
    })
}

fn trap(error: &wasmtime::Error, state: &CallState) -> Trap {
    let kind = if state.cpu.is_exceeded() {
        TrapKind::CpuTime
    } else if let Some(kind) = state.growth.exceeded() {
        kind
    } else if error.downcast_ref() == Some(&wasmtime::Trap::StackOverflow) {
        TrapKind::Stack
    } else if is_table_full(error) {
        TrapKind::Handles
    } else if error
        .chain()
        .any(|cause| cause.to_string().contains(HOSTCALL))
    {
        TrapKind::Hostcall
    } else {
        TrapKind::Crash
    };
    let detail: String = format!("{error:#}").chars().take(DETAIL).collect();
    Trap { kind, detail }
}

fn is_table_full(error: &wasmtime::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref())
        .any(|cause| matches!(cause, ResourceTableError::Full))
}

fn wall_clock() -> Trap {
    Trap {
        kind: TrapKind::WallClock,
        detail: "the plugin did not answer in time".to_owned(),
    }
}

/// What the plugin is told that it may use: less than it has, so that its own time-out, which
/// comes with an answer, is the first.
fn budget(call: Duration) -> u64 {
    u64::try_from((call * 9 / 10).as_millis()).unwrap_or(u64::MAX)
}

/// Show the plugin's memories to the inspector, if there is one that wants to see them.
fn show_memory(store: &mut Store<CallState>) {
    let Some(inspector) = store.data().inspector() else {
        return;
    };
    if !inspector.wants_memory() {
        return;
    }
    for instance in store.debug_all_instances() {
        let mut index = 0;
        while let Some(memory) = instance.debug_memory(&mut *store, index) {
            inspector.memory(memory.data(&*store));
            index += 1;
        }
    }
}

/// What the runtime says where a call into the host held too much: its type is private.
const HOSTCALL: &str = "fuel allocated for hostcalls";

/// Characters of a trap's detail that are kept.
const DETAIL: usize = 2_000;
