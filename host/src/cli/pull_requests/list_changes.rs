//! `list-changes`: the files that a pull request changes; apart from `compare`, whose shape of a
//! changed file it uses, because the forge knows which commits are meant.

use super::which::Which;
use crate::cli::compare::Shape;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::listing::{self, ListArguments, Page};
use crate::contract::pull_requests::ChangesPage;

/// Arguments of `list-changes`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
A difference that the forge left out is made by `code-source diff-file`.

Examples:
  code-source list-changes web/shop 7
  code-source list-changes web/shop 7 --patches
  code-source list-changes web/shop 7 --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,

    /// Show the changed lines too; JSON always has them
    #[arg(short, long)]
    patches: bool,

    #[command(flatten)]
    list: ListArguments,
}

/// Run `list-changes`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let which = &arguments.which;
    let repository = which.repository(context).await?;
    let what = format!("the changes of {}", which.name(&repository));
    let notes = context.notes;
    let patches = arguments.patches;
    let fetch = async |request| {
        let outcome = repository
            .source
            .list_changes(&repository.id, which.number, &request)
            .await;
        Ok(page(
            notes.answer(format!("list {what}"), outcome)?,
            patches,
        ))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

fn page(changes: ChangesPage, patches: bool) -> Page<Shape> {
    let shape = |change| Shape::new(change, patches);
    let mut page = Page::new(changes.items, changes.end, shape)
        .about("base", changes.base)
        .about("head", changes.head);
    page.cut = !changes.complete;
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::types::PageEnd;

    #[test]
    fn changes_that_the_forge_cut_are_no_complete_list() {
        let changes = ChangesPage {
            base: "a".into(),
            head: "b".into(),
            items: vec![],
            complete: false,
            end: PageEnd::Complete,
        };
        assert!(page(changes, false).cut);
    }
}
