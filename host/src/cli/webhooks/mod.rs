//! The commands of the contract's `webhooks`: being told of changes.

mod ensure_webhook;
mod list_webhooks;
mod read_webhook;
mod receive_webhook;
mod remove_webhook;
mod test_webhook;
mod topic;

use super::context::Context;
use super::failure::CommandError;

/// The commands about being told of changes.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a webhook, or change the one that leads there
    EnsureWebhook(ensure_webhook::Arguments),
    /// List the webhooks of a repository, whoever made them
    ListWebhooks(list_webhooks::Arguments),
    /// Tell about one webhook: whether the forge calls it, above all
    ReadWebhook(read_webhook::Arguments),
    /// Remove a webhook
    RemoveWebhook(remove_webhook::Arguments),
    /// Let the forge send a delivery as a trial
    TestWebhook(test_webhook::Arguments),
    /// Verify a delivery, and read it
    ReceiveWebhook(receive_webhook::Arguments),
}

impl Command {
    pub(crate) async fn run(self, context: &mut Context) -> Result<(), CommandError> {
        match self {
            Self::EnsureWebhook(arguments) => ensure_webhook::run(arguments, context).await,
            Self::ListWebhooks(arguments) => list_webhooks::run(arguments, context).await,
            Self::ReadWebhook(arguments) => read_webhook::run(arguments, context).await,
            Self::RemoveWebhook(arguments) => remove_webhook::run(arguments, context).await,
            Self::TestWebhook(arguments) => test_webhook::run(arguments, context).await,
            Self::ReceiveWebhook(arguments) => receive_webhook::run(arguments, context).await,
        }
    }
}
