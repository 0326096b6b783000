//! Processor time of a plugin: apart because the runtime offers ticks, and ticks alone would also
//! count the time that a plugin waits for its forge.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use wasmtime::CallHook;

use crate::engine::TICK;
use crate::exchange::lock;

/// Adds up the time between entering the plugin and leaving it.
#[derive(Debug)]
pub(crate) struct CpuMeter {
    budget: Duration,
    used: Duration,
    entered: Option<Instant>,
    /// When the plugin went on after it had let others run.
    resumed: Arc<Mutex<Option<Instant>>>,
}

impl CpuMeter {
    pub(crate) fn new(budget: Duration) -> Self {
        Self {
            budget,
            used: Duration::ZERO,
            entered: None,
            resumed: Arc::default(),
        }
    }

    /// The runtime enters the plugin, or leaves it.
    pub(crate) fn crossed(&mut self, border: CallHook) {
        self.add();
        self.entered = border.exiting_host().then(Instant::now);
    }

    /// The plugin has run for a tick. If it may go on, answers what lets others run before it
    /// does.
    pub(crate) fn ticked(&mut self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        self.add();
        self.entered = Some(Instant::now());
        let resumed = Arc::clone(&self.resumed);
        (!self.is_exceeded()).then(|| {
            Box::pin(async move {
                tokio::task::yield_now().await;
                *lock(&resumed) = Some(Instant::now());
            }) as Pin<Box<dyn Future<Output = ()> + Send>>
        })
    }

    pub(crate) fn is_exceeded(&self) -> bool {
        self.used > self.budget
    }

    pub(crate) fn used(&self) -> Duration {
        self.used
    }

    fn add(&mut self) {
        let resumed = lock(&self.resumed).take();
        if let Some(entered) = self.entered.take() {
            let entered = resumed.map_or(entered, |resumed| resumed.max(entered));
            // A tick interrupts the plugin, so a longer stretch is time that others had.
            self.used += entered.elapsed().min(TICK * 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_outside_the_plugin_does_not_count() {
        let mut meter = CpuMeter::new(Duration::from_secs(1));
        meter.crossed(CallHook::CallingWasm);
        meter.crossed(CallHook::CallingHost);
        let used = meter.used();
        meter.crossed(CallHook::CallingHost);
        assert_eq!(meter.used(), used);
        assert!(!meter.is_exceeded());
    }

    #[test]
    fn a_budget_of_nothing_is_exceeded_by_the_first_tick() {
        let mut meter = CpuMeter::new(Duration::ZERO);
        meter.crossed(CallHook::CallingWasm);
        assert!(meter.ticked().is_none());
    }
}
