//! Changing what a repository holds; one file a function of the contract, and what several of them need.

mod argument;
mod body;
mod branch;
mod create_branch;
mod create_commit;
mod create_tag;
mod delete_branch;
mod files;
mod made;
mod refused;
mod standing;

pub(crate) use self::{
    create_branch::create_branch, create_commit::create_commit, create_tag::create_tag,
    delete_branch::delete_branch,
};
