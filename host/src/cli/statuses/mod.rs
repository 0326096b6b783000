//! The commands of the contract's `statuses`: what checks say of a commit.

mod list_statuses;
mod set_status;

use super::context::Context;
use super::failure::CommandError;

/// The commands about what checks say of a commit.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List what the checks of a commit say
    ListStatuses(list_statuses::Arguments),
    /// Say how a check stands
    SetStatus(set_status::Arguments),
}

impl Command {
    pub(crate) async fn run(self, context: &mut Context) -> Result<(), CommandError> {
        match self {
            Self::ListStatuses(arguments) => list_statuses::run(arguments, context).await,
            Self::SetStatus(arguments) => set_status::run(arguments, context).await,
        }
    }
}
