//! `list-refs`, and `branches` and `tags`, which are it with a kind: apart from `resolve`, which
//! follows one of them.

use clap::ValueEnum;
use serde::Serialize;

use super::context::Context;
use super::failure::CommandError;
use super::listing::{self, ListArguments, Page, Row};
use super::repository::RepositoryArgument;
use super::table::Cell;
use super::words;
use crate::contract::git::{RefKind, Reference};

/// Arguments of `list-refs`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source list-refs web/shop --kind tag --search v1.
  code-source branches web/shop
  code-source tags web/shop --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    names: NameArguments,

    /// Which of the two
    #[arg(long, value_name = "KIND", default_value = "branch")]
    kind: Kind,
}

/// Examples of `branches`.
pub(super) const BRANCHES: &str = "\
Examples:
  code-source branches web/shop
  code-source branches web/shop --search release/";

/// Examples of `tags`.
pub(super) const TAGS: &str = "\
Examples:
  code-source tags web/shop
  code-source tags web/shop --search v1. --json";

/// Arguments of `branches` and `tags`.
#[derive(clap::Args, Debug)]
pub(crate) struct NameArguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// Only those whose names contain this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    #[command(flatten)]
    list: ListArguments,
}

/// Kinds of reference as an argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Kind {
    /// Branches.
    Branch,
    /// Tags.
    Tag,
}

/// Run `list-refs`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    run_kind(arguments.names, arguments.kind, context).await
}

/// Run `branches` or `tags`.
pub(crate) async fn run_kind(
    arguments: NameArguments,
    kind: Kind,
    context: &mut Context,
) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let (kind, plural) = match kind {
        Kind::Branch => (RefKind::Branch, "branches"),
        Kind::Tag => (RefKind::Tag, "tags"),
    };
    let what = format!("the {plural} of `{}`", repository.path);
    let notes = context.notes;
    let search = arguments.search.as_deref();
    let fetch = async |request| {
        let outcome = repository
            .source
            .list_refs(&repository.id, kind, search, &request)
            .await;
        let page = notes.answer(format!("list {what}"), outcome)?;
        Ok(Page::new(page.items, page.end, Shape::from))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

/// JSON of a reference.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// `branch` or `tag`.
    kind: &'static str,
    /// Its name.
    name: String,
    /// The commit that it leads to.
    commit: String,
    /// Whether the forge restricts who may change it.
    protected: bool,
    /// Whether it is the default branch.
    default: bool,
}

impl Row for Shape {
    const COLUMNS: &'static [&'static str] = &["COMMIT", "NAME", ""];

    fn cells(&self) -> Vec<Cell> {
        let marks = match (self.default, self.protected) {
            (true, true) => "default, protected",
            (true, false) => "default",
            (false, true) => "protected",
            (false, false) => "",
        };
        vec![
            Cell::dim(words::short(&self.commit)),
            Cell::name(&self.name),
            Cell::from(marks),
        ]
    }
}

impl From<Reference> for Shape {
    fn from(reference: Reference) -> Self {
        let Reference {
            kind,
            name,
            commit,
            protected,
            default,
        } = reference;
        Self {
            kind: words::reference_kind(kind),
            name,
            commit,
            protected,
            default,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_every_field_of_a_reference() {
        let shape = Shape::from(Reference {
            kind: RefKind::Tag,
            name: "v1".into(),
            commit: "abc".into(),
            protected: true,
            default: false,
        });
        assert_eq!(
            serde_json::to_string(&shape).unwrap(),
            r#"{"kind":"tag","name":"v1","commit":"abc","protected":true,"default":false}"#
        );
    }
}
