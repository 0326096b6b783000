//! `list-repositories`: every repository that the token may see; apart from `read-repository`,
//! whose shape of a repository it uses, because it is a list.

use clap::ValueEnum;

use super::context::Context;
use super::failure::CommandError;
use super::listing::{self, ListArguments, Page, Row};
use super::read_repository::Shape;
use super::table::Cell;
use crate::contract::repositories::{Access, Filter};

/// Arguments of `list-repositories`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source repos --search shop
  code-source repos --owner web --minimum-access maintainer --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    filter: FilterArguments,

    #[command(flatten)]
    list: ListArguments,
}

/// Which repositories are wanted, here and in `why`.
#[derive(clap::Args, Debug)]
pub(crate) struct FilterArguments {
    /// Only those whose path or name contains this, at least three characters
    #[arg(long, value_name = "TEXT", value_parser = search)]
    search: Option<String>,

    /// Only those of this group, at any depth, or of this account
    #[arg(long, value_name = "PATH")]
    owner: Option<String>,

    /// Only those in which the token's account has at least this access
    #[arg(long, value_name = "ACCESS")]
    minimum_access: Option<AccessArgument>,

    /// Only those that the token's account is a member of
    #[arg(long)]
    member_only: bool,

    /// Archived ones too
    #[arg(long)]
    include_archived: bool,
}

/// Run `list-repositories`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let session = context.open()?;
    let list = arguments.list.clone();
    let filter = arguments.filter.filter();
    let fetch = async |request| {
        let outcome = session.source.list_repositories(&filter, &request).await;
        let page = session.notes.answer("list the repositories", outcome)?;
        Ok(Page::new(page.items, page.end, Shape::from).total(page.total))
    };
    listing::list(
        &mut context.output,
        context.notes,
        &list,
        "the repositories",
        fetch,
    )
    .await
}

impl FilterArguments {
    pub(crate) fn filter(self) -> Filter {
        Filter {
            search: self.search,
            owner: self.owner,
            minimum_access: self.minimum_access.map(Access::from),
            member_only: self.member_only,
            include_archived: self.include_archived,
        }
    }
}

/// What the contract asks of a search.
fn search(text: &str) -> Result<String, String> {
    match text.trim().chars().count() {
        0..3 => Err("it needs three characters or more".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

/// An access as an argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum AccessArgument {
    /// See that it exists.
    Guest,
    /// Read the code.
    Reporter,
    /// Push to unprotected branches.
    Developer,
    /// Change settings and protected branches.
    Maintainer,
    /// Everything.
    Owner,
}

impl From<AccessArgument> for Access {
    fn from(access: AccessArgument) -> Self {
        match access {
            AccessArgument::Guest => Self::Guest,
            AccessArgument::Reporter => Self::Reporter,
            AccessArgument::Developer => Self::Developer,
            AccessArgument::Maintainer => Self::Maintainer,
            AccessArgument::Owner => Self::Owner,
        }
    }
}

impl Row for Shape {
    const EMPTY: &'static str =
        "the list is empty; `code-source why PATH` tells why a repository is not in it";
    const COLUMNS: &'static [&'static str] = &["ID", "PATH", "BRANCH", "ACCESS", "STATE"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::dim(&self.id),
            Cell::name(&self.path),
            Cell::from(self.default_branch.as_deref().unwrap_or(if self.empty {
                "(empty)"
            } else {
                "-"
            })),
            Cell::from(self.access.as_deref().unwrap_or("-")),
            Cell::from(if self.state == "active" {
                ""
            } else {
                self.state.as_str()
            }),
        ]
    }
}
