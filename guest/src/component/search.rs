//! The export `search`; apart as every interface is.

use super::{Component, run};
use crate::{
    bindings::{
        git::Revision,
        search::{self, HitsPage},
        types::{Error, PageRequest, RepositoryId},
    },
    search::search_code,
};

impl search::Guest for Component {
    fn search_code(
        repository: RepositoryId,
        query: String,
        at: Revision,
        page: PageRequest,
    ) -> Result<HitsPage, Error> {
        run(async |call| search_code(call, &repository, &query, &at, &page).await)
    }
}
