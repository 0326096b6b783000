//! The exports, one file an interface; apart because they only translate between the contract and the
//! functions behind it.

mod changes;
mod connection;
mod git;
mod pull_requests;
mod repositories;
mod search;
mod statuses;
mod webhooks;

use crate::{
    bindings::{settings, types::Error},
    call::Call,
    error::Failure,
    http::Http,
};

/// The plugin, as its host sees it.
pub(crate) struct Component;

/// Do one call's work with what the host says of the forge.
fn run<V>(work: impl AsyncFnOnce(&Call<Http>) -> Result<V, Failure>) -> Result<V, Error> {
    let forge = settings::current();
    wstd::runtime::block_on(async {
        let http = Http::new(&forge.base_url)?;
        work(&Call::new(http, &forge)).await
    })
    .map_err(Failure::into_error)
}
