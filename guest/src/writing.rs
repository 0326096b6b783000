//! What functions that write have in common: why GitLab refuses, and what became of a request whose
//! answer did not arrive; apart so that none of them decides this in its own way.

use crate::{
    bindings::{
        repositories::State,
        types::{Conflict, Denial, ErrorCode},
    },
    call::Call,
    endpoint::Project,
    error::Failure,
    git::missing,
    transport::Transport,
};

/// Look at the forge what became of a write that is unsettled. What is not there after a few seconds
/// may still come, so this never says that nothing was done.
pub(crate) async fn settle<T: Transport, V>(
    call: &Call<T>,
    failure: Failure,
    look: impl AsyncFnMut() -> Result<Option<V>, Failure>,
) -> Result<V, Failure> {
    match call.wait_for(LOOKING, look).await {
        Ok(Some(seen)) => Ok(seen),
        _ => Err(failure.into_unknown_outcome()),
    }
}

/// Tell a repository that nobody may write to from an account that may not, which GitLab answers with
/// the same 403; `role` is the role that it asks for. Other failures stay as they are.
///
/// The repository has to be among what the operation may read.
pub(crate) async fn explain_refusal<T: Transport>(
    call: &Call<T>,
    project: &Project,
    role: &str,
    failure: Failure,
) -> Failure {
    match failure.code() {
        ErrorCode::Forbidden(Denial::Role(_) | Denial::Other(_)) => {}
        // A number does not change when a repository moves, but GitLab has the words.
        ErrorCode::Unsupported(_) if is_moved(&failure) => {
            return failure.with_code(ErrorCode::Moved(project.id().to_owned()));
        }
        _ => return failure,
    }
    // The refusal is certain, and its reason only a help: it may stay unknown.
    let details = missing::details(call, project).await.ok();
    match details.map(|details| details.into_repository().state) {
        Some(State::Archived) => return read_only(failure, "archived"),
        Some(State::PendingDeletion) => return read_only(failure, "marked for deletion"),
        _ => {}
    }
    with_role(failure, role)
}

/// Name the role that GitLab asks for, where it refuses and says nothing or points to its settings.
pub(crate) fn with_role(failure: Failure, role: &str) -> Failure {
    match failure.code() {
        ErrorCode::Forbidden(Denial::Role(named)) if named.is_empty() => {
            let hint = format!("the token's owner needs a higher role there, at least {role}");
            let code = ErrorCode::Forbidden(Denial::Role(role.to_owned()));
            failure.with_code(code).with_hint(hint)
        }
        ErrorCode::Forbidden(Denial::Other(words)) if words.contains("You are not allowed") => {
            let code = ErrorCode::Forbidden(Denial::Role(String::new()));
            let hint = "the project's settings say who may, under protected branches and tags";
            failure.with_code(code).with_hint(hint)
        }
        _ => failure,
    }
}

/// GitLab's own words in a refusal, without ours; empty where it said nothing.
pub(crate) fn words(failure: &Failure) -> &str {
    match failure.code() {
        ErrorCode::Conflict(Conflict::Other(words))
        | ErrorCode::Forbidden(Denial::Other(words))
        | ErrorCode::Rejected(words)
        | ErrorCode::Unsupported(words) => words,
        _ => "",
    }
}

/// Whether GitLab says that the repository is elsewhere.
pub(crate) fn is_moved(failure: &Failure) -> bool {
    words(failure).contains("moved projects")
}

fn read_only(failure: Failure, why: &str) -> Failure {
    failure
        .with_code(ErrorCode::ReadOnly(why.to_owned()))
        .with_hint("GitLab lets nobody change such a repository")
}

/// Milliseconds that a replica or a worker of GitLab's may lag behind.
const LOOKING: u64 = 5_000;
