//! `read-archive`: an archive of a commit; apart from `sync`, which gives the commit's tree and
//! not what `git archive` makes of it.

use std::path::PathBuf;

use clap::ValueEnum;
use indicatif::BinaryBytes;
use serde::Serialize;

use super::content::Delivery;
use super::context::Context;
use super::failure::CommandError;
use super::interrupt;
use super::progress::Meter;
use super::repository::RepositoryArgument;
use super::revision::RevisionArguments;
use super::usage::UsageError;
use crate::contract::git::ArchiveFormat;

/// Arguments of `read-archive`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source archive web/shop --output shop.tar.gz
  code-source archive web/shop --path src --format tar | tar -x")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// Only this directory
    #[arg(long, value_name = "PATH")]
    path: Option<String>,

    /// Its format
    #[arg(long, value_name = "FORMAT", default_value = "tar-gz")]
    format: Format,

    /// Write to this file, which is replaced only when all has arrived
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Formats of an archive as an argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// A tar file compressed with gzip.
    TarGz,
    /// A plain tar file.
    Tar,
    /// A zip file.
    Zip,
}

/// Run `read-archive`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    if arguments.output.is_none() && (context.output.is_terminal() || context.output.is_json()) {
        return Err(UsageError::ArchiveAsText.into());
    }
    let repository = context.repository(&arguments.repository).await?;
    let commit = arguments
        .revision
        .commit(&repository, context.notes)
        .await?;
    let path = arguments.path.as_deref();
    let format = arguments.format.into();
    let meter = Meter::new(context.notes, "asking for the archive");
    let outcome = repository
        .source
        .read_archive(&repository.id, &commit, path, format)
        .await;
    let tried = format!("read an archive of `{}`", repository.path);
    let body = context.notes.answer(tried.clone(), outcome)?;
    let delivery = Delivery::new(body, tried);
    meter.now("downloading");
    let Some(output) = arguments.output else {
        let pipe = delivery.into_pipe(context, &meter);
        return interrupt::leaving("the archive is cut", pipe).await;
    };
    let left = format!("`{}` was not written", output.display());
    let bytes = interrupt::leaving(left, delivery.into_file(&output, &meter)).await?;
    drop(meter);
    let shape = Shape {
        commit,
        output: output.display().to_string(),
        bytes,
    };
    if context.output.is_json() {
        return context.output.json_line(&shape);
    }
    let size = BinaryBytes(bytes);
    context.notes.note(&format!(
        "wrote {size} of the commit {} to `{}`",
        shape.commit, shape.output
    ));
    Ok(())
}

/// JSON of `read-archive`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The commit that it is of.
    commit: String,
    /// The file that it was written to.
    output: String,
    /// Its size.
    bytes: u64,
}

impl From<Format> for ArchiveFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::TarGz => Self::TarGz,
            Format::Tar => Self::Tar,
            Format::Zip => Self::Zip,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_tells_commit_file_and_size() {
        let shape = Shape {
            commit: "c".into(),
            output: "a.zip".into(),
            bytes: 9,
        };
        let json = serde_json::to_string(&shape).unwrap();
        assert_eq!(json, r#"{"commit":"c","output":"a.zip","bytes":9}"#);
    }
}
