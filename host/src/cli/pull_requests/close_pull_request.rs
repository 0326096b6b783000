//! `close-pull-request`: a pull request given up; apart from `reopen-pull-request` because it asks
//! before it does so.

use super::shape;
use super::which::Which;
use crate::cli::confirmation::{self, ConfirmationArguments};
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::written;

/// Arguments of `close-pull-request`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"pull-requests\"]`. One that is closed is no failure.

Examples:
  code-source close-pull-request web/shop 7
  code-source close-pull-request web/shop 7 --yes --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    confirmation: ConfirmationArguments,
}

/// Run `close-pull-request`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let Arguments {
        which,
        confirmation,
    } = arguments;
    let is_asked = confirmation.is_asked(context, "closing a pull request")?;
    let repository = which.repository(context).await?;
    if is_asked {
        let present = which.read(&repository, context).await?;
        let title = present.title.replace('\n', " ");
        let name = which.name(&repository);
        confirmation::agreed(&format!("Close {name}, “{title}”?"))?;
    }
    let call = repository
        .source
        .close_pull_request(&repository.id, which.number);
    let tried = format!("close {}", which.name(&repository));
    let look = which.look(&repository);
    let written = written::make(context.notes, tried, &look, call).await?;
    shape::tell(context, &repository.path, "Closed", "is closed", written)
}
