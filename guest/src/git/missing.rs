//! Why something is missing; apart because GitLab answers an empty repository, a missing commit and
//! a missing path with the same 404.

use super::revision::{self, Pinned};
use crate::{
    bindings::types::{Denial, ErrorCode, Subject},
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    model,
    transport::{Request, Transport},
};

/// Tell an empty repository, and one whose code is switched off, from a missing part of it.
pub(crate) async fn explain<T: Transport>(
    call: &Call<T>,
    project: &Project,
    failure: Failure,
) -> Failure {
    if !is_part(&failure) {
        return failure;
    }
    match details(call, project).await {
        Ok(details) if details.is_empty() => empty(project),
        Ok(details) if details.is_disabled() => disabled(project),
        Ok(_) => failure,
        Err(nearer) => nearer,
    }
}

/// Tell a missing commit from what is missing in it, which `within` names.
pub(crate) async fn explain_at<T: Transport>(
    call: &Call<T>,
    project: &Project,
    pinned: &Pinned,
    within: Subject,
    failure: Failure,
) -> Failure {
    if !is_part(&failure) {
        return failure;
    }
    if !pinned.is_known
        && let Err(nearer) = revision::commit(call, project, &pinned.commit).await
    {
        return explain(call, project, nearer).await;
    }
    failure.with_code(ErrorCode::NotFound(within))
}

/// Ask for the repository's details.
pub(crate) async fn details<T: Transport>(
    call: &Call<T>,
    project: &Project,
) -> Result<model::Project, Failure> {
    let target = Target::repository(project, "");
    let action = format!("reading repository {}", project.id());
    let purpose = Purpose::new(action, Subject::Repository);
    let (_, details) = call.json(&Request::json(target), &purpose).await?;
    Ok(details)
}

pub(super) fn empty(project: &Project) -> Failure {
    let message = format!("repository {} has no commit yet", project.id());
    Failure::new(ErrorCode::EmptyRepository, message)
}

fn disabled(project: &Project) -> Failure {
    let reason = "the repository's code is switched off".to_owned();
    let message = format!("the code of repository {} is switched off", project.id());
    Failure::new(ErrorCode::Forbidden(Denial::Other(reason)), message)
        .with_hint("switch it on in the project's settings, under visibility and features")
}

/// Whether something within a repository is missing, not the repository itself.
pub(crate) fn is_part(failure: &Failure) -> bool {
    match failure.code() {
        ErrorCode::NotFound(Subject::Repository) => false,
        code => matches!(code, ErrorCode::NotFound(_)),
    }
}
