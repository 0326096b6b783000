//! The queue of deliveries; apart, because its order and its end are all that tests wait for.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::{Trigger, deliver, unique};
use crate::{record::lock, shared::Shared};

/// Something to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) hook: u64,
    pub(crate) trigger: Trigger,
    /// The same for every hook that is told of one event.
    pub(crate) event_id: String,
    pub(crate) body: Value,
}

pub(crate) struct Courier {
    sender: mpsc::UnboundedSender<Parcel>,
    /// Until the task that delivers takes it.
    receiver: Mutex<Option<mpsc::UnboundedReceiver<Parcel>>>,
    /// How many are queued or under way.
    pending: watch::Sender<usize>,
    names: AtomicU64,
}

impl Default for Courier {
    fn default() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self {
            sender,
            receiver: Mutex::new(Some(receiver)),
            pending: watch::Sender::new(0),
            names: AtomicU64::new(0),
        }
    }
}

impl Courier {
    pub(crate) fn queue(&self, parcel: Parcel) {
        self.pending.send_modify(|count| *count += 1);
        // Nobody listens any more only once the server ends.
        if self.sender.send(parcel).is_err() {
            self.done();
        }
    }

    /// A name that no other event or delivery has, in the form of a UUID.
    pub(crate) fn name(&self) -> String {
        unique("delivery", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits until nothing is queued or under way.
    pub(crate) async fn idle(&self) {
        // The sender lives as long as we do, so that waiting ends with the count.
        let _ = self.pending.subscribe().wait_for(|count| *count == 0).await;
    }

    fn done(&self) {
        self.pending
            .send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// Delivers for as long as the server runs: hooks side by side, each in order.
pub(crate) async fn run(shared: Arc<Shared>) {
    let Some(mut receiver) = lock(&shared.courier.receiver).take() else {
        return;
    };
    let mut queues: HashMap<u64, mpsc::UnboundedSender<Parcel>> = HashMap::new();
    while let Some(parcel) = receiver.recv().await {
        let queue = queues.entry(parcel.hook).or_insert_with(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            tokio::spawn(serve(shared.clone(), receiver));
            sender
        });
        if queue.send(parcel).is_err() {
            shared.courier.done();
        }
    }
}

async fn serve(shared: Arc<Shared>, mut parcels: mpsc::UnboundedReceiver<Parcel>) {
    while let Some(parcel) = parcels.recv().await {
        deliver(&shared, &parcel, false).await;
        shared.courier.done();
    }
}
