//! `add-comment`: something said about a pull request; apart from `edit-comment`, which changes what
//! was said.

use clap::ValueEnum;
use serde::Serialize;

use super::list_comments;
use super::which::Which;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::link;
use crate::cli::repository::Connected;
use crate::cli::revision;
use crate::cli::text_input::BodyArguments;
use crate::cli::usage::UsageError;
use crate::cli::written;
use crate::contract::git::LineRange;
use crate::contract::pull_requests::{Commented, NewComment, Placement, Position, Side};

/// Arguments of `add-comment`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"pull-requests\"]`. Where the forge refuses the lines, the comment stands at
the file, or on the pull request as a whole, and begins with the place. With `--marker` a comment of
the same account that has the same marker is found instead of being written again.

Examples:
  code-source add-comment web/shop 7 --body-file review.md --marker review-1
  code-source add-comment web/shop 7 --file src/cart.rs --lines 10-12 --body-file -
  code-source add-comment web/shop 7 --reply-to 6a9c1750b37d --body-file answer.md --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    body: BodyArguments,

    /// Stand at this file that the pull request changes, by its path on that side
    #[arg(long, value_name = "PATH", conflicts_with = "reply_to")]
    file: Option<String>,

    /// The side whose lines are counted: as it is at the base, or at the head
    #[arg(long, value_name = "SIDE", default_value = "new")]
    side: SideArgument,

    /// Stand at these lines of the file: FIRST-LAST, or one, the first being 1
    #[arg(long, value_name = "LINES", requires = "file", value_parser = link::lines)]
    lines: Option<LineRange>,

    /// The head that the lines were read at [default: the present one]
    #[arg(long, value_name = "ID", requires = "file", value_parser = revision::commit)]
    head: Option<String>,

    /// The thread that it answers
    #[arg(long, value_name = "THREAD")]
    reply_to: Option<String>,

    /// A name for it, which people do not see: 1 to 64 letters, digits, `-`, `_` and `.`
    #[arg(long, value_name = "NAME")]
    marker: Option<String>,
}

/// Sides of a difference as an argument.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SideArgument {
    /// The file as it is at the base.
    Old,
    /// The file as it is at the head.
    New,
}

/// Run `add-comment`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let about = format!("A comment on the pull request {}", arguments.which.number);
    let body = arguments.body.text("", &about)?;
    let which = &arguments.which;
    let repository = which.repository(context).await?;
    let at = position(&arguments, &repository, context).await?;
    let comment = NewComment {
        body,
        at,
        reply_to: arguments.reply_to.clone(),
        marker: arguments.marker.clone(),
    };
    let call = repository
        .source
        .add_comment(&repository.id, which.number, &comment);
    let name = which.name(&repository);
    let tried = format!("comment on {name}");
    let look = format!("list-comments {} {}", repository.path, which.number);
    let commented = written::make(context.notes, tried, &look, call).await?;
    tell(context, &name, commented)
}

async fn position(
    arguments: &Arguments,
    repository: &Connected,
    context: &Context,
) -> Result<Option<Position>, CommandError> {
    let Some(path) = arguments.file.clone() else {
        return Ok(None);
    };
    let head = match &arguments.head {
        Some(head) => Some(head.clone()),
        None => arguments.which.read(repository, context).await?.head,
    };
    let Some(head) = head else {
        return Err(UsageError::HeadToCommentUnknown.into());
    };
    Ok(Some(Position {
        head,
        path,
        side: arguments.side.into(),
        lines: arguments.lines,
    }))
}

fn tell(context: &mut Context, name: &str, commented: Commented) -> Result<(), CommandError> {
    let placement = match commented.placement {
        Placement::Lines => "lines",
        Placement::File => "file",
        Placement::General => "general",
        Placement::Thread => "thread",
    };
    let comment = list_comments::Shape::from(commented.comment);
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            comment,
            placement,
            outcome: written::word(commented.outcome),
        });
    }
    let place = match commented.placement {
        Placement::Lines => "at the lines",
        Placement::File => "at the file",
        Placement::General => "on the whole",
        Placement::Thread => "in the thread",
    };
    let id = &comment.id;
    context.output.text(written::sentence(
        commented.outcome,
        &format!("Wrote the comment {id} on {name}, {place}"),
        &format!("the comment {id} is on {name}, {place}"),
    ))
}

/// JSON of `add-comment`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The comment, as `list-comments` gives it.
    comment: list_comments::Shape,
    /// Where it stands: `lines`, `file`, `general` or `thread`.
    placement: &'static str,
    /// `applied` or `already`.
    outcome: &'static str,
}

impl From<SideArgument> for Side {
    fn from(side: SideArgument) -> Self {
        match side {
            SideArgument::Old => Self::Old,
            SideArgument::New => Self::New,
        }
    }
}
