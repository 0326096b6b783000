//! The export `git`; apart as every interface is.

use wasi::io::streams::InputStream;

use super::{Component, run};
use crate::{
    bindings::{
        git::{
            self, ArchiveFormat, BlameRange, ByteRange, Commit, CommitsPage, CompareMode,
            Comparison, Content, File, LineRange, Patch, PathResult, RefKind, RefsPage, Revision,
            TreePage,
        },
        types::{Error, ObjectId, PageRequest, RepositoryId},
    },
    git::{Comparing, Diffing, Listing, Reading, ReadingMany},
};

impl git::Guest for Component {
    fn resolve(repository: RepositoryId, at: Revision) -> Result<ObjectId, Error> {
        run(async |call| crate::git::resolve(call, &repository, &at).await)
    }

    fn list_refs(
        repository: RepositoryId,
        kind: RefKind,
        search: Option<String>,
        page: PageRequest,
    ) -> Result<RefsPage, Error> {
        run(async |call| {
            crate::git::list_refs(call, &repository, kind, search.as_deref(), &page).await
        })
    }

    fn list_commits(
        repository: RepositoryId,
        at: Revision,
        path: Option<String>,
        page: PageRequest,
    ) -> Result<CommitsPage, Error> {
        run(async |call| {
            crate::git::list_commits(call, &repository, &at, path.as_deref(), &page).await
        })
    }

    fn read_commit(repository: RepositoryId, id: ObjectId) -> Result<Commit, Error> {
        run(async |call| crate::git::read_commit(call, &repository, &id).await)
    }

    fn list_tree(
        repository: RepositoryId,
        at: Revision,
        path: String,
        recursive: bool,
        page: PageRequest,
    ) -> Result<TreePage, Error> {
        let listing = Listing {
            repository: &repository,
            at: &at,
            path: &path,
            recursive,
            page: &page,
        };
        run(async |call| crate::git::list_tree(call, listing).await)
    }

    fn stat_file(repository: RepositoryId, at: Revision, path: String) -> Result<File, Error> {
        run(async |call| crate::git::stat_file(call, &repository, &at, &path).await)
    }

    fn read_file(
        repository: RepositoryId,
        at: Revision,
        path: String,
        range: Option<ByteRange>,
        resolve_lfs: bool,
    ) -> Result<Content, Error> {
        let reading = Reading {
            repository: &repository,
            at: &at,
            path: &path,
            range,
            resolve_lfs,
        };
        run(async |call| {
            let read = crate::git::read_file(call, reading).await?;
            Ok(Content {
                info: read.info,
                first: read.first,
                body: read.body.into_stream(),
            })
        })
    }

    fn read_blob(repository: RepositoryId, blob: ObjectId) -> Result<InputStream, Error> {
        run(async |call| {
            let body = crate::git::read_blob(call, &repository, &blob).await?;
            Ok(body.into_stream())
        })
    }

    fn read_archive(
        repository: RepositoryId,
        at: ObjectId,
        path: Option<String>,
        format: ArchiveFormat,
    ) -> Result<InputStream, Error> {
        run(async |call| {
            let path = path.as_deref();
            let body = crate::git::read_archive(call, &repository, &at, path, format).await?;
            Ok(body.into_stream())
        })
    }

    fn compare(
        repository: RepositoryId,
        base: ObjectId,
        head: ObjectId,
        mode: CompareMode,
        with_patches: bool,
        page: PageRequest,
    ) -> Result<Comparison, Error> {
        let comparing = Comparing {
            repository: &repository,
            base: &base,
            head: &head,
            mode,
            with_patches,
            page: &page,
        };
        run(async |call| crate::git::compare(call, comparing).await)
    }

    fn link(
        repository: RepositoryId,
        at: ObjectId,
        path: String,
        lines: Option<LineRange>,
    ) -> Result<String, Error> {
        run(async |call| crate::git::link(call, &repository, &at, &path, lines).await)
    }

    fn read_files(
        repository: RepositoryId,
        at: ObjectId,
        paths: Vec<String>,
        max_bytes_each: u64,
        resolve_lfs: bool,
    ) -> Result<Vec<PathResult>, Error> {
        let reading = ReadingMany {
            repository: &repository,
            at: &at,
            paths: &paths,
            max_bytes_each,
            resolve_lfs,
        };
        run(async |call| crate::git::read_files(call, reading).await)
    }

    fn diff_file(
        repository: RepositoryId,
        base: ObjectId,
        head: ObjectId,
        old_path: Option<String>,
        new_path: Option<String>,
    ) -> Result<Patch, Error> {
        let diffing = Diffing {
            repository: &repository,
            base: &base,
            head: &head,
            old_path: old_path.as_deref(),
            new_path: new_path.as_deref(),
        };
        run(async |call| crate::git::diff_file(call, diffing).await)
    }

    fn blame(
        repository: RepositoryId,
        at: ObjectId,
        path: String,
        lines: Option<LineRange>,
    ) -> Result<Vec<BlameRange>, Error> {
        run(async |call| crate::git::blame(call, &repository, &at, &path, lines).await)
    }
}
