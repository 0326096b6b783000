//! Being told of changes; one file a function of the contract, and what several of them need.

mod ensure_webhook;
mod event;
mod hooks;
mod list_webhooks;
mod read_delivery;
mod read_webhook;
mod remove_webhook;
mod test_webhook;
mod wish;

pub(crate) use self::{
    ensure_webhook::ensure_webhook, list_webhooks::list_webhooks, read_delivery::read_delivery,
    read_webhook::read_webhook, remove_webhook::remove_webhook, test_webhook::test_webhook,
};
