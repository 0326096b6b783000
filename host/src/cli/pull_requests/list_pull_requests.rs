//! `list-pull-requests`: those of a repository, the newest first; apart from `read-pull-request`,
//! which tells all of one.

use clap::ValueEnum;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::shape::Shape;
use crate::cli::charset::arrow;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::listing::{self, ListArguments, Page, Row};
use crate::cli::repository::RepositoryArgument;
use crate::cli::table::Cell;
use crate::contract::pull_requests::{Filter, State};
use crate::contract::types::Timestamp;

/// Arguments of `list-pull-requests`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source pulls web/shop --state open
  code-source pulls web/shop --author ada --updated-after 2026-01-31T00:00:00Z --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// Only those that stand there; all if left out
    #[arg(long, value_name = "STATE")]
    state: Option<StateArgument>,

    /// Only those that propose this branch
    #[arg(long, value_name = "NAME")]
    source_branch: Option<String>,

    /// Only those that are proposed for this branch
    #[arg(long, value_name = "NAME")]
    target_branch: Option<String>,

    /// Only those of this author, by the name to sign in with
    #[arg(long, value_name = "NAME")]
    author: Option<String>,

    /// Only those that changed at that moment or later, in RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment)]
    updated_after: Option<Timestamp>,

    #[command(flatten)]
    list: ListArguments,
}

/// Where a pull request stands, as an argument.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum StateArgument {
    /// To be decided.
    Open,
    /// Its changes are in the target branch.
    Merged,
    /// Given up.
    Closed,
    /// Being merged at the moment.
    Locked,
}

/// Run `list-pull-requests`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let filter = Filter {
        state: arguments.state.map(State::from),
        source_branch: arguments.source_branch,
        target_branch: arguments.target_branch,
        author: arguments.author,
        updated_after: arguments.updated_after,
    };
    let what = format!("the pull requests of `{}`", repository.path);
    let notes = context.notes;
    let fetch = async |request| {
        let outcome = repository
            .source
            .list_pull_requests(&repository.id, &filter, &request)
            .await;
        let page = notes.answer(format!("list {what}"), outcome)?;
        Ok(Page::new(page.items, page.end, Shape::from))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

impl Row for Shape {
    const COLUMNS: &'static [&'static str] = &["NUMBER", "STATE", "AUTHOR", "BRANCHES", "TITLE"];

    fn cells(&self) -> Vec<Cell> {
        let state = match (self.state.as_str(), self.draft) {
            ("open", true) => "draft",
            (state, _) => state,
        };
        let branches = format!("{} {} {}", self.source_branch, arrow(), self.target_branch);
        vec![
            Cell::name(&self.number.to_string()),
            Cell::from(state),
            Cell::from(self.author.as_str()),
            Cell::dim(&branches),
            Cell::from(self.title.as_str()),
        ]
    }
}

impl From<StateArgument> for State {
    fn from(state: StateArgument) -> Self {
        match state {
            StateArgument::Open => Self::Open,
            StateArgument::Merged => Self::Merged,
            StateArgument::Closed => Self::Closed,
            StateArgument::Locked => Self::Locked,
        }
    }
}

fn moment(text: &str) -> Result<Timestamp, &'static str> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map(OffsetDateTime::unix_timestamp)
        .map_err(|_| "not a time such as 2026-01-31T00:00:00Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_its_offset_and_a_day_alone_is_none() {
        assert_eq!(moment("1970-01-01T01:00:01+01:00"), Ok(1));
        for text in ["", "2026-01-31", "yesterday", "2026-01-31T00:00:00"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
