//! `webhooks.remove-webhook`; apart as every function of the contract is.

use super::hooks::{self, HookId, ROLE};
use crate::{
    bindings::types::{ErrorCode, Outcome, RepositoryId, Subject},
    call::{Call, Written},
    endpoint::Project,
    error::Failure,
    git::missing,
    transport::{Request, Transport},
    writing,
};

/// Remove a webhook.
pub(crate) async fn remove_webhook<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    id: &str,
) -> Result<Outcome, Failure> {
    let project = Project::new(repository)?;
    let id = HookId::new(id)?;
    let purpose = id.purpose("removing", &project);
    let request = Request::delete(id.target(&project));
    match call.write(&request, &purpose).await {
        Ok(Written::Done(_)) => Ok(Outcome::Applied),
        Ok(Written::Unsettled(failure)) => {
            let is_gone = async || match hooks::read(call, &project, id).await {
                Ok(_) => Ok(None),
                Err(failure) if is_gone(&failure) => Ok(Some(())),
                Err(failure) => Err(failure),
            };
            writing::settle(call, failure, is_gone).await?;
            Ok(Outcome::Applied)
        }
        // GitLab does not say what is missing, and what is in front of it may answer too.
        Err(failure) if is_gone(&failure) => match hooks::read(call, &project, id).await {
            Ok(_) => Err(failure),
            Err(nearer) if is_gone(&nearer) => {
                missing::details(call, &project).await?;
                Ok(Outcome::Already)
            }
            Err(nearer) => Err(nearer),
        },
        Err(failure) => Err(writing::explain_refusal(call, &project, ROLE, failure).await),
    }
}

fn is_gone(failure: &Failure) -> bool {
    matches!(failure.code(), ErrorCode::NotFound(Subject::Webhook))
}
