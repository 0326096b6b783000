//! `list-statuses`: what the checks of a commit say; apart from `set-status`, which is one of the
//! checks.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::listing::{self, ListArguments, Page, Row};
use crate::cli::repository::RepositoryArgument;
use crate::cli::revision::{self, RevisionWord};
use crate::cli::table::Cell;
use crate::cli::words;
use crate::contract::statuses::{State, Status};

/// Arguments of `list-statuses`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source list-statuses web/shop main
  code-source list-statuses web/shop 1f7391f92b6a3792204e07e99f71f643cc35e7e1 --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// A commit's whole name, a branch, or a tag as tag:NAME
    #[arg(value_name = "REVISION")]
    revision: RevisionWord,

    #[command(flatten)]
    list: ListArguments,
}

/// Run `list-statuses`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let notes = context.notes;
    let commit = revision::resolve(&repository, &arguments.revision.0, notes).await?;
    let what = format!("the statuses of `{commit}` of `{}`", repository.path);
    let fetch = async |request| {
        let outcome = repository
            .source
            .list_statuses(&repository.id, &commit, &request)
            .await;
        let page = notes.answer(format!("list {what}"), outcome)?;
        Ok(Page::new(page.items, page.end, Shape::from).about("commit", commit.as_str()))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

/// JSON of a status. Before the statuses stands the `commit`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// Name of the check.
    name: String,
    /// `pending`, `running`, `success`, `failed`, `canceled`, `skipped`, or the forge's word.
    state: String,
    /// A line for people.
    description: Option<String>,
    /// A page for people.
    target_url: Option<String>,
    /// When it was said first.
    created_at: Option<String>,
}

impl Row for Shape {
    const COLUMNS: &'static [&'static str] = &["STATE", "NAME", "DESCRIPTION", "PAGE"];

    fn cells(&self) -> Vec<Cell> {
        let style = match self.state.as_str() {
            "success" => AnsiColor::Green.on_default(),
            "failed" => AnsiColor::Red.on_default(),
            _ => Style::new(),
        };
        vec![
            Cell::styled(&self.state, style),
            Cell::name(&self.name),
            Cell::from(self.description.as_deref().unwrap_or_default()),
            Cell::dim(self.target_url.as_deref().unwrap_or_default()),
        ]
    }
}

impl From<Status> for Shape {
    fn from(status: Status) -> Self {
        Self {
            name: status.name,
            state: word(status.state),
            description: status.description,
            target_url: status.target_url,
            created_at: status.created_at.map(words::date_time),
        }
    }
}

/// How a check stands, in one word.
pub(super) fn word(state: State) -> String {
    match state {
        State::Pending => "pending".into(),
        State::Running => "running".into(),
        State::Success => "success".into(),
        State::Failed => "failed".into(),
        State::Canceled => "canceled".into(),
        State::Skipped => "skipped".into(),
        State::Other(word) => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_every_field_of_a_status() {
        let shape = Shape::from(Status {
            name: "build".into(),
            state: State::Other("manual".into()),
            description: None,
            target_url: Some("https://ci.acme.example/1".into()),
            created_at: Some(0),
        });
        assert_eq!(
            serde_json::to_string(&shape).unwrap(),
            r#"{"name":"build","state":"manual","description":null,"target-url":"https://ci.acme.example/1","created-at":"1970-01-01T00:00:00Z"}"#
        );
    }
}
