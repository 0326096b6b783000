//! `reopen-pull-request`: one that is closed, taken up again; apart from `open-pull-request`, which
//! makes a new one.

use super::shape;
use super::which::Which;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::written;

/// Arguments of `reopen-pull-request`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"pull-requests\"]`. One that is open is no failure.

Examples:
  code-source reopen-pull-request web/shop 7
  code-source reopen-pull-request web/shop 7 --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,
}

/// Run `reopen-pull-request`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let which = arguments.which;
    let repository = which.repository(context).await?;
    let call = repository
        .source
        .reopen_pull_request(&repository.id, which.number);
    let tried = format!("reopen {}", which.name(&repository));
    let look = which.look(&repository);
    let written = written::make(context.notes, tried, &look, call).await?;
    shape::tell(context, &repository.path, "Reopened", "is open", written)
}
