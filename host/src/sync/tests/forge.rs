//! A forge that is git itself, with faults on demand.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;

use super::repository::{git, try_git};
use crate::contract::git::{
    ChangeKind, Comparison, Entry, EntryKind, File, FileChange, LfsPointer, Patch, Revision,
    Storage,
};
use crate::contract::types::{Error, ErrorCode, PageEnd};
use crate::sync::error::SyncError;
use crate::sync::forge::{Body, Forge};
use crate::{Failure, Report};

/// What a forge would answer for the repository in a directory.
pub(super) struct GitForge {
    directory: PathBuf,
    requests: AtomicU64,
    /// What was asked, in order.
    pub(super) asked: Mutex<Vec<String>>,
    /// Bytes after which archives break; none where it is `usize::MAX`.
    pub(super) archive_breaks_after: AtomicUsize,
    /// Whether comparisons are cut short.
    pub(super) cuts_comparisons: AtomicBool,
    /// Whether files come with bytes that are not theirs.
    pub(super) garbles_files: AtomicBool,
}

impl GitForge {
    pub(super) fn new(directory: &Path) -> Self {
        Self {
            directory: directory.into(),
            requests: AtomicU64::new(0),
            asked: Mutex::default(),
            archive_breaks_after: AtomicUsize::new(usize::MAX),
            cuts_comparisons: AtomicBool::new(false),
            garbles_files: AtomicBool::new(false),
        }
    }

    /// What was asked since the last time that this was called.
    pub(super) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    fn ask(&self, request: String) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.asked.lock().unwrap().push(request);
    }

    fn git(&self, arguments: &[&str]) -> Vec<u8> {
        git(&self.directory, arguments)
    }

    fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&self.git(arguments))
            .trim()
            .to_owned()
    }
}

#[async_trait]
impl Forge for GitForge {
    fn path(&self) -> String {
        "web/shop".into()
    }

    fn identity(&self) -> (String, String) {
        (
            "https://forge.example.com".into(),
            self.directory.display().to_string(),
        )
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    async fn resolve(&self, _at: &Revision) -> Result<String, SyncError> {
        self.ask("resolve".into());
        Ok(self.text(&["rev-parse", "HEAD"]))
    }

    async fn archive(&self, commit: &str) -> Result<Body, SyncError> {
        self.ask("archive".into());
        let archive = self.git(&[
            "archive",
            "--format=tar.gz",
            "--prefix=shop-main-0123/",
            commit,
        ]);
        let limit = self.archive_breaks_after.load(Ordering::Relaxed);
        let whole = archive.len() <= limit;
        let mut chunks: Vec<_> = archive
            .chunks(7_001)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        if !whole {
            chunks.truncate(limit / 7_001);
            chunks.push(Err(SyncError::Unreadable(
                std::io::ErrorKind::ConnectionReset.into(),
            )));
        }
        Ok(Body::new(stream::iter(chunks)))
    }

    async fn blob(&self, id: &str) -> Result<Body, SyncError> {
        self.ask(format!("blob {id}"));
        Ok(self.body(self.git(&["cat-file", "blob", id])))
    }

    async fn file(
        &self,
        commit: &str,
        path: &str,
        resolve_lfs: bool,
    ) -> Result<(File, Body), SyncError> {
        self.ask(format!("file {path}"));
        let blob = entry(
            self.git(&["ls-tree", "-z", commit, "--", path])
                .strip_suffix(b"\0")
                .unwrap(),
        )
        .id;
        let mut bytes = self.git(&["cat-file", "blob", &blob]);
        let size = bytes.len() as u64;
        let mut storage = Storage::Git;
        if resolve_lfs && bytes.starts_with(b"version https://git-lfs") {
            bytes = RESOLVED.to_vec();
            storage = Storage::Lfs(LfsPointer {
                oid: String::new(),
                size: bytes.len() as u64,
            });
        }
        let info = File {
            path: path.into(),
            commit: commit.into(),
            blob,
            size,
            sha256: None,
            kind: EntryKind::File,
            last_commit: None,
            storage,
        };
        Ok((info, self.body(bytes)))
    }

    async fn compare(
        &self,
        base: &str,
        head: &str,
        cursor: Option<String>,
    ) -> Result<Comparison, SyncError> {
        self.ask("compare".into());
        if try_git(&self.directory, &["cat-file", "-e", base]).is_err() {
            return Err(failure(ErrorCode::BaseMissing(base.into())));
        }
        let ancestor = self.text(&["merge-base", base, head]);
        let lines = self.git(&["diff", "--raw", "-z", "-M", "--no-abbrev", &ancestor, head]);
        let changes = changes(&lines);
        // Pages of two, so that there are several.
        let start: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let end = (start + 2).min(changes.len());
        Ok(Comparison {
            base: base.into(),
            head: head.into(),
            merge_base: Some(ancestor),
            complete: !self.cuts_comparisons.load(Ordering::Relaxed),
            end: if end == changes.len() {
                PageEnd::Complete
            } else {
                PageEnd::More(end.to_string())
            },
            changes: changes[start..end].to_vec(),
        })
    }

    async fn list(
        &self,
        commit: &str,
        path: &str,
        recursive: bool,
    ) -> Result<Vec<Entry>, SyncError> {
        self.ask(format!("list {path}"));
        let mut arguments = vec!["ls-tree", "-z"];
        arguments.extend(recursive.then_some(["-r", "-t"]).into_iter().flatten());
        let below = format!("{path}/");
        arguments.extend([commit, "--"]);
        arguments.extend((!path.is_empty()).then_some(below.as_str()));
        let lines = self.git(&arguments);
        let entries: Vec<_> = lines
            .split(|byte| *byte == 0)
            .filter(|line| !line.is_empty())
            .map(entry)
            .collect();
        Ok(entries
            .into_iter()
            .filter(|entry| entry.path != path && path_is_below(&entry.path, path))
            .collect())
    }
}

impl GitForge {
    fn body(&self, mut bytes: Vec<u8>) -> Body {
        if self.garbles_files.load(Ordering::Relaxed) {
            bytes.push(b'!');
        }
        let chunks: Vec<_> = bytes
            .chunks(65_536)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        Body::new(stream::iter(chunks))
    }
}

pub(super) fn failure(code: ErrorCode) -> SyncError {
    let error = Error {
        code,
        message: "no".into(),
        hint: None,
        remedied_by: None,
        status: None,
        request_id: None,
        retry_after: None,
    };
    SyncError::Call {
        operation: "git.compare",
        failure: Box::new(Failure::Answer(error)),
        report: Box::new(Report::default()),
    }
}

fn path_is_below(path: &str, directory: &str) -> bool {
    directory.is_empty()
        || path
            .strip_prefix(directory)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// Names that are not UTF-8 come out garbled, as they do in JSON.
fn entry(line: &[u8]) -> Entry {
    let tab = line.iter().position(|byte| *byte == b'\t').unwrap();
    let about = String::from_utf8_lossy(&line[..tab]);
    let words: Vec<_> = about.split(' ').collect();
    let path = String::from_utf8_lossy(&line[tab + 1..]).into_owned();
    Entry {
        path,
        kind: kind(words[0]),
        id: words[2].into(),
    }
}

fn changes(lines: &[u8]) -> Vec<FileChange> {
    let mut words = lines
        .split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned());
    let mut changes = Vec::new();
    while let Some(about) = words.next().filter(|about| !about.is_empty()) {
        let about: Vec<_> = about
            .trim_start_matches(':')
            .split(' ')
            .map(str::to_owned)
            .collect();
        let old_path = words.next().unwrap();
        let change = match &about[4][..1] {
            "A" => ChangeKind::Added,
            "D" => ChangeKind::Deleted,
            "M" => ChangeKind::Modified,
            "R" => ChangeKind::Renamed,
            "T" => ChangeKind::KindChanged,
            other => ChangeKind::Other(other.into()),
        };
        let new_path = if matches!(change, ChangeKind::Renamed) {
            words.next().unwrap()
        } else {
            old_path.clone()
        };
        let (old_kind, new_kind) = (kind(&about[0]), kind(&about[1]));
        changes.push(FileChange {
            kind: change,
            old_path,
            new_path,
            old_kind,
            new_kind,
            patch: Patch::NotRequested,
        });
    }
    changes
}

fn kind(mode: &str) -> EntryKind {
    match mode {
        "040000" => EntryKind::Directory,
        "100644" => EntryKind::File,
        "100755" => EntryKind::Executable,
        "120000" => EntryKind::Symlink,
        "160000" => EntryKind::Submodule,
        other => EntryKind::Other(other.into()),
    }
}

/// What the one file is that Git LFS stores.
pub(super) const RESOLVED: &[u8] = b"the file that Git LFS stores\n";
