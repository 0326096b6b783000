//! `test-webhook`: whether a delivery arrives; apart from `read-webhook`, which tells what the forge
//! remembers of those before.

use serde::Serialize;

use super::topic::{self, TopicArgument};
use crate::cli::context::Context;
use crate::cli::escape;
use crate::cli::failure::CommandError;
use crate::cli::progress::Meter;
use crate::cli::repository::RepositoryArgument;
use crate::contract::webhooks::Topic;

/// Arguments of `test-webhook`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"webhooks\"]`.

Examples:
  code-source test-webhook web/shop 12
  code-source test-webhook web/shop 12 --topic pull-request --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The webhook, by its identity in the repository
    #[arg(value_name = "WEBHOOK")]
    id: String,

    /// What the trial tells of
    #[arg(long, value_name = "TOPIC", default_value = "push")]
    topic: TopicArgument,
}

/// Run `test-webhook`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let (id, topic) = (&arguments.id, Topic::from(arguments.topic));
    let outcome = Meter::during(
        context.notes,
        "testing the webhook",
        repository.source.test_webhook(&repository.id, id, &topic),
    )
    .await;
    let path = &repository.path;
    let tried = format!("send a trial by the webhook `{id}` of `{path}`");
    context.notes.answer(tried, outcome)?;
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            webhook: id,
            topic: topic::word(topic),
            arrived: true,
        });
    }
    let text = format!("A trial by the webhook {id} of {path} arrived");
    context.output.text(format!("{}\n", escape::line(&text)))
}

/// JSON of `test-webhook`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The webhook.
    webhook: &'a str,
    /// What the trial told of.
    topic: String,
    /// Whether it arrived; where it did not, there is a failure instead.
    arrived: bool,
}
