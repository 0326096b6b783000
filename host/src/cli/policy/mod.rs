//! `policy`: what a connection lets its plugin do, told without doing it; apart from the other
//! commands because none of these calls the plugin, reads the token, or sends anything to a forge.

mod addresses;
mod check;
mod explain;
mod kubernetes;
mod network;
mod outline;

use super::context::Context;
use super::failure::CommandError;

/// Examples of `policy`.
pub(super) const EXAMPLES: &str = "\
Examples:
  code-source policy explain GET /projects/42/repository/tree
  code-source policy check
  code-source policy network --kubernetes --resolve";

/// The commands about a connection's policy.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Tell what would become of a request, layer by layer, without sending it
    Explain(explain::Arguments),
    /// Compare what the plugin asks for with what the connection grants
    Check(check::Arguments),
    /// Tell what a firewall has to let through
    Network(network::Arguments),
}

impl Command {
    pub(crate) async fn run(self, context: &mut Context) -> Result<(), CommandError> {
        match self {
            Self::Explain(arguments) => explain::run(arguments, context).await,
            Self::Check(arguments) => check::run(&arguments, context),
            Self::Network(arguments) => network::run(arguments, context).await,
        }
    }
}
