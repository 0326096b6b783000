//! A real repository, and what git says is in it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository with one commit that holds everything that is hard.
pub(super) struct Repository {
    directory: tempfile::TempDir,
}

/// What stands at a path.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Node {
    Directory,
    File { executable: bool, bytes: Vec<u8> },
    Link(Vec<u8>),
}

impl Repository {
    pub(super) fn new() -> Self {
        let repository = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        repository.git(&["init", "-q", "-b", "main"]);
        repository.fill();
        repository.commit("everything that is hard");
        repository
    }

    fn fill(&self) {
        self.write("README.md", b"hello\n");
        self.write(
            ".gitattributes",
            b"/hidden export-ignore\n*.internal export-ignore\nversion.txt export-subst\n",
        );
        self.write("version.txt", b"$Format:%H$\n");
        self.write("hidden/deep/er.txt", b"not in archives\n");
        self.write("src/notes.internal", b"not in archives either\n");
        self.write("nested/.gitattributes", b"* export-ignore\n");
        self.write("nested/kept.txt", b"hides itself\n");
        self.write("assets/model.bin", POINTER);
        self.write("src/empty", b"");
        self.write("src/main.rs", b"fn main() {}\n");
        self.write("src/run.sh", b"#!/bin/sh\n");
        fs::set_permissions(
            self.path().join("src/run.sh"),
            fs::Permissions::from_mode(0o755),
        )
        .unwrap();
        self.write("grüße/日本.txt", "こんにちは\n".as_bytes());
        for name in [
            "-dash",
            " space ",
            "new\nline",
            "back\\slash",
            "quo\"te'",
            "per%20cent",
            "a+b&c#d?e",
            "...",
        ] {
            self.write(&format!("awkward/{name}"), name.as_bytes());
        }
        self.write(
            &format!("long/{}/{}", "d".repeat(120), "f".repeat(200)),
            b"long\n",
        );
        self.write("large.bin", &large());
        self.link("README.md", "links/../links/no-readme");
        fs::remove_file(self.path().join("links/no-readme")).unwrap();
        self.link("../README.md", "links/inside");
        self.link("../src", "links/directory");
        self.link("directory/../README.md", "links/through");
        self.link("/etc/passwd", "links/absolute");
        self.link("../../up", "links/upwards");
        self.link("absolute", "links/to-outside");
        self.submodule("vendor/library", "1111111111111111111111111111111111111111");
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn write(&self, path: &str, bytes: &[u8]) {
        self.write_bytes(path.as_bytes(), bytes);
    }

    pub(super) fn write_bytes(&self, path: &[u8], bytes: &[u8]) {
        let path = self.path().join(OsStr::from_bytes(path));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(super) fn link(&self, target: &str, path: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::remove_file(&path).ok();
        symlink(target, path).unwrap();
    }

    pub(super) fn remove(&self, path: &str) {
        self.git(&["rm", "-rqf", "--ignore-unmatch", path]);
    }

    pub(super) fn submodule(&self, path: &str, commit: &str) {
        self.git(&[
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("160000,{commit},{path}"),
        ]);
    }

    /// Commits what is in the directory; submodules are in the index alone.
    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "--all", "--ignore-removal", "."]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    pub(super) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        String::from_utf8(git(self.path(), arguments)).unwrap()
    }

    /// The newest commit's tree as a sync without options makes it: links that lead outside are
    /// missing, submodules are empty directories.
    pub(super) fn tree(&self) -> BTreeMap<Vec<u8>, Node> {
        let mut tree = BTreeMap::new();
        for line in git(self.path(), &["ls-tree", "-r", "-z", "HEAD"]).split(|byte| *byte == 0) {
            let Some(tab) = line.iter().position(|byte| *byte == b'\t') else {
                continue;
            };
            let (about, path) = (String::from_utf8_lossy(&line[..tab]), &line[tab + 1..]);
            let mut words = about.split(' ');
            let (mode, id) = (words.next().unwrap(), words.nth(1).unwrap());
            let content = || git(self.path(), &["cat-file", "blob", id]);
            let node = match mode {
                "160000" => Node::Directory,
                "120000" => Node::Link(content()),
                mode => Node::File {
                    executable: mode == "100755",
                    bytes: content(),
                },
            };
            if !OUTSIDE.iter().any(|outside| outside.as_bytes() == path) {
                tree.insert(path.to_vec(), node);
            }
        }
        tree
    }
}

/// Everything in a directory, except directories that are not empty.
pub(super) fn read_tree(root: &Path) -> BTreeMap<Vec<u8>, Node> {
    let mut tree = BTreeMap::new();
    let mut ahead = vec![PathBuf::new()];
    while let Some(path) = ahead.pop() {
        let full = root.join(&path);
        let metadata = fs::symlink_metadata(&full).unwrap();
        let node = if metadata.is_dir() {
            let below: Vec<_> = fs::read_dir(&full)
                .unwrap()
                .map(|entry| path.join(entry.unwrap().file_name()))
                .collect();
            if !below.is_empty() {
                ahead.extend(below);
                continue;
            }
            Node::Directory
        } else if metadata.is_symlink() {
            Node::Link(fs::read_link(&full).unwrap().into_os_string().into_vec())
        } else {
            let executable = metadata.permissions().mode() & 0o111 != 0;
            Node::File {
                executable,
                bytes: fs::read(&full).unwrap(),
            }
        };
        tree.insert(path.into_os_string().into_vec(), node);
    }
    tree
}

pub(super) fn git(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = try_git(directory, arguments);
    output.unwrap_or_else(|problem| panic!("git {arguments:?}: {problem}"))
}

pub(super) fn try_git(directory: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("git");
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .arg("-C")
        .arg(directory)
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"]);
    command
        .args(["-c", "core.quotePath=false", "-c", "commit.gpgSign=false"])
        .args(arguments);
    let output = command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// More than is held in memory, and not all alike.
pub(super) fn large() -> Vec<u8> {
    (0..700_000_u32)
        .flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect()
}

pub(super) const OUTSIDE: [&str; 3] = ["links/absolute", "links/to-outside", "links/upwards"];
pub(super) const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n\
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
