//! Pushing over HTTP; apart from cloning, because it changes what everything else reads.

use std::sync::Arc;

use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use super::{
    Answer,
    clone::{denied, plain_body, viewer},
    writing::pushed,
};
use crate::{
    error::Refusal,
    event::{Push, is_zero},
    git::{Repository, Wish, Wishes},
    reply::Reply,
    server::Received,
    shared::Shared,
    state::{AccessLevel, ProjectRecord, Viewer},
};

/// Serves a path below the root that belongs to a push; `None` where it is nothing of the kind.
pub(crate) fn serve(
    shared: &Arc<Shared>,
    request: &Received,
    path: &str,
) -> Option<(&'static str, Answer)> {
    let (project, rest) = path.split_once(".git/")?;
    let project = percent_decode_str(project.trim_start_matches('/')).decode_utf8_lossy();
    match (&request.method, rest, request.query.as_str()) {
        (&Method::GET, "info/refs", "service=git-receive-pack") => Some((
            "/:project.git/info/refs",
            advertise(shared, request, &project),
        )),
        (&Method::POST, "git-receive-pack", "") => Some((
            "/:project.git/git-receive-pack",
            receive(shared, request, &project),
        )),
        _ => None,
    }
}

fn advertise(shared: &Arc<Shared>, request: &Received, path: &str) -> Answer {
    let (_, project) = admit(shared, request, path)?;
    let body = project.repository.open()?.advertise_receive()?;
    Ok(answer("application/x-git-receive-pack-advertisement", body))
}

fn receive(shared: &Arc<Shared>, request: &Received, path: &str) -> Answer {
    let (viewer, project) = admit(shared, request, path)?;
    let repository = project.repository.open()?;
    let body = plain_body(&request.headers, request.body.clone())?;
    let wishes = Wishes::parse(&body);
    for wish in &wishes.list {
        if let Some(reason) = objection(shared, viewer, &project, repository, wish)? {
            let body = wishes.declined(&format!("GitLab: {reason}"));
            return Ok(answer(RESULT, body));
        }
    }
    let report = repository.receive(&body)?;
    for wish in &wishes.list {
        if is_granted(repository, wish)? {
            let push = Push {
                project: project.id,
                reference: wish.reference.clone(),
                before: wish.before.clone(),
                after: wish.after.clone(),
                user: viewer.user.ok_or_else(denied)?,
                together: wishes.list.len(),
            };
            pushed(shared, repository, push)?;
        }
    }
    Ok(answer(RESULT, report))
}

const RESULT: &str = "application/x-git-receive-pack-result";

fn answer(content_type: &'static str, body: Vec<u8>) -> Reply {
    Reply::typed(StatusCode::OK, content_type, body.into()).with("cache-control", "no-cache")
}

/// Whoever may push to the project at all.
fn admit(
    shared: &Arc<Shared>,
    request: &Received,
    path: &str,
) -> Result<(Viewer, Arc<ProjectRecord>), Refusal> {
    let viewer = viewer(shared, &request.headers, &["api", "write_repository"])?;
    if viewer.user.is_none() {
        return Err(denied());
    }
    let found = shared.read(|world| {
        let project = world
            .project_at(path)
            .or_else(|| world.project_moved_from(path))
            .filter(|project| viewer.can_see(world, project))?;
        let level = viewer.access(world, project).level();
        let may_push = viewer.admin || level >= Some(AccessLevel::Developer);
        let allowed = may_push && !project.archived && viewer.can_read_code(world, project);
        Some((project.clone(), allowed))
    });
    let refuse = |status, text: &str| Err(Reply::text(status, text.to_owned()).into());
    match found {
        None => refuse(
            StatusCode::NOT_FOUND,
            "The project you were looking for could not be found or you don't have permission to \
             view it.",
        ),
        Some((_, false)) => refuse(
            StatusCode::FORBIDDEN,
            "You are not allowed to push code to this project.",
        ),
        Some((_, true)) if shared.features().maintenance => refuse(
            StatusCode::FORBIDDEN,
            "Git push is not allowed because this GitLab instance is currently in (read-only) \
             maintenance mode.",
        ),
        Some((project, true)) => Ok((viewer, project)),
    }
}

/// Why a reference may not move there, in the words of GitLab's hook.
fn objection(
    shared: &Shared,
    viewer: Viewer,
    project: &ProjectRecord,
    repository: &Repository,
    wish: &Wish,
) -> Result<Option<&'static str>, Refusal> {
    let Some(branch) = wish.reference.strip_prefix("refs/heads/") else {
        return Ok(None);
    };
    let deletes = is_zero(&wish.after);
    if deletes && branch == repository.head()? {
        return Ok(Some("The default branch of a project cannot be deleted."));
    }
    if !project.is_protected(branch) {
        return Ok(None);
    }
    if deletes {
        let text = "You can only delete protected branches using the web interface.";
        return Ok(Some(text));
    }
    let may_push = shared.read(|world| viewer.can_push_to(world, project, branch));
    Ok((!may_push)
        .then_some("You are not allowed to push code to protected branches on this project."))
}

/// Whether git did what was wished.
fn is_granted(repository: &Repository, wish: &Wish) -> Result<bool, Refusal> {
    let now = repository.header(&wish.reference)?;
    Ok(match now {
        Some(header) => header.id == wish.after && wish.before != wish.after,
        None => is_zero(&wish.after) && !is_zero(&wish.before),
    })
}
