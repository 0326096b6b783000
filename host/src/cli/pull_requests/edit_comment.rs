//! `edit-comment`: the text of a comment, changed; apart from `add-comment` because it begins with
//! the text that is there.

use serde::Serialize;

use super::which::Which;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::progress::Meter;
use crate::cli::repository::Connected;
use crate::cli::text_input::BodyArguments;
use crate::cli::written;
use crate::contract::types::{PageEnd, PageRequest};

/// Arguments of `edit-comment`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"pull-requests\"]`. A comment that has that text is no failure; its marker stays.

Examples:
  code-source edit-comment web/shop 7 31
  code-source edit-comment web/shop 7 31 --body-file review.md --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,

    /// The comment, by its identity in the pull request
    #[arg(value_name = "COMMENT")]
    id: String,

    #[command(flatten)]
    body: BodyArguments,
}

/// Run `edit-comment`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let Arguments { which, id, body } = &arguments;
    // What stands in a file is read before the forge is asked anything.
    let given = match &body.body_file {
        Some(_) => Some(body.text("", "")?),
        None => None,
    };
    let repository = which.repository(context).await?;
    let name = which.name(&repository);
    let text = match given {
        Some(text) => text,
        None => {
            let present = present(which, id, &repository, context).await?;
            body.text(&present, &format!("The comment {id} on {name}"))?
        }
    };
    let call = repository
        .source
        .edit_comment(&repository.id, which.number, id, &text);
    let tried = format!("change the comment `{id}` on {name}");
    let look = format!("list-comments {} {}", repository.path, which.number);
    let outcome = written::make(context.notes, tried, &look, call).await?;
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            number: which.number,
            comment: id,
            outcome: written::word(outcome),
        });
    }
    context.output.text(written::sentence(
        outcome,
        &format!("Changed the comment {id} on {name}"),
        &format!("the comment {id} on {name} has that text"),
    ))
}

/// The text that is there; nothing where there is no such comment, which the forge says better.
async fn present(
    which: &Which,
    id: &str,
    repository: &Connected,
    context: &Context,
) -> Result<String, CommandError> {
    let tried = format!("list the comments of {}", which.name(repository));
    let mut cursor = None;
    loop {
        let request = PageRequest {
            cursor: cursor.clone(),
            limit: None,
        };
        let outcome = Meter::during(
            context.notes,
            "asking for the comments",
            repository
                .source
                .list_comments(&repository.id, which.number, &request),
        )
        .await;
        let page = context.notes.answer(&tried, outcome)?;
        if let Some(comment) = page.items.into_iter().find(|comment| comment.id == id) {
            return Ok(comment.body);
        }
        match page.end {
            PageEnd::Complete => return Ok(String::new()),
            // The plugin is not trusted to come to an end.
            PageEnd::More(next) if cursor.as_ref() == Some(&next) => {
                return Err(CommandError::Loop { tried });
            }
            PageEnd::More(next) => cursor = Some(next),
        }
    }
}

/// JSON of `edit-comment`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The pull request.
    number: u64,
    /// The comment.
    comment: &'a str,
    /// `applied` or `already`.
    outcome: &'static str,
}
