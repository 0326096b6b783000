//! What stands where in the tree: apart because it outlives the run that wrote it.
//!
//! Files are spread over shards by their paths; everything else is in one shard, because it is
//! little and wanted as a whole. Within a shard the last line about a path counts.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::codec::{Stamped, read_line, write_line};
use super::place::write_file;
use crate::sync::error::SyncError;
use crate::sync::path::TreePath;
use crate::sync::sink::{Kind, Which};

/// Lines about paths.
pub(super) type Lines = HashMap<TreePath, Option<Stamped>>;

/// An index in a directory.
#[derive(Debug)]
pub(super) struct Index {
    directory: PathBuf,
    /// Lines that are not written yet, by shard.
    pending: Vec<Vec<u8>>,
}

impl Index {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            pending: vec![Vec::new(); usize::from(OTHERS) + 1],
        }
    }

    /// Adds a line about a path, of which there may be older ones.
    pub(super) fn append(
        &mut self,
        path: &TreePath,
        stamped: Option<&Stamped>,
    ) -> Result<(), SyncError> {
        for shard in shards_of(path) {
            let belongs = stamped.filter(|stamped| is_file(stamped) == (shard != OTHERS));
            // The other shard hears of it only where it may know more than nothing.
            if belongs.is_none() && stamped.is_some() {
                continue;
            }
            write_line(&mut self.pending[usize::from(shard)], path, belongs);
            if self.pending[usize::from(shard)].len() > PENDING_BYTES {
                self.flush(shard)?;
            }
        }
        Ok(())
    }

    pub(super) fn flush_all(&mut self) -> Result<(), SyncError> {
        (0..=OTHERS).try_for_each(|shard| self.flush(shard))
    }

    pub(super) fn find(&mut self, path: &TreePath) -> Result<Option<Stamped>, SyncError> {
        for shard in shards_of(path) {
            if let Some(Some(stamped)) = self.shard(shard)?.remove(path) {
                return Ok(Some(stamped));
            }
        }
        Ok(None)
    }

    pub(super) fn all(&mut self, which: Which) -> Result<HashMap<TreePath, Stamped>, SyncError> {
        let first = if which == Which::All { 0 } else { OTHERS };
        let mut all = HashMap::new();
        for shard in first..=OTHERS {
            let lines = self.shard(shard)?.into_iter();
            all.extend(lines.filter_map(|(path, stamped)| Some((path, stamped?))));
        }
        Ok(all)
    }

    /// Writes the shards that `changes` concern anew, into files that `name` names. Which ones.
    pub(super) fn rewrite(
        &mut self,
        changes: &Lines,
        name: impl Fn(&str) -> PathBuf,
    ) -> Result<Vec<String>, SyncError> {
        let mut concerned: HashMap<u8, Vec<(&TreePath, Option<&Stamped>)>> = HashMap::new();
        for (path, stamped) in changes {
            for shard in shards_of(path) {
                let belongs = stamped
                    .as_ref()
                    .filter(|stamped| is_file(stamped) == (shard != OTHERS));
                concerned.entry(shard).or_default().push((path, belongs));
            }
        }
        let mut names = Vec::new();
        for (shard, changes) in concerned {
            let mut lines = self.shard(shard)?;
            for (path, stamped) in changes {
                lines.insert(path.clone(), stamped.cloned());
            }
            let mut bytes = Vec::new();
            for (path, stamped) in lines.iter().filter(|(_, stamped)| stamped.is_some()) {
                write_line(&mut bytes, path, stamped.as_ref());
            }
            let target = name(&shard_name(shard));
            write_file(&target, &bytes)?;
            names.push(shard_name(shard));
        }
        Ok(names)
    }

    fn shard(&mut self, shard: u8) -> Result<Lines, SyncError> {
        self.flush(shard)?;
        let path = self.directory.join(shard_name(shard));
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(SyncError::io("read", &path))?,
        };
        let mut lines = HashMap::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (found, stamped) = read_line(&mut rest).ok_or_else(|| damaged(&path))?;
            lines.insert(found, stamped);
        }
        Ok(lines)
    }

    fn flush(&mut self, shard: u8) -> Result<(), SyncError> {
        let pending = std::mem::take(&mut self.pending[usize::from(shard)]);
        if pending.is_empty() {
            return Ok(());
        }
        let path = self.directory.join(shard_name(shard));
        let file = OpenOptions::new().append(true).create(true).open(&path);
        file.and_then(|mut file| file.write_all(&pending))
            .map_err(SyncError::io("write", &path))
    }
}

/// The shards that may know of a path. FNV-1a spreads them, because the standard hasher does not
/// promise to stay as it is.
fn shards_of(path: &TreePath) -> [u8; 2] {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = path.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, step);
    [((hash >> 32) % u64::from(OTHERS)) as u8, OTHERS]
}

fn is_file(stamped: &Stamped) -> bool {
    matches!(stamped.record.kind, Kind::File { .. })
}

fn shard_name(shard: u8) -> String {
    match shard {
        OTHERS => "others".to_owned(),
        shard => format!("files-{shard:02x}"),
    }
}

fn damaged(path: &Path) -> SyncError {
    SyncError::Io {
        action: "read",
        path: path.into(),
        source: io::ErrorKind::InvalidData.into(),
    }
}

/// The shard of everything that is not a file; there are as many shards of files.
const OTHERS: u8 = 64;
const PENDING_BYTES: usize = 16 * 1024;
