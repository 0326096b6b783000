//! `compare`: how two commits differ; apart from the other lists because it can show a patch for
//! every item.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::charset::arrow;
use super::context::Context;
use super::escape;
use super::failure::CommandError;
use super::listing::{self, ListArguments, Page, Row};
use super::repository::RepositoryArgument;
use super::revision::{self, RevisionWord};
use super::table::{Cell, Table, paint};
use super::words;
use crate::contract::git::{CompareMode, Comparison, FileChange, Patch};

/// Arguments of `compare`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source diff web/shop main next
  code-source diff web/shop tag:v1.1.0 tag:v1.2.0 --patches
  code-source diff web/shop main next --since-merge-base --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// What to start from: a commit's whole name, a branch, or a tag as tag:NAME
    base: RevisionWord,

    /// What to come to, in the same words
    head: RevisionWord,

    /// Start from the newest common ancestor: what the head's side did since then
    #[arg(long)]
    since_merge_base: bool,

    /// The changed lines too
    #[arg(short, long)]
    patches: bool,

    #[command(flatten)]
    list: ListArguments,
}

/// Run `compare`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let notes = context.notes;
    let base = revision::resolve(&repository, &arguments.base.0, notes).await?;
    let head = revision::resolve(&repository, &arguments.head.0, notes).await?;
    let mode = if arguments.since_merge_base {
        CompareMode::SinceMergeBase
    } else {
        CompareMode::Exact
    };
    let patches = arguments.patches;
    let what = format!("the changes of `{}`", repository.path);
    let fetch = async |request| {
        let outcome = repository
            .source
            .compare(&repository.id, &base, &head, mode, patches, &request)
            .await;
        Ok(page(
            notes.answer(format!("list {what}"), outcome)?,
            patches,
        ))
    };
    listing::list(&mut context.output, notes, &arguments.list, &what, fetch).await
}

fn page(comparison: Comparison, patches: bool) -> Page<Shape> {
    let shape = |change| Shape::new(change, patches);
    let mut page = Page::new(comparison.changes, comparison.end, shape)
        .about("base", comparison.base)
        .about("head", comparison.head)
        .about("merge-base", comparison.merge_base);
    page.cut = !comparison.complete;
    page
}

/// JSON of a changed file, here and in `list-changes`. Before the files stand `base`, `head` and
/// `merge-base`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Shape {
    /// `added`, `modified`, `deleted`, `renamed`, `copied`, `kind-changed`, or the forge's word.
    change: String,
    /// Its path at the base; left out where it was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_path: Option<String>,
    /// Its path at the head; left out where it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    new_path: Option<String>,
    /// What stood there at the base.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_kind: Option<String>,
    /// What stands there at the head.
    #[serde(skip_serializing_if = "Option::is_none")]
    new_kind: Option<String>,
    /// The hunks in unified form, where they were asked for and are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    /// Why there is no patch although it was asked for: `binary`, or the forge's reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_patch: Option<String>,
    #[serde(skip)]
    with_patch: bool,
}

impl Shape {
    /// A changed file; people see its patch only where they asked for it.
    pub(crate) fn new(change: FileChange, with_patch: bool) -> Self {
        let kind = words::change_kind(change.kind);
        let was_there = kind != "added";
        let is_there = kind != "deleted";
        let (patch, no_patch) = text_or_reason(change.patch);
        Self {
            change: kind,
            old_path: was_there.then_some(change.old_path),
            new_path: is_there.then_some(change.new_path),
            old_kind: was_there.then(|| words::entry_kind(change.old_kind)),
            new_kind: is_there.then(|| words::entry_kind(change.new_kind)),
            patch,
            no_patch,
            with_patch,
        }
    }

    fn paths(&self) -> String {
        match (self.old_path.as_deref(), self.new_path.as_deref()) {
            (Some(old), Some(new)) if old != new => format!("{old} {} {new}", arrow()),
            (old, new) => new.or(old).unwrap_or_default().to_owned(),
        }
    }

    fn style(&self) -> Style {
        match self.change.as_str() {
            "added" | "copied" => GREEN,
            "deleted" => RED,
            _ => AnsiColor::Yellow.on_default(),
        }
    }

    fn for_people(&self) -> String {
        let change = paint(self.style(), &escape::line(&self.change));
        let mut text = format!(
            "{change} {}\n",
            paint(Style::new().bold(), &escape::line(&self.paths()))
        );
        if let Some(reason) = &self.no_patch {
            text.push_str(&format!("  no patch: {}\n", escape::line(reason)));
        }
        text.extend(self.patch.as_deref().map(painted));
        text
    }
}

/// The hunks of a patch, or why there are none.
pub(crate) fn text_or_reason(patch: Patch) -> (Option<String>, Option<String>) {
    match patch {
        Patch::Text(text) => (Some(text), None),
        Patch::Binary => (None, Some("binary".to_owned())),
        Patch::Omitted(reason) => (None, Some(reason)),
        Patch::NotRequested => (None, None),
    }
}

/// A patch for people.
pub(crate) fn painted(patch: &str) -> String {
    let mut text = String::new();
    for line in patch.lines() {
        let style = match line.as_bytes().first() {
            Some(b'+') => GREEN,
            Some(b'-') => RED,
            Some(b'@') => AnsiColor::Cyan.on_default(),
            _ => Style::new(),
        };
        text.push_str(&paint(style, &escape::lines(line)));
        text.push('\n');
    }
    text
}

impl Row for Shape {
    const COLUMNS: &'static [&'static str] = &["CHANGE", "PATH"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::styled(&self.change, self.style()),
            Cell::from(self.paths().as_str()),
        ]
    }

    fn page(items: &[Self], table: &mut Table) -> String {
        if items.iter().any(|item| item.with_patch) {
            return items.iter().map(Self::for_people).collect();
        }
        table.page(&items.iter().map(Self::cells).collect::<Vec<_>>())
    }
}

const GREEN: Style = AnsiColor::Green.on_default();

const RED: Style = AnsiColor::Red.on_default();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::git::{ChangeKind, EntryKind};

    fn change(kind: ChangeKind, patch: Patch) -> FileChange {
        FileChange {
            kind,
            old_path: "a".into(),
            new_path: "b".into(),
            old_kind: EntryKind::File,
            new_kind: EntryKind::Executable,
            patch,
        }
    }

    #[test]
    fn json_leaves_out_what_has_no_meaning() {
        let json = |kind| {
            serde_json::to_string(&Shape::new(change(kind, Patch::NotRequested), false)).unwrap()
        };
        assert_eq!(
            json(ChangeKind::Added),
            r#"{"change":"added","new-path":"b","new-kind":"executable"}"#
        );
        assert_eq!(
            json(ChangeKind::Deleted),
            r#"{"change":"deleted","old-path":"a","old-kind":"file"}"#
        );
        assert_eq!(
            json(ChangeKind::Renamed),
            r#"{"change":"renamed","old-path":"a","new-path":"b","old-kind":"file","new-kind":"executable"}"#
        );
    }

    #[test]
    fn a_patch_is_shown_line_by_line_and_a_missing_one_with_its_reason() {
        let show = |patch| {
            let text = Shape::new(change(ChangeKind::Renamed, patch), true).for_people();
            anstream::adapter::strip_str(&text).to_string()
        };
        let patch = Patch::Text("@@ -1 +1 @@\n-a\u{7}\n+\tb\n".into());
        let renamed = format!("renamed a {} b", arrow());
        assert_eq!(
            show(patch),
            format!("{renamed}\n@@ -1 +1 @@\n-a\\u{{7}}\n+\tb\n")
        );
        assert_eq!(
            show(Patch::Omitted("too large".into())),
            format!("{renamed}\n  no patch: too large\n")
        );
    }

    #[test]
    fn a_comparison_that_the_forge_cut_is_no_complete_list() {
        let comparison = Comparison {
            base: "a".into(),
            head: "b".into(),
            merge_base: None,
            changes: vec![],
            complete: false,
            end: crate::contract::types::PageEnd::Complete,
        };
        assert!(page(comparison, false).cut);
    }
}
