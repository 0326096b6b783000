//! Why a sync failed: apart because a caller decides by it, whatever sink and forge were used.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use crate::contract::types::{ErrorCode, Subject};
use crate::sync::path::TreePath;
use crate::{ContentError, Failure, Report};

/// Why a sync failed. What the sink held before is still there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// A call failed.
    #[error("`{operation}` failed")]
    Call {
        /// The exported function.
        operation: &'static str,
        /// Why.
        #[source]
        failure: Box<Failure>,
        /// What the host saw.
        report: Box<Report>,
    },
    /// Two names of the repository are one to this file system.
    #[error("`{path}` and `{other}` are the same name to this file system")]
    Collision {
        /// The name that came second.
        path: TreePath,
        /// The name that was there.
        other: String,
    },
    /// Content did not arrive whole.
    #[error("{what} did not arrive whole")]
    Content {
        /// What was being read.
        what: String,
        /// What happened to it.
        #[source]
        source: ContentError,
    },
    /// What is at the destination is not what an earlier sync put there.
    #[error("`{place}` cannot be used: {problem}")]
    Foreign {
        /// The destination.
        place: String,
        /// What it is instead.
        problem: String,
    },
    /// Answers of the forge contradict each other.
    #[error("the forge's answers contradict each other: {problem}")]
    Inconsistent {
        /// Which.
        problem: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} `{path}`")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The repository is larger than allowed.
    #[error("the repository has more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: u64,
    },
    /// Another sync into the same place is under way.
    #[error("another sync into `{place}` is under way")]
    Locked {
        /// The destination.
        place: String,
    },
    /// A sink of an embedder failed.
    #[error("the sink failed")]
    Sink(#[source] Box<dyn Error + Send + Sync>),
    /// The archive is no archive.
    #[error("the archive cannot be read")]
    Unreadable(#[source] io::Error),
    /// The repository holds something that cannot be written without danger.
    #[error("`{path}` is refused: {problem}")]
    Unsafe {
        /// Its path, made printable.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl SyncError {
    /// What to do about it, where something can be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Call { failure, .. } => return failure_hint(failure),
            Self::Collision { .. } => {
                "sync to a file system that tells upper from lower case".into()
            }
            Self::Content { .. } | Self::Inconsistent { .. } => {
                "what was there is unchanged; run it again".into()
            }
            Self::Foreign { .. } => {
                "name a directory that does not exist yet, or an empty one".into()
            }
            Self::Io { .. } if self.is_full_disk() => {
                "what was there is unchanged; free some space and run it again".into()
            }
            Self::Io { source, .. } => return io_hint(source),
            Self::Limit { .. } => {
                "the command takes no more; a program that embeds the library sets the limit in `SyncOptions`".into()
            }
            Self::Locked { .. } => "wait until it ends".into(),
            Self::Unreadable(_) => {
                "what was there is unchanged; run it again, and if it stays so, tell the forge's administrator".into()
            }
            Self::Unsafe { .. } => {
                "nothing of it was written; whoever keeps the repository has to remove or rename it".into()
            }
            Self::Sink(_) => return None,
        })
    }

    /// Whether the disk, or the share of it that may be used, is full.
    #[must_use]
    pub fn is_full_disk(&self) -> bool {
        matches!(
            self,
            Self::Io { source, .. }
                if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        )
    }

    /// For `map_err` of what is done with a file.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    /// The contract's error, where the plugin answered with one.
    pub(super) fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Call { failure, .. } => match failure.as_ref() {
                Failure::Answer(error) => Some(&error.code),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the forge says that there is nothing at the path.
    pub(super) fn is_missing_path(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::NotFound(Subject::Path)))
    }
}

fn failure_hint(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Answer(error) => error.hint.clone(),
        Failure::Host(error) => error.hint(),
        Failure::Trap(_) => None,
    }
}

fn io_hint(error: &io::Error) -> Option<String> {
    Some(match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "the directory and the one that holds it must be writable".into()
        }
        io::ErrorKind::CrossesDevices | io::ErrorKind::ResourceBusy => {
            "a mount point cannot be exchanged: name a directory below it".into()
        }
        io::ErrorKind::InvalidFilename => "this file system cannot hold such a name".into(),
        _ => return None,
    })
}
