//! The contract's `git`, called: what it says of content is held against the bytes that come.

use code_source_egress::RepositoryArgument;

use super::Source;
use super::small_files::Asked;
use crate::call::{not_an_answer, take_stream};
use crate::content::{Content, Promise};
use crate::contract::git::{
    ArchiveFormat, BlameRange, ByteRange, Commit, CommitsPage, CompareMode, Comparison, File,
    LineRange, Patch, PathResult, RefKind, RefsPage, Revision, Storage, TreePage,
};
use crate::contract::types::{ObjectId, PageRequest};
use crate::exchange::Offered;
use crate::object::ObjectName;
use crate::outcome::{Failure, Outcome};

/// A file with its bytes.
#[derive(Debug)]
pub struct FileContent {
    /// What the forge says of the file.
    pub info: File,
    /// The bytes, or those of the range.
    pub body: Content,
}

impl Source {
    /// Find the commit that `at` leads to.
    pub async fn resolve(&self, repository: &str, at: &Revision) -> Outcome<ObjectId> {
        let (running, returned) = call!(
            self,
            "git.resolve",
            Some(RepositoryArgument::Id(repository)),
            git.call_resolve(&repository.to_owned(), at)
        );
        running.end(returned).outcome
    }

    /// List the branches or the tags, those whose names contain `search` where it is given.
    pub async fn list_refs(
        &self,
        repository: &str,
        kind: RefKind,
        search: Option<&str>,
        page: &PageRequest,
    ) -> Outcome<RefsPage> {
        let (running, returned) = call!(
            self,
            "git.list-refs",
            Some(RepositoryArgument::Id(repository)),
            git.call_list_refs(&repository.to_owned(), kind, search, page)
        );
        running.end(returned).outcome
    }

    /// List the commits that lead to `at`, only those that changed `path` where it is given.
    pub async fn list_commits(
        &self,
        repository: &str,
        at: &Revision,
        path: Option<&str>,
        page: &PageRequest,
    ) -> Outcome<CommitsPage> {
        let (running, returned) = call!(
            self,
            "git.list-commits",
            Some(RepositoryArgument::Id(repository)),
            git.call_list_commits(&repository.to_owned(), at, path, page)
        );
        running.end(returned).outcome
    }

    /// Read one commit.
    pub async fn read_commit(&self, repository: &str, id: &str) -> Outcome<Commit> {
        let (running, returned) = call!(
            self,
            "git.read-commit",
            Some(RepositoryArgument::Id(repository)),
            git.call_read_commit(&repository.to_owned(), &id.to_owned())
        );
        running.end(returned).outcome
    }

    /// List what stands in the directory `path`, with everything below it where `recursive`.
    pub async fn list_tree(
        &self,
        repository: &str,
        at: &Revision,
        path: &str,
        recursive: bool,
        page: &PageRequest,
    ) -> Outcome<TreePage> {
        let (running, returned) = call!(
            self,
            "git.list-tree",
            Some(RepositoryArgument::Id(repository)),
            git.call_list_tree(&repository.to_owned(), at, path, recursive, page)
        );
        running.end(returned).outcome
    }

    /// Tell what the forge knows of a file, without its content.
    pub async fn stat_file(&self, repository: &str, at: &Revision, path: &str) -> Outcome<File> {
        let (running, returned) = call!(
            self,
            "git.stat-file",
            Some(RepositoryArgument::Id(repository)),
            git.call_stat_file(&repository.to_owned(), at, path)
        );
        running.end(returned).outcome
    }

    /// Read a file, or the bytes of `range`.
    pub async fn read_file(
        &self,
        repository: &str,
        at: &Revision,
        path: &str,
        range: Option<ByteRange>,
        resolve_lfs: bool,
    ) -> Outcome<FileContent> {
        let (running, returned) = call!(
            self,
            "git.read-file",
            Some(RepositoryArgument::Id(repository)),
            git.call_read_file(&repository.to_owned(), at, path, range, resolve_lfs)
        );
        running
            .end_with(returned, |store, content| {
                let body = take_stream(store, content.body)?;
                match range {
                    Some(range) if content.first > range.first => {
                        Err(not_an_answer("the content begins behind the range"))
                    }
                    None if content.first > 0 => {
                        Err(not_an_answer("the content begins in the middle"))
                    }
                    _ => Ok(((content.info, content.first), body)),
                }
            })
            .into_content(|(info, first), offered| {
                // A part where the whole was asked for is the plugin's own idea.
                if range.is_none() {
                    whole(offered)?;
                }
                Ok(promise(info, *first, range, resolve_lfs))
            })
            .map(|((info, _), body)| FileContent { info, body })
    }

    /// Read several small files at once, each with an answer of its own. The bytes are held against
    /// what the plugin says of them, names of git's and hashes included.
    pub async fn read_files(
        &self,
        repository: &str,
        at: &str,
        paths: &[String],
        max_bytes_each: u64,
        resolve_lfs: bool,
    ) -> Outcome<Vec<PathResult>> {
        let (running, returned) = call!(
            self,
            "git.read-files",
            Some(RepositoryArgument::Id(repository)),
            git.call_read_files(
                &repository.to_owned(),
                &at.to_owned(),
                paths,
                max_bytes_each,
                resolve_lfs
            )
        );
        let asked = Asked {
            commit: at,
            paths,
            max_bytes_each,
            resolve_lfs,
        };
        let checked = |results: Vec<_>| asked.check(&results).map(|()| results);
        running
            .end_with(returned, |_, results| checked(results))
            .outcome
    }

    /// Read a blob. The bytes are held against its name where the answer's head tells how many there
    /// are; names of git's cover that number.
    pub async fn read_blob(&self, repository: &str, blob: &str) -> Outcome<Content> {
        let (running, returned) = call!(
            self,
            "git.read-blob",
            Some(RepositoryArgument::Id(repository)),
            git.call_read_blob(&repository.to_owned(), &blob.to_owned())
        );
        running
            .end_with(returned, |store, body| Ok(((), take_stream(store, body)?)))
            .into_content(|(), offered| Ok(Promise::of_blob(blob, whole(offered)?)))
            .map(|((), body)| body)
    }

    /// Read an archive of the commit `at`, of the directory `path` where it is given.
    pub async fn read_archive(
        &self,
        repository: &str,
        at: &str,
        path: Option<&str>,
        format: ArchiveFormat,
    ) -> Outcome<Content> {
        let (running, returned) = call!(
            self,
            "git.read-archive",
            Some(RepositoryArgument::Id(repository)),
            git.call_read_archive(&repository.to_owned(), &at.to_owned(), path, format)
        );
        running
            .end_with(returned, |store, body| Ok(((), take_stream(store, body)?)))
            .into_content(|(), offered| {
                let size = whole(offered)?;
                Ok(Promise {
                    size,
                    ..Promise::default()
                })
            })
            .map(|((), body)| body)
    }

    /// Tell how `head` differs from `base`.
    pub async fn compare(
        &self,
        repository: &str,
        base: &str,
        head: &str,
        mode: CompareMode,
        with_patches: bool,
        page: &PageRequest,
    ) -> Outcome<Comparison> {
        let (running, returned) = call!(
            self,
            "git.compare",
            Some(RepositoryArgument::Id(repository)),
            git.call_compare(
                &repository.to_owned(),
                &base.to_owned(),
                &head.to_owned(),
                mode,
                with_patches,
                page
            )
        );
        running.end(returned).outcome
    }

    /// Make the difference of one file from its two contents.
    pub async fn diff_file(
        &self,
        repository: &str,
        base: &str,
        head: &str,
        old_path: Option<&str>,
        new_path: Option<&str>,
    ) -> Outcome<Patch> {
        let (running, returned) = call!(
            self,
            "git.diff-file",
            Some(RepositoryArgument::Id(repository)),
            git.call_diff_file(
                &repository.to_owned(),
                &base.to_owned(),
                &head.to_owned(),
                old_path,
                new_path
            )
        );
        running.end(returned).outcome
    }

    /// Tell which commit changed each line of a file last.
    pub async fn blame(
        &self,
        repository: &str,
        at: &str,
        path: &str,
        lines: Option<LineRange>,
    ) -> Outcome<Vec<BlameRange>> {
        let (running, returned) = call!(
            self,
            "git.blame",
            Some(RepositoryArgument::Id(repository)),
            git.call_blame(&repository.to_owned(), &at.to_owned(), path, lines)
        );
        running.end(returned).outcome
    }

    /// Make a permanent address for people: the file at that commit, the lines marked.
    pub async fn link(
        &self,
        repository: &str,
        at: &str,
        path: &str,
        lines: Option<LineRange>,
    ) -> Outcome<String> {
        let (running, returned) = call!(
            self,
            "git.link",
            Some(RepositoryArgument::Id(repository)),
            git.call_link(&repository.to_owned(), &at.to_owned(), path, lines)
        );
        running.end(returned).outcome
    }
}

/// The length of content of which all was asked for.
fn whole(offered: Offered) -> Result<Option<u64>, Failure> {
    match offered.is_whole {
        true => Ok(offered.length),
        false => Err(not_an_answer("the content is a part of what was asked for")),
    }
}

/// What can be held against the bytes of a file that begin with its byte `first`.
fn promise(info: &File, first: u64, range: Option<ByteRange>, resolve_lfs: bool) -> Promise {
    let (size, sha256, blob) = match &info.storage {
        Storage::Lfs(pointer) if resolve_lfs => (pointer.size, Some(pointer.oid.clone()), None),
        _ => {
            let blob = ObjectName::parse(&info.blob);
            (info.size, info.sha256.clone(), blob)
        }
    };
    let range = range.unwrap_or(ByteRange {
        first: 0,
        last: None,
    });
    let end = range
        .last
        .map_or(size, |last| last.saturating_add(1).min(size));
    let is_whole = range.first == 0 && end == size;
    Promise {
        skip: range.first.saturating_sub(first),
        size: Some(end.saturating_sub(range.first)),
        is_part: !is_whole,
        sha256: sha256.filter(|_| is_whole),
        blob: blob.filter(|_| is_whole),
    }
}
