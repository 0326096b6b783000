//! Whether a branch is there; apart because GitLab of some versions opens merge requests from branches
//! that are not.

use crate::{
    bindings::types::{ErrorCode, Subject},
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose, quote},
    model::Branch,
    transport::{Request, Transport},
};

/// Look for a branch.
pub(super) async fn exists<T: Transport>(
    call: &Call<T>,
    project: &Project,
    name: &str,
) -> Result<bool, Failure> {
    let target = Target::repository(project, "/repository/branches").segment(name);
    let purpose = Purpose::new(action(project, name), Subject::Reference);
    match call.json::<Branch>(&Request::json(target), &purpose).await {
        Ok(_) => Ok(true),
        Err(failure) => match failure.code() {
            ErrorCode::NotFound(Subject::Reference) => Ok(false),
            _ => Err(failure),
        },
    }
}

/// There is no such branch.
pub(super) fn missing(project: &Project, name: &str) -> Failure {
    let message = format!("{}: there is none", action(project, name));
    Failure::not_found(Subject::Reference, message)
}

fn action(project: &Project, name: &str) -> String {
    let name = quote(name);
    format!(
        "looking for the branch `{name}` of repository {}",
        project.id()
    )
}
