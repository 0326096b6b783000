//! `list-webhooks`: the webhooks of a repository, whoever made them; apart from `read-webhook`,
//! which tells all of one.

use super::read_webhook::Shape;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::listing::{self, ListArguments, Page, Row};
use crate::cli::repository::RepositoryArgument;
use crate::cli::table::Cell;

/// Arguments of `list-webhooks`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"webhooks\"]`.

Examples:
  code-source list-webhooks web/shop
  code-source list-webhooks web/shop --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    #[command(flatten)]
    list: ListArguments,
}

/// Run `list-webhooks`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let what = format!("the webhooks of `{}`", repository.path);
    let notes = context.notes;
    let fetch = async |request| {
        let outcome = repository
            .source
            .list_webhooks(&repository.id, &request)
            .await;
        let page = notes.answer(format!("list {what}"), outcome)?;
        Ok(Page::new(page.items, page.end, Shape::from))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

impl Row for Shape {
    const COLUMNS: &'static [&'static str] = &["ID", "HEALTH", "TELLS OF", "LEADS TO"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::from(self.id.as_str()),
            Cell::from(self.health.as_str()),
            Cell::from(self.topics.join(",").as_str()),
            Cell::name(&self.url),
        ]
    }
}
