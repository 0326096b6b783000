//! One repository on disk, and what was read from it; apart, because everything git says is asked
//! here and remembered by object id, which never changes its meaning.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sha2::{Digest as _, Sha256};

use super::{
    Commit, Digest, Git, Listing, ListingKey, Tree, TreeEntry, cat_file::Header,
    object::hexadecimal,
};
use crate::record::lock;

/// How a repository names its objects.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum ObjectFormat {
    #[default]
    Sha1,
    Sha256,
}

pub(crate) struct Repository {
    pub(super) git: Arc<Git>,
    pub(super) directory: PathBuf,
    commits: Mutex<HashMap<String, Arc<Commit>>>,
    trees: Mutex<HashMap<String, Arc<Tree>>>,
    digests: Mutex<HashMap<String, Digest>>,
    pub(super) listings: Mutex<HashMap<ListingKey, Arc<Listing>>>,
}

impl Repository {
    /// Makes an empty bare repository: what `git init` writes, without starting a process.
    pub(crate) fn create(git: Arc<Git>, name: &str, format: ObjectFormat) -> io::Result<Self> {
        let directory = git.scratch().join("repositories").join(name);
        for folder in [
            "objects/info",
            "objects/pack",
            "refs/heads",
            "refs/tags",
            "info",
        ] {
            fs::create_dir_all(directory.join(folder))?;
        }
        fs::write(directory.join("HEAD"), "ref: refs/heads/main\n")?;
        let config = match format {
            ObjectFormat::Sha1 => "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
            ObjectFormat::Sha256 => {
                "[core]\n\trepositoryformatversion = 1\n\tbare = true\n\
                 [extensions]\n\tobjectformat = sha256\n"
            }
        };
        fs::write(directory.join("config"), config)?;
        Ok(Self {
            git,
            directory,
            commits: Mutex::default(),
            trees: Mutex::default(),
            digests: Mutex::default(),
            listings: Mutex::default(),
        })
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The commit that a branch, a tag, an id or anything else git understands leads to.
    pub(crate) fn commit(&self, revision: &str) -> io::Result<Option<Arc<Commit>>> {
        if let Some(commit) = lock(&self.commits).get(revision) {
            return Ok(Some(commit.clone()));
        }
        let name = format!("{revision}^{{commit}}");
        let Some((header, data)) = self.contents(&name)? else {
            return Ok(None);
        };
        let commit = Arc::new(Commit::parse(&header.id, &data)?);
        lock(&self.commits).insert(header.id, commit.clone());
        Ok(Some(commit))
    }

    pub(crate) fn tree(&self, id: &str) -> io::Result<Arc<Tree>> {
        if let Some(tree) = lock(&self.trees).get(id) {
            return Ok(tree.clone());
        }
        let Some((header, data)) = self.contents(&format!("{id}^{{tree}}"))? else {
            return Err(io::Error::other(format!("no tree `{id}`")));
        };
        let tree = Arc::new(Tree::parse(&data, header.id.len() / 2)?);
        lock(&self.trees).insert(id.to_owned(), tree.clone());
        Ok(tree)
    }

    /// What stands at a path; the root is a tree without a name.
    pub(crate) fn entry(&self, commit: &Commit, path: &[u8]) -> io::Result<Option<TreeEntry>> {
        let mut found = TreeEntry {
            mode: 0o040_000,
            name: Vec::new(),
            id: commit.tree.clone(),
        };
        let path = path.strip_suffix(b"/").unwrap_or(path);
        if path.is_empty() {
            return Ok(Some(found));
        }
        for name in path.split(|byte| *byte == b'/') {
            if found.mode != 0o040_000 {
                return Ok(None);
            }
            let Some(entry) = self.tree(&found.id)?.find(name).cloned() else {
                return Ok(None);
            };
            found = entry;
        }
        Ok(Some(found))
    }

    pub(crate) fn header(&self, name: &str) -> io::Result<Option<Header>> {
        self.git
            .with_cat_file(&self.directory, |cat_file| cat_file.header(name))
    }

    pub(crate) fn contents(&self, name: &str) -> io::Result<Option<(Header, Vec<u8>)>> {
        self.git
            .with_cat_file(&self.directory, |cat_file| cat_file.contents(name))
    }

    /// The bytes of a blob that is known to exist.
    pub(crate) fn blob(&self, id: &str) -> io::Result<Vec<u8>> {
        match self.contents(id)? {
            Some((_, data)) => Ok(data),
            None => Err(io::Error::other(format!("no blob `{id}`"))),
        }
    }

    /// Size and SHA-256 of a blob, which is read once for it.
    pub(crate) fn digest(&self, id: &str) -> io::Result<Digest> {
        if let Some(digest) = lock(&self.digests).get(id) {
            return Ok(digest.clone());
        }
        let mut hasher = Sha256::new();
        let mut size = 0;
        self.read_blob(id, &mut |chunk| {
            hasher.update(chunk);
            size += chunk.len() as u64;
        })?;
        let digest = Digest {
            size,
            sha256: hexadecimal(&hasher.finalize()),
        };
        lock(&self.digests).insert(id.to_owned(), digest.clone());
        Ok(digest)
    }
}
