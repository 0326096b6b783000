//! `delete-branch`: a branch removed; apart from `create-branch` because it asks before it does so.

use serde::Serialize;

use crate::cli::confirmation::{self, ConfirmationArguments};
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::repository::{Connected, RepositoryArgument};
use crate::cli::revision;
use crate::cli::written;
use crate::contract::git::Revision;
use crate::contract::types::Outcome;

/// Arguments of `delete-branch`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"branches\"]`. Whoever confirms it confirms the commit that is shown: a
branch that has moved meanwhile stays. One that is not there is no failure.

Examples:
  code-source delete-branch web/shop next
  code-source delete-branch web/shop next --expected-head 1f7391f92b6a3792204e07e99f71f643cc35e7e1 --yes")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The branch, named without `refs/heads/`
    name: String,

    /// The commit that the branch has to be at
    #[arg(long, value_name = "ID", value_parser = revision::commit)]
    expected_head: Option<String>,

    #[command(flatten)]
    confirmation: ConfirmationArguments,
}

/// Run `delete-branch`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let is_asked = arguments
        .confirmation
        .is_asked(context, "removing a branch")?;
    let repository = context.repository(&arguments.repository).await?;
    let (name, path) = (&arguments.name, &repository.path);
    let mut expected = arguments.expected_head;
    if is_asked {
        let Some(head) = confirm(&repository, name, context).await? else {
            return tell(context, &repository, name, Outcome::Already);
        };
        expected = expected.or(Some(head));
    }
    let call = repository
        .source
        .delete_branch(&repository.id, name, expected.as_deref());
    let tried = format!("remove the branch `{name}` of `{path}`");
    let look = format!("branches {path}");
    let outcome = written::make(context.notes, tried, &look, call).await?;
    tell(context, &repository, name, outcome)
}

fn tell(
    context: &mut Context,
    repository: &Connected,
    name: &str,
    outcome: Outcome,
) -> Result<(), CommandError> {
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            repository: &repository.id,
            branch: name,
            outcome: written::word(outcome),
        });
    }
    let path = &repository.path;
    context.output.text(written::sentence(
        outcome,
        &format!("Removed the branch {name} of {path}"),
        &format!("{path} has no branch {name}"),
    ))
}

/// Ask about the branch as it is now, and tell where that is; nothing where there is none.
async fn confirm(
    repository: &Connected,
    name: &str,
    context: &Context,
) -> Result<Option<String>, CommandError> {
    let at = Revision::Branch(name.to_owned());
    let head = match revision::resolve(repository, &at, context.notes).await {
        Err(error) if written::is_gone(&error) => return Ok(None),
        head => head?,
    };
    let path = &repository.path;
    confirmation::agreed(&format!(
        "Remove the branch `{name}` of `{path}`, which is at {head}?"
    ))?;
    Ok(Some(head))
}

/// JSON of `delete-branch`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The repository's identity.
    repository: &'a str,
    /// The branch.
    branch: &'a str,
    /// `applied` or `already`.
    outcome: &'static str,
}
