//! What a sync asks a forge: apart so that every request is counted in one place, and so that the
//! rules can be tried against git itself.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use crate::contract::git::{ArchiveFormat, CompareMode, Comparison, Entry, File, Revision};
use crate::contract::types::{PageEnd, PageRequest};
use crate::sync::error::SyncError;
use crate::sync::progress::Progress;
use crate::{Content, Outcome, Source};

/// One repository of one forge.
#[async_trait]
pub(super) trait Forge: Send + Sync {
    /// The forge's address and the repository's identity.
    fn identity(&self) -> (String, String);

    /// The repository's path, as far as it is known.
    fn path(&self) -> String;

    /// Requests so far.
    fn requests(&self) -> u64;

    async fn resolve(&self, at: &Revision) -> Result<String, SyncError>;

    async fn archive(&self, commit: &str) -> Result<Body, SyncError>;

    async fn blob(&self, id: &str) -> Result<Body, SyncError>;

    async fn file(
        &self,
        commit: &str,
        path: &str,
        resolve_lfs: bool,
    ) -> Result<(File, Body), SyncError>;

    /// How `head` differs from its newest common ancestor with `base`: one page.
    async fn compare(
        &self,
        base: &str,
        head: &str,
        cursor: Option<String>,
    ) -> Result<Comparison, SyncError>;

    /// All of a directory.
    async fn list(
        &self,
        commit: &str,
        path: &str,
        recursive: bool,
    ) -> Result<Vec<Entry>, SyncError>;
}

/// Bytes on their way.
pub(super) struct Body(Pin<Box<dyn Stream<Item = Result<Bytes, SyncError>> + Send>>);

impl Body {
    pub(super) fn new(
        stream: impl Stream<Item = Result<Bytes, SyncError>> + Send + 'static,
    ) -> Self {
        Self(Box::pin(stream))
    }

    fn from_content(content: Content, what: String) -> Self {
        let stream = content.into_stream();
        Self::new(stream.map(move |item| {
            item.map_err(|source| SyncError::Content {
                what: what.clone(),
                source,
            })
        }))
    }

    pub(super) async fn next(&mut self) -> Option<Result<Bytes, SyncError>> {
        self.0.next().await
    }

    /// Reads until the end, or until there are more than `most` bytes. Whether that is all.
    pub(super) async fn read_up_to(&mut self, most: usize) -> Result<(Vec<u8>, bool), SyncError> {
        let mut bytes = Vec::new();
        while bytes.len() <= most {
            match self.next().await {
                Some(chunk) => bytes.extend_from_slice(&chunk?),
                None => return Ok((bytes, true)),
            }
        }
        Ok((bytes, false))
    }
}

/// A repository behind a plugin.
pub(super) struct Connected<'a> {
    source: &'a Source,
    repository: &'a str,
    progress: &'a dyn Progress,
    requests: AtomicU64,
}

impl<'a> Connected<'a> {
    pub(super) fn new(source: &'a Source, repository: &'a str, progress: &'a dyn Progress) -> Self {
        Self {
            source,
            repository,
            progress,
            requests: AtomicU64::new(0),
        }
    }

    fn answer<T>(&self, operation: &'static str, outcome: Outcome<T>) -> Result<T, SyncError> {
        let Outcome { answer, report } = outcome;
        self.requests
            .fetch_add(report.requests.len() as u64, Ordering::Relaxed);
        self.progress.call(&report);
        answer.map_err(|failure| SyncError::Call {
            operation,
            failure: Box::new(failure),
            report: Box::new(report),
        })
    }
}

#[async_trait]
impl Forge for Connected<'_> {
    fn identity(&self) -> (String, String) {
        (self.source.base_url(), self.repository.to_owned())
    }

    fn path(&self) -> String {
        let mut connected = self.source.repositories().iter();
        let own = connected.find(|one| one.id == self.repository);
        own.map(|one| one.path.clone()).unwrap_or_default()
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    async fn resolve(&self, at: &Revision) -> Result<String, SyncError> {
        self.answer(
            "git.resolve",
            self.source.resolve(self.repository, at).await,
        )
    }

    async fn archive(&self, commit: &str) -> Result<Body, SyncError> {
        let outcome = self
            .source
            .read_archive(self.repository, commit, None, ArchiveFormat::TarGz)
            .await;
        let content = self.answer("git.read-archive", outcome)?;
        Ok(Body::from_content(content, "the archive".into()))
    }

    async fn blob(&self, id: &str) -> Result<Body, SyncError> {
        let content = self.answer(
            "git.read-blob",
            self.source.read_blob(self.repository, id).await,
        )?;
        Ok(Body::from_content(content, format!("the blob `{id}`")))
    }

    async fn file(
        &self,
        commit: &str,
        path: &str,
        resolve_lfs: bool,
    ) -> Result<(File, Body), SyncError> {
        let at = Revision::Commit(commit.to_owned());
        let outcome = self
            .source
            .read_file(self.repository, &at, path, None, resolve_lfs)
            .await;
        let content = self.answer("git.read-file", outcome)?;
        let what = format!("`{}`", path.escape_debug());
        Ok((content.info, Body::from_content(content.body, what)))
    }

    async fn compare(
        &self,
        base: &str,
        head: &str,
        cursor: Option<String>,
    ) -> Result<Comparison, SyncError> {
        let page = PageRequest {
            cursor,
            limit: Some(PAGE),
        };
        let mode = CompareMode::SinceMergeBase;
        let outcome = self
            .source
            .compare(self.repository, base, head, mode, false, &page)
            .await;
        self.answer("git.compare", outcome)
    }

    async fn list(
        &self,
        commit: &str,
        path: &str,
        recursive: bool,
    ) -> Result<Vec<Entry>, SyncError> {
        let at = Revision::Commit(commit.to_owned());
        let mut entries = Vec::new();
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let page = PageRequest {
                cursor,
                limit: Some(PAGE),
            };
            let listed = self
                .source
                .list_tree(self.repository, &at, path, recursive, &page);
            let page = self.answer("git.list-tree", listed.await)?;
            entries.extend(page.items);
            match page.end {
                PageEnd::Complete => return Ok(entries),
                PageEnd::More(next) => cursor = Some(next),
            }
        }
        let problem = format!("the list of `{}` has no end", path.escape_debug());
        Err(SyncError::Inconsistent { problem })
    }
}

/// As many items as a page may hold.
const PAGE: u32 = 1_000;
/// Pages of a list, which is untrusted: some end it must have.
const MOST_PAGES: usize = 10_000;
