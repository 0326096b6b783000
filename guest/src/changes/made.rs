//! A commit that was made, found again; apart because GitLab does not always say what it made.

use super::{branch, standing::At};
use crate::{
    bindings::{
        changes::{CommitRequest, Committed},
        git::Commit,
        types::{Outcome, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    git::{argument::is_object_id, revision},
    model,
    transport::{Request, Transport},
};

/// The answer of the contract about a commit.
pub(super) fn committed(commit: Commit, outcome: Outcome, request: &CommitRequest) -> Committed {
    let parent = commit.parents.first().cloned();
    let overtaken = request.expected_head.is_some() && request.expected_head != parent;
    Committed {
        commit,
        outcome,
        parent,
        overtaken,
    }
}

/// What GitLab told of the commit that it made on `base`, where that is all that is needed.
pub(super) fn complete(commit: model::Commit, base: Option<&str>) -> Option<Commit> {
    let commit = commit.into_commit();
    let has_parent = commit.parents.first().is_some_and(|id| is_object_id(id));
    (is_object_id(&commit.id) && (has_parent || base.is_none())).then_some(commit)
}

/// The commit at `head`, where it is what the request asks for: made on the commit that it names,
/// with its message and its content.
pub(super) async fn repeated<T: Transport>(
    call: &Call<T>,
    project: &Project,
    request: &CommitRequest,
    head: &str,
) -> Result<Option<Commit>, Failure> {
    let Some(base) = request.expected_head.as_ref().or(request.start.as_ref()) else {
        return Ok(None);
    };
    let commit = revision::commit(call, project, head).await?.into_commit();
    let is_wanted = commit.parents.first() == Some(base)
        && is_same(&commit.message, &request.message)
        && holds(call, project, request, &commit).await?;
    Ok(is_wanted.then_some(commit))
}

/// Find the commit that a request without an answer made, among those that the branch got since it
/// was at `base`. Others may have come before it, and behind it.
pub(super) async fn find<T: Transport>(
    call: &Call<T>,
    project: &Project,
    request: &CommitRequest,
    base: Option<&str>,
) -> Result<Option<Commit>, Failure> {
    let Some(found) = branch::find(call, project, &request.branch).await? else {
        return Ok(None);
    };
    if base == Some(found.commit.as_str()) {
        return Ok(None);
    }
    let target = Target::repository(project, "/repository/commits")
        .query("ref_name", &found.commit)
        .number("per_page", NEWEST);
    let action = format!("listing the newest commits of repository {}", project.id());
    let purpose = Purpose::new(action, Subject::Commit);
    let (_, newest): (_, Vec<model::Commit>) = call.json(&Request::json(target), &purpose).await?;
    let newest = newest.into_iter().map(model::Commit::into_commit);
    for commit in newest.take_while(|commit| base != Some(commit.id.as_str())) {
        let may_be = is_object_id(&commit.id) && is_same(&commit.message, &request.message);
        if may_be && holds(call, project, request, &commit).await? {
            return Ok(Some(commit));
        }
    }
    Ok(None)
}

async fn holds<T: Transport>(
    call: &Call<T>,
    project: &Project,
    request: &CommitRequest,
    commit: &Commit,
) -> Result<bool, Failure> {
    let at = At {
        project,
        commit: &commit.id,
    };
    let before = commit.parents.first().map(String::as_str);
    at.holds(call, &request.actions, before).await
}

/// Git and GitLab may end a message with a line feed, or without.
fn is_same(message: &str, wanted: &str) -> bool {
    message.trim_end() == wanted.trim_end()
}

/// Commits that may have come to a branch while one write was unsettled.
const NEWEST: u64 = 20;
