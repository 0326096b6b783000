//! How far a connection has come: apart because it must be told when time is up, from outside.

use std::net::IpAddr;
use std::sync::Mutex;

use crate::exchange::lock;
use crate::report::Stage;

/// How far one connection has come.
pub(super) struct Progress {
    state: Mutex<State>,
}

struct State {
    stage: Stage,
    attempts: Vec<(IpAddr, Option<String>)>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                stage: Stage::Resolve,
                attempts: Vec::new(),
            }),
        }
    }

    /// Note that a stage begins.
    pub(super) fn begin(&self, stage: Stage) {
        lock(&self.state).stage = stage;
    }

    /// The stage that has begun last.
    pub(super) fn stage(&self) -> Stage {
        lock(&self.state).stage
    }

    /// Note that an address is dialled.
    pub(super) fn dials(&self, address: IpAddr) {
        lock(&self.state).attempts.push((address, None));
    }

    /// Note why an address took no connection.
    pub(super) fn failed(&self, address: IpAddr, problem: String) {
        let mut state = lock(&self.state);
        let attempt = state.attempts.iter_mut().find(|(one, _)| *one == address);
        if let Some((_, cause)) = attempt {
            *cause = Some(problem);
        }
    }

    /// Every address that was dialled, and what came of it.
    pub(super) fn attempts(&self) -> String {
        let attempts: Vec<_> = lock(&self.state)
            .attempts
            .iter()
            .map(|(address, problem)| {
                format!("{address}: {}", problem.as_deref().unwrap_or("no answer"))
            })
            .collect();
        attempts.join("; ")
    }
}
