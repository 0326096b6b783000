//! The contract's `search`, called.

use code_source_egress::RepositoryArgument;

use super::Source;
use crate::contract::git::Revision;
use crate::contract::search::HitsPage;
use crate::contract::types::PageRequest;
use crate::outcome::Outcome;

impl Source {
    /// Search the code of one repository, as it is at `at`.
    pub async fn search_code(
        &self,
        repository: &str,
        query: &str,
        at: &Revision,
        page: &PageRequest,
    ) -> Outcome<HitsPage> {
        let (running, returned) = call!(
            self,
            "search.search-code",
            Some(RepositoryArgument::Id(repository)),
            search.call_search_code(&repository.to_owned(), query, at, page)
        );
        running.end(returned).outcome
    }
}
