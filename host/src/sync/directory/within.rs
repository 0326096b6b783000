//! The file system below one directory: apart because no way out of it may exist anywhere else.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::codec::Stamp;
use crate::sync::path::TreePath;

/// A directory and what is below it. Every name is opened by itself and never through a link.
#[derive(Debug)]
pub(super) struct Within {
    root: OwnedFd,
    path: PathBuf,
    /// The directory used last: most operations stay in it for a while.
    last: Option<(Vec<u8>, OwnedFd)>,
}

impl Within {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let root = rustix::fs::open(path, DIRECTORY, Mode::empty())?;
        Ok(Self {
            root,
            path: path.into(),
            last: None,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn full_path(&self, path: &TreePath) -> PathBuf {
        self.path.join(OsStr::from_bytes(path.as_bytes()))
    }

    pub(super) fn root(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }

    /// Makes a file where nothing stands, and the directories on the way.
    pub(super) fn create(&mut self, path: &TreePath, executable: bool) -> io::Result<File> {
        let mode = Mode::from_raw_mode(if executable { 0o777 } else { 0o666 });
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(self.parent(path, true)?, path.name(), flags, mode)?;
        Ok(file.into())
    }

    pub(super) fn symlink(&mut self, path: &TreePath, target: &[u8]) -> io::Result<()> {
        Ok(rustix::fs::symlinkat(
            target,
            self.parent(path, true)?,
            path.name(),
        )?)
    }

    /// Makes a directory, unless it exists.
    pub(super) fn make_directory(&mut self, path: &TreePath) -> io::Result<()> {
        self.directory(path.as_bytes(), true).map(drop)
    }

    /// Puts a file or link from elsewhere at the path, in the place of what is no directory.
    /// What is no longer there was moved before.
    pub(super) fn rename_in(
        &mut self,
        from: BorrowedFd<'_>,
        name: &str,
        path: &TreePath,
    ) -> io::Result<()> {
        match rustix::fs::statat(from, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(()),
            found => {
                found?;
                Ok(rustix::fs::renameat(
                    from,
                    name,
                    self.parent(path, true)?,
                    path.name(),
                )?)
            }
        }
    }

    /// Removes an empty directory, if that is what stands at the path.
    pub(super) fn remove_directory(&mut self, path: &TreePath) -> io::Result<()> {
        let parent = match self.parent(path, false) {
            Err(error) if is_absent(&error) => return Ok(()),
            parent => parent?,
        };
        let removed = rustix::fs::unlinkat(parent, path.name(), AtFlags::REMOVEDIR);
        self.last = None;
        match removed {
            Ok(()) | Err(Errno::NOENT | Errno::NOTDIR | Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what stands at the path, if it is a file, a link or an empty directory, and the
    /// directories that it leaves empty.
    pub(super) fn remove(&mut self, path: &TreePath) -> io::Result<()> {
        let parent = match self.parent(path, false) {
            Err(error) if is_absent(&error) => return Ok(()),
            parent => parent?,
        };
        match rustix::fs::unlinkat(parent, path.name(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::ISDIR | Errno::PERM) => {
                match rustix::fs::unlinkat(parent, path.name(), AtFlags::REMOVEDIR) {
                    // What stands there by now is not what was to be removed.
                    Ok(()) | Err(Errno::NOENT | Errno::NOTDIR | Errno::NOTEMPTY | Errno::EXIST) => {
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error) => return Err(error.into()),
        }
        self.prune(path.parent());
        Ok(())
    }

    /// What stands at the path itself.
    pub(super) fn stat(&mut self, path: &TreePath) -> io::Result<Option<Stat>> {
        let parent = match self.parent(path, false) {
            Err(error) if is_absent(&error) => return Ok(None),
            parent => parent?,
        };
        match rustix::fs::statat(parent, path.name(), AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(None),
            stat => Ok(Some(stat?)),
        }
    }

    pub(super) fn target(&mut self, path: &TreePath) -> io::Result<Vec<u8>> {
        let target = rustix::fs::readlinkat(self.parent(path, false)?, path.name(), Vec::new())?;
        Ok(target.into_bytes())
    }

    /// Names in a directory, and whether each is one itself.
    pub(super) fn names(&mut self, path: &[u8]) -> io::Result<Vec<(Vec<u8>, bool)>> {
        let directory = self.directory(path, false)?;
        let mut names = Vec::new();
        for entry in Dir::read_from(directory)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                let kind = match entry.file_type() {
                    FileType::Unknown => file_type(directory, name)?,
                    kind => kind,
                };
                names.push((name.to_vec(), kind == FileType::Directory));
            }
        }
        Ok(names)
    }

    fn prune(&mut self, mut path: &[u8]) {
        self.last = None;
        while let Some(directory) = TreePath::recorded(path) {
            let Ok(parent) = self.parent(&directory, false) else {
                return;
            };
            // The first that is not empty, or is gone, ends it.
            if rustix::fs::unlinkat(parent, directory.name(), AtFlags::REMOVEDIR).is_err() {
                return;
            }
            self.last = None;
            path = &path[..directory.parent().len()];
        }
    }

    fn parent(&mut self, path: &TreePath, create: bool) -> io::Result<BorrowedFd<'_>> {
        self.directory(path.parent(), create)
    }

    fn directory(&mut self, path: &[u8], create: bool) -> io::Result<BorrowedFd<'_>> {
        if path.is_empty() {
            return Ok(self.root.as_fd());
        }
        if self.last.as_ref().is_none_or(|(last, _)| last != path) {
            let opened = self.descend(path, create)?;
            self.last = Some((path.to_vec(), opened));
        }
        match &self.last {
            Some((_, last)) => Ok(last.as_fd()),
            None => Ok(self.root.as_fd()),
        }
    }

    fn descend(&self, path: &[u8], create: bool) -> io::Result<OwnedFd> {
        let mut here: Option<OwnedFd> = None;
        let mut rest = path;
        // What is open already and on the way is where to begin.
        if let Some((last, directory)) = &self.last
            && let Some(below) = path
                .strip_prefix(&last[..])
                .and_then(|below| below.strip_prefix(b"/"))
        {
            here = Some(directory.try_clone()?);
            rest = below;
        }
        for name in rest.split(|byte| *byte == b'/') {
            let parent = here.as_ref().map_or(self.root.as_fd(), AsFd::as_fd);
            here = Some(
                match rustix::fs::openat(parent, name, DIRECTORY, Mode::empty()) {
                    Err(Errno::NOENT) if create => {
                        rustix::fs::mkdirat(parent, name, Mode::from_raw_mode(0o777))?;
                        rustix::fs::openat(parent, name, DIRECTORY, Mode::empty())?
                    }
                    opened => opened?,
                },
            );
        }
        here.map_or_else(|| self.root.try_clone(), Ok)
    }
}

/// Whether nothing can stand at a path because something on the way is missing or no directory.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP)
    )
}

fn file_type(directory: BorrowedFd<'_>, name: &[u8]) -> io::Result<FileType> {
    let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(FileType::from_raw_mode(stat.st_mode))
}

/// When the file was last written.
pub(super) fn stamp(stat: &Stat) -> Stamp {
    (
        stat.st_mtime,
        u32::try_from(stat.st_mtime_nsec).unwrap_or_default(),
    )
}

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
