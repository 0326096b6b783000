//! The commands of the contract's `changes`: what a repository holds, changed; apart from those
//! that read because each of them writes.

mod actions;
mod create_branch;
mod create_commit;
mod create_tag;
mod delete_branch;

use super::context::Context;
use super::failure::CommandError;

/// The commands that change what a repository holds.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a branch at a commit
    CreateBranch(create_branch::Arguments),
    /// Remove a branch
    DeleteBranch(delete_branch::Arguments),
    /// Make a tag that leads to a commit
    CreateTag(create_tag::Arguments),
    /// Make one commit of several changes, or none
    CreateCommit(create_commit::Arguments),
}

impl Command {
    pub(crate) async fn run(self, context: &mut Context) -> Result<(), CommandError> {
        match self {
            Self::CreateBranch(arguments) => create_branch::run(arguments, context).await,
            Self::DeleteBranch(arguments) => delete_branch::run(arguments, context).await,
            Self::CreateTag(arguments) => create_tag::run(arguments, context).await,
            Self::CreateCommit(arguments) => create_commit::run(arguments, context).await,
        }
    }
}
