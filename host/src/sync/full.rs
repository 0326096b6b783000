//! A full run: apart because it is what every other run falls back to.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::object::ObjectName;
use crate::sync::check::check;
use crate::sync::error::SyncError;
use crate::sync::fetch::{Wanted, fetch};
use crate::sync::forge::Body;
use crate::sync::path::{TreePath, printable};
use crate::sync::progress::{Progress, ProgressEvent};
use crate::sync::run::{Link, Run, Tally};
use crate::sync::sink::{Basis, Kind, Record};
use crate::sync::summary::{FullReason, Mode, Summary};
use crate::sync::tree::{Entry, Snapshot};
use crate::sync::unpack::{ChannelReader, Item, unpack};

/// Fetches everything: the archive, and then what it has otherwise than the commit.
pub(super) async fn full(run: &mut Run<'_>, because: FullReason) -> Result<Summary, SyncError> {
    run.sink.begin(Basis::Nothing).await?;
    let mut unpacked = receive(run).await?;
    correct(run, &mut unpacked).await?;
    if run.options.resolve_lfs {
        resolve_pointers(run, &mut unpacked).await?;
    }
    let Unpacked {
        links, mut tally, ..
    } = unpacked;
    let links = links.into_iter().map(|(path, record)| Link {
        path,
        record,
        recorded: false,
    });
    run.place_links(links.collect()).await?;
    tally.written = tally.entries;
    tally.removed = 0;
    tally.verified = true;
    run.commit(Mode::Full { because }, tally).await
}

/// What an archive held.
#[derive(Default)]
struct Unpacked {
    entries: Vec<Entry>,
    /// Not in the sink yet: no file is ever written through a link of the archive's.
    links: BTreeMap<TreePath, Record>,
    /// Directories in which nothing was: submodules, as far as the archive tells.
    empty: HashSet<Vec<u8>>,
    pointers: Vec<Wanted>,
    tally: Tally,
    /// The file that began: its path, and whether it is executable.
    open: Option<(TreePath, bool)>,
}

/// Unpacks the archive into the sink, while it comes.
async fn receive(run: &mut Run<'_>) -> Result<Unpacked, SyncError> {
    let body = run.forge.archive(&run.commit.to_string()).await?;
    let (chunks, source) = mpsc::channel(CHUNKS);
    let (sender, mut items) = mpsc::channel(ITEMS);
    let (algorithm, limits) = (run.algorithm(), run.options.limits.clone());
    let unpacking = tokio::task::spawn_blocking(move || {
        unpack(ChannelReader::new(source), &sender, algorithm, &limits)
    });
    let progress = run.progress;
    let files = AtomicU64::new(0);
    let storing = async {
        let mut unpacked = Unpacked::default();
        while let Some(item) = items.recv().await {
            unpacked.take(run, item).await?;
            files.store(unpacked.tally.written, Ordering::Relaxed);
        }
        Ok(unpacked)
    };
    let ((), unpacked) =
        futures_util::future::try_join(feed(body, chunks, progress, &files), storing).await?;
    match unpacking.await {
        Ok(result) => result?,
        Err(lost) => return Err(SyncError::Unreadable(io::Error::other(lost))),
    }
    Ok(unpacked)
}

/// Passes an archive's bytes on. A receiver that is gone has an error of its own to tell.
async fn feed(
    mut body: Body,
    chunks: mpsc::Sender<Option<Bytes>>,
    progress: &dyn Progress,
    files: &AtomicU64,
) -> Result<(), SyncError> {
    let mut bytes = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        bytes += chunk.len() as u64;
        if chunks.send(Some(chunk)).await.is_err() {
            return Ok(());
        }
        let files = files.load(Ordering::Relaxed);
        progress.event(&ProgressEvent::Downloading { bytes, files });
    }
    // The end is said, so that it cannot be mistaken for an interruption.
    chunks.send(None).await.ok();
    Ok(())
}

impl Unpacked {
    async fn take(&mut self, run: &mut Run<'_>, item: Item) -> Result<(), SyncError> {
        match item {
            Item::Commit(commit) => confirm(run, &commit)?,
            Item::Directory(path) => {
                self.empty.remove(path.parent());
                self.empty.insert(path.as_bytes().to_vec());
            }
            Item::SmallFile {
                path,
                executable,
                bytes,
                id,
                lfs,
            } => {
                let record = Record {
                    kind: Kind::File { executable, lfs },
                    id,
                    size: bytes.len() as u64,
                };
                self.count(&path, &record);
                run.put_file(&path, bytes, record).await?;
            }
            Item::File { path, executable } => {
                run.sink.create(&path, executable).await?;
                self.open = Some((path, executable));
            }
            Item::Bytes(bytes) => run.sink.write(bytes).await?,
            Item::End { id, size } => {
                if let Some((path, executable)) = self.open.take() {
                    let record = Record {
                        kind: Kind::File {
                            executable,
                            lfs: false,
                        },
                        id,
                        size,
                    };
                    self.count(&path, &record);
                    run.sink.finish(record).await?;
                }
            }
            Item::Symlink { path, target, id } => self.link(path, target, id)?,
        }
        Ok(())
    }

    fn link(&mut self, path: TreePath, target: Vec<u8>, id: ObjectName) -> Result<(), SyncError> {
        let size = target.len() as u64;
        let kind = Kind::Symlink {
            target,
            outside: false,
            created: false,
        };
        let record = Record { kind, id, size };
        self.count(&path, &record);
        match self.links.insert(path.clone(), record) {
            None => Ok(()),
            Some(_) => Err(SyncError::Unsafe {
                path: path.to_string(),
                problem: "the archive holds it twice",
            }),
        }
    }

    fn count(&mut self, path: &TreePath, record: &Record) {
        self.empty.remove(path.parent());
        let is_link = matches!(record.kind, Kind::Symlink { .. });
        self.tally
            .add(if is_link { 0 } else { record.size }, record.kind.is_lfs());
        let mode = record.kind.mode();
        if record.kind.is_lfs() {
            self.pointers.push(Wanted {
                path: path.clone(),
                mode,
                id: None,
            });
        }
        self.entries.push(Entry {
            path: path.as_bytes().into(),
            mode,
            id: record.id,
        });
    }

    /// Takes a path out, wherever it is.
    async fn discard(&mut self, run: &mut Run<'_>, path: &TreePath) -> Result<(), SyncError> {
        if self.links.remove(path).is_some() {
            self.tally.entries -= 1;
        } else if let Some(old) = run.sink.record(path).await? {
            self.tally.bytes = self.tally.bytes.saturating_sub(old.size);
            run.discard(path, &mut self.tally).await?;
        }
        self.pointers.retain(|pointer| pointer.path != *path);
        Ok(())
    }
}

/// An archive that names its commit must name the right one.
fn confirm(run: &Run<'_>, commit: &str) -> Result<(), SyncError> {
    match ObjectName::parse(commit) {
        Some(named) if named != run.commit => Err(SyncError::Inconsistent {
            problem: format!("the archive is that of `{named}`, not of `{}`", run.commit),
        }),
        _ => Ok(()),
    }
}

/// Makes what was unpacked into the commit's tree.
async fn correct(run: &mut Run<'_>, unpacked: &mut Unpacked) -> Result<(), SyncError> {
    let mut entries = std::mem::take(&mut unpacked.entries);
    refuse_what_is_below_a_link(&unpacked.links, &entries)?;
    let unknown = ObjectName::unknown(run.algorithm());
    for path in &unpacked.empty {
        entries.push(Entry {
            path: path.as_slice().into(),
            mode: SUBMODULE,
            id: unknown,
        });
    }
    let snapshot = Snapshot::new(run.algorithm(), entries);
    let differences = check(run.forge, &run.commit.to_string(), &snapshot, run.progress).await?;
    drop(snapshot);
    unpacked.tally.unverifiable = differences.unverifiable;
    for path in &differences.surplus {
        if unpacked.empty.contains(&**path) {
            continue;
        }
        let path = run.path(path)?;
        unpacked.discard(run, &path).await?;
        unpacked.tally.corrected.push(path);
    }
    let mut wanted = Vec::new();
    for entry in differences.wanted {
        let path = run.path(&entry.path)?;
        unpacked.discard(run, &path).await?;
        if entry.mode == SUBMODULE {
            run.put_submodule(&path, entry.id, &mut unpacked.tally)
                .await?;
        } else {
            wanted.push(Wanted {
                path: path.clone(),
                mode: entry.mode,
                id: Some(entry.id),
            });
        }
        if !unpacked.empty.contains(&*entry.path) {
            unpacked.tally.corrected.push(path);
        }
    }
    let links = fetch(run, wanted, &mut unpacked.tally).await?;
    unpacked
        .links
        .extend(links.into_iter().map(|link| (link.path, link.record)));
    unpacked.tally.corrected.sort_unstable();
    Ok(())
}

/// A name is a link or a directory. One that is both would leave a tree that no list proves.
fn refuse_what_is_below_a_link(
    links: &BTreeMap<TreePath, Record>,
    entries: &[Entry],
) -> Result<(), SyncError> {
    let links: HashSet<&[u8]> = links.keys().map(TreePath::as_bytes).collect();
    let is_below = |entry: &&Entry| {
        let slashes = entry.path.iter().enumerate();
        let mut slashes = slashes.filter(|(_, byte)| **byte == b'/');
        slashes.any(|(position, _)| links.contains(&entry.path[..position]))
    };
    let below = match links.is_empty() {
        true => None,
        false => entries.iter().find(is_below),
    };
    match below {
        None => Ok(()),
        Some(entry) => Err(SyncError::Unsafe {
            path: printable(&entry.path),
            problem: "the archive has a link in the place of its directory",
        }),
    }
}

/// Puts the files that Git LFS stores in the place of their pointers.
async fn resolve_pointers(run: &mut Run<'_>, unpacked: &mut Unpacked) -> Result<(), SyncError> {
    let mut wanted = Vec::new();
    for pointer in std::mem::take(&mut unpacked.pointers) {
        if pointer.path.as_str().is_some() {
            unpacked.discard(run, &pointer.path).await?;
            wanted.push(pointer);
        } else {
            unpacked.tally.unverifiable.push(pointer.path.to_string());
        }
    }
    fetch(run, wanted, &mut unpacked.tally).await.map(drop)
}

const SUBMODULE: u32 = 0o160_000;
/// Chunks of the archive between the connection and the thread that unpacks.
const CHUNKS: usize = 8;
/// Items, at most 64 KiB each, between that thread and the sink.
const ITEMS: usize = 32;
