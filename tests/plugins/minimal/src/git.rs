//! The contract's `git`: what a repository holds, as far as a shelf can tell.

use wasi::io::streams::InputStream;

use crate::Component;
use crate::bindings::git::*;
use crate::bindings::types::{Error, ErrorCode, ObjectId, PageRequest, RepositoryId, Subject};
use crate::http;
use crate::shelf::{self, Node, failure, unsupported};

impl Guest for Component {
    fn resolve(repository: RepositoryId, at: Revision) -> Result<ObjectId, Error> {
        let found = shelf::project(&repository)?;
        let newest = found.commit.ok_or(failure(ErrorCode::EmptyRepository))?;
        match at {
            Revision::DefaultBranch => Ok(newest),
            Revision::Branch(name) if name == found.branch => Ok(newest),
            Revision::Commit(id) if id == newest => Ok(newest),
            Revision::Commit(_) => Err(failure(ErrorCode::NotFound(Subject::Commit))),
            Revision::Branch(_) | Revision::Tag(_) => {
                Err(failure(ErrorCode::NotFound(Subject::Reference)))
            }
        }
    }

    fn list_tree(
        repository: RepositoryId,
        at: Revision,
        path: String,
        recursive: bool,
        wanted: PageRequest,
    ) -> Result<TreePage, Error> {
        // Pages that follow are of the first one's commit, wherever the branch has gone since.
        let (commit, after) = match &wanted.cursor {
            None => (Self::resolve(repository.clone(), at)?, None),
            Some(cursor) => match cursor.split_once(' ') {
                Some((commit, after)) => (commit.to_owned(), Some(after)),
                None => return Err(failure(ErrorCode::InvalidArgument("cursor".to_owned()))),
            },
        };
        let mut nodes = shelf::tree(&repository, &commit)?;
        let is_directory = |node: &Node| node.path == path && node.mode == DIRECTORY;
        if !path.is_empty() && !nodes.iter().any(is_directory) {
            return Err(failure(ErrorCode::NotFound(Subject::Path)));
        }
        nodes.retain(|node| is_below(&node.path, &path, recursive));
        let (nodes, end) = shelf::page(nodes, &wanted, after, |node| node.path.clone())?;
        let end = match end {
            PageEnd::More(last) => PageEnd::More(format!("{commit} {last}")),
            PageEnd::Complete => PageEnd::Complete,
        };
        let items = nodes.into_iter().map(entry).collect();
        Ok(TreePage { commit, items, end })
    }

    fn stat_file(repository: RepositoryId, at: Revision, path: String) -> Result<File, Error> {
        let commit = Self::resolve(repository.clone(), at)?;
        let nodes = shelf::tree(&repository, &commit)?;
        let found = nodes.into_iter().find(|node| node.path == path);
        let file = found.and_then(|node| Some((node.size?, node)));
        let (size, node) = file.ok_or(failure(ErrorCode::NotFound(Subject::Path)))?;
        Ok(File {
            kind: kind(&node.mode),
            path,
            commit,
            blob: node.id,
            size,
            sha256: None,
            last_commit: None,
            storage: Storage::Git,
        })
    }

    fn read_file(
        repository: RepositoryId,
        at: Revision,
        path: String,
        range: Option<ByteRange>,
        _resolve_lfs: bool,
    ) -> Result<Content, Error> {
        let info = Self::stat_file(repository.clone(), at, path)?;
        if range.is_some_and(|range| {
            range.first >= info.size || range.last.is_some_and(|last| last < range.first)
        }) {
            return Err(failure(ErrorCode::InvalidArgument("range".to_owned())));
        }
        let (repository, path) = (http::encode(&repository), http::encode(&info.path));
        let commit = &info.commit;
        let address = format!("/projects/{repository}/repository/files/{path}/raw?ref={commit}");
        // The bytes go past the plugin, from the beginning on: the host passes on those of the range.
        let body = http::content(&address, Subject::Path)?;
        let first = 0;
        Ok(Content { info, first, body })
    }

    fn list_refs(
        _: RepositoryId,
        _: RefKind,
        _: Option<String>,
        _: PageRequest,
    ) -> Result<RefsPage, Error> {
        unsupported("lists of branches")
    }

    fn list_commits(
        _: RepositoryId,
        _: Revision,
        _: Option<String>,
        _: PageRequest,
    ) -> Result<CommitsPage, Error> {
        unsupported("history")
    }

    fn read_commit(_: RepositoryId, _: ObjectId) -> Result<Commit, Error> {
        unsupported("history")
    }

    fn read_files(
        _: RepositoryId,
        _: ObjectId,
        _: Vec<String>,
        _: u64,
        _: bool,
    ) -> Result<Vec<PathResult>, Error> {
        unsupported("several files at once")
    }

    fn read_blob(_: RepositoryId, _: ObjectId) -> Result<InputStream, Error> {
        unsupported("blobs by their names")
    }

    fn read_archive(
        _: RepositoryId,
        _: ObjectId,
        _: Option<String>,
        _: ArchiveFormat,
    ) -> Result<InputStream, Error> {
        unsupported("archives")
    }

    fn compare(
        _: RepositoryId,
        _: ObjectId,
        _: ObjectId,
        _: CompareMode,
        _: bool,
        _: PageRequest,
    ) -> Result<Comparison, Error> {
        unsupported("history")
    }

    fn diff_file(
        _: RepositoryId,
        _: ObjectId,
        _: ObjectId,
        _: Option<String>,
        _: Option<String>,
    ) -> Result<Patch, Error> {
        unsupported("history")
    }

    fn blame(
        _: RepositoryId,
        _: ObjectId,
        _: String,
        _: Option<LineRange>,
    ) -> Result<Vec<BlameRange>, Error> {
        unsupported("history")
    }

    fn link(
        _: RepositoryId,
        _: ObjectId,
        _: String,
        _: Option<LineRange>,
    ) -> Result<String, Error> {
        unsupported("pages for people")
    }
}

/// Whether something stands in a directory, or anywhere below it.
fn is_below(path: &str, directory: &str, recursive: bool) -> bool {
    let rest = match directory {
        "" => Some(path),
        _ => path
            .strip_prefix(directory)
            .and_then(|rest| rest.strip_prefix('/')),
    };
    rest.is_some_and(|rest| recursive || !rest.contains('/'))
}

fn entry(node: Node) -> Entry {
    Entry {
        kind: kind(&node.mode),
        path: node.path,
        id: node.id,
    }
}

/// Git's modes, as a shelf writes them.
fn kind(mode: &str) -> EntryKind {
    match mode {
        "100644" => EntryKind::File,
        "100755" => EntryKind::Executable,
        "120000" => EntryKind::Symlink,
        "160000" => EntryKind::Submodule,
        DIRECTORY => EntryKind::Directory,
        other => EntryKind::Other(other.to_owned()),
    }
}

const DIRECTORY: &str = "040000";
