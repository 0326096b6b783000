//! `open-pull-request`: a branch proposed for another; apart from `edit-pull-request`, which changes
//! one that is there.

use super::shape;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::repository::RepositoryArgument;
use crate::cli::text_input::BodyArguments;
use crate::cli::written;
use crate::contract::pull_requests::Proposal;

/// Arguments of `open-pull-request`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"pull-requests\"]`. Where one is open from that branch to that branch, it is
found, left as it is, and no failure.

Examples:
  code-source open-pull-request web/shop fast main --title \"Faster cart\"
  code-source open-pull-request web/shop fast main --title wip --body-file - --draft --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The branch that is proposed
    source_branch: String,

    /// The branch that it is proposed for
    target_branch: String,

    /// Its title: 1 to 255 characters on one line, without a mark for drafts
    #[arg(long, value_name = "TEXT")]
    title: String,

    #[command(flatten)]
    body: BodyArguments,

    /// It is unfinished
    #[arg(long)]
    draft: bool,

    /// A label; may be repeated
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,

    /// Let the branch go when it is merged
    #[arg(long)]
    remove_source_branch: bool,
}

/// Run `open-pull-request`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let about = format!("The description of the pull request {}", arguments.title);
    let proposal = Proposal {
        body: arguments.body.text("", &about)?,
        source_branch: arguments.source_branch,
        target_branch: arguments.target_branch,
        title: arguments.title,
        draft: arguments.draft,
        labels: arguments.labels,
        remove_source_branch: arguments.remove_source_branch,
    };
    let repository = context.repository(&arguments.repository).await?;
    let call = repository
        .source
        .open_pull_request(&repository.id, &proposal);
    let path = &repository.path;
    let source = &proposal.source_branch;
    let tried = format!("open a pull request of `{source}` of `{path}`");
    let look = format!("pulls {path} --state open --source-branch {source}");
    let written = written::make(context.notes, tried, &look, call).await?;
    shape::tell(context, path, "Opened", "is open for it", written)
}
