//! `remove-webhook`: a webhook removed; apart from `ensure-webhook` because it asks before it does
//! so.

use serde::Serialize;

use crate::cli::confirmation::{self, ConfirmationArguments};
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::progress::Meter;
use crate::cli::repository::{Connected, RepositoryArgument};
use crate::cli::written;
use crate::contract::types::Outcome;

/// Arguments of `remove-webhook`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"webhooks\"]`. One that is not there is no failure.

Examples:
  code-source remove-webhook web/shop 12
  code-source remove-webhook web/shop 12 --yes --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The webhook, by its identity in the repository
    #[arg(value_name = "WEBHOOK")]
    id: String,

    #[command(flatten)]
    confirmation: ConfirmationArguments,
}

/// Run `remove-webhook`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let is_asked = arguments
        .confirmation
        .is_asked(context, "removing a webhook")?;
    let repository = context.repository(&arguments.repository).await?;
    let id = &arguments.id;
    if is_asked && !confirm(&repository, id, context).await? {
        return tell(context, &repository, id, Outcome::Already);
    }
    let call = repository.source.remove_webhook(&repository.id, id);
    let path = &repository.path;
    let tried = format!("remove the webhook `{id}` of `{path}`");
    let look = format!("list-webhooks {path}");
    let outcome = written::make(context.notes, tried, &look, call).await?;
    tell(context, &repository, id, outcome)
}

fn tell(
    context: &mut Context,
    repository: &Connected,
    id: &str,
    outcome: Outcome,
) -> Result<(), CommandError> {
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            webhook: id,
            outcome: written::word(outcome),
        });
    }
    let path = &repository.path;
    context.output.text(written::sentence(
        outcome,
        &format!("Removed the webhook {id} of {path}"),
        &format!("{path} has no webhook {id}"),
    ))
}

/// Ask about the webhook as it is now, and tell whether there is one.
async fn confirm(
    repository: &Connected,
    id: &str,
    context: &Context,
) -> Result<bool, CommandError> {
    let path = &repository.path;
    let outcome = Meter::during(
        context.notes,
        "asking for the webhook",
        repository.source.read_webhook(&repository.id, id),
    )
    .await;
    let tried = format!("read the webhook `{id}` of `{path}`");
    let webhook = match context.notes.answer(tried, outcome) {
        Err(error) if written::is_gone(&error) => return Ok(false),
        webhook => webhook?,
    };
    confirmation::agreed(&format!(
        "Remove the webhook {id} of `{path}`, which leads to {}?",
        webhook.url
    ))?;
    Ok(true)
}

/// JSON of `remove-webhook`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The webhook.
    webhook: &'a str,
    /// `applied` or `already`.
    outcome: &'static str,
}
