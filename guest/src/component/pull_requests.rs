//! The export `pull-requests`; apart as every interface is.

use super::{Component, run};
use crate::{
    bindings::{
        pull_requests::{
            self, ChangesPage, Commented, CommentsPage, Edit, Filter, Merging, NewComment, Page,
            Proposal, PullRequest, Written,
        },
        types::{Error, Outcome, PageRequest, RepositoryId},
    },
    pull_requests as functions,
};

impl pull_requests::Guest for Component {
    fn list_pull_requests(
        repository: RepositoryId,
        filter: Filter,
        page: PageRequest,
    ) -> Result<Page, Error> {
        run(async |call| functions::list_pull_requests(call, &repository, &filter, &page).await)
    }

    fn read_pull_request(repository: RepositoryId, number: u64) -> Result<PullRequest, Error> {
        run(async |call| functions::read_pull_request(call, &repository, number).await)
    }

    fn open_pull_request(repository: RepositoryId, proposal: Proposal) -> Result<Written, Error> {
        run(async |call| functions::open_pull_request(call, &repository, &proposal).await)
    }

    fn edit_pull_request(
        repository: RepositoryId,
        number: u64,
        edit: Edit,
    ) -> Result<Written, Error> {
        run(async |call| functions::edit_pull_request(call, &repository, number, &edit).await)
    }

    fn close_pull_request(repository: RepositoryId, number: u64) -> Result<Written, Error> {
        run(async |call| functions::close_pull_request(call, &repository, number).await)
    }

    fn reopen_pull_request(repository: RepositoryId, number: u64) -> Result<Written, Error> {
        run(async |call| functions::reopen_pull_request(call, &repository, number).await)
    }

    fn merge_pull_request(
        repository: RepositoryId,
        number: u64,
        merging: Merging,
    ) -> Result<Written, Error> {
        run(async |call| functions::merge_pull_request(call, &repository, number, &merging).await)
    }

    fn list_changes(
        repository: RepositoryId,
        number: u64,
        page: PageRequest,
    ) -> Result<ChangesPage, Error> {
        run(async |call| functions::list_changes(call, &repository, number, &page).await)
    }

    fn list_comments(
        repository: RepositoryId,
        number: u64,
        page: PageRequest,
    ) -> Result<CommentsPage, Error> {
        run(async |call| functions::list_comments(call, &repository, number, &page).await)
    }

    fn add_comment(
        repository: RepositoryId,
        number: u64,
        comment: NewComment,
    ) -> Result<Commented, Error> {
        run(async |call| functions::add_comment(call, &repository, number, &comment).await)
    }

    fn edit_comment(
        repository: RepositoryId,
        number: u64,
        id: String,
        body: String,
    ) -> Result<Outcome, Error> {
        run(async |call| functions::edit_comment(call, &repository, number, &id, &body).await)
    }

    fn resolve_thread(
        repository: RepositoryId,
        number: u64,
        thread: String,
        resolved: bool,
    ) -> Result<Outcome, Error> {
        run(async |call| {
            functions::resolve_thread(call, &repository, number, &thread, resolved).await
        })
    }
}
