//! `pull-requests.read-pull-request`; apart as every function of the contract is.

use super::place::Place;
use crate::{
    bindings::{pull_requests::PullRequest, types::RepositoryId},
    call::Call,
    error::Failure,
    transport::Transport,
};

/// Read one pull request.
pub(crate) async fn read_pull_request<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
) -> Result<PullRequest, Failure> {
    let place = Place::new(repository, number)?;
    place.read(call).await?.into_pull_request()
}
