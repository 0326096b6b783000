//! Merging two histories without a working tree; apart, because it makes objects and moves nothing.

use std::{
    io::{self, Write as _},
    process::Stdio,
};

use super::Repository;

/// What came of merging two trees.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum MergedTree {
    /// Both changed the same lines, or the two have nothing in common.
    Conflict,
    /// The tree with the changes of both.
    Tree(String),
}

/// What `git commit-tree` is told.
pub(crate) struct TreeCommit<'a> {
    pub(crate) tree: &'a str,
    pub(crate) parents: &'a [&'a str],
    pub(crate) message: &'a str,
    /// Name and address, for author and committer.
    pub(crate) person: (&'a str, &'a str),
    pub(crate) seconds: i64,
}

impl Repository {
    /// Merges what `theirs` changed since the two parted into `ours`.
    pub(crate) fn merge_trees(&self, ours: &str, theirs: &str) -> io::Result<MergedTree> {
        let arguments = ["merge-tree", "--write-tree", "--no-messages", ours, theirs];
        let output = self.git.output(&self.directory, arguments)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => Ok(MergedTree::Tree(said.trim().to_owned())),
            Some(1) => Ok(MergedTree::Conflict),
            _ if complaint.contains("unrelated histories") => Ok(MergedTree::Conflict),
            _ => Err(io::Error::other(complaint.trim().to_owned())),
        }
    }

    /// Makes a commit of a tree and returns its id.
    pub(crate) fn commit_tree(&self, commit: &TreeCommit<'_>) -> io::Result<String> {
        let moment = format!("{} +0000", commit.seconds);
        let (name, address) = commit.person;
        let mut command = self.git.command(&self.directory);
        command
            .arg("commit-tree")
            .arg(commit.tree)
            .args(commit.parents.iter().flat_map(|parent| ["-p", parent]))
            .args(["-F", "-"])
            .envs([("GIT_AUTHOR_NAME", name), ("GIT_COMMITTER_NAME", name)])
            .envs([
                ("GIT_AUTHOR_EMAIL", address),
                ("GIT_COMMITTER_EMAIL", address),
            ])
            .envs([
                ("GIT_AUTHOR_DATE", &moment),
                ("GIT_COMMITTER_DATE", &moment),
            ]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(commit.message.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => Err(io::Error::other(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            )),
        }
    }

    /// A difference as `git diff` writes it for people and for `git apply`.
    pub(crate) fn raw_diff(&self, from: &str, to: &str) -> io::Result<Vec<u8>> {
        let arguments = ["diff", "--no-color", "-M", "--end-of-options", from, to];
        self.git.run(&self.directory, arguments)
    }

    /// How many commits lead to `to` and not to `from`.
    pub(crate) fn count_commits(&self, from: &str, to: &str) -> io::Result<u64> {
        let range = format!("{from}..{to}");
        let output = self
            .git
            .run(&self.directory, ["rev-list", "--count", &range, "--"])?;
        let text = String::from_utf8_lossy(&output);
        text.trim().parse().map_err(io::Error::other)
    }
}
