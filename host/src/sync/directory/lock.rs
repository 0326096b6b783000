//! The lock of a directory: apart because where nothing else was kept beside the directory, it goes
//! with the run that held it, and nobody may take it for held after that.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use crate::sync::error::SyncError;

/// Held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    home: PathBuf,
    file: File,
}

/// What became of an attempt.
enum Attempt {
    Taken(Lock),
    /// By somebody else.
    Held,
    /// It was cleared away before it was held.
    Gone,
}

impl Lock {
    /// Takes the lock in `home`, which is made where it is missing; nothing where another run has it.
    pub(super) fn take(home: &Path) -> Result<Option<Self>, SyncError> {
        for _ in 0..MOST_ATTEMPTS {
            match Self::attempt(home)? {
                Attempt::Taken(lock) => return Ok(Some(lock)),
                Attempt::Held => return Ok(None),
                Attempt::Gone => {}
            }
        }
        // Others come and go all the time.
        Ok(None)
    }

    fn attempt(home: &Path) -> Result<Attempt, SyncError> {
        match fs::DirBuilder::new().mode(0o700).create(home) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made.map_err(SyncError::io("create", home))?,
        }
        let path = home.join(NAME);
        let opened = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = match opened {
            // A link that leads nowhere is there, and stays so.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !home.is_symlink() => {
                return Ok(Attempt::Gone);
            }
            opened => opened.map_err(SyncError::io("open", &path))?,
        };
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(Attempt::Held),
            locked => locked.map_err(|error| SyncError::io("lock", &path)(error.into()))?,
        }
        let home = home.to_owned();
        let lock = Self { home, file };
        match lock.is_named() {
            Ok(true) => Ok(Attempt::Taken(lock)),
            Ok(false) => Ok(Attempt::Gone),
            Err(error) => Err(SyncError::io("look at", &path)(error)),
        }
    }

    /// Whether whoever comes next finds this very lock.
    fn is_named(&self) -> io::Result<bool> {
        let held = self.file.metadata()?;
        match fs::metadata(self.home.join(NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            named => named.map(|named| (named.dev(), named.ino()) == (held.dev(), held.ino())),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let is_lock =
            |entry: io::Result<fs::DirEntry>| entry.is_ok_and(|one| one.file_name() == NAME);
        // What is there by now may be another's.
        let is_ours = self.is_named().unwrap_or_default();
        if is_ours && fs::read_dir(&self.home).is_ok_and(|mut entries| entries.all(is_lock)) {
            // Another run may begin between the two, and then the directory is not empty.
            let removed = fs::remove_file(self.home.join(NAME));
            removed.and_then(|()| fs::remove_dir(&self.home)).ok();
        }
        // Not left to the file's end: a process that is being started may hold a copy of it.
        rustix::fs::flock(&self.file, FlockOperation::Unlock).ok();
    }
}

const NAME: &str = "lock";

/// How often it may be cleared away at the very moment at which it is asked for.
const MOST_ATTEMPTS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_it_and_where_nothing_else_is_kept_it_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let lock = Lock::take(&home).unwrap();
        assert!(lock.is_some());
        assert!(Lock::take(&home).unwrap().is_none());
        drop(lock);
        assert!(!home.exists());
        let lock = Lock::take(&home).unwrap();
        fs::write(home.join("record"), "").unwrap();
        drop(lock);
        assert!(home.join(NAME).exists());
        assert!(Lock::take(&home).unwrap().is_some());
    }

    #[test]
    fn a_lock_of_somebody_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let first = Lock::take(&home).unwrap();
        fs::remove_dir_all(&home).unwrap();
        let second = Lock::take(&home).unwrap();
        assert!(second.is_some());
        drop(first);
        assert!(home.join(NAME).exists());
        assert!(Lock::take(&home).unwrap().is_none());
        drop(second);
        assert!(!home.exists());
    }

    #[test]
    fn what_cannot_be_there_is_no_lock_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        std::os::unix::fs::symlink("nowhere", &home).unwrap();
        assert!(Lock::take(&home).is_err());
    }

    #[test]
    fn a_lock_that_was_cleared_away_is_not_held_by_whoever_had_opened_it() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let home = home.clone();
                std::thread::spawn(move || {
                    let mut held = 0;
                    while held < 200 {
                        if let Some(lock) = Lock::take(&home).unwrap() {
                            // Whoever else had it would have made this already.
                            let mark = home.join("mark");
                            File::create_new(&mark).unwrap();
                            fs::remove_file(mark).unwrap();
                            drop(lock);
                            held += 1;
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    }
}
