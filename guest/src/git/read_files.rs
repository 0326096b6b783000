//! `git.read-files`; apart because it answers for each path, and fails as a whole only where no
//! path could be read.

use std::{cell::Cell, collections::HashSet};

use futures_util::stream::{self, StreamExt as _};

use super::{
    argument,
    file::Located,
    missing,
    names::{self, Names},
    revision::{self, Pinned},
    small_file::{self, Budget},
};
use crate::{
    bindings::{
        git::{Entry, EntryKind, Found, PathResult, SmallFile},
        types::{ErrorCode, ObjectId, RepositoryId, Subject},
    },
    call::Call,
    endpoint::Project,
    error::{Failure, quote},
    transport::Transport,
};

/// What `git.read-files` was called with.
#[derive(Debug)]
pub(crate) struct ReadingMany<'a> {
    pub(crate) repository: &'a RepositoryId,
    pub(crate) at: &'a str,
    pub(crate) paths: &'a [String],
    pub(crate) max_bytes_each: u64,
    pub(crate) resolve_lfs: bool,
}

/// Read several small files at once.
///
/// Files are asked for as files. What turns out not to be one, and what may be a symbolic link,
/// which GitLab serves as a file, is looked up in its directory.
pub(crate) async fn read_files<T: Transport>(
    call: &Call<T>,
    reading: ReadingMany<'_>,
) -> Result<Vec<PathResult>, Failure> {
    let project = Project::new(reading.repository)?;
    reading.check()?;
    let mut pinned = revision::unknown(reading.at);
    let read = reading.contents(call, &project, &mut pinned).await?;
    let names = names::look_up(call, &project, &pinned, reading.unclear(&read), |_| {
        usize::MAX
    })
    .await;
    let answers = reading.paths.iter().zip(read);
    Ok(answers
        .map(|(path, read)| PathResult {
            path: path.clone(),
            outcome: settle(path, read, &names).map_err(Failure::into_error),
        })
        .collect())
}

impl ReadingMany<'_> {
    fn check(&self) -> Result<(), Failure> {
        argument::object_id("at", self.at)?;
        if !(1..=MOST_PATHS).contains(&self.paths.len()) {
            return Err(Failure::invalid("paths: there are from 1 to 100"));
        }
        if self.max_bytes_each > LARGEST_FILE {
            return Err(Failure::invalid("max-bytes-each: it is 1,048,576 at most"));
        }
        let mut seen = HashSet::new();
        for path in self.paths {
            argument::path(path)?;
            if !seen.insert(path) {
                return Err(Failure::invalid("paths: one is there twice"));
            }
        }
        Ok(())
    }

    /// Read all paths as files, several at a time. They are counted in their order, so that it does
    /// not depend on the forge's pace which of them are one too many.
    async fn contents<T: Transport>(
        &self,
        call: &Call<T>,
        project: &Project,
        pinned: &mut Pinned,
    ) -> Result<Vec<Result<SmallFile, Failure>>, Failure> {
        let counted = Cell::new(0);
        let unknown = pinned.clone();
        let located = self.paths.iter().map(|path| Located {
            project: project.clone(),
            pinned: unknown.clone(),
            path: path.clone(),
        });
        let budget = Budget {
            each: self.max_bytes_each,
            all: LARGEST_ANSWER,
            counted: &counted,
            resolve_lfs: self.resolve_lfs,
        };
        let reads = located.map(|located| small_file::read(call, located, budget));
        let mut reads = stream::iter(reads).buffered(call.concurrency());
        let mut read = Vec::with_capacity(self.paths.len());
        while let Some(one) = reads.next().await {
            let one = match one {
                Ok(file) => {
                    pinned.is_known = true;
                    budget.count(file)
                }
                Err(failure) => Err(self.explain(call, project, pinned, failure).await?),
            };
            read.push(one);
        }
        Ok(read)
    }

    /// Why a path was not read, or, as an error, why none will be.
    async fn explain<T: Transport>(
        &self,
        call: &Call<T>,
        project: &Project,
        pinned: &mut Pinned,
        failure: Failure,
    ) -> Result<Failure, Failure> {
        let failure = missing::explain_at(call, project, pinned, Subject::Path, failure).await;
        match failure.code() {
            ErrorCode::NotFound(Subject::Path) => pinned.is_known = true,
            ErrorCode::NotFound(_)
            | ErrorCode::EmptyRepository
            | ErrorCode::Forbidden(_)
            | ErrorCode::Moved(_)
            | ErrorCode::Unauthenticated(_) => return Err(failure),
            _ => {}
        }
        Ok(failure)
    }

    /// The paths of which only their directories tell what they are.
    fn unclear<'a>(&'a self, read: &[Result<SmallFile, Failure>]) -> Vec<&'a str> {
        let paths = self.paths.iter().zip(read);
        let unclear = paths.filter(|(_, read)| match read {
            Ok(file) => may_be_symlink(file),
            Err(failure) => failure.is_not_found(),
        });
        unclear.map(|(path, _)| path.as_str()).collect()
    }
}

/// Put together what was read at a path and what its directory says of it.
fn settle(path: &str, read: Result<SmallFile, Failure>, names: &Names) -> Result<Found, Failure> {
    let Some(looked_up) = names.get(path) else {
        return read.map(Found::File);
    };
    let entry = match (&read, looked_up) {
        // A directory that does not exist tells no more than the missing path itself.
        (Err(_), Err(nearer)) if nearer.is_not_found() => None,
        (Ok(_), Err(nearer)) if nearer.is_not_found() => return Err(unnamed(path)),
        (Ok(_), Ok(None)) => return Err(unnamed(path)),
        (_, Err(nearer)) => return Err(nearer.again()),
        (_, Ok(entry)) => entry,
    };
    match (read, entry.map(|entry| &entry.kind)) {
        (Ok(mut file), Some(EntryKind::Symlink)) => {
            file.info.kind = EntryKind::Symlink;
            Ok(Found::Symlink(file))
        }
        (Ok(file), _) => Ok(Found::File(file)),
        (Err(_), Some(EntryKind::Directory)) => Ok(Found::Directory(id(path, entry)?)),
        (Err(_), Some(EntryKind::Submodule)) => Ok(Found::Submodule(id(path, entry)?)),
        (Err(failure), _) => Err(failure),
    }
}

fn unnamed(path: &str) -> Failure {
    let path = quote(path);
    Failure::malformed(format!(
        "the directory of the file `{path}` does not name it"
    ))
}

fn id(path: &str, entry: Option<&Entry>) -> Result<ObjectId, Failure> {
    let id = entry.map(|entry| &entry.id);
    let id = id.filter(|id| argument::is_object_id(id));
    let malformed = || Failure::malformed(format!("the object's name of `{}`", quote(path)));
    id.cloned().ok_or_else(malformed)
}

/// Whether a file may be a symbolic link: a path is short, and git keeps it without a line's end.
/// What is executable is none.
fn may_be_symlink(file: &SmallFile) -> bool {
    let bytes = &file.bytes;
    matches!(file.info.kind, EntryKind::File)
        && (1..LONGEST_TARGET).contains(&bytes.len())
        && !bytes.iter().any(|byte| matches!(byte, b'\0' | b'\n'))
}

const MOST_PATHS: usize = 100;
const LARGEST_FILE: u64 = 1_048_576;
const LARGEST_ANSWER: u64 = 16_777_216;

/// Longer paths lead nowhere on any system that git runs on.
const LONGEST_TARGET: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::git::{File, Storage};

    #[test]
    fn only_short_text_on_one_line_may_be_a_symbolic_link() {
        let may_be = |kind, bytes: &[u8]| {
            let info = File {
                path: "a".to_owned(),
                commit: String::new(),
                blob: String::new(),
                size: bytes.len() as u64,
                sha256: None,
                kind,
                last_commit: None,
                storage: Storage::Git,
            };
            may_be_symlink(&SmallFile {
                info,
                bytes: bytes.to_vec(),
            })
        };
        assert!(may_be(EntryKind::File, b"../shared/a"));
        assert!(may_be(EntryKind::File, &[0xff; 4_095]));
        assert!(!may_be(EntryKind::Executable, b"../shared/a"));
        assert!(!may_be(EntryKind::File, b""));
        assert!(!may_be(EntryKind::File, b"a\n"));
        assert!(!may_be(EntryKind::File, b"a\0b"));
        assert!(!may_be(EntryKind::File, &[b'a'; 4_096]));
    }
}
