//! Filling a project with history; apart from its description because it runs git.

use std::{fmt::Display, io, path::Path, process::Command};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::{
    git::{Change, NewCommit, RefKind},
    state::Project,
};

impl Project {
    /// Commits changes on top of a branch, which begins here where it did not exist, and returns
    /// the commit's id.
    pub fn commit<P: AsRef<[u8]>>(
        &self,
        branch: &str,
        message: &str,
        changes: &[(P, Change)],
    ) -> String {
        let commit = self.new_commit(branch, message);
        let changes = changes
            .iter()
            .map(|(path, change)| (path.as_ref().to_vec(), change.clone()));
        self.commit_as(&commit, changes)
    }

    /// What `commit` would commit with: the next moment, and ordinary people.
    pub fn new_commit(&self, branch: &str, message: &str) -> NewCommit {
        let person = ("Ada Example".to_owned(), "ada@example.com".to_owned());
        NewCommit {
            branch: branch.to_owned(),
            message: message.into(),
            parents: None,
            author: person.clone(),
            committer: person,
            seconds: self.shared.write(|world| world.tick()),
            zone: "+0000".to_owned(),
        }
    }

    /// Commits changes, however many: they are handed to git one by one.
    pub fn commit_as(
        &self,
        commit: &NewCommit,
        changes: impl IntoIterator<Item = (Vec<u8>, Change)>,
    ) -> String {
        let repository = self.repository();
        let id = checked(
            "commit",
            repository.and_then(|repository| {
                repository.import(commit, |importer| {
                    changes
                        .into_iter()
                        .try_for_each(|(path, change)| importer.change(&path, &change))
                })
            }),
        );
        self.note_push(&commit.branch, Some(commit.seconds));
        id
    }

    /// Merges a branch into another, without regard to what they changed: the result has the
    /// first one's tree.
    pub fn merge(&self, target: &str, source: &str, message: &str) -> String {
        let mut commit = self.new_commit(target, message);
        commit.parents = Some(vec![self.tip(target), self.tip(source)]);
        self.commit_as(&commit, [])
    }

    /// Takes over the history of another repository, bare or not. All its branches and tags come
    /// along, and `branch` becomes the default one.
    pub fn import(&self, source: &Path, branch: &str) -> String {
        let repository = checked("import", self.repository());
        let source_text = source.as_os_str();
        let mut command: Command = self.shared.git.command(repository.directory());
        command
            .args(["fetch", "--quiet", "--update-head-ok"])
            .arg(format!("--upload-pack={UPLOAD_PACK}"))
            .arg(source_text)
            .args(["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]);
        let output = checked("import", command.output());
        assert!(
            output.status.success(),
            "cannot import `{}`: {}",
            source.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        checked("import", repository.set_head(branch));
        self.note_push(branch, None);
        self.tip(branch)
    }

    /// Lets a branch be at a commit, wherever it was before.
    pub fn branch(&self, name: &str, commit: &str) {
        self.set_reference(&format!("refs/heads/{name}"), commit);
        self.note_push(name, None);
    }

    /// Makes a tag of a commit, annotated where there is a message.
    pub fn tag(&self, name: &str, commit: &str, message: Option<&str>) {
        let repository = checked("tag", self.repository());
        let target = match message {
            None => commit.to_owned(),
            Some(message) => checked(
                "tag",
                repository.annotate(name, commit, message, (TAGGER, self.now())),
            ),
        };
        self.set_reference(&format!("refs/tags/{name}"), &target);
    }

    /// Deletes a branch.
    pub fn delete_branch(&self, name: &str) {
        self.delete_reference(&format!("refs/heads/{name}"));
    }

    /// Deletes a tag.
    pub fn delete_tag(&self, name: &str) {
        self.delete_reference(&format!("refs/tags/{name}"));
    }

    /// Stores a file in LFS and returns the pointer that belongs in git.
    pub fn lfs_object(&self, content: impl Into<Bytes>) -> String {
        let content: Bytes = content.into();
        let id: String = Sha256::digest(&content)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let size = content.len();
        self.shared
            .write(|world| world.lfs_objects.insert(id.clone(), content));
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize {size}\n")
    }

    /// The commit that a branch, a tag or an abbreviation leads to.
    pub fn tip(&self, revision: &str) -> String {
        let repository = checked("resolve", self.repository());
        match checked("resolve", repository.commit(revision)) {
            Some(commit) => commit.id.clone(),
            None => panic!("`{revision}` leads to no commit"),
        }
    }

    fn set_reference(&self, name: &str, target: &str) {
        let repository = checked("set a reference", self.repository());
        checked("set a reference", repository.set_reference(name, target));
    }

    fn delete_reference(&self, name: &str) {
        let repository = checked("delete a reference", self.repository());
        checked("delete a reference", repository.delete_reference(name));
    }

    fn now(&self) -> i64 {
        self.shared.write(|world| world.tick())
    }

    /// What GitLab notes after a push: that there is something now, and where it began.
    fn note_push(&self, branch: &str, moment: Option<i64>) {
        let record = self.record();
        let repository = checked("read the repository", self.repository());
        let default = checked("read the repository", repository.head());
        let exists = checked(
            "read the repository",
            repository.reference(RefKind::Branch, &default),
        )
        .is_some();
        let chosen = record.default_branch == default && record.default_branch != "main";
        let default = match record.empty && !exists && !chosen {
            true => {
                checked("set the default branch", repository.set_head(branch));
                branch.to_owned()
            }
            false => default,
        };
        let moment = moment.unwrap_or_else(|| self.now());
        self.clone().change(|project| {
            project.empty = false;
            project.default_branch = default;
            project.last_activity_at = moment;
        });
    }
}

/// Bytes that do not compress, the same for the same seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// A test that cannot fill its repository has nothing to test.
fn checked<T>(what: impl Display, result: io::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("cannot {what}: {error}"))
}

const TAGGER: &str = "Ada Example <ada@example.com>";

/// The other side of an import, to which git does not pass our settings on: without them it looks
/// for similar files, which takes minutes where there is a gigabyte.
const UPLOAD_PACK: &str = "git -c 'safe.directory=*' -c pack.window=0 upload-pack";
