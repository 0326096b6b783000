//! Single files on their way into a sink: apart because corrections, Git LFS and incremental runs
//! all fetch them alike.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::contract::git::{File, Storage};
use crate::object::{Algorithm, ObjectHasher, ObjectName, blob_name};
use crate::sync::error::SyncError;
use crate::sync::forge::{Body, Forge};
use crate::sync::lfs::is_pointer;
use crate::sync::path::TreePath;
use crate::sync::progress::ProgressEvent;
use crate::sync::run::{Link, Run, Tally};
use crate::sync::sink::{Kind, Record};

/// A path whose content is wanted.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) path: TreePath,
    pub(super) mode: u32,
    /// Its object, where that is known.
    pub(super) id: Option<ObjectName>,
}

impl Wanted {
    fn is_symlink(&self) -> bool {
        self.mode == 0o120_000
    }
}

/// Fetches files into the sink, several small ones at once and large ones one after the other.
/// Links are handed back: where they lead is decided when all are known.
pub(super) async fn fetch(
    run: &mut Run<'_>,
    wanted: Vec<Wanted>,
    tally: &mut Tally,
) -> Result<Vec<Link>, SyncError> {
    let request = Request {
        forge: run.forge,
        commit: run.commit.to_string(),
        algorithm: run.algorithm(),
        resolve_lfs: run.options.resolve_lfs,
        turn: Arc::new(Semaphore::new(1)),
    };
    let total = wanted.len() as u64;
    let mut links = Vec::new();
    let mut again = Vec::new();
    let mut done = 0;
    let pending = stream::iter(wanted).map(|wanted| request.arrive(wanted));
    let mut arrivals = pending.buffered(AT_ONCE);
    while let Some(arrival) = arrivals.next().await {
        match arrival? {
            (wanted, Arrival::Later) => again.push(wanted),
            (wanted, arrival) => {
                links.extend(store(run, wanted, arrival, tally).await?);
                done += 1;
                run.progress.event(&ProgressEvent::Fetching { done, total });
            }
        }
    }
    drop(arrivals);
    for wanted in again {
        let (wanted, arrival) = request.arrive(wanted).await?;
        links.extend(store(run, wanted, arrival, tally).await?);
        done += 1;
        run.progress.event(&ProgressEvent::Fetching { done, total });
    }
    Ok(links)
}

struct Request<'a> {
    forge: &'a dyn Forge,
    commit: String,
    algorithm: Algorithm,
    resolve_lfs: bool,
    /// Held by the one large file that is under way: others would only wait with their
    /// connections open until the forge closes them.
    turn: Arc<Semaphore>,
}

/// A file as it arrives.
enum Arrival {
    /// It is large, and another large one is under way.
    Later,
    /// It is large: its beginning, and the rest on its way.
    Streaming {
        info: File,
        start: Vec<u8>,
        body: Body,
        _turn: OwnedSemaphorePermit,
    },
    /// It is small and here; its object's name is checked.
    Whole {
        bytes: Vec<u8>,
        id: ObjectName,
        lfs: bool,
    },
}

impl Request<'_> {
    async fn arrive(&self, wanted: Wanted) -> Result<(Wanted, Arrival), SyncError> {
        let resolve_lfs = self.resolve_lfs && !wanted.is_symlink();
        if let (Some(id), false) = (wanted.id, resolve_lfs) {
            let (bytes, all) = self
                .forge
                .blob(&id.to_string())
                .await?
                .read_up_to(SMALL_BYTES)
                .await?;
            if all {
                let arrival = self.whole(&wanted, bytes, id)?;
                return Ok((wanted, arrival));
            }
        }
        let Some(path) = wanted.path.as_str() else {
            return Err(SyncError::Inconsistent {
                problem: format!("`{}` cannot be asked for", wanted.path),
            });
        };
        let (info, mut body) = self.forge.file(&self.commit, path, resolve_lfs).await?;
        let id = named(&info, &wanted)?;
        let (bytes, all) = body.read_up_to(SMALL_BYTES).await?;
        let arrival = match all {
            true if resolve_lfs && !matches!(info.storage, Storage::Git) => Arrival::Whole {
                bytes,
                id,
                lfs: true,
            },
            true => self.whole(&wanted, bytes, id)?,
            false => match self.turn.clone().try_acquire_owned() {
                Ok(turn) => Arrival::Streaming {
                    info,
                    start: bytes,
                    body,
                    _turn: turn,
                },
                Err(_) => Arrival::Later,
            },
        };
        Ok((wanted, arrival))
    }

    fn whole(&self, wanted: &Wanted, bytes: Vec<u8>, id: ObjectName) -> Result<Arrival, SyncError> {
        if blob_name(self.algorithm, &bytes) != id {
            return Err(other_content(&wanted.path));
        }
        let lfs = is_pointer(&bytes);
        Ok(Arrival::Whole { bytes, id, lfs })
    }
}

/// The object that the forge says the file is, which must be the wanted one.
fn named(info: &File, wanted: &Wanted) -> Result<ObjectName, SyncError> {
    let id =
        ObjectName::parse(&info.blob).filter(|id| wanted.id.is_none_or(|wanted| wanted == *id));
    id.ok_or_else(|| SyncError::Inconsistent {
        problem: format!("`{}` is said to be two different blobs", wanted.path),
    })
}

fn other_content(path: &TreePath) -> SyncError {
    SyncError::Inconsistent {
        problem: format!("the content of `{path}` is not that of its blob"),
    }
}

async fn store(
    run: &mut Run<'_>,
    wanted: Wanted,
    arrival: Arrival,
    tally: &mut Tally,
) -> Result<Option<Link>, SyncError> {
    let old = run.sink.record(&wanted.path).await?;
    if old.is_some() {
        run.sink.remove(&wanted.path).await?;
    }
    tally.replace(old.as_ref());
    let executable = wanted.mode == 0o100_755;
    match arrival {
        Arrival::Later => Ok(None),
        Arrival::Whole { bytes, id, .. } if wanted.is_symlink() => {
            let size = bytes.len() as u64;
            let kind = Kind::Symlink {
                target: bytes,
                outside: false,
                created: false,
            };
            tally.add(0, false);
            Ok(Some(Link {
                path: wanted.path,
                record: Record { kind, id, size },
                recorded: false,
            }))
        }
        Arrival::Whole { bytes, id, lfs } => {
            let record = Record {
                kind: Kind::File { executable, lfs },
                id,
                size: bytes.len() as u64,
            };
            tally.add(record.size, lfs);
            within(run, tally)?;
            run.put_file(&wanted.path, bytes.into(), record).await?;
            Ok(None)
        }
        Arrival::Streaming { .. } if wanted.is_symlink() => Err(SyncError::Unsafe {
            path: wanted.path.to_string(),
            problem: "the symbolic link's target is too long",
        }),
        Arrival::Streaming {
            info,
            start,
            body,
            _turn,
        } => {
            run.sink.create(&wanted.path, executable).await?;
            let record = stream_into(run, &wanted, &info, start, body, tally).await?;
            tally.add(0, record.kind.is_lfs());
            run.sink.finish(record).await?;
            Ok(None)
        }
    }
}

async fn stream_into(
    run: &mut Run<'_>,
    wanted: &Wanted,
    info: &File,
    start: Vec<u8>,
    mut body: Body,
    tally: &mut Tally,
) -> Result<Record, SyncError> {
    let id = named(info, wanted)?;
    let lfs = run.options.resolve_lfs && !matches!(info.storage, Storage::Git);
    let mut hasher = ObjectHasher::blob(run.algorithm(), info.size);
    let mut size = 0;
    let mut chunk = Some(Ok(Bytes::from(start)));
    while let Some(bytes) = chunk.transpose()? {
        hasher.update(&bytes);
        size += bytes.len() as u64;
        tally.bytes += bytes.len() as u64;
        within(run, tally)?;
        run.sink.write(bytes).await?;
        chunk = body.next().await;
    }
    if !lfs && hasher.finish() != id {
        return Err(other_content(&wanted.path));
    }
    Ok(Record {
        kind: Kind::File {
            executable: wanted.mode == 0o100_755,
            lfs,
        },
        id,
        size,
    })
}

fn within(run: &Run<'_>, tally: &Tally) -> Result<(), SyncError> {
    let limit = run.options.limits.bytes;
    match tally.bytes > limit {
        true => Err(SyncError::Limit {
            what: "bytes",
            limit,
        }),
        false => Ok(()),
    }
}

/// Files that are under way at once.
const AT_ONCE: usize = 8;
/// A file of so many bytes is small: as many as are under way are held in memory.
const SMALL_BYTES: usize = 256 * 1024;
