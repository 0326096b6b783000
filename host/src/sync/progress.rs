//! How far a sync is: apart because only a caller that shows it needs it.

use crate::Report;

/// Told what a sync is doing. Called from the sync's own task: it must not block.
pub trait Progress: Send + Sync {
    /// Something was begun or got further.
    fn event(&self, event: &ProgressEvent);

    /// A call of the plugin came to its answer, or to its failure. Content that it answered with
    /// is still to come.
    fn call(&self, _report: &Report) {}
}

/// For callers that show nothing.
impl Progress for () {
    fn event(&self, _event: &ProgressEvent) {}
}

/// What a sync is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ProgressEvent {
    /// Asking which changes there are since the last run.
    Comparing,
    /// Reading the archive; its size is not known beforehand.
    Downloading {
        /// Bytes of the archive so far.
        bytes: u64,
        /// Files unpacked so far.
        files: u64,
    },
    /// Reading files one by one.
    Fetching {
        /// Files read.
        done: u64,
        /// Files wanted.
        total: u64,
    },
    /// Asking which commit it is.
    Resolving,
    /// Making the result visible.
    Swapping,
    /// Holding the result against the forge's tree.
    Verifying {
        /// Directories that were listed.
        directories: u64,
    },
}
