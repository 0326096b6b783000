//! `resolve`: the commit that a branch or a tag leads to; apart because other tools take a commit.

use serde::Serialize;

use super::context::Context;
use super::failure::CommandError;
use super::progress::Meter;
use super::repository::RepositoryArgument;
use super::revision::{self, RevisionArguments};

/// Arguments of `resolve`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source resolve web/shop
  code-source resolve web/shop --tag v1.2.0")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Run `resolve`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let at = arguments.revision.revision(&repository);
    let tried = format!("resolve {} of `{}`", revision::name(&at), repository.path);
    // Also for a commit: whoever asks wants to know whether there is one.
    let outcome = Meter::during(
        context.notes,
        "resolving",
        repository.source.resolve(&repository.id, &at),
    )
    .await;
    let commit = context.notes.answer(tried, outcome)?;
    if context.output.is_json() {
        context.output.json_line(&Shape {
            repository: &repository.id,
            commit: &commit,
        })
    } else {
        context
            .output
            .text(format!("{}\n", super::escape::line(&commit)))
    }
}

/// JSON of `resolve`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The repository's identity.
    repository: &'a str,
    /// The commit's whole name.
    commit: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_names_the_repository_and_the_commit() {
        let shape = Shape {
            repository: "42",
            commit: "abc",
        };
        assert_eq!(
            serde_json::to_string(&shape).unwrap(),
            r#"{"repository":"42","commit":"abc"}"#
        );
    }
}
