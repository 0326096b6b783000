//! `webhooks.list-webhooks`; apart as every function of the contract is.

use super::hooks::{self, ROLE};
use crate::{
    bindings::{
        types::{PageRequest, RepositoryId},
        webhooks::WebhooksPage,
    },
    call::Call,
    endpoint::Project,
    error::Failure,
    model::Hook,
    page::{self, Fingerprint},
    transport::Transport,
    writing,
};

/// List the webhooks of a repository by identity.
///
/// The list is short and is read whole each time, so that a webhook that is removed meanwhile moves
/// no other one out of sight.
pub(crate) async fn list_webhooks<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    request: &PageRequest,
) -> Result<WebhooksPage, Failure> {
    let project = Project::new(repository)?;
    let limit = page::limit(request)?;
    let list = Fingerprint::new("webhooks.list-webhooks", call.base_url()).with(repository);
    let last: Option<u64> = page::resume(request, &list)?;
    let found = hooks::all(call, &project).await;
    let mut found = found.map_err(|failure| writing::with_role(failure, ROLE))?;
    found.retain(|hook| last.is_none_or(|last| hook.id > last));
    let is_cut = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|hook| hook.id).filter(|_| is_cut);
    Ok(WebhooksPage {
        items: found.into_iter().map(Hook::into_webhook).collect(),
        end: page::end(next.map(Some).as_ref(), &list),
    })
}
