//! What a repository holds; one file a function of the contract, and what several of them need.

mod argument;
mod compare;
mod compare_change;
mod file;
mod lfs;
mod link;
mod list_commits;
mod list_refs;
mod list_tree;
mod missing;
mod read_archive;
mod read_blob;
mod read_commit;
mod read_file;
mod resolve;
mod revision;
mod stat_file;

pub(crate) use self::{
    compare::{Comparing, compare},
    link::link,
    list_commits::list_commits,
    list_refs::list_refs,
    list_tree::{Listing, list_tree},
    read_archive::read_archive,
    read_blob::read_blob,
    read_commit::read_commit,
    read_file::{Reading, read_file},
    resolve::resolve,
    stat_file::stat_file,
};
