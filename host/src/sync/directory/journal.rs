//! The renames that complete an incremental run: apart because they are done again after an
//! interruption, from the beginning, as often as it takes.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;

use rustix::io::Errno;

use super::codec::{read, read_bytes, write_bytes};
use super::place::{Place, remove_directory, write_file};
use super::within::Within;
use crate::sync::error::SyncError;
use crate::sync::path::TreePath;

/// One step. Doing any number of first steps, and then all, comes to the same as doing all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// Makes a directory for a submodule.
    MakeDirectory(TreePath),
    /// Moves what is staged under a number to its path.
    Put(u64, TreePath),
    /// Moves a staged part of the record to its place.
    Record(String),
    /// Removes what stands at a path, and the directories that it leaves empty.
    Remove(TreePath),
    /// Removes an empty directory, if one stands at the path.
    RemoveDirectory(TreePath),
}

/// Writes the journal, when what it moves is safe. From here on, the next run completes what this one does not.
pub(super) fn write(place: &Place, steps: &[Step]) -> Result<(), SyncError> {
    let mut bytes = HEADER.to_vec();
    for step in steps {
        let (kind, number, text): (u8, u64, &[u8]) = match step {
            Step::MakeDirectory(path) => (1, 0, path.as_bytes()),
            Step::Put(number, path) => (2, *number, path.as_bytes()),
            Step::Record(name) => (3, 0, name.as_bytes()),
            Step::Remove(path) => (4, 0, path.as_bytes()),
            Step::RemoveDirectory(path) => (5, 0, path.as_bytes()),
        };
        bytes.push(kind);
        bytes.extend_from_slice(&number.to_le_bytes());
        write_bytes(&mut bytes, text);
    }
    let journal = place.journal();
    let draft = journal.with_extension("new");
    write_file(&draft, &bytes)?;
    fs::rename(&draft, &journal).map_err(SyncError::io("write", &journal))?;
    place.persist_names()
}

/// Removes the journal, where the directory that it is about is gone.
pub(super) fn remove(place: &Place) -> Result<(), SyncError> {
    let journal = place.journal();
    for path in [journal.with_extension("new"), journal] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed.map_err(SyncError::io("remove", &path))?,
        }
    }
    Ok(())
}

/// Does what the journal says, if there is one. Whether there was.
pub(super) fn complete(place: &Place) -> Result<bool, SyncError> {
    let journal = place.journal();
    let bytes = match fs::read(&journal) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        bytes => bytes.map_err(SyncError::io("read", &journal))?,
    };
    let damaged = || SyncError::io("read", &journal)(io::ErrorKind::InvalidData.into());
    apply(place, &parse(&bytes).ok_or_else(damaged)?)?;
    place.persist_names()?;
    fs::remove_file(&journal).map_err(SyncError::io("remove", &journal))?;
    remove_directory(&place.staging())?;
    Ok(true)
}

/// Does steps in their order.
pub(super) fn apply(place: &Place, steps: &[Step]) -> Result<(), SyncError> {
    let staging_path = place.staging();
    let staging = File::open(&staging_path).map_err(SyncError::io("open", &staging_path))?;
    let mut within = Within::open(&place.tree).map_err(SyncError::io("open", &place.tree))?;
    for step in steps {
        let (done, path) = match step {
            Step::MakeDirectory(path) => (within.make_directory(path), path),
            Step::Put(number, path) => (
                within.rename_in(staging.as_fd(), &number.to_string(), path),
                path,
            ),
            Step::Remove(path) => (within.remove(path), path),
            Step::RemoveDirectory(path) => (within.remove_directory(path), path),
            Step::Record(name) => {
                move_record(place, name)?;
                continue;
            }
        };
        done.map_err(SyncError::io("write", &within.full_path(path)))?;
    }
    Ok(())
}

/// Whether the file system's content, and not its state, is why a step cannot be done: trying
/// again would fail again.
pub(super) fn is_hopeless(error: &SyncError) -> bool {
    use io::ErrorKind::{
        AlreadyExists, DirectoryNotEmpty, InvalidData, IsADirectory, NotADirectory, NotFound,
    };
    let SyncError::Io { source, .. } = error else {
        return false;
    };
    let in_the_way = [
        AlreadyExists,
        DirectoryNotEmpty,
        InvalidData,
        IsADirectory,
        NotADirectory,
        NotFound,
    ];
    in_the_way.contains(&source.kind()) || Errno::from_io_error(source) == Some(Errno::LOOP)
}

fn move_record(place: &Place, name: &str) -> Result<(), SyncError> {
    let target = place.record().join(name);
    match fs::rename(place.staging().join(name), &target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        moved => moved.map_err(SyncError::io("write", &target)),
    }
}

fn parse(bytes: &[u8]) -> Option<Vec<Step>> {
    let mut rest = bytes.strip_prefix(HEADER)?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let kind = read::<1>(&mut rest)?[0];
        let number = u64::from_le_bytes(read(&mut rest)?);
        let text = read_bytes(&mut rest)?;
        steps.push(match kind {
            1 => Step::MakeDirectory(TreePath::recorded(text)?),
            2 => Step::Put(number, TreePath::recorded(text)?),
            3 => Step::Record(str::from_utf8(text).ok()?.to_owned()),
            4 => Step::Remove(TreePath::recorded(text)?),
            5 => Step::RemoveDirectory(TreePath::recorded(text)?),
            _ => return None,
        });
    }
    Some(steps)
}

const HEADER: &[u8] = b"code-source journal 1\n";

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
