//! A directory held against a commit, path by path: apart because both sides are told by git
//! itself, which asks for a walk of one and a list of the other.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use code_source::sync::Summary;
use code_source_stand_in::Project;

use crate::git::{git_bytes, git_lines_of};

/// What is told of a tree beside its files: links that were not created, and submodules.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    links: BTreeMap<Vec<u8>, String>,
    submodules: BTreeMap<Vec<u8>, String>,
}

impl From<&Summary> for Beside {
    fn from(summary: &Summary) -> Self {
        let absent = summary.outside_symlinks.iter().filter(|link| !link.created);
        let submodules = summary.submodules.iter();
        Self {
            links: absent
                .map(|link| (link.path.as_bytes().to_vec(), link.target.clone()))
                .collect(),
            submodules: submodules
                .map(|one| (one.path.as_bytes().to_vec(), one.commit.clone()))
                .collect(),
        }
    }
}

/// Every way in which a directory is not the tree of the project's `commit`: paths, modes and
/// blobs, as `git ls-tree` and `git hash-object` tell them. Empty where it is.
pub fn differences(
    project: &Project,
    commit: &str,
    directory: &Path,
    beside: &Beside,
) -> Vec<String> {
    let expected = listed(project, commit);
    let found = walked(project, directory, beside);
    let paths = expected.keys().chain(found.keys());
    let mut lines: Vec<String> = paths
        .filter(|path| expected.get(*path) != found.get(*path))
        .map(|path| {
            let path_text = String::from_utf8_lossy(path);
            let (wanted, found) = (expected.get(path), found.get(path));
            format!("{path_text:?}: git has {wanted:?}, the directory {found:?}")
        })
        .collect();
    lines.dedup();
    lines
}

/// Mode and object, by path.
type Entries = BTreeMap<Vec<u8>, (String, String)>;

fn listed(project: &Project, commit: &str) -> Entries {
    let output = git_bytes(project, &["ls-tree", "-r", "-z", "--full-tree", commit]);
    let records = output.split(|byte| *byte == 0);
    let records = records.filter(|record| !record.is_empty());
    records
        .map(|record| {
            let tab = record.iter().position(|byte| *byte == b'\t');
            let (head, path) = record.split_at(tab.expect("a tab"));
            let head = String::from_utf8_lossy(head).into_owned();
            let words: Vec<&str> = head.split(' ').collect();
            let entry = (words[0].to_owned(), words[2].to_owned());
            (path[1..].to_vec(), entry)
        })
        .collect()
}

fn walked(project: &Project, directory: &Path, beside: &Beside) -> Entries {
    let mut walk = Walk {
        root: directory,
        blobs: Vec::new(),
        entries: Entries::new(),
        content: tempfile::tempdir().expect("a temporary folder"),
    };
    for (path, commit) in &beside.submodules {
        let entry = ("160000".to_owned(), commit.clone());
        walk.entries.insert(path.clone(), entry);
    }
    for (path, target) in &beside.links {
        walk.link(path, target.as_bytes());
    }
    walk.directory(directory);
    walk.finish(project)
}

struct Walk<'a> {
    root: &'a Path,
    /// Path, mode, and the file with the bytes.
    blobs: Vec<(Vec<u8>, &'static str, Vec<u8>)>,
    entries: Entries,
    /// Where links lead, as files that git can hash.
    content: tempfile::TempDir,
}

impl Walk<'_> {
    fn directory(&mut self, directory: &Path) {
        let mut is_empty = true;
        for entry in fs::read_dir(directory).expect("the directory can be listed") {
            is_empty = false;
            let entry = entry.expect("an entry");
            let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
            if kind.is_dir() {
                self.directory(&path);
            } else if kind.is_symlink() {
                let target = fs::read_link(&path).expect("a target");
                self.link(&self.name(&path), target.as_os_str().as_bytes());
            } else {
                let mode = entry.metadata().expect("metadata").permissions().mode();
                let mode = if mode & 0o100 == 0 {
                    "100644"
                } else {
                    "100755"
                };
                let place = path.as_os_str().as_bytes().to_vec();
                self.blobs.push((self.name(&path), mode, place));
            }
        }
        let name = self.name(directory);
        if is_empty && !name.is_empty() {
            // Right for a submodule only, which stands here already under its commit.
            let nothing = ("an empty directory".to_owned(), String::new());
            self.entries.entry(name).or_insert(nothing);
        }
    }

    fn name(&self, path: &Path) -> Vec<u8> {
        let name = path.strip_prefix(self.root).expect("below the root");
        name.as_os_str().as_bytes().to_vec()
    }

    fn link(&mut self, path: &[u8], target: &[u8]) {
        let place = self.content.path().join(self.blobs.len().to_string());
        fs::write(&place, target).expect("a small file");
        let place = place.as_os_str().as_bytes().to_vec();
        self.blobs.push((path.to_vec(), "120000", place));
    }

    /// Lets git name all blobs in one process.
    fn finish(mut self, project: &Project) -> Entries {
        let mut input = tempfile::tempfile().expect("a temporary file");
        for (_, _, place) in &self.blobs {
            let absolute = std::path::absolute(OsStr::from_bytes(place)).expect("a path");
            input
                .write_all(&quoted(absolute.as_os_str().as_bytes()))
                .expect("room for a list");
        }
        let names = hashed(project, input);
        assert_eq!(names.len(), self.blobs.len(), "git names every blob");
        for ((path, mode, _), name) in self.blobs.into_iter().zip(names) {
            let twice = self.entries.insert(path, (mode.to_owned(), name));
            assert_eq!(twice, None, "a path stands there once");
        }
        self.entries
    }
}

fn hashed(project: &Project, mut input: File) -> Vec<String> {
    input.rewind().expect("a file");
    git_lines_of(
        project,
        &["hash-object", "--no-filters", "--stdin-paths"],
        input,
    )
}

/// A line with the path in C's quotes, as git reads any path.
fn quoted(path: &[u8]) -> Vec<u8> {
    let mut line = vec![b'"'];
    for byte in path {
        line.extend(format!("\\{byte:03o}").bytes());
    }
    line.extend(b"\"\n");
    line
}
