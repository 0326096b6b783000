//! `diff-file`: the difference of one file, made from its two contents; apart from `compare`, whose
//! answer is the forge's and may leave it out.

use serde::Serialize;

use super::compare;
use super::context::Context;
use super::escape;
use super::failure::CommandError;
use super::progress::Meter;
use super::repository::RepositoryArgument;
use super::revision::{self, RevisionWord};

/// Arguments of `diff-file`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source diff-file web/shop main next Cargo.lock
  code-source diff-file web/shop tag:v1.1.0 tag:v1.2.0 src/cart.rs --old-path src/basket.rs
  code-source diff-file web/shop main next docs/new.md --added --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// What to start from: a commit's whole name, a branch, or a tag as tag:NAME
    base: RevisionWord,

    /// What to come to, in the same words
    head: RevisionWord,

    /// The file, at the head
    path: String,

    /// Its path at the base, where that was another one
    #[arg(long, value_name = "PATH", conflicts_with_all = ["added", "deleted"])]
    old_path: Option<String>,

    /// It was added: the base does not have it
    #[arg(long, conflicts_with = "deleted")]
    added: bool,

    /// It was deleted: the head does not have it
    #[arg(long)]
    deleted: bool,
}

/// Run `diff-file`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let base = revision::resolve(&repository, &arguments.base.0, context.notes).await?;
    let head = revision::resolve(&repository, &arguments.head.0, context.notes).await?;
    let path = arguments.path.as_str();
    let old = arguments.old_path.as_deref().unwrap_or(path);
    let old_path = (!arguments.added).then_some(old);
    let new_path = (!arguments.deleted).then_some(path);
    let outcome = Meter::during(
        context.notes,
        "asking for the difference",
        repository
            .source
            .diff_file(&repository.id, &base, &head, old_path, new_path),
    )
    .await;
    let tried = format!("make the difference of `{path}` of `{}`", repository.path);
    let (patch, no_patch) = compare::text_or_reason(context.notes.answer(tried, outcome)?);
    if context.output.is_json() {
        return context.output.json_line(&Shape {
            base: &base,
            head: &head,
            old_path,
            new_path,
            patch,
            no_patch,
        });
    }
    if let Some(reason) = no_patch {
        context
            .notes
            .note(&format!("no patch: {}", escape::line(&reason)));
    }
    let patch = patch.as_deref().map(compare::painted);
    context.output.text(patch.unwrap_or_default())
}

/// JSON of `diff-file`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The commit that it starts from.
    base: &'a str,
    /// The commit that it comes to.
    head: &'a str,
    /// Its path at the base; left out where it was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_path: Option<&'a str>,
    /// Its path at the head; left out where it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    new_path: Option<&'a str>,
    /// The hunks in unified form.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    /// Why there are none: `binary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_patch: Option<String>,
}
