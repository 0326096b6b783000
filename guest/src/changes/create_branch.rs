//! `changes.create-branch`; apart as every function of the contract is.

use serde_json::json;

use super::{argument, branch};
use crate::{
    bindings::types::{Conflict, Denial, ErrorCode, Outcome, RepositoryId, Subject},
    call::{Call, Written},
    endpoint::{Project, Target},
    error::Failure,
    git::argument::object_id,
    transport::{Request, Transport},
    writing,
};

/// Make a branch at a commit.
pub(crate) async fn create_branch<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    name: &str,
    at: &str,
) -> Result<Outcome, Failure> {
    let project = Project::new(repository)?;
    argument::reference("name", name)?;
    object_id("at", at)?;
    branch::check_commit(call, &project, at).await?;
    let purpose = branch::purpose("creating the branch", name, &project);
    let target = Target::repository(&project, "/repository/branches");
    let request = Request::post(target, &json!({ "branch": name, "ref": at }));
    let is_there = async || {
        let found = branch::find(call, &project, name).await?;
        Ok(found.filter(|branch| branch.commit == at))
    };
    match call.write(&request, &purpose).await {
        Ok(Written::Done(_)) => Ok(Outcome::Applied),
        Ok(Written::Unsettled(failure)) => {
            writing::settle(call, failure, is_there).await?;
            Ok(Outcome::Applied)
        }
        Err(failure) if writing::words(&failure).contains("already exists") => {
            match branch::find(call, &project, name).await? {
                Some(found) if found.commit == at => Ok(Outcome::Already),
                Some(_) => Err(failure.with_code(ErrorCode::Conflict(Conflict::AlreadyExists))),
                // The words are about something else, such as what a server hook keeps.
                None => Err(failure),
            }
        }
        Err(failure) => {
            let failure = branch::named(in_kind(failure), Subject::Repository);
            Err(writing::explain_refusal(call, &project, "Developer", failure).await)
        }
    }
}

/// GitLab answers 400 for everything that it refuses here.
fn in_kind(failure: Failure) -> Failure {
    let words = writing::words(&failure);
    let code = if words.contains("nvalid reference name") {
        ErrorCode::NotFound(Subject::Commit)
    } else if words.contains("You are not allowed") {
        ErrorCode::Forbidden(Denial::Other(words.to_owned()))
    } else if words.contains("conflicts with") {
        ErrorCode::Conflict(Conflict::Other(words.to_owned()))
    } else {
        return failure;
    };
    failure.with_code(code)
}
