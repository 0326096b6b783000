//! The contract's `webhooks`, called.

use code_source_egress::RepositoryArgument;

use super::Source;
use crate::contract::types::{self, PageRequest};
use crate::contract::webhooks::{Ensured, Topic, Wanted, Webhook, WebhooksPage};
use crate::outcome::Outcome;

impl Source {
    /// Make a webhook, or change the one that leads there, so that it is as wanted.
    pub async fn ensure_webhook(&self, repository: &str, wanted: &Wanted) -> Outcome<Ensured> {
        let (running, returned) = call!(
            self,
            "webhooks.ensure-webhook",
            Some(RepositoryArgument::Id(repository)),
            webhooks.call_ensure_webhook(&repository.to_owned(), wanted)
        );
        running.end(returned).outcome
    }

    /// List the webhooks of a repository, whoever made them.
    pub async fn list_webhooks(
        &self,
        repository: &str,
        page: &PageRequest,
    ) -> Outcome<WebhooksPage> {
        let (running, returned) = call!(
            self,
            "webhooks.list-webhooks",
            Some(RepositoryArgument::Id(repository)),
            webhooks.call_list_webhooks(&repository.to_owned(), page)
        );
        running.end(returned).outcome
    }

    /// Read one webhook: whether the forge calls it, above all.
    pub async fn read_webhook(&self, repository: &str, id: &str) -> Outcome<Webhook> {
        let (running, returned) = call!(
            self,
            "webhooks.read-webhook",
            Some(RepositoryArgument::Id(repository)),
            webhooks.call_read_webhook(&repository.to_owned(), id)
        );
        running.end(returned).outcome
    }

    /// Remove a webhook.
    pub async fn remove_webhook(&self, repository: &str, id: &str) -> Outcome<types::Outcome> {
        let (running, returned) = call!(
            self,
            "webhooks.remove-webhook",
            Some(RepositoryArgument::Id(repository)),
            webhooks.call_remove_webhook(&repository.to_owned(), id)
        );
        running.end(returned).outcome
    }

    /// Let the forge send a delivery as a trial, and tell whether it arrived.
    pub async fn test_webhook(&self, repository: &str, id: &str, topic: &Topic) -> Outcome<()> {
        let (running, returned) = call!(
            self,
            "webhooks.test-webhook",
            Some(RepositoryArgument::Id(repository)),
            webhooks.call_test_webhook(&repository.to_owned(), id, topic)
        );
        running.end(returned).outcome
    }
}
