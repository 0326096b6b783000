//! A directory as a sink: apart because it is the one that is shipped, and others need none of it.
//!
//! The directory holds the tree and nothing else, so that no path of a repository can meet a file
//! of ours. Beside it, in `.NAME.code-source/`, stand:
//!
//! - `lock`, held while a [`Directory`] is open; it goes with that where nothing else is kept;
//! - `record/`, what the last run committed: `state.json` and an index, in shards so that a small
//!   change reads and writes a small part of it;
//! - `next/` and `next-record/`, a full run under way, which ends in one exchange of `next/` and
//!   the directory;
//! - `staging/`, an incremental run under way, and `journal`, the renames that complete it. From
//!   the moment that the journal is written, the next run completes what an interruption left;
//! - `removed/`, a directory on its way out, of which some may be gone already.
//!
//! A directory that no sync made is refused unless it is empty: nobody's files are ever deleted.
//! The inode recorded in `state.json` tells that it is still the same one.
//!
//! # Why nothing is written outside
//!
//! Every name is opened by itself, from an open directory, without following links; and a path has
//! no `..`, see [`TreePath`]. In a full run the links of the repository come after all its files.

mod altered;
mod changes;
mod codec;
mod fresh;
mod index;
mod journal;
mod lock;
mod place;
mod store;
mod within;

use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;

pub(crate) use self::place::Removal;
use self::store::{Operation, Store};
use crate::sync::error::SyncError;
use crate::sync::path::TreePath;
use crate::sync::sink::{Basis, Record, Sink, State, Which};

/// A directory of a file system, whose content is that of a commit after each sync.
///
/// It is locked from its first sync until it is dropped. It belongs to the sync: a full run
/// removes what others put there.
pub struct Directory {
    path: PathBuf,
    store: Option<Store>,
    /// Operations that were accepted and not done yet: doing many at once saves most of the
    /// changes between the runtime and the threads on which it is allowed to block.
    queue: Vec<Operation>,
    queued_bytes: usize,
}

impl Directory {
    /// A directory that exists already or is to be made. Nothing is touched yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            store: None,
            queue: Vec::new(),
            queued_bytes: 0,
        }
    }

    /// What the last run left on record, if there was one. Read without the lock, for whoever wants
    /// to know which repository this is: a run reads it again.
    #[must_use]
    pub fn recorded(&self) -> Option<State> {
        place::recorded(&self.path)
    }

    /// Remove the directory and what is kept beside it, if it is the one that a sync filled.
    ///
    /// # Errors
    ///
    /// [`SyncError::Foreign`] if it is not, and [`SyncError::Locked`] while one is under way.
    pub fn discard(&self) -> Result<(), SyncError> {
        self.removal()?.complete()
    }

    /// The same in two steps, so that what could be refused is known before anything goes.
    pub(crate) fn removal(&self) -> Result<Removal, SyncError> {
        Removal::begin(&self.path)
    }

    /// What the last run left on record, also of a directory of which some is removed already.
    #[cfg(feature = "cli")]
    pub(crate) fn removable(&self) -> Option<State> {
        place::removable(&self.path)
    }

    /// Where what belongs to the directory stands beside it, as a person would name it.
    #[cfg(feature = "cli")]
    pub(crate) fn state_directory(&self) -> PathBuf {
        place::state_directory(&self.path)
    }

    async fn enqueue(&mut self, operation: Operation) -> Result<(), SyncError> {
        if let Operation::Write(bytes) = &operation {
            self.queued_bytes += bytes.len();
        }
        self.queue.push(operation);
        if self.queue.len() < QUEUED_OPERATIONS && self.queued_bytes < QUEUED_BYTES {
            return Ok(());
        }
        self.with_store(|_| Ok(())).await
    }

    /// Does what is queued and then `work`, where blocking is allowed. A future that is dropped
    /// meanwhile leaves the store to that thread, which clears up.
    async fn with_store<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Store) -> Result<T, SyncError> + Send + 'static,
    ) -> Result<T, SyncError> {
        let Some(mut store) = self.store.take() else {
            return Err(SyncError::Foreign {
                place: self.path.display().to_string(),
                problem: "it is not open".into(),
            });
        };
        let queue = std::mem::take(&mut self.queue);
        self.queued_bytes = 0;
        let (store, result) = blocking(move || {
            let result = queue
                .into_iter()
                .try_for_each(|operation| store.perform(operation));
            let result = result.and_then(|()| work(&mut store));
            (store, result)
        })
        .await?;
        self.store = Some(store);
        result
    }
}

#[async_trait]
impl Sink for Directory {
    async fn open(&mut self) -> Result<Option<State>, SyncError> {
        self.queue.clear();
        // Dropped before it is opened again: it holds the lock.
        let earlier = self.store.take();
        let path = self.path.clone();
        let opened = blocking(move || {
            drop(earlier);
            Store::open(&path)
        });
        let store = opened.await??;
        let state = store.state().cloned();
        self.store = Some(store);
        Ok(state)
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    async fn begin(&mut self, from: Basis) -> Result<(), SyncError> {
        self.with_store(move |store| store.begin(from)).await
    }

    async fn create(&mut self, path: &TreePath, executable: bool) -> Result<(), SyncError> {
        self.enqueue(Operation::Create(path.clone(), executable))
            .await
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), SyncError> {
        self.enqueue(Operation::Write(bytes)).await
    }

    async fn finish(&mut self, record: Record) -> Result<(), SyncError> {
        self.enqueue(Operation::Finish(record)).await
    }

    async fn place(&mut self, path: &TreePath, record: Record) -> Result<(), SyncError> {
        self.enqueue(Operation::Place(path.clone(), record)).await
    }

    async fn remove(&mut self, path: &TreePath) -> Result<(), SyncError> {
        self.enqueue(Operation::Remove(path.clone())).await
    }

    async fn record(&mut self, path: &TreePath) -> Result<Option<Record>, SyncError> {
        let path = path.clone();
        self.with_store(move |store| store.record(&path)).await
    }

    async fn records(&mut self, which: Which) -> Result<Vec<(TreePath, Record)>, SyncError> {
        self.with_store(move |store| store.records(which)).await
    }

    async fn altered(&mut self, paths: &[TreePath]) -> Result<Option<TreePath>, SyncError> {
        let paths = paths.to_vec();
        self.with_store(move |store| store.altered(&paths)).await
    }

    async fn commit(&mut self, state: State) -> Result<(), SyncError> {
        self.with_store(move |store| store.commit(state)).await
    }

    async fn abort(&mut self) -> Result<(), SyncError> {
        self.queue.clear();
        self.with_store(Store::abort).await
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // Clearing an unfinished run away may take long; the lock is held until that is done.
        if let Some(store) = self.store.take().filter(Store::is_busy)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn_blocking(move || drop(store));
        }
    }
}

impl std::fmt::Debug for Directory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Directory")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, SyncError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|lost| SyncError::Sink(Box::new(lost)))
}

const QUEUED_OPERATIONS: usize = 96;
const QUEUED_BYTES: usize = 1024 * 1024;
