//! A value made of files that may be exchanged while it is in use: apart because trusted
//! authorities and client certificates are rotated alike, by a link to other files.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use crate::error::Error;
use crate::exchange::lock;

/// The newest usable reading of some files.
pub(super) struct Watched<T> {
    files: Vec<PathBuf>,
    read: Box<dyn Fn() -> Result<T, Error> + Send + Sync>,
    current: Mutex<Reading<T>>,
}

/// A value, and how often there was another one before it.
pub(super) struct Reading<T> {
    pub(super) number: u64,
    pub(super) value: Arc<T>,
    stamps: Vec<Option<Stamp>>,
}

impl<T> Watched<T> {
    /// Read the files for the first time.
    pub(super) fn new(
        files: Vec<PathBuf>,
        read: impl Fn() -> Result<T, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        // First the stamps: a change in between is then seen the next time.
        let stamps = stamps(&files);
        let reading = Reading {
            number: 0,
            value: Arc::new(read()?),
            stamps,
        };
        Ok(Self {
            files,
            read: Box::new(read),
            current: Mutex::new(reading),
        })
    }

    /// The value as it is now. Files that cannot be used leave it as it was: whoever exchanges
    /// two of them one after the other passes through a moment in which they do not fit.
    pub(super) fn current(&self) -> Reading<T> {
        let mut current = lock(&self.current);
        let stamps = stamps(&self.files);
        if stamps != current.stamps {
            match (self.read)() {
                Ok(value) => {
                    current.number += 1;
                    current.value = Arc::new(value);
                }
                Err(error) => tracing::error!("what was read before stays in use: {error}"),
            }
            current.stamps = stamps;
        }
        current.clone()
    }
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        Self {
            number: self.number,
            value: Arc::clone(&self.value),
            stamps: self.stamps.clone(),
        }
    }
}

/// What is seen of a file from outside.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    file: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|meta| Self {
            modified: meta.modified().ok(),
            length: meta.len(),
            #[cfg(unix)]
            file: std::os::unix::fs::MetadataExt::ino(&meta),
        })
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Option<Stamp>> {
    files.iter().map(|file| Stamp::of(file)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_became_unusable_leaves_the_value_and_one_that_is_usable_again_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("number");
        std::fs::write(&file, "1").unwrap();
        let read = {
            let file = file.clone();
            move || {
                let text = std::fs::read_to_string(&file).unwrap();
                text.parse::<u32>().map_err(|error| Error::Tls {
                    problem: error.to_string(),
                })
            }
        };
        let watched = Watched::new(vec![file.clone()], read).unwrap();
        let mut seen = Vec::new();
        for text in ["1", "rubbish", "204"] {
            std::fs::write(&file, text).unwrap();
            let current = watched.current();
            seen.push((current.number, *current.value));
        }
        // The first text may have another time than when it was read first, and the same value.
        assert!(seen[1].1 == 1 && seen[1].0 == seen[0].0, "{seen:?}");
        assert_eq!(seen[2], (seen[0].0 + 1, 204));
    }
}
