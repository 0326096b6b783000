//! `webhooks.read-webhook`; apart as every function of the contract is.

use super::hooks::{self, HookId, ROLE};
use crate::{
    bindings::{types::RepositoryId, webhooks::Webhook},
    call::Call,
    endpoint::Project,
    error::Failure,
    transport::Transport,
    writing,
};

/// Read one webhook.
pub(crate) async fn read_webhook<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    id: &str,
) -> Result<Webhook, Failure> {
    let project = Project::new(repository)?;
    let id = HookId::new(id)?;
    let hook = hooks::read(call, &project, id).await;
    let hook = hook.map_err(|failure| writing::with_role(failure, ROLE))?;
    Ok(hook.into_webhook())
}
