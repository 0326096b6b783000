//! The changes of a commit to be made, checked one after the other as GitLab's storage layer checks
//! them; apart, because a later one already sees what an earlier one did.

use std::{collections::BTreeMap, io, sync::Arc};

use super::{Commit, Kind, Repository, import::Importer};

/// A file as it will be.
#[derive(Clone, Debug)]
pub(crate) struct StagedFile {
    mode: u32,
    content: StagedContent,
}

#[derive(Clone, Debug)]
enum StagedContent {
    /// A blob that the repository has.
    Known(String),
    New(Arc<[u8]>),
}

/// Why an action cannot be carried out.
#[derive(Debug)]
pub(crate) enum StagingError {
    Refused(String),
    Failure(io::Error),
}

impl From<io::Error> for StagingError {
    fn from(error: io::Error) -> Self {
        Self::Failure(error)
    }
}

/// What changes on top of a commit, or of nothing.
pub(crate) struct Staging<'a> {
    repository: &'a Repository,
    base: Option<Arc<Commit>>,
    /// By path; `None` for what goes away.
    changes: BTreeMap<Vec<u8>, Option<StagedFile>>,
}

type Staged<T> = Result<T, StagingError>;

impl<'a> Staging<'a> {
    pub(crate) fn new(repository: &'a Repository, base: Option<Arc<Commit>>) -> Self {
        Self {
            repository,
            base,
            changes: BTreeMap::new(),
        }
    }

    pub(crate) fn create(&mut self, path: &str, content: Vec<u8>, executable: bool) -> Staged<()> {
        let path = clean(path)?;
        self.check_vacant(&path)?;
        let mode = mode(executable);
        let content = StagedContent::New(content.into());
        self.replace(path, Some(StagedFile { mode, content }));
        Ok(())
    }

    pub(crate) fn update(&mut self, path: &str, content: Vec<u8>) -> Staged<()> {
        let path = clean(path)?;
        let mut file = self.existing(&path)?;
        file.content = StagedContent::New(content.into());
        self.changes.insert(path, Some(file));
        Ok(())
    }

    pub(crate) fn delete(&mut self, path: &str) -> Staged<()> {
        let path = clean(path)?;
        if !self.is_directory(&path)? {
            self.existing(&path)?;
        }
        self.replace(path, None);
        Ok(())
    }

    /// Moves a file, perhaps with other content.
    pub(crate) fn rename(&mut self, from: &str, to: &str, content: Option<Vec<u8>>) -> Staged<()> {
        let (from, to) = (clean(from)?, clean(to)?);
        let mut file = self.existing(&from)?;
        if from != to {
            self.check_vacant(&to)?;
        }
        if let Some(content) = content {
            file.content = StagedContent::New(content.into());
        }
        self.changes.insert(from, None);
        self.replace(to, Some(file));
        Ok(())
    }

    pub(crate) fn set_executable(&mut self, path: &str, executable: bool) -> Staged<()> {
        let path = clean(path)?;
        let mut file = self.existing(&path)?;
        file.mode = mode(executable);
        self.changes.insert(path, Some(file));
        Ok(())
    }

    /// Hands everything to git: first what goes, so that a directory may take a file's place.
    pub(super) fn write(&self, importer: &mut Importer) -> io::Result<()> {
        for (path, _) in self.changes.iter().filter(|(_, file)| file.is_none()) {
            importer.remove(path)?;
        }
        for (path, file) in &self.changes {
            match file {
                None => {}
                Some(StagedFile { mode, content }) => match content {
                    StagedContent::Known(id) => importer.put_known(path, *mode, id)?,
                    StagedContent::New(data) => importer.put(path, *mode, data)?,
                },
            }
        }
        Ok(())
    }

    /// Puts something in the place of whatever is there, were it a directory with all that is in it.
    fn replace(&mut self, path: Vec<u8>, file: Option<StagedFile>) {
        let below = [&*path, b"/"].concat();
        self.changes.retain(|name, _| !name.starts_with(&below));
        self.changes.insert(path, file);
    }

    fn is_directory(&self, path: &[u8]) -> io::Result<bool> {
        let below = [path, b"/"].concat();
        let mut staged = self.changes.iter();
        if staged.any(|(name, file)| file.is_some() && name.starts_with(&below)) {
            return Ok(true);
        }
        let (Some(base), None) = (&self.base, self.changes.get(path)) else {
            return Ok(false);
        };
        let entry = self.repository.entry(base, path)?;
        Ok(entry.is_some_and(|entry| Kind::of_mode(entry.mode) == Kind::Tree))
    }

    fn existing(&self, path: &[u8]) -> Staged<StagedFile> {
        let missing = || refused("A file with this name doesn't exist");
        self.file(path)?.ok_or_else(missing)
    }

    fn file(&self, path: &[u8]) -> io::Result<Option<StagedFile>> {
        if let Some(staged) = self.changes.get(path) {
            return Ok(staged.clone());
        }
        let Some(base) = &self.base else {
            return Ok(None);
        };
        // What was below something that was replaced is gone.
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let mut above = slashes.map(|(end, _)| &path[..end]);
        if above.any(|directory| self.changes.contains_key(directory)) {
            return Ok(None);
        }
        let entry = self.repository.entry(base, path)?;
        Ok(entry
            .filter(|entry| Kind::of_mode(entry.mode) != Kind::Tree)
            .map(|entry| StagedFile {
                mode: entry.mode,
                content: StagedContent::Known(entry.id),
            }))
    }

    /// Refuses a path where a file is, or above which one is. A directory counts as nothing.
    fn check_vacant(&self, path: &[u8]) -> Staged<()> {
        if self.file(path)?.is_some() {
            return Err(refused("A file with this name already exists"));
        }
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        for (end, _) in slashes {
            if self.file(&path[..end])?.is_some() {
                return Err(refused("A file with this name already exists"));
            }
        }
        Ok(())
    }
}

fn mode(executable: bool) -> u32 {
    match executable {
        true => 0o100_755,
        false => 0o100_644,
    }
}

/// A path as GitLab's storage layer reads it: dots are followed, but not out of the repository.
fn clean(path: &str) -> Staged<Vec<u8>> {
    if path.is_empty() {
        return Err(refused("You must provide a file path"));
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                let traversal = || refused("Path cannot include directory traversal");
                parts.pop().ok_or_else(traversal)?;
            }
            part => parts.push(part),
        }
    }
    let is_forbidden = |part: &&str| part.eq_ignore_ascii_case(".git") || part.contains('\0');
    if parts.is_empty() || parts.iter().any(is_forbidden) {
        return Err(refused(&format!("invalid path: '{path}'")));
    }
    Ok(parts.join("/").into_bytes())
}

fn refused(text: &str) -> StagingError {
    StagingError::Refused(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_not_lead_out_of_the_repository() {
        assert_eq!(clean("/a//./b/../c").unwrap(), b"a/c");
        for (path, text) in [
            ("", "You must provide a file path"),
            ("a/../../b", "Path cannot include directory traversal"),
            ("a/.git/config", "invalid path: 'a/.git/config'"),
        ] {
            match clean(path) {
                Err(StagingError::Refused(said)) => assert_eq!(said, text),
                other => panic!("{path}: {other:?}"),
            }
        }
    }
}
