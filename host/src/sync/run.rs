//! What the parts of one sync share: apart because a full run and an incremental one end alike.

use bytes::Bytes;

use crate::object::{Algorithm, ObjectName};
use crate::sync::error::SyncError;
use crate::sync::forge::Forge;
use crate::sync::link::Links;
use crate::sync::options::SyncOptions;
use crate::sync::path::{TreePath, printable};
use crate::sync::progress::{Progress, ProgressEvent};
use crate::sync::sink::{Kind, Record, Sink, State, Which};
use crate::sync::summary::{Mode, OutsideSymlink, Submodule, Summary};

/// One sync under way.
pub(super) struct Run<'a> {
    pub(super) forge: &'a dyn Forge,
    pub(super) sink: &'a mut dyn Sink,
    pub(super) options: &'a SyncOptions,
    pub(super) progress: &'a dyn Progress,
    /// The commit whose tree is wanted.
    pub(super) commit: ObjectName,
    /// What the sink held when the sync began.
    pub(super) previous: Option<State>,
}

/// What a run did so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) written: u64,
    pub(super) removed: u64,
    pub(super) bytes: u64,
    /// Entries and pointers of the whole result.
    pub(super) entries: u64,
    pub(super) lfs_pointers: u64,
    pub(super) corrected: Vec<TreePath>,
    pub(super) unverifiable: Vec<String>,
    pub(super) verified: bool,
}

impl Tally {
    /// Counts something that was written.
    pub(super) fn add(&mut self, bytes: u64, lfs: bool) {
        self.written += 1;
        self.entries += 1;
        self.bytes += bytes;
        self.lfs_pointers += u64::from(lfs);
    }

    /// Takes what gives way out of the count of the whole result.
    pub(super) fn replace(&mut self, old: Option<&Record>) {
        if let Some(old) = old {
            self.entries = self.entries.saturating_sub(1);
            self.lfs_pointers = self
                .lfs_pointers
                .saturating_sub(u64::from(old.kind.is_lfs()));
        }
    }
}

/// A symbolic link on its way into the sink.
pub(super) struct Link {
    pub(super) path: TreePath,
    pub(super) record: Record,
    /// Whether the sink has it, as the record says.
    pub(super) recorded: bool,
}

impl Run<'_> {
    pub(super) fn algorithm(&self) -> Algorithm {
        self.commit.algorithm()
    }

    pub(super) fn path(&self, bytes: &[u8]) -> Result<TreePath, SyncError> {
        TreePath::new(bytes, &self.options.limits)
    }

    /// Writes a whole file.
    pub(super) async fn put_file(
        &mut self,
        path: &TreePath,
        bytes: Bytes,
        record: Record,
    ) -> Result<(), SyncError> {
        let executable = matches!(
            record.kind,
            Kind::File {
                executable: true,
                ..
            }
        );
        self.sink.create(path, executable).await?;
        if !bytes.is_empty() {
            self.sink.write(bytes).await?;
        }
        self.sink.finish(record).await
    }

    /// Decides for every link where it leads, which may depend on every other one, and lets the
    /// sink have those for which that is news.
    pub(super) async fn place_links(&mut self, links: Vec<Link>) -> Result<(), SyncError> {
        let mut all = Links::default();
        for link in &links {
            if let Kind::Symlink { target, .. } = &link.record.kind {
                all.insert(link.path.as_bytes(), target);
            }
        }
        for Link {
            path,
            mut record,
            recorded,
        } in links
        {
            let Kind::Symlink {
                target,
                outside,
                created,
            } = &mut record.kind
            else {
                continue;
            };
            // No file system can hold the others.
            let possible = (1..4_096).contains(&target.len()) && !target.contains(&0);
            let leads_outside = all.leads_outside(path.as_bytes(), target);
            let create = possible && (!leads_outside || self.options.outside_symlinks);
            if !recorded || (*outside, *created) != (leads_outside, create) {
                (*outside, *created) = (leads_outside, create);
                self.sink.place(&path, record).await?;
            }
        }
        Ok(())
    }

    /// Takes away what the sink has at a path, if anything. Whether it had.
    pub(super) async fn discard(
        &mut self,
        path: &TreePath,
        tally: &mut Tally,
    ) -> Result<bool, SyncError> {
        let old = self.sink.record(path).await?;
        if old.is_some() {
            self.sink.remove(path).await?;
        }
        tally.replace(old.as_ref());
        Ok(old.is_some())
    }

    /// Puts a submodule at a path where nothing stands.
    pub(super) async fn put_submodule(
        &mut self,
        path: &TreePath,
        id: ObjectName,
        tally: &mut Tally,
    ) -> Result<(), SyncError> {
        tally.add(0, false);
        self.sink
            .place(
                path,
                Record {
                    kind: Kind::Submodule,
                    id,
                    size: 0,
                },
            )
            .await
    }

    /// Makes the result visible.
    pub(super) async fn commit(&mut self, mode: Mode, tally: Tally) -> Result<Summary, SyncError> {
        if tally.entries > self.options.limits.entries {
            return Err(SyncError::Limit {
                what: "entries",
                limit: self.options.limits.entries,
            });
        }
        self.progress.event(&ProgressEvent::Swapping);
        let (base_url, repository) = self.forge.identity();
        let summary = self.summary(mode, tally).await?;
        let state = State {
            base_url,
            repository,
            path: self.forge.path(),
            commit: self.commit.to_string(),
            outside_symlinks: self.options.outside_symlinks,
            resolve_lfs: self.options.resolve_lfs,
            entries: summary.written + summary.unchanged,
            lfs_pointers: summary.lfs_pointers,
        };
        self.sink.commit(state).await?;
        Ok(summary)
    }

    pub(super) async fn summary(&mut self, mode: Mode, tally: Tally) -> Result<Summary, SyncError> {
        let mut summary = Summary {
            commit: self.commit.to_string(),
            previous: self.previous.as_ref().map(|state| state.commit.clone()),
            mode,
            verified: tally.verified,
            written: tally.written,
            removed: tally.removed,
            unchanged: tally.entries.saturating_sub(tally.written),
            bytes: tally.bytes,
            requests: self.forge.requests(),
            lfs_pointers: tally.lfs_pointers,
            outside_symlinks: Vec::new(),
            submodules: Vec::new(),
            corrected: tally.corrected,
            unverifiable: tally.unverifiable,
        };
        let mut others = self.sink.records(Which::NotFiles).await?;
        others.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        for (path, record) in others {
            match record.kind {
                Kind::Submodule => summary.submodules.push(Submodule {
                    path,
                    commit: record.id.to_string(),
                }),
                Kind::Symlink {
                    target,
                    outside,
                    created,
                } if outside || !created => {
                    summary.outside_symlinks.push(OutsideSymlink {
                        path,
                        target: printable(&target),
                        created,
                    });
                }
                Kind::File { .. } | Kind::Symlink { .. } => {}
            }
        }
        Ok(summary)
    }
}
