//! What a repository holds; one file a function of the contract, and what several of them need.

pub(crate) mod argument;
mod blame;
mod changed_lines;
mod compare;
mod compare_change;
mod diff_file;
pub(crate) mod file;
mod lfs;
mod link;
mod list_commits;
mod list_refs;
pub(crate) mod list_tree;
pub(crate) mod missing;
pub(crate) mod names;
mod read_archive;
mod read_blob;
mod read_commit;
mod read_file;
mod read_files;
mod resolve;
pub(crate) mod revision;
mod small_file;
pub(crate) mod stat_file;
mod unified;

pub(crate) use self::{
    blame::blame,
    compare::{Comparing, compare},
    compare_change::from_diff,
    diff_file::{Diffing, diff_file},
    link::link,
    list_commits::list_commits,
    list_refs::list_refs,
    list_tree::{Listing, list_tree},
    read_archive::read_archive,
    read_blob::read_blob,
    read_commit::read_commit,
    read_file::{Reading, read_file},
    read_files::{ReadingMany, read_files},
    resolve::resolve,
    stat_file::stat_file,
};
