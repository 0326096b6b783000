//! The exports; apart because they only translate between the contract and the functions behind it.

use wasi::io::streams::InputStream;

use crate::{
    bindings::{
        connection::{self, Report},
        git::{
            self, ArchiveFormat, ByteRange, Commit, CommitsPage, CompareMode, Comparison, Content,
            File, LineRange, RefKind, RefsPage, Revision, TreePage,
        },
        repositories::{self, Filter, Page, Repository, RepositoryRef},
        settings,
        types::{Error, ObjectId, PageRequest, RepositoryId},
    },
    call::Call,
    connection::check,
    error::Failure,
    git::{Comparing, Listing, Reading},
    http::Http,
    repositories::{list_repositories, read_repository},
};

/// The plugin, as its host sees it.
pub(crate) struct Component;

impl connection::Guest for Component {
    fn check() -> Result<Report, Error> {
        run(async |call| check(call).await)
    }
}

impl repositories::Guest for Component {
    fn list_repositories(filter: Filter, page: PageRequest) -> Result<Page, Error> {
        run(async |call| list_repositories(call, &filter, &page).await)
    }

    fn read_repository(repository: RepositoryRef) -> Result<Repository, Error> {
        run(async |call| read_repository(call, &repository).await)
    }
}

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
}

/// Do one call's work with what the host says of the forge.
fn run<V>(work: impl AsyncFnOnce(&Call<Http>) -> Result<V, Failure>) -> Result<V, Error> {
    let forge = settings::current();
    wstd::runtime::block_on(async {
        let http = Http::new(&forge.base_url)?;
        work(&Call::new(http, &forge)).await
    })
    .map_err(Failure::into_error)
}
