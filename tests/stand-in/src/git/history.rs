//! Questions about history; apart, because most are answered from cached objects without a process.

use std::{io, sync::Arc};

use super::{Commit, Repository};

/// What part of a history is wanted.
#[derive(Default)]
pub(crate) struct LogOptions {
    pub(crate) skip: u64,
    pub(crate) limit: Option<usize>,
    pub(crate) path: Option<Vec<u8>>,
    /// Further options for `git rev-list`.
    pub(crate) options: Vec<String>,
}

impl Repository {
    /// The newest commit up to `start` that changed `path`.
    ///
    /// Follows the parent that has the same entry, as `git log -1 -- path` does; where none has,
    /// this commit made it.
    pub(crate) fn last_commit(&self, start: &Arc<Commit>, path: &[u8]) -> io::Result<Arc<Commit>> {
        let wanted = self.entry(start, path)?;
        let mut commit = start.clone();
        'walk: loop {
            for parent in &commit.parents {
                let Some(parent) = self.commit(parent)? else {
                    continue;
                };
                if self.entry(&parent, path)? == wanted {
                    commit = parent;
                    continue 'walk;
                }
            }
            return Ok(commit);
        }
    }

    pub(crate) fn log(&self, range: &str, options: &LogOptions) -> io::Result<Vec<Arc<Commit>>> {
        let mut command = self.git.command(&self.directory);
        command
            .arg("rev-list")
            .arg(format!("--skip={}", options.skip))
            .args(&options.options);
        if let Some(limit) = options.limit {
            command.arg(format!("--max-count={limit}"));
        }
        command.arg("--end-of-options").arg(range).arg("--");
        if let Some(path) = &options.path {
            use std::os::unix::ffi::OsStrExt as _;
            command.arg(std::ffi::OsStr::from_bytes(path));
        }
        let output = command.output()?;
        if !output.status.success() {
            return Err(io::Error::other(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|id| {
                self.commit(id)?
                    .ok_or_else(|| io::Error::other(format!("no commit `{id}`")))
            })
            .collect()
    }

    /// A newest common ancestor of all commits.
    pub(crate) fn merge_base(&self, commits: &[String]) -> io::Result<Option<Arc<Commit>>> {
        let arguments = ["merge-base".to_owned(), "--octopus".to_owned()];
        let arguments = match commits.len() {
            2 => &arguments[..1],
            _ => &arguments[..],
        };
        let output = self
            .git
            .output(&self.directory, arguments.iter().chain(commits))?;
        match output.status.code() {
            Some(0) => self.commit(String::from_utf8_lossy(&output.stdout).trim()),
            _ => Ok(None),
        }
    }

    /// Whether `ancestor` can be reached from `descendant`.
    pub(crate) fn is_ancestor(&self, ancestor: &str, descendant: &str) -> io::Result<bool> {
        if ancestor == descendant {
            return Ok(true);
        }
        let arguments = ["merge-base", "--is-ancestor", ancestor, descendant];
        Ok(self
            .git
            .output(&self.directory, arguments)?
            .status
            .success())
    }
}
