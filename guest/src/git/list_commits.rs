//! `git.list-commits`; apart as every function of the contract is.

use super::{argument, list_tree::Resumed, missing, revision};
use crate::{
    bindings::{
        git::{CommitsPage, Revision},
        types::{PageRequest, RepositoryId, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    model::Commit,
    page::{self, Fingerprint, Position, Sequence},
    transport::Transport,
};

/// List the commits that lead to a revision.
///
/// GitLab numbers the pages of a history. From one commit they never change.
pub(crate) async fn list_commits<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    at: &Revision,
    path: Option<&str>,
    request: &PageRequest,
) -> Result<CommitsPage, Failure> {
    let project = Project::new(repository)?;
    let path = path.filter(|path| !path.is_empty());
    argument::directory(path.unwrap_or_default())?;
    let limit = page::limit(request)?;
    let (kind, name) = revision::describe(at);
    let list = Fingerprint::new("git.list-commits", call.base_url())
        .with(repository)
        .with(kind)
        .with(name)
        .with_option(path);
    let (pinned, position) = match page::resume(request, &list)? {
        Some(Resumed { commit, position }) => (revision::known(commit), position),
        None => {
            let pinned = revision::pin(call, &project, at).await?;
            (pinned, Position::beginning(limit))
        }
    };
    let purpose = Purpose::new(
        format!("listing commits of repository {}", project.id()),
        Subject::Commit,
    );
    let sequence = Sequence {
        target: target(&project, &pinned.commit, path),
        purpose: &purpose,
    };
    let (items, next) = match sequence.read::<T, Commit>(call, position, limit).await {
        Ok(read) => read,
        Err(failure) => {
            let subject = Subject::Commit;
            return Err(missing::explain_at(call, &project, &pinned, subject, failure).await);
        }
    };
    // GitLab knows no history of a commit that it does not know, and says so with an empty list.
    if items.is_empty() && !pinned.is_known {
        let found = revision::commit(call, &project, &pinned.commit).await;
        if let Err(failure) = found {
            return Err(missing::explain(call, &project, failure).await);
        }
    }
    let next = next.map(|position| Resumed {
        commit: pinned.commit,
        position,
    });
    Ok(CommitsPage {
        items: items.into_iter().map(Commit::into_commit).collect(),
        end: page::end(next.as_ref(), &list),
    })
}

fn target(project: &Project, commit: &str, path: Option<&str>) -> Target {
    let target = Target::repository(project, "/repository/commits").query("ref_name", commit);
    match path {
        Some(path) => target.query("path", path),
        None => target,
    }
}
