//! A full run under way: a whole new directory, apart because nobody sees it until it is exchanged.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;

use super::codec::Stamped;
use super::index::Index;
use super::place::{Place, Stored};
use super::within::{Within, stamp};
use crate::sync::error::SyncError;
use crate::sync::path::{TreePath, printable};
use crate::sync::sink::{Kind, Record, State};

/// A new tree and its record.
#[derive(Debug)]
pub(super) struct Fresh {
    within: Within,
    pub(super) index: Index,
    open: Option<(TreePath, File)>,
    /// Where the file system ignores case: every name in use, by its form in lower case.
    folded: Option<HashMap<Vec<u8>, Vec<u8>>>,
}

impl Fresh {
    pub(super) fn begin(place: &Place) -> Result<Self, SyncError> {
        place.clear()?;
        for path in [place.next(), place.next_record()] {
            fs::create_dir(&path).map_err(SyncError::io("create", &path))?;
        }
        let next = place.next();
        let ignores_case = fs::symlink_metadata(next.with_file_name("NEXT")).is_ok();
        Ok(Self {
            within: Within::open(&next).map_err(SyncError::io("open", &next))?,
            index: Index::new(place.next_record()),
            open: None,
            folded: ignores_case.then(HashMap::new),
        })
    }

    pub(super) fn create(&mut self, path: &TreePath, executable: bool) -> Result<(), SyncError> {
        self.claim(path)?;
        let created = self.within.create(path, executable);
        let file = created.map_err(|error| self.occupied(path, error))?;
        self.open = Some((path.clone(), file));
        Ok(())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), SyncError> {
        let Some((path, file)) = &mut self.open else {
            return Err(nothing_open());
        };
        file.write_all(bytes)
            .map_err(|error| SyncError::io("write", &self.within.full_path(path))(error))
    }

    pub(super) fn finish(&mut self, record: Record) -> Result<(), SyncError> {
        let Some((path, file)) = self.open.take() else {
            return Err(nothing_open());
        };
        let stat = rustix::fs::fstat(&file).map_err(|error| {
            SyncError::io("look at", &self.within.full_path(&path))(error.into())
        })?;
        self.index.append(
            &path,
            Some(&Stamped {
                record,
                stamp: stamp(&stat),
            }),
        )
    }

    pub(super) fn place(&mut self, path: &TreePath, record: Record) -> Result<(), SyncError> {
        self.claim(path)?;
        let placed = match &record.kind {
            Kind::Symlink {
                target,
                created: true,
                ..
            } => self.within.symlink(path, target),
            Kind::Symlink { .. } => Ok(()),
            Kind::File { .. } | Kind::Submodule => self.within.make_directory(path),
        };
        placed.map_err(|error| self.occupied(path, error))?;
        self.index.append(
            path,
            Some(&Stamped {
                record,
                stamp: (0, 0),
            }),
        )
    }

    pub(super) fn remove(&mut self, path: &TreePath) -> Result<(), SyncError> {
        self.within
            .remove(path)
            .map_err(SyncError::io("remove", &self.within.full_path(path)))?;
        if let Some(folded) = &mut self.folded {
            folded.remove(&lower_case(path.as_bytes()));
        }
        self.index.append(path, None)
    }

    /// Exchanges the directory for the new one, and the record with it. What was there goes.
    pub(super) fn commit(mut self, place: &Place, state: &State) -> Result<(), SyncError> {
        if let Err(error) = self.prepare(place, state) {
            // Space is what may have been short. After the exchange nothing is removed before the
            // record tells what is what.
            place.clear().ok();
            return Err(error);
        }
        place.exchange()?;
        place.adopt_record()?;
        place.persist_names()
    }

    fn prepare(&mut self, place: &Place, state: &State) -> Result<(), SyncError> {
        self.index.flush_all()?;
        let next = place.next();
        let stat = rustix::fs::fstat(self.within.root());
        let inode = stat
            .map_err(|error| SyncError::io("look at", &next)(error.into()))?
            .st_ino;
        Stored::new(inode, Some(state.clone())).write(&place.next_record())?;
        place.persist()
    }

    /// Makes sure that no other name of the repository is this one to the file system.
    fn claim(&mut self, path: &TreePath) -> Result<(), SyncError> {
        let Some(folded) = &mut self.folded else {
            return Ok(());
        };
        let bytes = path.as_bytes();
        let ends = bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'/')
            .map(|(end, _)| end);
        for end in ends.chain([bytes.len()]) {
            let name = &bytes[..end];
            let first = folded
                .entry(lower_case(name))
                .or_insert_with(|| name.to_vec());
            if first != name {
                return Err(SyncError::Collision {
                    path: path.clone(),
                    other: printable(first),
                });
            }
        }
        Ok(())
    }

    /// What it means that something stands at a path of a directory that only this run writes to.
    fn occupied(&mut self, path: &TreePath, error: io::Error) -> SyncError {
        match error.kind() {
            io::ErrorKind::AlreadyExists => match self.within.names(path.parent()) {
                Ok(names) if names.iter().all(|(name, _)| name != path.name()) => {
                    SyncError::Collision {
                        path: path.clone(),
                        other: alike(&names, path.name()),
                    }
                }
                _ => SyncError::Unsafe {
                    path: path.to_string(),
                    problem: "the archive holds it twice",
                },
            },
            io::ErrorKind::NotADirectory => SyncError::Unsafe {
                path: path.to_string(),
                problem: "it is below something that is no directory",
            },
            _ => SyncError::io("create", &self.within.full_path(path))(error),
        }
    }
}

pub(super) fn nothing_open() -> SyncError {
    SyncError::Inconsistent {
        problem: "bytes came for no file".into(),
    }
}

fn alike(names: &[(Vec<u8>, bool)], name: &[u8]) -> String {
    let found = names
        .iter()
        .find(|(other, _)| lower_case(other) == lower_case(name));
    found.map_or_else(|| "another name".to_owned(), |(other, _)| printable(other))
}

fn lower_case(name: &[u8]) -> Vec<u8> {
    match OsStr::from_bytes(name).to_str() {
        Some(text) => text.to_lowercase().into_bytes(),
        None => name.to_ascii_lowercase(),
    }
}
