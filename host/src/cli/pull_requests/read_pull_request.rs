//! `read-pull-request`: one pull request; apart from `list-changes` and `list-comments`, which tell
//! what is in it.

use super::shape::Shape;
use super::which::Which;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;

/// Arguments of `read-pull-request`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source read-pull-request web/shop 7
  code-source pull web/shop 7 --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,
}

/// Run `read-pull-request`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = arguments.which.repository(context).await?;
    let shape = Shape::from(arguments.which.read(&repository, context).await?);
    if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}
