//! `list-tree`: what stands in a directory at a commit; apart from `stat-file`, which looks at
//! one file more closely.

use serde::Serialize;

use super::context::Context;
use super::failure::CommandError;
use super::listing::{self, ListArguments, Page, Row};
use super::repository::RepositoryArgument;
use super::revision::RevisionArguments;
use super::table::Cell;
use super::words;
use crate::contract::git::Entry;

/// Arguments of `list-tree`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source tree web/shop
  code-source tree web/shop src --recursive --branch next --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The directory; the root if left out
    #[arg(default_value = "", hide_default_value = true)]
    path: String,

    /// Everything below it too
    #[arg(short, long)]
    recursive: bool,

    #[command(flatten)]
    revision: RevisionArguments,

    #[command(flatten)]
    list: ListArguments,
}

/// Run `list-tree`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let at = arguments.revision.revision(&repository);
    let path = arguments.path.trim_matches('/');
    let what = match path {
        "" => format!("the root directory of `{}`", repository.path),
        _ => format!("the directory `{path}` of `{}`", repository.path),
    };
    let notes = context.notes;
    let fetch = async |request| {
        let recursive = arguments.recursive;
        let outcome = repository
            .source
            .list_tree(&repository.id, &at, path, recursive, &request)
            .await;
        let page = notes.answer(format!("list {what}"), outcome)?;
        Ok(Page::new(page.items, page.end, Shape::from).about("commit", page.commit))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

/// JSON of an entry. Before the entries stands the `commit`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The full path.
    path: String,
    /// `file`, `executable`, `symlink`, `directory`, `submodule`, or the mode in octal.
    kind: String,
    /// Its blob or tree; for a submodule, the other repository's commit.
    id: String,
}

impl Row for Shape {
    const COLUMNS: &'static [&'static str] = &["KIND", "ID", "PATH"];

    fn cells(&self) -> Vec<Cell> {
        let path = match self.kind.as_str() {
            "directory" => format!("{}/", self.path),
            _ => self.path.clone(),
        };
        vec![
            Cell::from(self.kind.as_str()),
            Cell::dim(words::short(&self.id)),
            Cell::name(&path),
        ]
    }
}

impl From<Entry> for Shape {
    fn from(entry: Entry) -> Self {
        Self {
            path: entry.path,
            kind: words::entry_kind(entry.kind),
            id: entry.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::git::EntryKind;

    #[test]
    fn json_has_every_field_of_an_entry() {
        let entry = Entry {
            path: "a/b".into(),
            kind: EntryKind::Other("100664".into()),
            id: "abc".into(),
        };
        assert_eq!(
            serde_json::to_string(&Shape::from(entry)).unwrap(),
            r#"{"path":"a/b","kind":"100664","id":"abc"}"#
        );
    }
}
