//! `list-comments`: what was said about a pull request; apart from `list-changes`, which tells what
//! it is about.

use serde::Serialize;

use super::shape::indented;
use super::which::Which;
use crate::cli::context::Context;
use crate::cli::escape;
use crate::cli::failure::CommandError;
use crate::cli::listing::{self, ListArguments, Page, Row};
use crate::cli::table::{Cell, Table, paint};
use crate::cli::words;
use crate::contract::pull_requests::{Comment, Position, Side};

/// Arguments of `list-comments`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source list-comments web/shop 7
  code-source list-comments web/shop 7 --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    list: ListArguments,
}

/// Run `list-comments`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let which = &arguments.which;
    let repository = which.repository(context).await?;
    let what = format!("the comments of {}", which.name(&repository));
    let notes = context.notes;
    let fetch = async |request| {
        let outcome = repository
            .source
            .list_comments(&repository.id, which.number, &request)
            .await;
        let page = notes.answer(format!("list {what}"), outcome)?;
        Ok(Page::new(page.items, page.end, Shape::from))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

/// JSON of a comment, here and in `add-comment`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Shape {
    /// Its identity in the pull request.
    pub(super) id: String,
    /// The thread that it is in: what a reply names.
    thread: Option<String>,
    /// Name that its author signs in with.
    author: String,
    /// Its text.
    body: String,
    /// The name that it was written with, where it has one.
    marker: Option<String>,
    /// Whether the forge itself wrote it.
    automatic: bool,
    /// Whether its thread is resolved; `null` where it cannot be.
    resolved: Option<bool>,
    /// Where it stands, if it is at lines or at a file.
    at: Option<PositionShape>,
    /// When it was written.
    created_at: String,
    /// When it changed last.
    updated_at: String,
}

/// Lines of a file that a pull request changes, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PositionShape {
    /// The head that the lines were read at.
    head: String,
    /// The file's path on that side.
    path: String,
    /// `old` or `new`.
    side: &'static str,
    /// The first line; `null` for the file as a whole.
    first: Option<u32>,
    /// The last line.
    last: Option<u32>,
}

impl Row for Shape {
    const COLUMNS: &'static [&'static str] = &[];

    fn cells(&self) -> Vec<Cell> {
        vec![Cell::name(&self.id), Cell::from(self.body.as_str())]
    }

    fn page(items: &[Self], _: &mut Table) -> String {
        items.iter().map(Self::for_people).collect()
    }
}

impl Shape {
    /// Who, when and where in one line, the text below.
    fn for_people(&self) -> String {
        let mut head = format!("{}, {}", self.author, self.created_at);
        if let Some(at) = &self.at {
            head.push_str(&format!(", at {}", at.for_people()));
        }
        if let Some(thread) = &self.thread {
            head.push_str(&format!(", thread {thread}"));
        }
        match self.resolved {
            Some(true) => head.push_str(", resolved"),
            Some(false) => head.push_str(", open"),
            None => {}
        }
        let id = paint(
            anstyle::AnsiColor::Cyan.on_default(),
            &escape::line(&self.id),
        );
        let body = indented(&self.body);
        format!("{id} {}\n{body}\n", escape::line(&head))
    }
}

impl PositionShape {
    fn for_people(&self) -> String {
        match (self.first, self.last) {
            (Some(first), Some(last)) if first == last => format!("{}:{first}", self.path),
            (Some(first), Some(last)) => format!("{}:{first}-{last}", self.path),
            _ => self.path.clone(),
        }
    }
}

impl From<Comment> for Shape {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.id,
            thread: comment.thread,
            author: comment.author,
            body: comment.body,
            marker: comment.marker,
            automatic: comment.automatic,
            resolved: comment.resolved,
            at: comment.at.map(PositionShape::from),
            created_at: words::date_time(comment.created_at),
            updated_at: words::date_time(comment.updated_at),
        }
    }
}

impl From<Position> for PositionShape {
    fn from(position: Position) -> Self {
        Self {
            head: position.head,
            path: position.path,
            side: match position.side {
                Side::Old => "old",
                Side::New => "new",
            },
            first: position.lines.map(|lines| lines.first),
            last: position.lines.map(|lines| lines.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::git::LineRange;

    #[test]
    fn a_comment_says_where_it_stands() {
        let shape = Shape::from(Comment {
            id: "31".into(),
            thread: Some("t1".into()),
            author: "ada".into(),
            body: "Why?\u{1b}[2J\n\nTell.\n".into(),
            marker: None,
            automatic: false,
            resolved: Some(false),
            at: Some(Position {
                head: "h".into(),
                path: "a.rs".into(),
                side: Side::New,
                lines: Some(LineRange { first: 3, last: 4 }),
            }),
            created_at: 0,
            updated_at: 0,
        });
        let text = anstream::adapter::strip_str(&shape.for_people()).to_string();
        assert_eq!(
            text,
            "31 ada, 1970-01-01T00:00:00Z, at a.rs:3-4, thread t1, open\n\n    Why?\\u{1b}[2J\n\n    Tell.\n\n"
        );
        let value = serde_json::to_value(&shape).unwrap();
        assert_eq!(value["at"]["side"], "new");
        assert_eq!(value["at"]["last"], 4);
    }
}
