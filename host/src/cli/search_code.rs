//! `search-code`: places where a query is found in a repository's code; apart from the other lists
//! because people read its items as lines of files.

use serde::Serialize;

use super::context::Context;
use super::escape;
use super::failure::CommandError;
use super::listing::{self, ListArguments, Page, Row};
use super::repository::RepositoryArgument;
use super::revision::RevisionArguments;
use super::table::{Cell, Table, paint};
use crate::contract::search::Hit;

/// Arguments of `search-code`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
What a query means beyond plain text is the forge's own matter; the case of letters does not count. \
A forge may hide files that it holds to be too large to search.

Examples:
  code-source search web/shop add_to_cart
  code-source search web/shop \"fn main\" --at next --limit 20 --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// What to look for: 1 to 1,000 characters on one line
    query: String,

    #[command(flatten)]
    revision: RevisionArguments,

    #[command(flatten)]
    list: ListArguments,
}

/// Run `search-code`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let at = arguments.revision.revision(&repository);
    let query = arguments.query.as_str();
    let what = format!("the places of `{query}` in `{}`", repository.path);
    let notes = context.notes;
    let fetch = async |request| {
        let outcome = repository
            .source
            .search_code(&repository.id, query, &at, &request)
            .await;
        let page = notes.answer(format!("list {what}"), outcome)?;
        Ok(Page::new(page.items, page.end, Shape::from).about("commit", page.commit))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

/// JSON of a place. Before the places stands the `commit`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The file.
    path: String,
    /// The line that `text` begins with.
    first_line: u32,
    /// Lines of the file: those that were found, and some around them.
    text: String,
}

impl Row for Shape {
    const COLUMNS: &'static [&'static str] = &[];

    fn cells(&self) -> Vec<Cell> {
        vec![Cell::name(&self.path), Cell::from(self.text.as_str())]
    }

    /// `path:line:text`, as `grep -n` writes it, and a line between places.
    fn page(items: &[Self], _: &mut Table) -> String {
        items.iter().map(Self::for_people).collect()
    }
}

impl Shape {
    fn for_people(&self) -> String {
        let path = paint(
            anstyle::AnsiColor::Cyan.on_default(),
            &escape::line(&self.path),
        );
        let mut text = String::new();
        for (number, line) in (self.first_line..).zip(self.text.lines()) {
            text.push_str(&format!("{path}:{number}:{}\n", escape::lines(line)));
        }
        text.push_str("--\n");
        text
    }
}

impl From<Hit> for Shape {
    fn from(hit: Hit) -> Self {
        Self {
            path: hit.path,
            first_line: hit.first_line,
            text: hit.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_place_stands_with_its_file_and_number() {
        let shape = Shape::from(Hit {
            path: "a\u{7}.rs".into(),
            first_line: 9,
            text: "one\n\ttwo\u{1b}[2J\n".into(),
        });
        let text = anstream::adapter::strip_str(&shape.for_people()).to_string();
        assert_eq!(
            text,
            "a\\u{7}.rs:9:one\na\\u{7}.rs:10:\ttwo\\u{1b}[2J\n--\n"
        );
        assert_eq!(
            serde_json::to_string(&shape).unwrap(),
            r#"{"path":"a\u0007.rs","first-line":9,"text":"one\n\ttwo\u001b[2J\n"}"#
        );
    }
}
