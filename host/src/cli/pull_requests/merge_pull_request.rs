//! `merge-pull-request`: a pull request's changes in its target branch; apart from the other
//! decisions because it is about a head that somebody looked at.

use super::shape;
use super::which::Which;
use crate::cli::confirmation::{self, ConfirmationArguments};
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::repository::Connected;
use crate::cli::revision;
use crate::cli::text_input::MessageArguments;
use crate::cli::usage::UsageError;
use crate::cli::written;
use crate::contract::pull_requests::Merging;

/// Arguments of `merge-pull-request`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"pull-requests\"]`. Whoever confirms it confirms the head that is shown: no
other is merged. Where that head is merged already, that is no failure.

Examples:
  code-source merge-pull-request web/shop 7
  code-source merge-pull-request web/shop 7 --squash --expected-head 1f7391f92b6a3792204e07e99f71f643cc35e7e1 --yes")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,

    /// The head that was looked at; needed with `--yes`
    #[arg(long, value_name = "ID", value_parser = revision::commit)]
    expected_head: Option<String>,

    /// Make one commit of its commits
    #[arg(long)]
    squash: bool,

    #[command(flatten)]
    message: MessageArguments,

    /// Let the branch go
    #[arg(long)]
    remove_source_branch: bool,

    #[command(flatten)]
    confirmation: ConfirmationArguments,
}

/// Run `merge-pull-request`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let is_asked = arguments
        .confirmation
        .is_asked(context, "merging a pull request")?;
    if !is_asked && arguments.expected_head.is_none() {
        return Err(UsageError::NoExpectedHead.into());
    }
    let message = arguments.message.given()?;
    let which = &arguments.which;
    let repository = which.repository(context).await?;
    let shown = match is_asked {
        true => Some(confirm(&arguments, &repository, context).await?),
        false => None,
    };
    let merging = Merging {
        // One of the two is there: what was not given was shown.
        expected_head: arguments.expected_head.or(shown).unwrap_or_default(),
        squash: arguments.squash,
        message,
        remove_source_branch: arguments.remove_source_branch,
    };
    let call = repository
        .source
        .merge_pull_request(&repository.id, which.number, &merging);
    let tried = format!("merge {}", which.name(&repository));
    let look = which.look(&repository);
    let written = written::make(context.notes, tried, &look, call).await?;
    shape::tell(context, &repository.path, "Merged", "is merged", written)
}

/// Ask about the pull request as it is now, and tell the head that was confirmed.
async fn confirm(
    arguments: &Arguments,
    repository: &Connected,
    context: &Context,
) -> Result<String, CommandError> {
    let present = arguments.which.read(repository, context).await?;
    let known = arguments.expected_head.clone().or(present.head);
    let Some(head) = known else {
        return Err(UsageError::HeadToMergeUnknown.into());
    };
    let name = arguments.which.name(repository);
    let title = present.title.replace('\n', " ");
    let (source, target) = (&present.source_branch, &present.target_branch);
    let goes = match arguments.remove_source_branch {
        true => ", and the branch goes",
        false => "",
    };
    confirmation::agreed(&format!(
        "`{source}` at {head} comes into `{target}`{goes}.\nMerge {name}, “{title}”?"
    ))?;
    Ok(head)
}
