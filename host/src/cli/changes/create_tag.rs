//! `create-tag`: a tag that leads to a commit; apart from `create-branch` because it may have a
//! message, and does not move.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::repository::RepositoryArgument;
use crate::cli::revision::RevisionArguments;
use crate::cli::text_input::MessageArguments;
use crate::cli::words;
use crate::cli::written;

/// Arguments of `create-tag`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"branches\"]`. With a message it is an annotated tag. One that is there, leads
to that commit, and has that message is no failure.

Examples:
  code-source create-tag web/shop v1.3.0 --at main
  code-source create-tag web/shop v1.3.0 --message-file notes.txt --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The tag, named without `refs/tags/`
    name: String,

    #[command(flatten)]
    message: MessageArguments,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Run `create-tag`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let message = arguments.message.given()?;
    let repository = context.repository(&arguments.repository).await?;
    let notes = context.notes;
    let name = &arguments.name;
    let commit = arguments.revision.commit(&repository, notes).await?;
    let call = repository
        .source
        .create_tag(&repository.id, name, &commit, message.as_deref());
    let path = &repository.path;
    let tried = format!("make the tag `{name}` of `{path}`");
    let outcome = written::make(notes, tried, &format!("tags {path}"), call).await?;
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            repository: &repository.id,
            tag: name,
            commit: &commit,
            annotated: message.is_some(),
            outcome: written::word(outcome),
        });
    }
    let at = words::short(&commit);
    context.output.text(written::sentence(
        outcome,
        &format!("Made the tag {name} of {path} at {at}"),
        &format!("the tag {name} of {path} leads to {at}"),
    ))
}

/// JSON of `create-tag`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The repository's identity.
    repository: &'a str,
    /// The tag.
    tag: &'a str,
    /// The commit that it leads to.
    commit: &'a str,
    /// Whether it has a message.
    annotated: bool,
    /// `applied` or `already`.
    outcome: &'static str,
}
