//! The files that a commit names, before one is made and after it; apart because what they have to be
//! like follows from the actions alone.

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::{
    argument::{expected_blob, paths},
    standing::{At, Standing, Standings},
};
use crate::{
    bindings::{
        changes::FileAction,
        types::{Conflict, ErrorCode, ObjectId, Subject},
    },
    call::Call,
    error::{Failure, quote},
    transport::Transport,
};

/// The commit that changed a path last.
pub(super) type LastCommit<'a> = (&'a str, ObjectId);

impl At<'_> {
    /// Check that the actions can be done here, and tell which commit changed each file last that
    /// must not change. With `every` that is each file that an action begins with; with
    /// `is_settled` nothing can change any more, and nothing is told.
    ///
    /// GitLab itself takes a directory for nothing: to create a file there would remove all that is
    /// in it.
    pub(super) async fn check<'a, T: Transport>(
        &self,
        call: &Call<T>,
        actions: &'a [FileAction],
        every: bool,
        is_settled: bool,
    ) -> Result<Vec<LastCommit<'a>>, Failure> {
        let is_asked_alone =
            |action: &FileAction| !is_settled && (every || expected_blob(action).is_some());
        let mut listed = HashSet::new();
        let mut alone = Vec::new();
        for action in actions {
            listed.extend(target(action));
            match source(action) {
                Some(path) if is_asked_alone(action) => {
                    alone.push((path, expected_blob(action)));
                    // The details do not tell a file from a symbolic link.
                    listed.extend(matches!(action, FileAction::SetMode(_)).then_some(path));
                }
                path => listed.extend(path),
            }
        }
        let standings = self.standings(call, listed).await?;
        let last_commits = stream::iter(alone)
            .map(|(path, blob)| self.check_alone(call, path, blob))
            .buffered(call.concurrency())
            .try_collect()
            .await?;
        for action in actions {
            check_target(action, &standings)?;
            check_mode(action, &standings)?;
            if let Some(path) = source(action).filter(|_| !is_asked_alone(action)) {
                let blob = standings.get(path).blob();
                check_blob(
                    path,
                    blob.ok_or_else(|| no_file(path))?,
                    expected_blob(action),
                )?;
            }
        }
        Ok(last_commits)
    }

    async fn check_alone<'a, T: Transport>(
        &self,
        call: &Call<T>,
        path: &'a str,
        blob: Option<&str>,
    ) -> Result<LastCommit<'a>, Failure> {
        let file = self.file(call, path).await?;
        check_blob(path, &file.blob, blob)?;
        match file.last_commit {
            Some(commit) => Ok((path, commit)),
            None => Err(Failure::malformed(format!(
                "the commit that changed `{}` last is missing",
                quote(path)
            ))),
        }
    }

    /// Whether everything is as the actions leave it. `before` is the commit that they were made on.
    pub(super) async fn holds<T: Transport>(
        &self,
        call: &Call<T>,
        actions: &[FileAction],
        before: Option<&str>,
    ) -> Result<bool, Failure> {
        let named = actions.iter().map(paths);
        let named = named.flat_map(|(new, old)| [new, old]).flatten().collect();
        let now = self.standings(call, named).await?;
        let moved = match before {
            Some(commit) => {
                let before = At { commit, ..*self };
                before.standings(call, moved_blindly(actions)).await?
            }
            None => Standings::default(),
        };
        Ok(actions.iter().all(|action| is_done(action, &now, &moved)))
    }
}

/// What was moved without its blob being named.
fn moved_blindly(actions: &[FileAction]) -> HashSet<&str> {
    let moved = actions.iter().filter_map(|action| match action {
        FileAction::Move(file) if file.expected_blob.is_none() => Some(file.old_path.as_str()),
        _ => None,
    });
    moved.collect()
}

fn is_done(action: &FileAction, now: &Standings<'_>, before: &Standings<'_>) -> bool {
    let (new, old) = paths(action);
    // A directory may be where a file was.
    if old.is_some_and(|old| now.get(old).blob().is_some()) {
        return false;
    }
    let standing = new.map_or(&Standing::Nothing, |new| now.get(new));
    match (action, standing) {
        (FileAction::Delete(_), _) => true,
        (FileAction::Create(file), Standing::File { blob, executable }) => {
            *executable == file.executable && has_content(blob, &file.bytes)
        }
        (FileAction::Update(file), standing) => standing
            .blob()
            .is_some_and(|blob| has_content(blob, &file.bytes)),
        (FileAction::Move(file), standing) => {
            let blob = file.expected_blob.as_deref();
            let blob = blob.or_else(|| before.get(&file.old_path).blob());
            blob.is_some() && standing.blob() == blob
        }
        (FileAction::SetMode(file), Standing::File { executable, .. }) => {
            *executable == file.executable
        }
        (FileAction::Create(_) | FileAction::SetMode(_), _) => false,
    }
}

fn check_target(action: &FileAction, standings: &Standings<'_>) -> Result<(), Failure> {
    let Some(path) = target(action) else {
        return Ok(());
    };
    match standings.get(path) {
        Standing::Nothing => Ok(()),
        _ => Err(Failure::new(
            ErrorCode::Conflict(Conflict::AlreadyExists),
            format!("something is at `{}` already", quote(path)),
        )),
    }
}

fn check_mode(action: &FileAction, standings: &Standings<'_>) -> Result<(), Failure> {
    let FileAction::SetMode(file) = action else {
        return Ok(());
    };
    match standings.get(&file.path) {
        Standing::File { .. } => Ok(()),
        Standing::Symlink(_) => Err(Failure::invalid(format!(
            "request.actions: `{}`: a symbolic link has no executable bit",
            quote(&file.path)
        ))),
        Standing::Nothing | Standing::Other => Err(no_file(&file.path)),
    }
}

fn check_blob(path: &str, blob: &str, expected: Option<&str>) -> Result<(), Failure> {
    if expected.is_none_or(|expected| expected == blob) {
        return Ok(());
    }
    let message = format!("the file `{}` is blob {blob} now", quote(path));
    let conflict = Conflict::FileChanged(path.to_owned());
    Err(Failure::new(ErrorCode::Conflict(conflict), message))
}

/// Where a file has to be, there is none.
pub(super) fn no_file(path: &str) -> Failure {
    Failure::not_found(Subject::Path, format!("there is no file `{}`", quote(path)))
}

/// The file that has to be there before an action.
pub(super) fn source(action: &FileAction) -> Option<&str> {
    match (action, paths(action)) {
        (FileAction::Create(_), _) => None,
        (_, (_, Some(old))) => Some(old),
        (_, (new, None)) => new,
    }
}

/// The path where nothing may be before an action.
fn target(action: &FileAction) -> Option<&str> {
    match action {
        FileAction::Create(file) => Some(&file.path),
        FileAction::Move(file) => Some(&file.new_path),
        FileAction::Update(_) | FileAction::Delete(_) | FileAction::SetMode(_) => None,
    }
}

/// Whether a blob is that content, or the pointer that GitLab puts in its place where the repository
/// keeps such files with Git LFS.
fn has_content(blob: &str, bytes: &[u8]) -> bool {
    let pointer = || {
        let (content, size) = (hexadecimal(&Sha256::digest(bytes)), bytes.len());
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{content}\nsize {size}\n")
    };
    is_blob(blob, bytes) || is_blob(blob, pointer().as_bytes())
}

/// Whether git gives the bytes that name, which has 64 digits in repositories of the newer format.
fn is_blob(name: &str, bytes: &[u8]) -> bool {
    let head = format!("blob {}\0", bytes.len());
    let found = match name.len() {
        64 => hexadecimal(
            &Sha256::new()
                .chain_update(head)
                .chain_update(bytes)
                .finalize(),
        ),
        _ => hexadecimal(
            &Sha1::new()
                .chain_update(head)
                .chain_update(bytes)
                .finalize(),
        ),
    };
    name == found
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_known_by_its_name_in_git_and_as_a_pointer() {
        let abc = "f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f";
        assert!(has_content(abc, b"abc"));
        assert!(!has_content(abc, b"abd"));
        let abc = "c1cf6e465077930e88dc5136641d402f72a229ddd996f627d60e9639eaba35a6";
        assert!(has_content(abc, b"abc"));
        assert!(!has_content(abc, b"abd"));
        let pointer = b"version https://git-lfs.github.com/spec/v1\n\
            oid sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nsize 3\n";
        let head = format!("blob {}\0", pointer.len());
        let digest = Sha1::new().chain_update(head).chain_update(pointer);
        assert!(has_content(&hexadecimal(&digest.finalize()), b"abc"));
    }
}
