//! A directory where blocking is allowed: apart from the side that must not block.

use std::path::Path;

use bytes::Bytes;

use super::altered::Inspection;
use super::changes::Changes;
use super::fresh::Fresh;
use super::index::Index;
use super::journal;
use super::place::{Place, Stored, foreign};
use super::within::Within;
use crate::sync::error::SyncError;
use crate::sync::path::TreePath;
use crate::sync::sink::{Basis, Kind, Record, State, Which};

/// An open directory.
#[derive(Debug)]
pub(super) struct Store {
    place: Place,
    state: Option<State>,
    transaction: Option<Transaction>,
}

/// What is under way.
#[derive(Debug)]
enum Transaction {
    Changes(Changes),
    Fresh(Fresh),
}

/// What a transaction is made of.
#[derive(Debug)]
pub(super) enum Operation {
    Create(TreePath, bool),
    Finish(Record),
    Place(TreePath, Record),
    Remove(TreePath),
    Write(Bytes),
}

impl Store {
    /// Locks the place and recovers what an interrupted run left.
    pub(super) fn open(path: &Path) -> Result<Self, SyncError> {
        let place = Place::open(path)?;
        let state = recover(&place)?;
        Ok(Self {
            place,
            state,
            transaction: None,
        })
    }

    pub(super) fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    /// Whether something was begun that was not ended.
    pub(super) fn is_busy(&self) -> bool {
        self.transaction.is_some()
    }

    pub(super) fn begin(&mut self, from: Basis) -> Result<(), SyncError> {
        self.transaction = None;
        self.transaction = Some(match from {
            Basis::Committed => Transaction::Changes(Changes::begin(&self.place)?),
            Basis::Nothing => Transaction::Fresh(Fresh::begin(&self.place)?),
        });
        Ok(())
    }

    pub(super) fn perform(&mut self, operation: Operation) -> Result<(), SyncError> {
        match (self.transaction.as_mut().ok_or_else(not_begun)?, operation) {
            (Transaction::Changes(changes), Operation::Create(path, executable)) => {
                changes.create(&path, executable)
            }
            (Transaction::Changes(changes), Operation::Finish(record)) => changes.finish(record),
            (Transaction::Changes(changes), Operation::Place(path, record)) => {
                changes.place(&path, record)
            }
            (Transaction::Changes(changes), Operation::Remove(path)) => {
                changes.remove(&path);
                Ok(())
            }
            (Transaction::Changes(changes), Operation::Write(bytes)) => changes.write(&bytes),
            (Transaction::Fresh(fresh), Operation::Create(path, executable)) => {
                fresh.create(&path, executable)
            }
            (Transaction::Fresh(fresh), Operation::Finish(record)) => fresh.finish(record),
            (Transaction::Fresh(fresh), Operation::Place(path, record)) => {
                fresh.place(&path, record)
            }
            (Transaction::Fresh(fresh), Operation::Remove(path)) => fresh.remove(&path),
            (Transaction::Fresh(fresh), Operation::Write(bytes)) => fresh.write(&bytes),
        }
    }

    pub(super) fn record(&mut self, path: &TreePath) -> Result<Option<Record>, SyncError> {
        let found = match &mut self.transaction {
            Some(Transaction::Fresh(fresh)) => fresh.index.find(path)?,
            Some(Transaction::Changes(changes)) if changes.lines.contains_key(path) => {
                changes.lines[path].clone()
            }
            _ => Index::new(self.place.record()).find(path)?,
        };
        Ok(found.map(|stamped| stamped.record))
    }

    pub(super) fn records(&mut self, which: Which) -> Result<Vec<(TreePath, Record)>, SyncError> {
        let mut all = match &mut self.transaction {
            Some(Transaction::Fresh(fresh)) => fresh.index.all(which)?,
            _ => Index::new(self.place.record()).all(which)?,
        };
        if let Some(Transaction::Changes(changes)) = &self.transaction {
            for (path, stamped) in &changes.lines {
                match stamped {
                    Some(stamped) => all.insert(path.clone(), stamped.clone()),
                    None => all.remove(path),
                };
            }
        }
        let wanted =
            |record: &Record| which == Which::All || !matches!(record.kind, Kind::File { .. });
        let records = all
            .into_iter()
            .map(|(path, stamped)| (path, stamped.record));
        Ok(records.filter(|(_, record)| wanted(record)).collect())
    }

    pub(super) fn altered(&mut self, paths: &[TreePath]) -> Result<Option<TreePath>, SyncError> {
        let tree = &self.place.tree;
        let within = Within::open(tree).map_err(SyncError::io("open", tree))?;
        let mut index = Index::new(self.place.record());
        let inspection = Inspection {
            within,
            index: &mut index,
        };
        if paths.is_empty() {
            inspection.everywhere()
        } else {
            inspection.at(paths)
        }
    }

    pub(super) fn commit(&mut self, state: State) -> Result<(), SyncError> {
        match self.transaction.take().ok_or_else(not_begun)? {
            Transaction::Changes(changes) => changes.commit(&self.place, &state)?,
            Transaction::Fresh(fresh) => fresh.commit(&self.place, &state)?,
        }
        self.state = Some(state);
        // The new state is in sight. What cannot be removed now is removed by the next run.
        self.place.clear().ok();
        Ok(())
    }

    pub(super) fn abort(&mut self) -> Result<(), SyncError> {
        match self.transaction.take() {
            Some(_) => self.place.clear(),
            None => Ok(()),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next run.
        self.abort().ok();
    }
}

/// Completes or takes back what an interrupted run left, and tells what is there.
fn recover(place: &Place) -> Result<Option<State>, SyncError> {
    if place.inode()?.is_none() {
        place.put_back()?;
    }
    let inode = place.inode()?;
    if inode.is_some() && Stored::read(&place.next_record())?.map(|next| next.inode) == inode {
        place.adopt_record()?;
    }
    let stored = Stored::read(&place.record())?;
    let Some(inode) = inode else {
        place.clear()?;
        return Ok(None);
    };
    let is_ours = stored.as_ref().is_some_and(|stored| stored.inode == inode);
    let stored = match is_ours && complete(place, inode)? {
        true => Stored::read(&place.record())?,
        false => stored,
    };
    place.clear()?;
    match stored {
        Some(stored) if is_ours => Ok(stored.state),
        _ if is_empty(&place.tree)? => Ok(None),
        Some(_) => Err(foreign(
            &place.tree,
            "it is not the directory that was synced before, and not empty",
        )),
        None => Err(foreign(&place.tree, "it is not empty, and no sync made it")),
    }
}

/// Completes an interrupted incremental run. What can never be completed is given up: then
/// nothing is known of the directory except that it is ours.
fn complete(place: &Place, inode: u64) -> Result<bool, SyncError> {
    match journal::complete(place) {
        Err(error) if journal::is_hopeless(&error) => {
            Stored::new(inode, None).write(&place.record())?;
            let journal = place.journal();
            std::fs::remove_file(&journal).map_err(SyncError::io("remove", &journal))?;
            Ok(true)
        }
        completed => completed,
    }
}

fn is_empty(path: &Path) -> Result<bool, SyncError> {
    let mut entries = std::fs::read_dir(path).map_err(SyncError::io("read", path))?;
    Ok(entries.next().is_none())
}

fn not_begun() -> SyncError {
    SyncError::Inconsistent {
        problem: "nothing was begun".into(),
    }
}
