//! Processor time of a plugin: apart because the runtime offers ticks, and ticks alone would also
//! count the time that a plugin waits for its forge.

use std::time::{Duration, Instant};

use wasmtime::CallHook;

use crate::engine::TICK;

/// Adds up the time between entering the plugin and leaving it.
#[derive(Debug)]
pub(crate) struct CpuMeter {
    budget: Duration,
    used: Duration,
    entered: Option<Instant>,
}

impl CpuMeter {
    pub(crate) fn new(budget: Duration) -> Self {
        Self {
            budget,
            used: Duration::ZERO,
            entered: None,
        }
    }

    /// The runtime enters the plugin, or leaves it.
    pub(crate) fn crossed(&mut self, border: CallHook) {
        self.add();
        self.entered = border.exiting_host().then(Instant::now);
    }

    /// The plugin has run for a tick. Answers whether it may go on.
    pub(crate) fn ticked(&mut self) -> bool {
        self.add();
        self.entered = Some(Instant::now());
        !self.is_exceeded()
    }

    pub(crate) fn is_exceeded(&self) -> bool {
        self.used > self.budget
    }

    pub(crate) fn used(&self) -> Duration {
        self.used
    }

    fn add(&mut self) {
        if let Some(entered) = self.entered.take() {
            // A tick interrupts the plugin, so a longer stretch is time that others had.
            self.used += entered.elapsed().min(TICK * 3);
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
        assert!(!meter.ticked());
    }
}
