//! Git repositories through the `git` command; apart, because GitLab's shapes are of no concern here.

mod blame;
mod cat_file;
mod diff;
mod environment;
mod grep;
mod history;
mod import;
mod listing;
mod merge;
mod object;
mod receive;
mod refs;
mod repository;
mod staging;
mod stream;
mod write;

pub use diff::DiffLimits;
pub use environment::git_program;
pub use import::{Change, Mode, NewCommit};

pub(crate) use diff::{FileDiff, Overflow};
pub(crate) use environment::Git;
pub(crate) use history::LogOptions;
pub(crate) use listing::{Listing, ListingKey, quoted};
pub(crate) use merge::{MergedTree, TreeCommit};
pub(crate) use object::{Commit, Digest, Kind, Tree, TreeEntry};
pub(crate) use receive::{Wish, Wishes};
pub(crate) use refs::{RefKind, Reference};
pub(crate) use repository::{ObjectFormat, Repository};
pub(crate) use staging::{Staging, StagingError};
pub(crate) use stream::{ArchiveFormat, ArchiveRequest, Service};
pub(crate) use write::Moved;
