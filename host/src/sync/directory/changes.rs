//! An incremental run under way: what is to change, apart until the journal says how.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use super::codec::Stamped;
use super::fresh::nothing_open;
use super::index::{Index, Lines};
use super::journal::{self, Step};
use super::place::{Place, STATE_FILE, Stored};
use super::within::{Within, stamp};
use crate::sync::error::SyncError;
use crate::sync::options::SyncLimits;
use crate::sync::path::TreePath;
use crate::sync::sink::{Kind, Record, State};

/// Changes to the tree that was committed last.
#[derive(Debug)]
pub(super) struct Changes {
    staging_path: PathBuf,
    staging: Within,
    index: Index,
    pub(super) lines: Lines,
    changes: BTreeMap<TreePath, Change>,
    staged: u64,
    open: Option<(TreePath, u64, File)>,
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Directory,
    Put(u64),
    Remove,
}

impl Changes {
    pub(super) fn begin(place: &Place) -> Result<Self, SyncError> {
        place.clear()?;
        let staging_path = place.staging();
        fs::create_dir(&staging_path).map_err(SyncError::io("create", &staging_path))?;
        let staging = Within::open(&staging_path).map_err(SyncError::io("open", &staging_path))?;
        Ok(Self {
            staging_path,
            staging,
            index: Index::new(place.record()),
            lines: Lines::new(),
            changes: BTreeMap::new(),
            staged: 0,
            open: None,
        })
    }

    pub(super) fn create(&mut self, path: &TreePath, executable: bool) -> Result<(), SyncError> {
        let (number, name) = self.number()?;
        let file = self
            .staging
            .create(&name, executable)
            .map_err(SyncError::io("create", &self.staging.full_path(&name)))?;
        self.open = Some((path.clone(), number, file));
        Ok(())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), SyncError> {
        let Some((_, _, file)) = &mut self.open else {
            return Err(nothing_open());
        };
        file.write_all(bytes)
            .map_err(SyncError::io("write", &self.staging_path))
    }

    pub(super) fn finish(&mut self, record: Record) -> Result<(), SyncError> {
        let Some((path, number, file)) = self.open.take() else {
            return Err(nothing_open());
        };
        let stat = rustix::fs::fstat(&file)
            .map_err(|error| SyncError::io("look at", &self.staging_path)(error.into()))?;
        if number <= PERSISTED_SINGLY {
            file.sync_all()
                .map_err(SyncError::io("write", &self.staging_path))?;
        }
        self.lines.insert(
            path.clone(),
            Some(Stamped {
                record,
                stamp: stamp(&stat),
            }),
        );
        self.changes.insert(path, Change::Put(number));
        Ok(())
    }

    pub(super) fn place(&mut self, path: &TreePath, record: Record) -> Result<(), SyncError> {
        let change = match &record.kind {
            Kind::Symlink {
                target,
                created: true,
                ..
            } => {
                let (number, name) = self.number()?;
                self.staging
                    .symlink(&name, target)
                    .map_err(SyncError::io("create", &self.staging.full_path(&name)))?;
                Change::Put(number)
            }
            Kind::Symlink { .. } => Change::Remove,
            Kind::File { .. } | Kind::Submodule => Change::Directory,
        };
        self.lines.insert(
            path.clone(),
            Some(Stamped {
                record,
                stamp: (0, 0),
            }),
        );
        self.changes.insert(path.clone(), change);
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &TreePath) {
        self.lines.insert(path.clone(), None);
        self.changes.insert(path.clone(), Change::Remove);
    }

    pub(super) fn commit(mut self, place: &Place, state: &State) -> Result<(), SyncError> {
        match self.prepare(place, state) {
            Ok(steps) => journal::write(place, &steps)?,
            Err(error) => {
                // Space is what may have been short. The journal needs what is staged.
                place.clear().ok();
                return Err(error);
            }
        }
        journal::complete(place).map(drop)
    }

    fn prepare(&mut self, place: &Place, state: &State) -> Result<Vec<Step>, SyncError> {
        let steps = self.steps(place, state)?;
        if self.staged > PERSISTED_SINGLY {
            place.persist()?;
        }
        Ok(steps)
    }

    /// Stages the record, and tells what completes the run.
    pub(super) fn steps(&mut self, place: &Place, state: &State) -> Result<Vec<Step>, SyncError> {
        let mut steps = self.removals()?;
        steps.extend(
            self.changes
                .iter()
                .filter_map(|(path, change)| match change {
                    Change::Directory => Some(Step::MakeDirectory(path.clone())),
                    Change::Put(number) => Some(Step::Put(*number, path.clone())),
                    Change::Remove => None,
                }),
        );
        let staging = place.staging();
        let shards = self.index.rewrite(&self.lines, |name| staging.join(name))?;
        steps.extend(shards.into_iter().map(Step::Record));
        let inode = place.inode()?.unwrap_or_default();
        Stored::new(inode, Some(state.clone())).write(&staging)?;
        steps.push(Step::Record(STATE_FILE.to_owned()));
        Ok(steps)
    }

    /// What has to go before anything comes.
    fn removals(&mut self) -> Result<Vec<Step>, SyncError> {
        let mut steps = Vec::new();
        for (path, change) in &self.changes {
            match change {
                Change::Directory | Change::Remove => steps.push(Step::Remove(path.clone())),
                // A rename takes the place of a file by itself, but not that of a directory.
                Change::Put(_) => {
                    let old = self.index.find(path)?;
                    if old.is_some_and(|old| old.record.kind == Kind::Submodule) {
                        steps.push(Step::RemoveDirectory(path.clone()));
                    }
                }
            }
        }
        Ok(steps)
    }

    fn number(&mut self) -> Result<(u64, TreePath), SyncError> {
        self.staged += 1;
        let name = TreePath::new(self.staged.to_string().as_bytes(), &SyncLimits::default())?;
        Ok((self.staged, name))
    }
}

/// With more files than that, it is cheaper to make the whole file system write.
const PERSISTED_SINGLY: u64 = 64;
