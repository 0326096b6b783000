//! A whole tree and the names git gives its directories: apart because with them one short list
//! of the forge's proves every file.

use std::ops::Range;

use crate::object::{Algorithm, ObjectHasher, ObjectName};

/// What stands at a path, as far as git's names depend on it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Entry {
    pub(super) path: Box<[u8]>,
    pub(super) mode: u32,
    pub(super) id: ObjectName,
}

/// Every entry of a tree, except directories, by path.
#[derive(Debug)]
pub(super) struct Snapshot {
    algorithm: Algorithm,
    entries: Vec<Entry>,
}

/// Part of a snapshot: what is below one directory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Directory {
    /// Its path; empty for the root.
    pub(super) path: Vec<u8>,
    pub(super) entries: Range<usize>,
}

/// What stands in a directory.
pub(super) enum Child {
    Directory(Directory),
    Entry(usize),
}

impl Snapshot {
    pub(super) fn new(algorithm: Algorithm, mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Self { algorithm, entries }
    }

    pub(super) fn root(&self) -> Directory {
        Directory {
            path: Vec::new(),
            entries: 0..self.entries.len(),
        }
    }

    pub(super) fn entry(&self, index: usize) -> &Entry {
        &self.entries[index]
    }

    /// Where the entry at `path` is, if it is in the directory.
    pub(super) fn position(&self, directory: &Directory, path: &[u8]) -> Option<usize> {
        let found = self.entries[directory.entries.clone()]
            .binary_search_by(|entry| (*entry.path).cmp(path));
        found.ok().map(|index| directory.entries.start + index)
    }

    /// What stands in a directory, by name. The order is the one git hashes in: paths sort as if
    /// the names of directories, and of nothing else, ended in a slash.
    pub(super) fn children(&self, directory: &Directory) -> Vec<(&[u8], Child)> {
        let start = if directory.path.is_empty() {
            0
        } else {
            directory.path.len() + 1
        };
        let mut children = Vec::new();
        let mut index = directory.entries.start;
        while index < directory.entries.end {
            let rest = &self.entries[index].path[start..];
            let Some(length) = rest.iter().position(|byte| *byte == b'/') else {
                children.push((rest, Child::Entry(index)));
                index += 1;
                continue;
            };
            let within = &self.entries[index].path[..=start + length];
            let count = self.entries[index..directory.entries.end]
                .partition_point(|entry| entry.path.starts_with(within));
            let path = within[..within.len() - 1].to_vec();
            children.push((
                &rest[..length],
                Child::Directory(Directory {
                    path,
                    entries: index..index + count,
                }),
            ));
            index += count;
        }
        children
    }

    /// The name that git gives the directory's tree.
    pub(super) fn tree_name(&self, directory: &Directory) -> ObjectName {
        let mut tree = Vec::new();
        for (name, child) in self.children(directory) {
            let (mode, id) = match child {
                Child::Directory(directory) => (0o40_000, self.tree_name(&directory)),
                Child::Entry(index) => (self.entries[index].mode, self.entries[index].id),
            };
            tree.extend_from_slice(format!("{mode:o} ").as_bytes());
            tree.extend_from_slice(name);
            tree.push(0);
            tree.extend_from_slice(id.as_bytes());
        }
        let mut hasher = ObjectHasher::tree(self.algorithm, tree.len() as u64);
        hasher.update(&tree);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::blob_name;

    fn snapshot(paths: &[&str]) -> Snapshot {
        let id = blob_name(Algorithm::Sha1, b"hello\n");
        let entry = |path: &&str| Entry {
            path: path.as_bytes().into(),
            mode: 0o100_644,
            id,
        };
        Snapshot::new(Algorithm::Sha1, paths.iter().map(entry).collect())
    }

    #[test]
    fn a_tree_is_named_as_git_names_it() {
        // `git hash-object -t tree` over the same files: git sorts directories as if their names
        // ended in a slash.
        let tree = snapshot(&["a", "a-b/x", "a.c", "d/e/f", "d.x", "d-x"]);
        assert_eq!(
            tree.tree_name(&tree.root()).to_string(),
            "d39124601434c13df5b16f73d29981a23f5c1879"
        );
    }

    #[test]
    fn children_are_those_of_the_directory_itself() {
        let tree = snapshot(&["a/b", "a/c/d", "a/c/e", "a-b", "z"]);
        let names = |directory: &Directory| -> Vec<String> {
            let children = tree.children(directory);
            children
                .iter()
                .map(|(name, _)| String::from_utf8_lossy(name).into_owned())
                .collect()
        };
        assert_eq!(names(&tree.root()), ["a-b", "a", "z"]);
        let children = tree.children(&tree.root());
        let Child::Directory(directory) = &children[1].1 else {
            panic!("`a` is a directory")
        };
        assert_eq!(names(directory), ["b", "c"]);
        assert!(tree.position(directory, b"a/c/e").is_some());
        assert!(tree.position(directory, b"z").is_none());
    }
}
