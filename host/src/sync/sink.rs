//! Where a sync puts a tree: apart because a directory is only one such place.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::object::ObjectName;
use crate::sync::error::SyncError;
use crate::sync::path::TreePath;

/// Where a sync puts a commit's tree: a transaction over paths, whose old state stays in sight
/// until [`commit`](Sink::commit) has succeeded.
///
/// A sync calls `open` once and first. Then, perhaps more than once: `begin`, any of the others,
/// and `commit` or `abort`. One file is open at a time. A sync whose future is dropped calls
/// nothing more: what was begun must not become visible, and `open` clears it away.
#[async_trait]
pub trait Sink: Send {
    /// Gets hold of the place, completes or clears away what an interrupted run left, and tells
    /// what was committed last.
    async fn open(&mut self) -> Result<Option<State>, SyncError>;

    /// What a person calls the place.
    fn name(&self) -> String {
        "the destination".to_owned()
    }

    /// Begins to change: from nothing, or from what was committed last.
    async fn begin(&mut self, from: Basis) -> Result<(), SyncError>;

    /// Opens a file at a path where nothing stands, or, from [`Basis::Committed`], where something
    /// may stand that it takes the place of.
    async fn create(&mut self, path: &TreePath, executable: bool) -> Result<(), SyncError>;

    /// Adds bytes to the open file.
    async fn write(&mut self, bytes: Bytes) -> Result<(), SyncError>;

    /// Closes the open file, which is now what `record` says.
    async fn finish(&mut self, record: Record) -> Result<(), SyncError>;

    /// Puts what is not a file at a path: a symbolic link, created only where its record says so,
    /// or a submodule. What stands there gives way.
    async fn place(&mut self, path: &TreePath, record: Record) -> Result<(), SyncError>;

    /// Takes away what stands at a path.
    async fn remove(&mut self, path: &TreePath) -> Result<(), SyncError>;

    /// What stands at a path, changes since `begin` included.
    async fn record(&mut self, path: &TreePath) -> Result<Option<Record>, SyncError>;

    /// Everything that stands, or all that is not a file, changes since `begin` included.
    async fn records(&mut self, which: Which) -> Result<Vec<(TreePath, Record)>, SyncError>;

    /// The first of `paths`, or of all where there are none, at which something else stands than
    /// the last commit put there.
    async fn altered(&mut self, paths: &[TreePath]) -> Result<Option<TreePath>, SyncError>;

    /// Makes everything since `begin` visible at once, together with `state`.
    async fn commit(&mut self, state: State) -> Result<(), SyncError>;

    /// Forgets everything since `begin`.
    async fn abort(&mut self) -> Result<(), SyncError>;
}

/// What a change begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Basis {
    /// What was committed last.
    Committed,
    /// Nothing.
    Nothing,
}

/// Which records are wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Which {
    /// All.
    All,
    /// Symbolic links and submodules.
    NotFiles,
}

/// What a sink holds, to be kept with it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct State {
    /// Address of the forge.
    pub base_url: String,
    /// The repository's identity there.
    pub repository: String,
    /// Its path when it was synced last. For people: the identity is what counts.
    #[serde(default)]
    pub path: String,
    /// The commit whose tree it is.
    pub commit: String,
    /// Whether links that lead outside were created.
    pub outside_symlinks: bool,
    /// Whether Git LFS pointers were resolved.
    pub resolve_lfs: bool,
    /// How many entries the tree has.
    pub entries: u64,
    /// How many of them are Git LFS pointers in git.
    pub lfs_pointers: u64,
}

/// What stands at a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// Its blob; for a submodule, the other repository's commit.
    pub id: ObjectName,
    /// Bytes written; nothing for a submodule.
    pub size: u64,
}

/// What can stand at a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A file.
    File {
        /// Whether it has the executable bit.
        executable: bool,
        /// Whether git holds a pointer of Git LFS in its place.
        lfs: bool,
    },
    /// A commit of another repository.
    Submodule,
    /// A symbolic link.
    Symlink {
        /// Where it leads.
        target: Vec<u8>,
        /// Whether it leads outside.
        outside: bool,
        /// Whether it was created.
        created: bool,
    },
}

impl Kind {
    /// Its mode in git's trees.
    #[must_use]
    pub fn mode(&self) -> u32 {
        match self {
            Self::File {
                executable: false, ..
            } => 0o100_644,
            Self::File {
                executable: true, ..
            } => 0o100_755,
            Self::Submodule => 0o160_000,
            Self::Symlink { .. } => 0o120_000,
        }
    }

    /// Whether it is a pointer of Git LFS in git.
    #[must_use]
    pub fn is_lfs(&self) -> bool {
        matches!(self, Self::File { lfs: true, .. })
    }
}
