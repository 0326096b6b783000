//! What a sync came to: apart because it is what callers show and record.

use std::fmt;

use crate::sync::path::TreePath;

/// What a sync came to. The sink now holds the commit's tree.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// The commit whose tree the sink holds.
    pub commit: String,
    /// The commit whose tree it held before, if any.
    pub previous: Option<String>,
    /// How much had to be done.
    pub mode: Mode,
    /// Whether the whole result was held against the forge's tree by object names. Always in a
    /// full run, otherwise where it was asked for.
    pub verified: bool,
    /// Files and links written.
    pub written: u64,
    /// Paths removed. Not counted in a full run, which begins with nothing.
    pub removed: u64,
    /// Entries that were left as they were.
    pub unchanged: u64,
    /// Bytes of the files written.
    pub bytes: u64,
    /// Requests that the forge was asked.
    pub requests: u64,
    /// Files of the whole result that are Git LFS pointers. Where they were resolved, those that
    /// the commit has.
    pub lfs_pointers: u64,
    /// Every symbolic link of the result that leads outside. Not created unless that was asked.
    pub outside_symlinks: Vec<OutsideSymlink>,
    /// Every submodule of the result: an empty directory each.
    pub submodules: Vec<Submodule>,
    /// Paths where the archive was not what the commit has, and which were corrected.
    pub corrected: Vec<TreePath>,
    /// Paths of the forge's list that have no exact form in it and match nothing in the archive.
    pub unverifiable: Vec<String>,
}

/// How much had to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Mode {
    /// Everything was fetched.
    Full {
        /// Why.
        because: FullReason,
    },
    /// Only what differs was fetched.
    Incremental,
    /// Nothing was fetched: the sink held the commit already.
    Unchanged,
}

/// Why everything was fetched.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FullReason {
    /// It was asked for.
    Asked,
    /// The forge no longer knows the commit of the last run.
    BaseMissing,
    /// What changed did not come out as the forge says it is.
    CheckFailed {
        /// What was wrong.
        problem: String,
    },
    /// The forge cut the comparison short.
    ComparisonCut,
    /// Nothing was there.
    FirstRun,
    /// The commit of the last run is no ancestor of this one.
    HistoryRewritten,
    /// Somebody changed a file since the last run.
    LocalChange {
        /// The first such file.
        path: TreePath,
    },
    /// The last run had other options.
    OptionsChanged,
    /// There are too many changes to be fetched one by one.
    TooManyChanges {
        /// How many, as far as they were counted.
        changes: usize,
    },
    /// A change is of a kind, or has a name, that only the archive holds exactly.
    UnclearChange {
        /// Its path, as the forge tells it.
        path: String,
    },
}

impl fmt::Display for FullReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => formatter.write_str("it was asked for"),
            Self::BaseMissing => formatter.write_str("the forge no longer knows the last commit"),
            Self::CheckFailed { problem } => write!(formatter, "a check failed: {problem}"),
            Self::ComparisonCut => formatter.write_str("the forge cut the comparison short"),
            Self::FirstRun => formatter.write_str("nothing was there"),
            Self::HistoryRewritten => formatter.write_str("the history was rewritten"),
            Self::LocalChange { path } => write!(formatter, "`{path}` was changed locally"),
            Self::OptionsChanged => formatter.write_str("the last run had other options"),
            Self::TooManyChanges { changes } => write!(formatter, "{changes} changes or more"),
            Self::UnclearChange { path } => {
                write!(
                    formatter,
                    "the change of `{}` is unclear",
                    path.escape_debug()
                )
            }
        }
    }
}

/// A symbolic link that leads out of the tree.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OutsideSymlink {
    /// Where it stands.
    pub path: TreePath,
    /// Where it leads, made printable: untrusted.
    pub target: String,
    /// Whether it was created.
    pub created: bool,
}

/// A commit of another repository.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Submodule {
    /// Where it stands.
    pub path: TreePath,
    /// The other repository's commit.
    pub commit: String,
}
