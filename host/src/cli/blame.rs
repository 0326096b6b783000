//! `blame`: which commit changed each line of a file last; apart from `list-commits`, which tells
//! the commits of a file and not of its lines.

use serde::Serialize;

use super::context::Context;
use super::failure::CommandError;
use super::link;
use super::progress::Meter;
use super::read_commit::SignatureShape;
use super::repository::RepositoryArgument;
use super::revision::RevisionArguments;
use super::table::{Cell, Table};
use super::words;
use crate::contract::git::{BlameRange, LineRange};

/// Arguments of `blame`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source blame web/shop src/cart.rs
  code-source blame web/shop src/cart.rs --lines 10-20 --at tag:v1.2.0 --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The file
    path: String,

    /// Only these lines: FIRST-LAST, or one, the first being 1
    #[arg(long, value_name = "LINES", value_parser = link::lines)]
    lines: Option<LineRange>,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Run `blame`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let commit = arguments
        .revision
        .commit(&repository, context.notes)
        .await?;
    let Arguments { path, lines, .. } = &arguments;
    let outcome = Meter::during(
        context.notes,
        "asking who wrote it",
        repository
            .source
            .blame(&repository.id, &commit, path, *lines),
    )
    .await;
    let tried = format!("blame `{path}` of `{}`", repository.path);
    let ranges = context.notes.answer(tried, outcome)?;
    let shape = Shape {
        commit: &commit,
        path,
        ranges: ranges.into_iter().map(RangeShape::from).collect(),
    };
    if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}

/// JSON of `blame`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The commit that was looked at.
    commit: &'a str,
    /// The file.
    path: &'a str,
    /// Its lines, without a gap.
    ranges: Vec<RangeShape>,
}

/// Lines that one commit changed last, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct RangeShape {
    /// The first line.
    first: u32,
    /// The last line, that one included.
    last: u32,
    /// The commit that changed them last.
    commit: String,
    /// Who made that change.
    author: SignatureShape,
    /// First line of its message.
    summary: String,
}

impl Shape<'_> {
    fn for_people(&self) -> String {
        let rows: Vec<Vec<Cell>> = self.ranges.iter().map(RangeShape::row).collect();
        Table::new(&["LINES", "COMMIT", "DATE", "AUTHOR", "MESSAGE"]).page(&rows)
    }
}

impl RangeShape {
    fn row(&self) -> Vec<Cell> {
        let lines = match (self.first, self.last) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        };
        vec![
            Cell::from(lines.as_str()),
            Cell::name(words::short(&self.commit)),
            Cell::dim(self.author.day()),
            Cell::from(self.author.name.as_str()),
            Cell::from(self.summary.as_str()),
        ]
    }
}

impl From<BlameRange> for RangeShape {
    fn from(range: BlameRange) -> Self {
        Self {
            first: range.lines.first,
            last: range.lines.last,
            commit: range.commit,
            author: range.author.into(),
            summary: range.summary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::git::Signature;

    #[test]
    fn lines_of_one_commit_stand_in_one_row() {
        let range = BlameRange {
            lines: LineRange { first: 3, last: 5 },
            commit: "0123456789abcdef".into(),
            author: Signature {
                name: "Ada".into(),
                email: "a@b".into(),
                at: 0,
            },
            summary: "One".into(),
        };
        let shape = Shape {
            commit: "c",
            path: "a",
            ranges: vec![range.into()],
        };
        let text = anstream::adapter::strip_str(&shape.for_people()).to_string();
        let row = "3-5    0123456789  1970-01-01  Ada     One";
        assert_eq!(text.lines().last(), Some(row));
        let value = serde_json::to_value(&shape).unwrap();
        assert_eq!(value["ranges"][0]["author"]["at"], "1970-01-01T00:00:00Z");
        assert_eq!(value["ranges"][0]["last"], 5);
    }
}
