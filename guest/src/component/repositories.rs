//! The export `repositories`; apart as every interface is.

use super::{Component, run};
use crate::{
    bindings::{
        repositories::{self, Absence, Filter, Page, Repository, RepositoryRef},
        types::{Error, PageRequest},
    },
    repositories::{explain_absence, list_repositories, read_repository},
};

impl repositories::Guest for Component {
    fn list_repositories(filter: Filter, page: PageRequest) -> Result<Page, Error> {
        run(async |call| list_repositories(call, &filter, &page).await)
    }

    fn read_repository(repository: RepositoryRef) -> Result<Repository, Error> {
        run(async |call| read_repository(call, &repository).await)
    }

    fn explain_absence(repository: RepositoryRef, filter: Filter) -> Result<Absence, Error> {
        run(async |call| explain_absence(call, &repository, &filter).await)
    }
}
