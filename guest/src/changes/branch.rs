//! A branch as it is now; apart because every function here looks at one, and must not take a proxy's
//! 404 for GitLab's word that there is none.

use crate::{
    bindings::{
        git::Reference,
        types::{ErrorCode, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose, quote},
    git::{argument::is_object_id, missing, revision},
    model::Branch,
    transport::{Request, Transport},
};

/// The address of a branch.
pub(super) fn target(project: &Project, name: &str) -> Target {
    Target::repository(project, "/repository/branches").segment(name)
}

/// What is done to a branch, or to a tag, in words.
pub(super) fn purpose(doing: &str, name: &str, project: &Project) -> Purpose {
    let name = quote(name);
    let action = format!("{doing} `{name}` of repository {}", project.id());
    Purpose::new(action, UNNAMED)
}

/// Find a branch; `None` where GitLab says that there is none.
pub(super) async fn find<T: Transport>(
    call: &Call<T>,
    project: &Project,
    name: &str,
) -> Result<Option<Reference>, Failure> {
    let purpose = purpose("reading the branch", name, project);
    let request = Request::json(target(project, name));
    let branch: Branch = match call.json(&request, &purpose).await {
        Ok((_, branch)) => branch,
        Err(failure) if is_gone(&failure) => return Ok(None),
        Err(failure) => return Err(named(failure, Subject::Reference)),
    };
    let branch = branch.into_reference();
    match is_object_id(&branch.commit) {
        true => Ok(Some(branch)),
        false => Err(Failure::malformed(format!(
            "{}: the commit's name",
            purpose.action
        ))),
    }
}

/// Fail unless there is such a commit. GitLab does not find out itself everywhere, and in an empty
/// repository it may make a first commit of its own before.
pub(super) async fn check_commit<T: Transport>(
    call: &Call<T>,
    project: &Project,
    id: &str,
) -> Result<(), Failure> {
    let Err(failure) = revision::commit(call, project, id).await else {
        return Ok(());
    };
    let failure = missing::explain(call, project, failure).await;
    Err(match failure.code() {
        ErrorCode::EmptyRepository => failure.with_code(ErrorCode::NotFound(Subject::Commit)),
        _ => failure,
    })
}

/// Whether GitLab says that there is no such branch or tag.
pub(super) fn is_gone(failure: &Failure) -> bool {
    matches!(failure.code(), ErrorCode::NotFound(Subject::Reference))
}

/// Name what is missing where GitLab did not.
pub(super) fn named(failure: Failure, subject: Subject) -> Failure {
    match failure.code() {
        ErrorCode::NotFound(Subject::Other(_)) => failure.with_code(ErrorCode::NotFound(subject)),
        _ => failure,
    }
}

/// A 404 without the words of GitLab's endpoints comes from its router, or from what is in front of
/// it, and says nothing of the branch.
const UNNAMED: Subject = Subject::Other(String::new());
