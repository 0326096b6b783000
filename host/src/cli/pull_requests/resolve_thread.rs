//! `resolve-thread`: a thread marked as resolved, or as open; apart from `add-comment`, which says
//! something in it.

use serde::Serialize;

use super::which::Which;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::written;

/// Arguments of `resolve-thread`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"pull-requests\"]`. A thread that is so is no failure.

Examples:
  code-source resolve-thread web/shop 7 6a9c1750b37d
  code-source resolve-thread web/shop 7 6a9c1750b37d --open --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,

    /// The thread, as `list-comments` names it
    thread: String,

    /// Mark it as open again
    #[arg(long)]
    open: bool,
}

/// Run `resolve-thread`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let (which, thread) = (&arguments.which, &arguments.thread);
    let resolved = !arguments.open;
    let repository = which.repository(context).await?;
    let call = repository
        .source
        .resolve_thread(&repository.id, which.number, thread, resolved);
    let name = which.name(&repository);
    let state = if resolved { "resolved" } else { "open" };
    let tried = format!("mark the thread `{thread}` of {name} as {state}");
    let look = format!("list-comments {} {}", repository.path, which.number);
    let outcome = written::make(context.notes, tried, &look, call).await?;
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            number: which.number,
            thread,
            resolved,
            outcome: written::word(outcome),
        });
    }
    context.output.text(written::sentence(
        outcome,
        &format!("Marked the thread {thread} of {name} as {state}"),
        &format!("the thread {thread} of {name} is {state}"),
    ))
}

/// JSON of `resolve-thread`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The pull request.
    number: u64,
    /// The thread.
    thread: &'a str,
    /// Whether it is resolved.
    resolved: bool,
    /// `applied` or `already`.
    outcome: &'static str,
}
