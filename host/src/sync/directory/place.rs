//! Where everything of a directory is: apart because recovery needs it before anything is known.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::journal;
use super::lock::Lock;
use crate::sync::error::SyncError;
use crate::sync::sink::State;

/// A directory and what is kept beside it, locked.
#[derive(Debug)]
pub(super) struct Place {
    /// The directory that the caller named.
    pub(super) tree: PathBuf,
    home: PathBuf,
    _lock: Lock,
}

impl Place {
    /// Finds and locks a place; makes the directories above it where they are missing.
    pub(super) fn open(path: &Path) -> Result<Self, SyncError> {
        let tree = real_path(path)?;
        let Some(name) = tree.file_name() else {
            return Err(foreign(path, "it is the root of the file system"));
        };
        let home = tree.with_file_name(home_name(name));
        match Lock::take(&home)? {
            Some(lock) => Ok(Self {
                tree,
                home,
                _lock: lock,
            }),
            None => Err(SyncError::Locked {
                place: tree.display().to_string(),
            }),
        }
    }

    pub(super) fn record(&self) -> PathBuf {
        self.home.join("record")
    }

    pub(super) fn next_record(&self) -> PathBuf {
        self.home.join("next-record")
    }

    pub(super) fn next(&self) -> PathBuf {
        self.home.join("next")
    }

    pub(super) fn staging(&self) -> PathBuf {
        self.home.join("staging")
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.home.join("journal")
    }

    fn old(&self) -> PathBuf {
        self.home.join("old")
    }

    fn removed(&self) -> PathBuf {
        self.home.join(REMOVED)
    }

    /// The directory's inode; `None` where there is no directory.
    pub(super) fn inode(&self) -> Result<Option<u64>, SyncError> {
        match fs::symlink_metadata(&self.tree) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Ok(metadata) if !metadata.is_dir() => Err(foreign(&self.tree, "it is no directory")),
            metadata => Ok(Some(
                metadata
                    .map_err(SyncError::io("look at", &self.tree))?
                    .ino(),
            )),
        }
    }

    /// Puts `next` in the directory's place, and what was there in the place of `next`.
    pub(super) fn exchange(&self) -> Result<(), SyncError> {
        let (next, tree) = (self.next(), &self.tree);
        if self.inode()?.is_none() {
            return fs::rename(&next, tree).map_err(SyncError::io("create", tree));
        }
        match exchange(&next, tree) {
            Err(error) if is_unsupported(&error) => self.rename_twice(),
            exchanged => exchanged.map_err(SyncError::io("exchange", tree)),
        }
    }

    /// For file systems that cannot exchange. In between there is no directory for a moment;
    /// [`put_back`](Self::put_back) is what the next run does if that moment lasts.
    fn rename_twice(&self) -> Result<(), SyncError> {
        let (next, old, tree) = (self.next(), self.old(), &self.tree);
        fs::rename(tree, &old).map_err(SyncError::io("exchange", tree))?;
        if let Err(error) = fs::rename(&next, tree) {
            fs::rename(&old, tree).map_err(SyncError::io("put back", tree))?;
            return Err(SyncError::io("exchange", tree)(error));
        }
        Ok(())
    }

    /// Puts a directory back that was on its way out.
    pub(super) fn put_back(&self) -> Result<(), SyncError> {
        match fs::rename(self.old(), &self.tree) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            renamed => renamed.map_err(SyncError::io("put back", &self.tree)),
        }
    }

    /// Makes the next record the one that counts.
    pub(super) fn adopt_record(&self) -> Result<(), SyncError> {
        let record = self.record();
        remove_directory(&record)?;
        fs::rename(self.next_record(), &record).map_err(SyncError::io("write", &record))
    }

    /// Removes what no committed run needs.
    pub(super) fn clear(&self) -> Result<(), SyncError> {
        let all = [
            self.next(),
            self.next_record(),
            self.staging(),
            self.old(),
            self.removed(),
        ];
        all.iter().try_for_each(|path| remove_directory(path))
    }

    /// Makes all that was written survive a loss of power, as far as the system lets us. It also
    /// tells of errors that came up when no write was waiting for them.
    pub(super) fn persist(&self) -> Result<(), SyncError> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            let home = File::open(&self.home).map_err(SyncError::io("open", &self.home))?;
            rustix::fs::syncfs(&home)
                .map_err(|error| SyncError::io("write", &self.tree)(error.into()))
        }
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        {
            rustix::fs::sync();
            Ok(())
        }
    }

    /// Makes renames survive a loss of power. File systems keep renames in their order, so those
    /// further down need no care of their own.
    pub(super) fn persist_names(&self) -> Result<(), SyncError> {
        let above = self.tree.parent().unwrap_or(&self.tree);
        for path in [above, &self.tree, &self.home] {
            match File::open(path).and_then(|directory| directory.sync_all()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                persisted => persisted.map_err(SyncError::io("write", path))?,
            }
        }
        Ok(())
    }
}

/// What is kept of a run, beside the index.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Stored {
    format: u32,
    /// The directory that the run made.
    pub(super) inode: u64,
    /// What it holds; nothing where an interrupted run could not be completed.
    pub(super) state: Option<State>,
}

impl Stored {
    pub(super) fn new(inode: u64, state: Option<State>) -> Self {
        Self {
            format: FORMAT,
            inode,
            state,
        }
    }

    pub(super) fn read(directory: &Path) -> Result<Option<Self>, SyncError> {
        let path = directory.join(STATE_FILE);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(SyncError::io("read", &path))?,
        };
        let stored: Self = serde_json::from_slice(&text)
            .map_err(|error| SyncError::io("read", &path)(error.into()))?;
        // What an older version keeps may mean something else; the directory is its own all the
        // same.
        Ok(Some(match stored.format {
            FORMAT => stored,
            _ => Self {
                state: None,
                ..stored
            },
        }))
    }

    pub(super) fn write(&self, directory: &Path) -> Result<(), SyncError> {
        let path = directory.join(STATE_FILE);
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| SyncError::io("write", &path)(error.into()))?;
        write_file(&path, &text)
    }
}

/// What the last run kept about a directory that exists, without its lock.
pub(super) fn recorded(path: &Path) -> Option<State> {
    let tree = fs::canonicalize(path).ok()?;
    let home = tree.with_file_name(home_name(tree.file_name()?));
    Stored::read(&home.join("record")).ok()??.state
}

/// The same, also where the directory is on its way out.
#[cfg(feature = "cli")]
pub(super) fn removable(path: &Path) -> Option<State> {
    recorded(path).or_else(|| {
        let absolute = std::path::absolute(path).ok()?;
        let above = fs::canonicalize(absolute.parent()?).ok()?;
        let home = above.join(home_name(absolute.file_name()?));
        let is_going = home.join(REMOVED).exists();
        is_going.then(|| Stored::read(&home.join("record")).ok()??.state)?
    })
}

/// A directory that a run filled, and that is about to go with what is kept beside it.
pub(crate) struct Removal(Place);

impl Removal {
    pub(super) fn begin(path: &Path) -> Result<Self, SyncError> {
        let place = Place::open(path)?;
        let stored = Stored::read(&place.record())?.map(|stored| stored.inode);
        let inode = place.inode()?;
        let is_going = inode.is_none() && place.removed().exists();
        if is_going || (inode.is_some() && stored == inode) {
            return Ok(Self(place));
        }
        Err(foreign(path, "it is not the directory that a sync filled"))
    }

    /// Where it is ended in its middle, another one goes on.
    pub(crate) fn complete(self) -> Result<(), SyncError> {
        let Self(place) = self;
        if place.inode()?.is_some() {
            remove_directory(&place.removed())?;
            // In one step, to where nobody takes what is left of it for a whole tree.
            fs::rename(&place.tree, place.removed())
                .map_err(SyncError::io("remove", &place.tree))?;
        }
        // The record goes last: it tells whose directory it was. The lock goes with the place.
        place.clear()?;
        journal::remove(&place)?;
        remove_directory(&place.record())
    }
}

/// Where what belongs to a directory stands, in the words in which the directory was named.
#[cfg(feature = "cli")]
pub(super) fn state_directory(tree: &Path) -> PathBuf {
    // A link, and what has no name of its own, such as `..`, stand elsewhere than they say.
    let real = match tree.file_name().is_none() || tree.is_symlink() {
        true => fs::canonicalize(tree).unwrap_or_else(|_| tree.to_owned()),
        false => tree.to_owned(),
    };
    real.with_file_name(home_name(real.file_name().unwrap_or_default()))
}

fn home_name(tree: &OsStr) -> OsString {
    let mut hidden = OsString::from(".");
    hidden.push(tree);
    hidden.push(".code-source");
    hidden
}

/// Writes a whole file so that it is there when this returns.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), SyncError> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(SyncError::io("write", path))
}

pub(super) fn remove_directory(path: &Path) -> Result<(), SyncError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(SyncError::io("remove", path)),
    }
}

pub(super) fn foreign(path: &Path, problem: &str) -> SyncError {
    SyncError::Foreign {
        place: path.display().to_string(),
        problem: problem.into(),
    }
}

fn real_path(path: &Path) -> Result<PathBuf, SyncError> {
    if let Ok(real) = fs::canonicalize(path) {
        return Ok(real);
    }
    let absolute = std::path::absolute(path).map_err(SyncError::io("find", path))?;
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(foreign(path, "it cannot be a directory"));
    };
    fs::create_dir_all(parent).map_err(SyncError::io("create", parent))?;
    Ok(fs::canonicalize(parent)
        .map_err(SyncError::io("find", parent))?
        .join(name))
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn is_unsupported(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
    )
}

/// Never put back, unlike `old`.
const REMOVED: &str = "removed";

pub(super) const STATE_FILE: &str = "state.json";
const FORMAT: u32 = 1;
