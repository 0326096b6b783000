//! `list-commits`: the history that leads to a revision; apart from `read-commit`, whose shape of
//! a commit it uses, because it is a list.

use super::context::Context;
use super::failure::CommandError;
use super::listing::{self, ListArguments, Page, Row};
use super::read_commit::Shape;
use super::repository::RepositoryArgument;
use super::revision::RevisionArguments;
use super::table::Cell;
use super::words;

/// Arguments of `list-commits`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source log web/shop --limit 20
  code-source log web/shop --tag v1.2.0 --path src/cart.rs --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// Only commits that changed this path
    #[arg(long, value_name = "PATH")]
    path: Option<String>,

    #[command(flatten)]
    revision: RevisionArguments,

    #[command(flatten)]
    list: ListArguments,
}

/// Run `list-commits`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let at = arguments.revision.revision(&repository);
    let what = format!("the commits of `{}`", repository.path);
    let notes = context.notes;
    let path = arguments.path.as_deref();
    let fetch = async |request| {
        let outcome = repository
            .source
            .list_commits(&repository.id, &at, path, &request)
            .await;
        let page = notes.answer(format!("list {what}"), outcome)?;
        Ok(Page::new(page.items, page.end, Shape::from))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

impl Row for Shape {
    const COLUMNS: &'static [&'static str] = &["COMMIT", "DATE", "AUTHOR", "MESSAGE"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::name(words::short(&self.id)),
            Cell::dim(self.day()),
            Cell::from(self.author.name.as_str()),
            Cell::from(self.message.lines().next().unwrap_or_default()),
        ]
    }
}
