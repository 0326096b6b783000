//! An archive, entry by entry: apart because it is untrusted, and runs on a thread of its own.

use std::io::{self, BufRead, Read};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType, PaxExtensions};
use tokio::sync::mpsc::{Receiver, Sender};

use crate::object::{Algorithm, ObjectHasher, ObjectName, blob_name};
use crate::sync::error::SyncError;
use crate::sync::lfs::is_pointer;
use crate::sync::options::SyncLimits;
use crate::sync::path::{TreePath, printable};

/// What an archive holds. Nothing is written here: whoever receives it decides where it goes.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Item {
    /// The commit that the archive says it was made of.
    Commit(String),
    /// A directory: a submodule, if nothing in it follows.
    Directory(TreePath),
    /// The beginning of a file, whose bytes follow.
    File { path: TreePath, executable: bool },
    /// Bytes of the file that began.
    Bytes(Bytes),
    /// The end of the file that began.
    End { id: ObjectName, size: u64 },
    /// A whole small file.
    SmallFile {
        path: TreePath,
        executable: bool,
        bytes: Bytes,
        id: ObjectName,
        lfs: bool,
    },
    /// A symbolic link.
    Symlink {
        path: TreePath,
        target: Vec<u8>,
        id: ObjectName,
    },
}

/// Takes the archive that `source` reads apart and sends what it holds. Ends early, without an
/// error, where nobody receives any more.
pub(super) fn unpack(
    source: impl BufRead,
    items: &Sender<Item>,
    algorithm: Algorithm,
    limits: &SyncLimits,
) -> Result<(), SyncError> {
    let mut archive = Archive::new(MultiGzDecoder::new(source));
    // Raw, because otherwise the headers of extended names are read without a bound.
    let entries = archive.entries().map_err(SyncError::Unreadable)?.raw(true);
    let mut unpacker = Unpacker {
        items,
        algorithm,
        limits,
        root: None,
        extended: Extended::default(),
        entries: 0,
        bytes: 0,
    };
    for entry in entries {
        if !unpacker.entry(entry.map_err(SyncError::Unreadable)?)? {
            return Ok(());
        }
    }
    // The end of the compressed stream holds its check, behind the end of the archive.
    let padding = io::copy(
        &mut archive.into_inner().take(MOST_PADDING),
        &mut io::sink(),
    );
    match padding.map_err(SyncError::Unreadable)? {
        MOST_PADDING => Err(refused(b"", "the archive goes on behind its end")),
        _ => Ok(()),
    }
}

struct Unpacker<'a> {
    items: &'a Sender<Item>,
    algorithm: Algorithm,
    limits: &'a SyncLimits,
    /// The directory that everything is in.
    root: Option<Vec<u8>>,
    extended: Extended,
    entries: u64,
    bytes: u64,
}

/// What an extended header says of the entry behind it.
#[derive(Default)]
struct Extended {
    path: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
}

impl Unpacker<'_> {
    /// Whether to go on.
    fn entry(&mut self, mut entry: tar::Entry<'_, impl Read>) -> Result<bool, SyncError> {
        self.count(entry.size())?;
        match entry.header().entry_type() {
            EntryType::XGlobalHeader => return self.global_header(&mut entry),
            EntryType::XHeader => {
                self.extended = extended(&read_header(&mut entry)?)?;
                return Ok(true);
            }
            _ => {}
        }
        let extended = std::mem::take(&mut self.extended);
        let raw = extended
            .path
            .unwrap_or_else(|| entry.path_bytes().into_owned());
        let Some(path) = self.path(&raw)? else {
            return Ok(true);
        };
        match entry.header().entry_type() {
            EntryType::Directory => Ok(self.send(Item::Directory(path))),
            EntryType::Regular => self.file(path, &mut entry),
            EntryType::Symlink => {
                let target = extended
                    .target
                    .or_else(|| entry.link_name_bytes().map(|name| name.into_owned()));
                let target = target.unwrap_or_default();
                let id = blob_name(self.algorithm, &target);
                Ok(self.send(Item::Symlink { path, target, id }))
            }
            _ => Err(refused(&raw, "it is of a kind that git never archives")),
        }
    }

    fn count(&mut self, size: u64) -> Result<(), SyncError> {
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(size);
        if self.entries > self.limits.entries {
            return Err(SyncError::Limit {
                what: "entries",
                limit: self.limits.entries,
            });
        }
        if self.bytes > self.limits.bytes {
            return Err(SyncError::Limit {
                what: "bytes",
                limit: self.limits.bytes,
            });
        }
        Ok(())
    }

    /// The path below the one directory that everything must be in; `None` for that directory.
    fn path(&mut self, raw: &[u8]) -> Result<Option<TreePath>, SyncError> {
        let whole = raw.strip_suffix(b"/").unwrap_or(raw);
        let end = whole
            .iter()
            .position(|byte| *byte == b'/')
            .unwrap_or(whole.len());
        let (root, rest) = whole.split_at(end);
        if root.is_empty() || self.root.get_or_insert_with(|| root.to_vec()) != root {
            return Err(refused(raw, "it is not in the archive's one directory"));
        }
        match rest.strip_prefix(b"/") {
            None => Ok(None),
            Some(path) => TreePath::new(path, self.limits).map(Some),
        }
    }

    fn file(
        &self,
        path: TreePath,
        entry: &mut tar::Entry<'_, impl Read>,
    ) -> Result<bool, SyncError> {
        // Git sets all executable bits, or none.
        let executable = entry.header().mode().map_err(SyncError::Unreadable)? & 0o100 != 0;
        let size = entry.size();
        let first = read_chunk(entry)?;
        if first.len() as u64 == size {
            let (id, lfs) = (blob_name(self.algorithm, &first), is_pointer(&first));
            return Ok(self.send(Item::SmallFile {
                path,
                executable,
                bytes: first,
                id,
                lfs,
            }));
        }
        let mut hasher = ObjectHasher::blob(self.algorithm, size);
        let mut left = size;
        let mut chunk = first;
        let mut go_on = self.send(Item::File { path, executable });
        while go_on && left > 0 {
            if chunk.is_empty() {
                return Err(SyncError::Unreadable(io::ErrorKind::UnexpectedEof.into()));
            }
            hasher.update(&chunk);
            left -= chunk.len() as u64;
            go_on = self.send(Item::Bytes(chunk));
            chunk = read_chunk(entry)?;
        }
        Ok(go_on
            && self.send(Item::End {
                id: hasher.finish(),
                size,
            }))
    }

    /// Git writes the commit into a comment for the whole archive.
    fn global_header(&self, entry: &mut tar::Entry<'_, impl Read>) -> Result<bool, SyncError> {
        let header = read_header(entry)?;
        for extension in PaxExtensions::new(&header) {
            let extension = extension.map_err(SyncError::Unreadable)?;
            if extension.key_bytes() == b"comment" {
                let commit = String::from_utf8_lossy(extension.value_bytes()).into_owned();
                return Ok(self.send(Item::Commit(commit)));
            }
        }
        Ok(true)
    }

    fn send(&self, item: Item) -> bool {
        self.items.blocking_send(item).is_ok()
    }
}

fn extended(header: &[u8]) -> Result<Extended, SyncError> {
    let mut found = Extended::default();
    for extension in PaxExtensions::new(header) {
        let extension = extension.map_err(SyncError::Unreadable)?;
        match extension.key_bytes() {
            b"path" => found.path = Some(extension.value_bytes().to_vec()),
            b"linkpath" => found.target = Some(extension.value_bytes().to_vec()),
            // Git writes it for files that a plain header has no room for.
            b"size" => {
                return Err(SyncError::Limit {
                    what: "bytes in a file",
                    limit: MOST_FILE_BYTES,
                });
            }
            _ => {}
        }
    }
    Ok(found)
}

fn read_header(entry: &mut tar::Entry<'_, impl Read>) -> Result<Vec<u8>, SyncError> {
    if entry.size() > MOST_HEADER_BYTES {
        return Err(refused(b"", "an extended header is too long"));
    }
    let mut header = Vec::new();
    entry
        .read_to_end(&mut header)
        .map_err(SyncError::Unreadable)?;
    Ok(header)
}

fn read_chunk(entry: &mut impl Read) -> Result<Bytes, SyncError> {
    let mut chunk = Vec::new();
    entry
        .take(CHUNK_BYTES)
        .read_to_end(&mut chunk)
        .map_err(SyncError::Unreadable)?;
    Ok(chunk.into())
}

fn refused(path: &[u8], problem: &'static str) -> SyncError {
    SyncError::Unsafe {
        path: printable(path),
        problem,
    }
}

/// Reads what another task sends. The end must be sent too, as `None`: a sender that is gone
/// without it was interrupted.
pub(super) struct ChannelReader {
    receiver: Receiver<Option<Bytes>>,
    current: Bytes,
    ended: bool,
}

impl ChannelReader {
    pub(super) fn new(receiver: Receiver<Option<Bytes>>) -> Self {
        Self {
            receiver,
            current: Bytes::new(),
            ended: false,
        }
    }
}

impl BufRead for ChannelReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() && !self.ended {
            match self.receiver.blocking_recv() {
                Some(Some(bytes)) => self.current = bytes,
                Some(None) => self.ended = true,
                None => return Err(io::ErrorKind::ConnectionAborted.into()),
            }
        }
        Ok(&self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current = self.current.split_off(amount);
    }
}

impl Read for ChannelReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

const CHUNK_BYTES: u64 = 64 * 1024;
/// Room for the longest path and link that are accepted, and much more.
const MOST_HEADER_BYTES: u64 = 1024 * 1024;
/// What twelve octal digits can say, less one.
const MOST_FILE_BYTES: u64 = (8 << 30) - 1;
/// Writers fill the last record up, to a few kilobytes.
const MOST_PADDING: u64 = 1024 * 1024;

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
