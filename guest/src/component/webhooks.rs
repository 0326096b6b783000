//! The export `webhooks`; apart as every interface is.

use super::{Component, run};
use crate::{
    bindings::{
        types::{Error, Outcome, PageRequest, RepositoryId},
        webhooks::{self, Delivery, Ensured, Header, Topic, Wanted, Webhook, WebhooksPage},
    },
    error::Failure,
    webhooks::{
        ensure_webhook, list_webhooks, read_delivery, read_webhook, remove_webhook, test_webhook,
    },
};

impl webhooks::Guest for Component {
    fn ensure_webhook(repository: RepositoryId, wanted: Wanted) -> Result<Ensured, Error> {
        run(async |call| ensure_webhook(call, &repository, &wanted).await)
    }

    fn list_webhooks(repository: RepositoryId, page: PageRequest) -> Result<WebhooksPage, Error> {
        run(async |call| list_webhooks(call, &repository, &page).await)
    }

    fn read_webhook(repository: RepositoryId, id: String) -> Result<Webhook, Error> {
        run(async |call| read_webhook(call, &repository, &id).await)
    }

    fn remove_webhook(repository: RepositoryId, id: String) -> Result<Outcome, Error> {
        run(async |call| remove_webhook(call, &repository, &id).await)
    }

    fn test_webhook(repository: RepositoryId, id: String, topic: Topic) -> Result<(), Error> {
        run(async |call| test_webhook(call, &repository, &id, &topic).await)
    }

    fn read_delivery(headers: Vec<Header>, body: Vec<u8>) -> Result<Delivery, Error> {
        read_delivery(&headers, &body).map_err(Failure::into_error)
    }
}
