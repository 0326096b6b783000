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
    /// It was cleared away between opening and locking it.
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Attempt::Gone),
            opened => opened.map_err(SyncError::io("open", &path))?,
        };
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(Attempt::Held),
            locked => locked.map_err(|error| SyncError::io("lock", &path)(error.into()))?,
        }
        let held = file.metadata().map_err(SyncError::io("look at", &path))?;
        let home = home.to_owned();
        Ok(match fs::symlink_metadata(&path) {
            Ok(named) if (named.dev(), named.ino()) == (held.dev(), held.ino()) => {
                Attempt::Taken(Self { home, file })
            }
            _ => Attempt::Gone,
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let is_lock =
            |entry: io::Result<fs::DirEntry>| entry.is_ok_and(|one| one.file_name() == NAME);
        if fs::read_dir(&self.home).is_ok_and(|mut entries| entries.all(is_lock)) {
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
