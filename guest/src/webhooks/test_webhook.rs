//! `webhooks.test-webhook`; apart as every function of the contract is.

use super::hooks::{self, HookId, ROLE};
use crate::{
    bindings::{
        types::{Conflict, ErrorCode, RepositoryId, Subject},
        webhooks::Topic,
    },
    call::{Call, Written},
    endpoint::Project,
    error::Failure,
    transport::{Method, Request, Transport},
    writing,
};

/// Let GitLab send a delivery as a trial.
///
/// It waits for the answer of the place that the webhook leads to, and is never asked twice: where
/// its own answer is lost, nothing tells whether a delivery was sent.
pub(crate) async fn test_webhook<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    id: &str,
    topic: &Topic,
) -> Result<(), Failure> {
    let project = Project::new(repository)?;
    let id = HookId::new(id)?;
    let trigger = match topic {
        Topic::Push => "push_events",
        Topic::Tag => "tag_push_events",
        Topic::PullRequest => "merge_requests_events",
        Topic::Comment => "note_events",
        Topic::Other(_) => {
            return Err(Failure::invalid("topic: it is one that the contract names"));
        }
    };
    let target = id.target(&project).literal("/test").segment(trigger);
    let request = Request {
        method: Method::Post,
        ..Request::json(target)
    };
    let failure = match call.write(&request, &id.purpose("testing", &project)).await {
        Ok(Written::Done(_)) => return Ok(()),
        Ok(Written::Unsettled(failure)) => {
            return Err(failure.into_unknown_outcome().not_to_be_repeated());
        }
        Err(failure) => failure,
    };
    match failure.code() {
        // A webhook that is there has no such endpoint.
        ErrorCode::NotFound(Subject::Webhook) => {
            hooks::read(call, &project, id).await?;
            Err(failure.with_code(ErrorCode::Unsupported("GitLab 16.11".to_owned())))
        }
        ErrorCode::Rejected(words) if words.starts_with("Ensure") => {
            let conflict = Conflict::Other(words.clone());
            Err(failure.with_code(ErrorCode::Conflict(conflict)))
        }
        _ => Err(writing::explain_refusal(call, &project, ROLE, failure).await),
    }
}
