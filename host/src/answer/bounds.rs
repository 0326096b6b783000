//! How long an answer may be and how long it may take: apart because clocks are the same for every
//! body, whatever is in it.

use std::future::Future as _;
use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::Broken;

/// What holds for one body.
pub(crate) struct Bounds {
    /// Bytes of this body, decoded.
    pub(crate) bytes: u64,
    /// Bytes of this body, and of all the bodies of the call, that the plugin may read itself.
    pub(crate) own: (u64, u64),
    /// Time without a byte.
    pub(crate) between_bytes: Duration,
    /// Time in all; `None` where the call's own clock covers it.
    pub(crate) total: Option<Duration>,
}

/// The time that a body has.
pub(super) struct Clock {
    idle: Pin<Box<Sleep>>,
    total: Option<Pin<Box<Sleep>>>,
}

impl Clock {
    pub(super) fn start(bounds: &Bounds) -> Self {
        Self {
            idle: Box::pin(sleep(bounds.between_bytes)),
            total: bounds.total.map(|time| Box::pin(sleep(time))),
        }
    }

    /// Something came.
    pub(super) fn restart(&mut self, bounds: &Bounds) {
        let next = Instant::now() + bounds.between_bytes;
        self.idle.as_mut().reset(next);
    }

    /// Nothing has come. Answers what ran out, where something did.
    pub(super) fn run_out(&mut self, bounds: &Bounds, context: &mut Context<'_>) -> Option<Broken> {
        if self.idle.as_mut().poll(context).is_ready() {
            return Some(Broken::stalled(bounds.between_bytes));
        }
        let total = self.total.as_mut()?;
        let is_over = total.as_mut().poll(context).is_ready();
        is_over.then(Broken::too_slow)
    }
}
