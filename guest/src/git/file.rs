//! What GitLab tells of a file in header fields; apart because two functions read it.

use super::revision::Pinned;
use crate::{
    bindings::{
        git::{EntryKind, File, Storage},
        types::{ObjectId, Subject},
    },
    endpoint::{Project, Target},
    error::{Failure, Purpose, quote},
    transport::Head,
};

/// A file at a commit.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) project: Project,
    pub(crate) pinned: Pinned,
    pub(crate) path: String,
}

impl Located {
    /// The address of its details.
    pub(super) fn target(&self) -> Target {
        self.address().query("ref", &self.pinned.commit)
    }

    /// The address of its bytes.
    pub(super) fn raw_target(&self) -> Target {
        self.address()
            .literal("/raw")
            .query("ref", &self.pinned.commit)
    }

    /// The address of the bytes that Git LFS stores for it.
    pub(super) fn stored_target(&self) -> Target {
        self.raw_target().query("lfs", "true")
    }

    /// The address of whose lines are whose.
    pub(super) fn blame_target(&self, lines: Option<(u32, u32)>) -> Target {
        let target = self.address().literal("/blame");
        let target = target.query("ref", &self.pinned.commit);
        match lines {
            Some((first, last)) => target
                .number("range%5Bstart%5D", first.into())
                .number("range%5Bend%5D", last.into()),
            None => target,
        }
    }

    pub(super) fn purpose(&self) -> Purpose {
        let path = quote(&self.path);
        let action = format!(
            "reading the file `{path}` of repository {}",
            self.project.id()
        );
        Purpose::new(action, Subject::Path)
    }

    /// Read the fields of an answer about the file; `None` where it has none of them, as in answers
    /// of files that Git LFS stores. Where the bytes are is not among them.
    pub(super) fn read(&self, head: &Head) -> Result<Option<File>, Failure> {
        let (Some(size), Some(blob)) = (head.number("x-gitlab-size"), id(head, "x-gitlab-blob-id"))
        else {
            return Ok(None);
        };
        if let Some(commit) = head.field("x-gitlab-commit-id")
            && commit != self.pinned.commit
        {
            return Err(Failure::malformed(format!(
                "{}: the answer is about another commit",
                self.purpose().action
            ))
            .with_head(head));
        }
        let kind = match head.field("x-gitlab-execute-filemode") {
            Some("true") => EntryKind::Executable,
            _ => EntryKind::File,
        };
        Ok(Some(File {
            path: self.path.clone(),
            commit: self.pinned.commit.clone(),
            blob,
            size,
            sha256: id(head, "x-gitlab-content-sha256").filter(|hash| hash.len() == 64),
            kind,
            last_commit: id(head, "x-gitlab-last-commit-id"),
            storage: Storage::Git,
        }))
    }

    fn address(&self) -> Target {
        Target::repository(&self.project, "/repository/files").segment(&self.path)
    }
}

/// A field that holds an object's name, or a hash, which looks the same.
fn id(head: &Head, name: &str) -> Option<ObjectId> {
    let value = head.field(name)?;
    super::argument::is_object_id(value).then(|| value.to_owned())
}
