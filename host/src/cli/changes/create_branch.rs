//! `create-branch`: a branch at a commit; apart from `create-commit`, which can begin a branch with
//! a commit of its own.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::repository::RepositoryArgument;
use crate::cli::revision::RevisionArguments;
use crate::cli::words;
use crate::cli::written;

/// Arguments of `create-branch`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"branches\"]`. A branch that is there, at that commit, is no failure.

Examples:
  code-source create-branch web/shop next
  code-source create-branch web/shop hotfix --at tag:v1.2.0")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The branch, named without `refs/heads/`
    name: String,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Run `create-branch`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let notes = context.notes;
    let name = &arguments.name;
    let commit = arguments.revision.commit(&repository, notes).await?;
    let call = repository
        .source
        .create_branch(&repository.id, name, &commit);
    let path = &repository.path;
    let tried = format!("make the branch `{name}` of `{path}`");
    let outcome = written::make(notes, tried, &format!("branches {path}"), call).await?;
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            repository: &repository.id,
            branch: name,
            commit: &commit,
            outcome: written::word(outcome),
        });
    }
    let at = words::short(&commit);
    context.output.text(written::sentence(
        outcome,
        &format!("Made the branch {name} of {path} at {at}"),
        &format!("the branch {name} of {path} is at {at}"),
    ))
}

/// JSON of `create-branch`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The repository's identity.
    repository: &'a str,
    /// The branch.
    branch: &'a str,
    /// The commit that it is at.
    commit: &'a str,
    /// `applied` or `already`.
    outcome: &'static str,
}
