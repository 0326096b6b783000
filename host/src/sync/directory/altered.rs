//! Whether somebody changed the tree since: apart because it only looks.

use rustix::fs::{FileType, Stat};

use super::codec::Stamped;
use super::index::Index;
use super::within::{Within, stamp};
use crate::sync::error::SyncError;
use crate::sync::path::TreePath;
use crate::sync::sink::{Kind, Which};

/// Looks at a tree and its record.
pub(super) struct Inspection<'a> {
    pub(super) within: Within,
    pub(super) index: &'a mut Index,
}

impl Inspection<'_> {
    /// The first path in the whole tree at which something else stands than was recorded.
    pub(super) fn everywhere(mut self) -> Result<Option<TreePath>, SyncError> {
        let records = self.index.all(Which::All)?;
        for (path, stamped) in &records {
            if !self.is_as_recorded(path, stamped)? {
                return Ok(Some(path.clone()));
            }
        }
        self.foreign_below(&[], &mut |_, path| Ok(records.contains_key(path)))
    }

    /// The first of `paths` at which something else stands than was recorded, or in whose place
    /// nothing can be put.
    pub(super) fn at(mut self, paths: &[TreePath]) -> Result<Option<TreePath>, SyncError> {
        for path in paths {
            let found = match self.index.find(path)? {
                Some(stamped) if self.is_as_recorded(path, &stamped)? => None,
                Some(_) => Some(path.clone()),
                None => self.in_the_way(path)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn is_as_recorded(&mut self, path: &TreePath, stamped: &Stamped) -> Result<bool, SyncError> {
        let failed = SyncError::io("look at", &self.within.full_path(path));
        let Some(stat) = self.within.stat(path).map_err(failed)? else {
            return Ok(matches!(
                stamped.record.kind,
                Kind::Symlink { created: false, .. }
            ));
        };
        let kind = FileType::from_raw_mode(stat.st_mode);
        Ok(match &stamped.record.kind {
            Kind::File { executable, .. } => {
                kind == FileType::RegularFile && is_same_file(&stat, stamped, *executable)
            }
            Kind::Submodule => kind == FileType::Directory && self.is_empty(path)?,
            Kind::Symlink { created: false, .. } => false,
            Kind::Symlink { target, .. } => {
                let failed = SyncError::io("read", &self.within.full_path(path));
                kind == FileType::Symlink && self.within.target(path).map_err(failed)? == *target
            }
        })
    }

    fn is_empty(&mut self, path: &TreePath) -> Result<bool, SyncError> {
        let failed = SyncError::io("read", &self.within.full_path(path));
        Ok(self
            .within
            .names(path.as_bytes())
            .map_err(failed)?
            .is_empty())
    }

    /// What stands where nothing was recorded: nothing of ours is lost if it is a directory that
    /// holds only what was recorded, or is below something that was.
    fn in_the_way(&mut self, path: &TreePath) -> Result<Option<TreePath>, SyncError> {
        let bytes = path.as_bytes();
        let ends = bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'/')
            .map(|(end, _)| end);
        for end in ends.chain([bytes.len()]) {
            let Some(step) = TreePath::recorded(&bytes[..end]) else {
                continue;
            };
            let failed = SyncError::io("look at", &self.within.full_path(&step));
            let Some(stat) = self.within.stat(&step).map_err(failed)? else {
                return Ok(None);
            };
            if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
                return Ok(self.index.find(&step)?.is_none().then_some(step));
            }
        }
        self.foreign_below(bytes, &mut |index, path| Ok(index.find(path)?.is_some()))
    }

    fn foreign_below(
        &mut self,
        directory: &[u8],
        is_known: &mut dyn FnMut(&mut Index, &TreePath) -> Result<bool, SyncError>,
    ) -> Result<Option<TreePath>, SyncError> {
        let failed = SyncError::io("read", self.within.path());
        for (name, is_directory) in self.within.names(directory).map_err(failed)? {
            let whole = if directory.is_empty() {
                name
            } else {
                [directory, &name].join(&b'/')
            };
            let Some(path) = TreePath::recorded(&whole) else {
                continue;
            };
            let found = match is_directory {
                true => self.foreign_below(&whole, is_known)?,
                false => (!is_known(self.index, &path)?).then_some(path),
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

fn is_same_file(stat: &Stat, stamped: &Stamped, executable: bool) -> bool {
    u64::try_from(stat.st_size) == Ok(stamped.record.size)
        && stamp(stat) == stamped.stamp
        && (stat.st_mode & 0o100 != 0) == executable
}
