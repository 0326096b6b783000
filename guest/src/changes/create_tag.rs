//! `changes.create-tag`; apart as every function of the contract is.

use serde_json::json;

use super::{argument, branch};
use crate::{
    bindings::types::{Conflict, Denial, ErrorCode, Outcome, RepositoryId, Subject},
    call::{Call, Written},
    endpoint::{Project, Target},
    error::Failure,
    git::argument::{is_object_id, object_id},
    model::Tag,
    transport::{Request, Transport},
    writing,
};

/// Make a tag that leads to a commit.
pub(crate) async fn create_tag<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    name: &str,
    at: &str,
    message: Option<&str>,
) -> Result<Outcome, Failure> {
    let project = Project::new(repository)?;
    argument::reference("name", name)?;
    object_id("at", at)?;
    message.map_or(Ok(()), |message| argument::message("message", message))?;
    // GitLab tags whatever the name leads to, were it a file.
    branch::check_commit(call, &project, at).await?;
    let purpose = branch::purpose("creating the tag", name, &project);
    let target = Target::repository(&project, "/repository/tags");
    let body = match message {
        Some(message) => json!({ "tag_name": name, "ref": at, "message": message }),
        None => json!({ "tag_name": name, "ref": at }),
    };
    let is_there = async || {
        let found = find(call, &project, name).await?;
        Ok(found.filter(|tag| is_wanted(tag, at, message)))
    };
    match call.write(&Request::post(target, &body), &purpose).await {
        Ok(Written::Done(_)) => Ok(Outcome::Applied),
        Ok(Written::Unsettled(failure)) => {
            writing::settle(call, failure, is_there).await?;
            Ok(Outcome::Applied)
        }
        Err(failure) if writing::words(&failure).contains("already exists") => {
            match find(call, &project, name).await? {
                Some(found) if is_wanted(&found, at, message) => Ok(Outcome::Already),
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

async fn find<T: Transport>(
    call: &Call<T>,
    project: &Project,
    name: &str,
) -> Result<Option<Tag>, Failure> {
    let purpose = branch::purpose("reading the tag", name, project);
    let target = Target::repository(project, "/repository/tags").segment(name);
    match call.json(&Request::json(target), &purpose).await {
        // A tag may lead to what is no commit, of which GitLab tells nothing.
        Ok((_, Tag { commit, .. })) if !commit.id.is_empty() && !is_object_id(&commit.id) => {
            let place = format!("{}: the commit's name", purpose.action);
            Err(Failure::malformed(place))
        }
        Ok((_, tag)) => Ok(Some(tag)),
        Err(failure) if branch::is_gone(&failure) => Ok(None),
        Err(failure) => Err(branch::named(failure, Subject::Reference)),
    }
}

/// Git ends a message with a line feed, and GitLab answers without one or with it.
fn is_wanted(tag: &Tag, at: &str, message: Option<&str>) -> bool {
    tag.commit.id == at && tag.message.trim() == message.unwrap_or_default().trim()
}

/// GitLab answers 400 for everything that it refuses here.
fn in_kind(failure: Failure) -> Failure {
    let words = writing::words(&failure);
    let code = if words.starts_with("Target") && words.ends_with("is invalid") {
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
