//! `changes.delete-branch`; apart as every function of the contract is.

use super::{argument, branch};
use crate::{
    bindings::types::{Conflict, Denial, ErrorCode, Outcome, RepositoryId, Subject},
    call::{Call, Written},
    endpoint::Project,
    error::{Failure, quote},
    git::argument::object_id,
    transport::{Request, Transport},
    writing,
};

/// Remove a branch.
///
/// GitLab removes a branch wherever it is, so there is a moment between the look at `expected_head`
/// and the removal in which the branch may move.
pub(crate) async fn delete_branch<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    name: &str,
    expected_head: Option<&str>,
) -> Result<Outcome, Failure> {
    let project = Project::new(repository)?;
    argument::reference("name", name)?;
    if let Some(expected) = expected_head {
        object_id("expected-head", expected)?;
        match branch::find(call, &project, name).await? {
            None => return Ok(Outcome::Already),
            Some(found) if found.commit != expected => return Err(moved(found.commit, name)),
            Some(_) => {}
        }
    }
    let purpose = branch::purpose("removing the branch", name, &project);
    let request = Request::delete(branch::target(&project, name));
    match call.write(&request, &purpose).await {
        Ok(Written::Done(_)) => Ok(Outcome::Applied),
        Ok(Written::Unsettled(failure)) => {
            let is_gone = async || {
                let found = branch::find(call, &project, name).await?;
                Ok(found.is_none().then_some(()))
            };
            writing::settle(call, failure, is_gone).await?;
            Ok(Outcome::Applied)
        }
        Err(failure) if branch::is_gone(&failure) => Ok(Outcome::Already),
        Err(failure) => refused(call, &project, name, failure).await,
    }
}

fn moved(head: String, name: &str) -> Failure {
    let message = format!("the branch `{}` is at {head}", quote(name));
    Failure::new(ErrorCode::Conflict(Conflict::HeadMoved(head)), message)
}

/// GitLab's words, and even its status, for a branch that it keeps differ between versions, so the
/// branch itself is asked.
async fn refused<T: Transport>(
    call: &Call<T>,
    project: &Project,
    name: &str,
    failure: Failure,
) -> Result<Outcome, Failure> {
    let failure = branch::named(failure, Subject::Reference);
    let is_refusal = matches!(
        failure.code(),
        ErrorCode::Conflict(Conflict::Other(_))
            | ErrorCode::Forbidden(Denial::Role(_) | Denial::Other(_))
            | ErrorCode::Rejected(_)
            | ErrorCode::Unsupported(_)
    );
    if !is_refusal {
        return Err(failure);
    }
    let words = match writing::words(&failure) {
        "" => "GitLab keeps the branch".to_owned(),
        words => words.to_owned(),
    };
    let failure = match failure.code() {
        // GitLab says with 405 that the account may not push.
        ErrorCode::Unsupported(_) if !writing::is_moved(&failure) => {
            failure.with_code(ErrorCode::Forbidden(Denial::Role(String::new())))
        }
        _ => failure,
    };
    let failure = writing::explain_refusal(call, project, "Developer", failure).await;
    if matches!(failure.code(), ErrorCode::Moved(_) | ErrorCode::ReadOnly(_)) {
        return Err(failure);
    }
    // Where the branch cannot be read, the refusal stays as it is.
    match branch::find(call, project, name).await {
        Ok(Some(found)) if found.default || found.protected => {
            let code = ErrorCode::Conflict(Conflict::Other(words));
            let hint = match found.default {
                true => "it is the default branch: make another one the default first",
                false => "it is protected: the project's settings say who may remove it",
            };
            Err(failure.with_code(code).with_hint(hint))
        }
        // Whoever removed it, it is gone.
        Ok(None) => Ok(Outcome::Already),
        _ => Err(failure),
    }
}
