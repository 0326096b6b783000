//! `git.list-tree`; apart because a missing directory looks like an empty one on older versions.

use serde::{Deserialize, Serialize};

use super::{
    argument, missing,
    revision::{self, Pinned},
};
use crate::{
    bindings::{
        git::{Revision, TreePage},
        types::{ErrorCode, ObjectId, PageRequest, RepositoryId, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose, quote},
    model::TreeEntry,
    page::{self, Fingerprint, Position, Sequence},
    transport::Transport,
};

/// What `git.list-tree` was called with.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    pub(crate) repository: &'a RepositoryId,
    pub(crate) at: &'a Revision,
    pub(crate) path: &'a str,
    pub(crate) recursive: bool,
    pub(crate) page: &'a PageRequest,
}

/// List what stands in a directory.
pub(crate) async fn list_tree<T: Transport>(
    call: &Call<T>,
    listing: Listing<'_>,
) -> Result<TreePage, Failure> {
    let project = Project::new(listing.repository)?;
    argument::directory(listing.path)?;
    let limit = page::limit(listing.page)?;
    let list = listing.fingerprint(call.base_url());
    let (pinned, position) = match page::resume(listing.page, &list)? {
        Some(Resumed { commit, position }) => {
            argument::object_id("page.cursor", &commit)?;
            (revision::known(commit), position)
        }
        None => {
            let pinned = revision::pin(call, &project, listing.at).await?;
            (pinned, Position::beginning(limit))
        }
    };
    let directory = Directory {
        project: &project,
        pinned: &pinned,
        path: listing.path,
        recursive: listing.recursive,
    };
    let (items, next) = directory
        .read(call, position, limit, listing.page.cursor.is_none())
        .await?;
    let commit = pinned.commit;
    let next = next.map(|position| Resumed {
        commit: commit.clone(),
        position,
    });
    Ok(TreePage {
        commit,
        items: items.into_iter().map(TreeEntry::into_entry).collect(),
        end: page::end(next.as_ref(), &list),
    })
}

/// Fail unless there is such a directory.
pub(crate) async fn check_directory<T: Transport>(
    call: &Call<T>,
    project: &Project,
    pinned: &Pinned,
    path: &str,
) -> Result<(), Failure> {
    let directory = Directory {
        project,
        pinned,
        path,
        recursive: false,
    };
    directory
        .read(call, Position::beginning(1), 1, true)
        .await?;
    Ok(())
}

impl Listing<'_> {
    fn fingerprint(&self, base_url: &str) -> Fingerprint {
        let (kind, name) = revision::describe(self.at);
        Fingerprint::new("git.list-tree", base_url)
            .with(self.repository)
            .with(kind)
            .with(name)
            .with(self.path)
            .with(if self.recursive { "recursive" } else { "flat" })
    }
}

/// Where a listing goes on, and the commit that it is of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Resumed {
    #[serde(rename = "c")]
    pub(super) commit: ObjectId,
    #[serde(rename = "p")]
    pub(super) position: Position,
}

/// A directory at a commit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Directory<'a> {
    pub(super) project: &'a Project,
    pub(super) pinned: &'a Pinned,
    pub(super) path: &'a str,
    /// Whether what is below it is listed too.
    pub(super) recursive: bool,
}

impl Directory<'_> {
    /// Read up to `limit` entries from `position`, and tell where the list goes on.
    pub(super) async fn read<T: Transport>(
        &self,
        call: &Call<T>,
        mut position: Position,
        limit: usize,
        is_first: bool,
    ) -> Result<(Vec<TreeEntry>, Option<Position>), Failure> {
        let purpose = self.purpose();
        let sequence = Sequence {
            target: self.target(),
            purpose: &purpose,
        };
        let failure = match sequence.read_on(call, &mut position, limit).await {
            // Git has no empty directories, but up to 17.6 GitLab lists missing ones as such.
            Ok((items, None)) if items.is_empty() && is_first && !self.path.is_empty() => {
                let message = format!("{}: there is no such directory", purpose.action);
                Failure::not_found(Subject::Path, message)
            }
            Ok(read) => return Ok(read),
            Err(failure) => failure,
        };
        let (call, project, pinned) = (call, self.project, self.pinned);
        let failure = missing::explain_at(call, project, pinned, Subject::Path, failure).await;
        match failure.code() {
            // What another page led to was there: that it is missing is not the list's end.
            ErrorCode::NotFound(Subject::Path) if !is_first || !position.is_on_first_page() => {
                let place = format!("{}: a later page is missing", purpose.action);
                Err(failure.with_code(ErrorCode::Malformed(place)))
            }
            // The root of a commit without files is there, and has nothing in it.
            ErrorCode::NotFound(Subject::Path) if self.path.is_empty() => Ok((Vec::new(), None)),
            _ => Err(failure),
        }
    }

    fn target(&self) -> Target {
        let target = Target::repository(self.project, "/repository/tree");
        let target = target.query("ref", &self.pinned.commit);
        let target = match self.path.is_empty() {
            true => target,
            false => target.query("path", self.path),
        };
        let target = match self.recursive {
            true => target.query("recursive", "true"),
            false => target,
        };
        // Up to 17.0 this is ignored, and pages have numbers; what follows says which it is.
        target.query("pagination", "keyset")
    }

    fn purpose(&self) -> Purpose {
        let path = quote(self.path);
        let action = format!("listing `{path}` of repository {}", self.project.id());
        Purpose::new(action, Subject::Path)
    }
}
