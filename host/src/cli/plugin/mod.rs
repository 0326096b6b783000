//! `plugin`: which plugin a connection has, and whether somebody looked at it; apart from the
//! commands that call it.

mod approve;
mod show;

use super::context::Context;
use super::failure::CommandError;

/// Examples of `plugin`.
pub(super) const EXAMPLES: &str = "\
Examples:
  code-source plugin show
  code-source plugin approve";

/// The commands about a connection's plugin.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show what is new in the connection's plugin, and pin it
    Approve(approve::Arguments),
    /// Tell what a plugin is and asks for
    Show(show::Arguments),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<(), CommandError> {
        match self {
            Self::Approve(arguments) => approve::run(&arguments, context),
            Self::Show(arguments) => show::run(&arguments, context),
        }
    }
}
