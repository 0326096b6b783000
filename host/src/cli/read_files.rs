//! `read-files`: several small files at once; apart from `read-file`, whose one answer may be of any
//! size.

use std::path::PathBuf;

use serde::Serialize;

use super::context::Context;
use super::escape;
use super::exit::Exit;
use super::failure::CommandError;
use super::output::Output;
use super::progress::Meter;
use super::read_file::ContentShape;
use super::repository::{Connected, RepositoryArgument};
use super::revision::RevisionArguments;
use super::{cases, stat_file, text_input, words};
use crate::contract::git::{Found, PathResult, SmallFile};
use crate::contract::types;
use crate::outcome::Failure;
use crate::report::Report;

/// Arguments of `read-files`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Each path has an answer of its own. Where one cannot be read the others are read all the same, and \
the exit status is that of the first failure.

Examples:
  code-source read-files web/shop README.md LICENSE src/main.rs
  code-source read-files web/shop --paths-from paths.txt --max-bytes 65536 --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The files, none twice
    #[arg(required_unless_present = "paths_from")]
    paths: Vec<String>,

    /// File with more of them, one a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    paths_from: Option<PathBuf>,

    /// The most that a file may have; a larger one is not read
    #[arg(long, value_name = "BYTES", default_value_t = LARGEST_FILE, value_parser = clap::value_parser!(u64).range(1..=LARGEST_FILE))]
    max_bytes: u64,

    /// The files that Git LFS stores, instead of their pointers
    #[arg(long)]
    resolve_lfs: bool,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Run `read-files`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let mut paths = arguments.paths.clone();
    if let Some(file) = &arguments.paths_from {
        let text = text_input::read(file)?;
        paths.extend(
            text.lines()
                .map(str::to_owned)
                .filter(|path| !path.is_empty()),
        );
    }
    let repository = context.repository(&arguments.repository).await?;
    let notes = context.notes;
    let commit = arguments.revision.commit(&repository, notes).await?;
    let mut writer = Writer {
        is_first: true,
        failure: None,
    };
    writer.begin(&mut context.output, &commit)?;
    let meter = Meter::new(notes, "reading files");
    let (mut done, total) = (0, paths.len() as u64);
    for paths in paths.chunks(at_once(arguments.max_bytes)) {
        let results = read(&repository, &commit, paths, &arguments, context).await;
        for result in results.map_err(|error| writer.broken(&mut context.output, error))? {
            writer.result(context, result)?;
        }
        context.output.flush()?;
        done += paths.len() as u64;
        meter.items(done, Some(total));
    }
    drop(meter);
    writer.end(&mut context.output, &repository)
}

async fn read(
    repository: &Connected,
    commit: &str,
    paths: &[String],
    arguments: &Arguments,
    context: &Context,
) -> Result<Vec<PathResult>, CommandError> {
    let Arguments {
        max_bytes,
        resolve_lfs,
        ..
    } = arguments;
    let outcome = repository
        .source
        .read_files(&repository.id, commit, paths, *max_bytes, *resolve_lfs)
        .await;
    let tried = format!("read files of `{}`", repository.path);
    context.notes.answer(tried, outcome)
}

/// As many as are never too large together, so that none is refused for the sake of the others.
fn at_once(max_bytes: u64) -> usize {
    let fitting = (LARGEST_ANSWER / max_bytes.max(1)).clamp(1, MOST_PATHS);
    usize::try_from(fitting).unwrap_or(1)
}

/// Answers on their way out, one by one.
struct Writer {
    is_first: bool,
    failure: Option<(String, types::Error)>,
}

impl Writer {
    fn begin(&self, output: &mut Output, commit: &str) -> Result<(), CommandError> {
        if !output.is_json() {
            return Ok(());
        }
        output.bytes(b"{\"commit\":")?;
        output.json(&commit)?;
        output.bytes(b",\"items\":[")?;
        output.set_in_list(true);
        Ok(())
    }

    fn result(&mut self, context: &mut Context, result: PathResult) -> Result<(), CommandError> {
        let is_first = std::mem::take(&mut self.is_first);
        if context.output.is_json() {
            let separator: &[u8] = if is_first { b"\n" } else { b",\n" };
            context.output.bytes(separator)?;
            let (shape, error) = Shape::new(result);
            self.failed(&shape.path, error);
            return context.output.json(&shape);
        }
        let PathResult { path, outcome } = result;
        match outcome {
            Ok(Found::File(file) | Found::Symlink(file)) => {
                text(&mut context.output, is_first, &path, &file)
            }
            Ok(Found::Directory(_)) => {
                context.notes.warning(&format!("`{path}` is a directory"));
                Ok(())
            }
            Ok(Found::Submodule(_)) => {
                context.notes.warning(&format!(
                    "`{path}` is a commit of another repository, and is not read"
                ));
                Ok(())
            }
            Err(error) => {
                context.notes.warning(&format!(
                    "`{path}` was not read: {}",
                    cases::happened(&error.code)
                ));
                self.failed(&path, Some(error));
                Ok(())
            }
        }
    }

    fn failed(&mut self, path: &str, error: Option<types::Error>) {
        if self.failure.is_none() {
            self.failure = error.map(|error| (path.to_owned(), error));
        }
    }

    /// Close what was begun, so that it is JSON and does not look whole.
    fn broken(&self, output: &mut Output, error: CommandError) -> CommandError {
        match self.close(output, false, Some(&error)) {
            Ok(()) => error,
            Err(unwritable) => unwritable,
        }
    }

    fn end(self, output: &mut Output, repository: &Connected) -> Result<(), CommandError> {
        let Some((path, error)) = self.failure.clone() else {
            return self.close(output, true, None);
        };
        // Every path was answered, so that the list is whole although one of them failed.
        let error = CommandError::Call {
            tried: format!("read `{path}` of `{}`", repository.path),
            failure: Box::new(Failure::Answer(error)),
            report: Box::new(Report {
                repository: Some(repository.path.clone()),
                ..Report::default()
            }),
        };
        self.close(output, true, Some(&error))?;
        Err(error)
    }

    fn close(
        &self,
        output: &mut Output,
        complete: bool,
        error: Option<&CommandError>,
    ) -> Result<(), CommandError> {
        if !output.is_json() {
            return Ok(());
        }
        output.bytes(b"\n],\"complete\":")?;
        output.json(&complete)?;
        if let Some(error) = error {
            output.bytes(b",\"error\":")?;
            output.json(&error.describe())?;
            output.set_failure_shown();
        }
        output.bytes(b"}\n")?;
        output.set_in_list(false);
        output.flush()
    }
}

/// A file below a line with its path, as `head` shows several.
fn text(
    output: &mut Output,
    is_first: bool,
    path: &str,
    file: &SmallFile,
) -> Result<(), CommandError> {
    let gap = if is_first { "" } else { "\n" };
    output.text(format!("{gap}==> {} <==\n", escape::line(path)))?;
    if output.is_terminal() {
        let shown = String::from_utf8_lossy(&file.bytes).replace("\r\n", "\n");
        output.bytes(escape::lines(&shown).as_bytes())?;
    } else {
        output.bytes(&file.bytes)?;
    }
    match file.bytes.last() {
        None | Some(b'\n') => Ok(()),
        Some(_) => output.bytes(b"\n"),
    }
}

/// JSON of a path. After the paths stand `complete`, and `error` where one failed.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The path.
    path: String,
    /// What was found there.
    #[serde(flatten)]
    found: FoundShape,
}

/// What was found at a path, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case", untagged)]
enum FoundShape {
    /// A file or a symbolic link.
    File {
        /// The file, as `stat-file` gives it.
        file: Box<stat_file::Shape>,
        /// Its content.
        #[serde(flatten)]
        content: ContentShape,
    },
    /// Something that has no bytes.
    Other {
        /// `directory` or `submodule`.
        kind: &'static str,
        /// Its tree; for a submodule, the other repository's commit.
        id: String,
    },
    /// Why it could not be read.
    Failed {
        /// The failure.
        error: ErrorShape,
    },
}

/// Why a path could not be read, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ErrorShape {
    /// The case of the contract's error.
    code: &'static str,
    /// What the code is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What happened.
    message: String,
}

impl Shape {
    fn new(result: PathResult) -> (Self, Option<types::Error>) {
        let mut failure = None;
        let found = match result.outcome {
            Ok(Found::File(file) | Found::Symlink(file)) => FoundShape::File {
                file: Box::new(file.info.into()),
                content: file.bytes.into(),
            },
            Ok(Found::Directory(id)) => FoundShape::Other {
                kind: "directory",
                id,
            },
            Ok(Found::Submodule(id)) => FoundShape::Other {
                kind: "submodule",
                id,
            },
            Err(error) => {
                let shape = ErrorShape {
                    code: Exit::from(&error.code).name,
                    detail: words::error_detail(&error.code),
                    message: cases::happened(&error.code),
                };
                failure = Some(error);
                FoundShape::Failed { error: shape }
            }
        };
        let path = result.path;
        (Self { path, found }, failure)
    }
}

const LARGEST_FILE: u64 = 1 << 20;

const LARGEST_ANSWER: u64 = 16 << 20;

const MOST_PATHS: u64 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_read_at_once_are_never_too_large_together() {
        assert_eq!(at_once(LARGEST_FILE), 16);
        assert_eq!(at_once(1), 100);
        for max_bytes in [1, 1_000, 200_000, 700_000, LARGEST_FILE] {
            assert!(at_once(max_bytes) as u64 * max_bytes <= LARGEST_ANSWER);
        }
    }

    #[test]
    fn a_path_that_failed_says_why_and_others_what_they_are() {
        let json = |outcome| {
            let path = "a".to_owned();
            let (shape, error) = Shape::new(PathResult { path, outcome });
            (serde_json::to_string(&shape).unwrap(), error.is_some())
        };
        assert_eq!(
            json(Ok(Found::Directory("t".into()))),
            (r#"{"path":"a","kind":"directory","id":"t"}"#.into(), false)
        );
        let (text, failed) = json(Err(types::Error {
            code: types::ErrorCode::NotFound(types::Subject::Path),
            message: String::new(),
            hint: None,
            remedied_by: None,
            status: None,
            request_id: None,
            retry_after: None,
        }));
        assert!(failed);
        assert_eq!(
            text,
            r#"{"path":"a","error":{"code":"not-found","detail":"path","message":"there is no such path, or no access to it"}}"#
        );
    }
}
