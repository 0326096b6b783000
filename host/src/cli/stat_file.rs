//! `stat-file`: what the forge knows of a file, without its content; apart from `read-file`,
//! which uses its shape of a file.

use indicatif::BinaryBytes;
use serde::Serialize;

use super::context::Context;
use super::failure::CommandError;
use super::notes::Notes;
use super::progress::Meter;
use super::repository::{Connected, RepositoryArgument};
use super::revision::RevisionArguments;
use super::table::fields;
use super::words;
use crate::contract::git::{File, LfsPointer, Revision, Storage};
use crate::contract::types::{ErrorCode, PageRequest, Subject};
use crate::outcome::Failure;
use crate::shell::quoted;

/// Arguments of `stat-file`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source stat-file web/shop README.md
  code-source stat-file web/shop assets/video.mp4 --tag v1.2.0 --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The file
    path: String,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Run `stat-file`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let at = arguments.revision.revision(&repository);
    let outcome = Meter::during(
        context.notes,
        "asking for the file",
        repository
            .source
            .stat_file(&repository.id, &at, &arguments.path),
    )
    .await;
    let tried = format!("look at `{}` of `{}`", arguments.path, repository.path);
    let answer = context.notes.answer(tried, outcome);
    let answer = or_directory(answer, &repository, &at, &arguments.path, context.notes).await;
    let shape = Shape::from(answer?);
    if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}

/// The answer about a file. One that is not there may be a directory, and then that is said: a forge
/// tells the two apart only where it is asked for both.
pub(crate) async fn or_directory<T>(
    answer: Result<T, CommandError>,
    repository: &Connected,
    at: &Revision,
    path: &str,
    notes: Notes,
) -> Result<T, CommandError> {
    if answer.as_ref().is_err_and(is_missing_path) {
        let request = PageRequest {
            cursor: None,
            limit: Some(1),
        };
        let source = &repository.source;
        let listed = source.list_tree(&repository.id, at, path, false, &request);
        let mut outcome = Meter::during(notes, "asking for a directory", listed).await;
        // That the repository has moved was said already.
        outcome.report.moved_to = None;
        notes.report(&outcome.report);
        if outcome.answer.is_ok_and(|page| !page.items.is_empty()) {
            let (repository, directory) = (quoted(&repository.path), quoted(path));
            let command = format!("tree {repository} {directory}{}", option(at));
            notes.note(&format!(
                "`{path}` is a directory: `code-source {command}` lists what stands in it"
            ));
        }
    }
    answer
}

/// The option that names a revision.
fn option(at: &Revision) -> String {
    let (option, name) = match at {
        Revision::DefaultBranch => return String::new(),
        Revision::Branch(name) => ("branch", name),
        Revision::Tag(name) => ("tag", name),
        Revision::Commit(id) => ("commit", id),
    };
    format!(" --{option} {}", quoted(name))
}

fn is_missing_path(error: &CommandError) -> bool {
    let CommandError::Call { failure, .. } = error else {
        return false;
    };
    let Failure::Answer(error) = &**failure else {
        return false;
    };
    matches!(error.code, ErrorCode::NotFound(Subject::Path))
}

/// JSON of a file, here and in `read-file`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Shape {
    /// Its full path.
    path: String,
    /// The commit that the revision led to.
    pub(crate) commit: String,
    /// Its blob.
    blob: String,
    /// Size of the blob in bytes.
    size: u64,
    /// SHA-256 of the blob's bytes, where the forge tells.
    sha256: Option<String>,
    /// `file`, `executable` or `symlink`.
    kind: String,
    /// The newest commit that changed it, where the forge tells.
    last_commit: Option<String>,
    /// The file that Git LFS stores in its place, if it does.
    lfs: Option<LfsShape>,
}

/// A file that Git LFS stores, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct LfsShape {
    /// Its SHA-256.
    oid: String,
    /// Its size in bytes.
    size: u64,
}

impl Shape {
    fn for_people(&self) -> String {
        let size = |bytes: u64| match bytes {
            0..1024 => format!("{bytes} bytes"),
            _ => format!("{} ({bytes} bytes)", BinaryBytes(bytes)),
        };
        let lfs = self
            .lfs
            .as_ref()
            .map(|lfs| format!("{}, sha256 {}", size(lfs.size), lfs.oid));
        fields(&[
            ("Path", Some(self.path.clone())),
            ("Kind", Some(self.kind.clone())),
            ("Size", Some(size(self.size))),
            ("Blob", Some(self.blob.clone())),
            ("SHA-256", self.sha256.clone()),
            ("Git LFS", lfs),
            ("Commit", Some(self.commit.clone())),
            ("Last changed in", self.last_commit.clone()),
        ])
    }
}

impl From<File> for Shape {
    fn from(file: File) -> Self {
        Self {
            path: file.path,
            commit: file.commit,
            blob: file.blob,
            size: file.size,
            sha256: file.sha256,
            kind: words::entry_kind(file.kind),
            last_commit: file.last_commit,
            lfs: match file.storage {
                Storage::Git => None,
                Storage::Lfs(LfsPointer { oid, size }) => Some(LfsShape { oid, size }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::git::EntryKind;

    #[test]
    fn json_tells_a_stored_file_from_one_in_git() {
        let file = |storage| File {
            path: "a.mp4".into(),
            commit: "c".into(),
            blob: "b".into(),
            size: 130,
            sha256: None,
            kind: EntryKind::Executable,
            last_commit: None,
            storage,
        };
        let value = serde_json::to_value(Shape::from(file(Storage::Git))).unwrap();
        assert_eq!(
            (&value["lfs"], &value["kind"]),
            (&serde_json::Value::Null, &"executable".into())
        );
        let pointer = LfsPointer {
            oid: "ff".into(),
            size: 5 << 20,
        };
        let shape = Shape::from(file(Storage::Lfs(pointer)));
        assert_eq!(
            serde_json::to_value(&shape).unwrap()["lfs"]["size"],
            5 << 20
        );
        let text = anstream::adapter::strip_str(&shape.for_people()).to_string();
        assert!(
            text.contains("Git LFS  5.00 MiB (5242880 bytes), sha256 ff\n"),
            "{text}"
        );
    }
}
