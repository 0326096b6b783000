//! `ensure-webhook`: a webhook as it is wanted, whether one is there or not; apart from
//! `test-webhook`, which tells whether it works.

use serde::Serialize;

use super::read_webhook;
use super::topic::TopicArgument;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::repository::RepositoryArgument;
use crate::cli::written;
use crate::contract::webhooks::{Topic, Wanted};

/// Arguments of `ensure-webhook`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"webhooks\"]`, and the address has to stand in `webhook-urls`. The forge is
given the host's secrets (`secrets = { webhook = { file = \"...\" } }`), and checks certificates. A
webhook that is as wanted is no failure.

Examples:
  code-source ensure-webhook web/shop https://hooks.acme.example/code --topic push --topic tag
  code-source ensure-webhook web/shop https://hooks.acme.example/code --topic push --renew-secrets")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// Where it leads: one of the addresses that are allowed
    #[arg(value_name = "URL")]
    target: String,

    /// What it tells of; may be repeated
    #[arg(long = "topic", value_name = "TOPIC", required = true)]
    topics: Vec<TopicArgument>,

    /// Give the forge the secrets again though a webhook is there: no forge tells which it has
    #[arg(long)]
    renew_secrets: bool,
}

/// Run `ensure-webhook`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let wanted = Wanted {
        url: arguments.target,
        topics: arguments.topics.into_iter().map(Topic::from).collect(),
        renew_secrets: arguments.renew_secrets,
    };
    let call = repository.source.ensure_webhook(&repository.id, &wanted);
    let path = &repository.path;
    let tried = format!("set up the webhook of `{path}`");
    let look = format!("list-webhooks {path}");
    let ensured = written::make(context.notes, tried, &look, call).await?;
    let outcome = ensured.outcome;
    let webhook = read_webhook::Shape::from(ensured.webhook);
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            webhook,
            outcome: written::word(outcome),
        });
    }
    let id = &webhook.id;
    let sentence = written::sentence(
        outcome,
        &format!("Set up the webhook {id} of {path}"),
        &format!("the webhook {id} of {path} is as wanted"),
    );
    let fields = webhook.for_people();
    context.output.text(format!("{sentence}\n{fields}"))
}

/// JSON of `ensure-webhook`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The webhook, as `read-webhook` gives it.
    webhook: read_webhook::Shape,
    /// `applied` or `already`.
    outcome: &'static str,
}
