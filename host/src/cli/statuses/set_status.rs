//! `set-status`: what a check has to say; apart from `list-statuses` because it writes.

use clap::ValueEnum;
use serde::Serialize;

use super::list_statuses;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::repository::RepositoryArgument;
use crate::cli::revision::{self, RevisionWord};
use crate::cli::words;
use crate::cli::written;
use crate::contract::statuses::{NewStatus, State};

/// Arguments of `set-status`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"statuses\"]`. A check that says just that already is no failure.

Examples:
  code-source set-status web/shop 1f7391f92b6a3792204e07e99f71f643cc35e7e1 build running
  code-source set-status web/shop main build success --description passed --target-url https://ci.acme.example/7")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// A commit's whole name, a branch, or a tag as tag:NAME
    #[arg(value_name = "REVISION")]
    revision: RevisionWord,

    /// Name of the check: 1 to 255 characters on one line
    name: String,

    /// How it stands
    state: StateArgument,

    /// A line for people: 255 characters at most
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// A page for people
    #[arg(long, value_name = "URL")]
    target_url: Option<String>,
}

/// How a check stands, as an argument.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum StateArgument {
    /// It waits to begin.
    Pending,
    /// It is under way.
    Running,
    /// It ended well.
    Success,
    /// It ended badly.
    Failed,
    /// It was stopped.
    Canceled,
    /// It was left out.
    Skipped,
}

/// Run `set-status`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let notes = context.notes;
    let commit = revision::resolve(&repository, &arguments.revision.0, notes).await?;
    let status = NewStatus {
        name: arguments.name,
        state: arguments.state.into(),
        description: arguments.description,
        target_url: arguments.target_url,
    };
    let call = repository
        .source
        .set_status(&repository.id, &commit, &status);
    let (name, path) = (&status.name, &repository.path);
    let tried = format!("set the status `{name}` of `{commit}` of `{path}`");
    let look = format!("list-statuses {path} {commit}");
    let outcome = written::make(notes, tried, &look, call).await?;
    let state = list_statuses::word(status.state);
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            commit: &commit,
            name,
            state: &state,
            outcome: written::word(outcome),
        });
    }
    let at = words::short(&commit);
    context.output.text(written::sentence(
        outcome,
        &format!("Set {name} of {at} of {path} to {state}"),
        &format!("{name} of {at} of {path} is {state}"),
    ))
}

/// JSON of `set-status`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The commit.
    commit: &'a str,
    /// Name of the check.
    name: &'a str,
    /// How it stands.
    state: &'a str,
    /// `applied` or `already`.
    outcome: &'static str,
}

impl From<StateArgument> for State {
    fn from(state: StateArgument) -> Self {
        match state {
            StateArgument::Pending => Self::Pending,
            StateArgument::Running => Self::Running,
            StateArgument::Success => Self::Success,
            StateArgument::Failed => Self::Failed,
            StateArgument::Canceled => Self::Canceled,
            StateArgument::Skipped => Self::Skipped,
        }
    }
}
