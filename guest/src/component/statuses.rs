//! The export `statuses`; apart as every interface is.

use super::{Component, run};
use crate::{
    bindings::{
        statuses::{self, NewStatus, StatusesPage},
        types::{Error, ObjectId, Outcome, PageRequest, RepositoryId},
    },
    statuses::{list_statuses, set_status},
};

impl statuses::Guest for Component {
    fn list_statuses(
        repository: RepositoryId,
        commit: ObjectId,
        page: PageRequest,
    ) -> Result<StatusesPage, Error> {
        run(async |call| list_statuses(call, &repository, &commit, &page).await)
    }

    fn set_status(
        repository: RepositoryId,
        commit: ObjectId,
        status: NewStatus,
    ) -> Result<Outcome, Error> {
        run(async |call| set_status(call, &repository, &commit, &status).await)
    }
}
