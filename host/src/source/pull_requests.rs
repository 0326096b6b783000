//! The contract's `pull-requests`, called.

use code_source_egress::RepositoryArgument;

use super::Source;
use crate::contract::pull_requests::{
    ChangesPage, Commented, CommentsPage, Edit, Filter, Merging, NewComment, Page, Proposal,
    PullRequest, Written,
};
use crate::contract::types::{self, PageRequest};
use crate::outcome::Outcome;

impl Source {
    /// List the pull requests that `filter` describes.
    pub async fn list_pull_requests(
        &self,
        repository: &str,
        filter: &Filter,
        page: &PageRequest,
    ) -> Outcome<Page> {
        let (running, returned) = call!(
            self,
            "pull-requests.list-pull-requests",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_list_pull_requests(&repository.to_owned(), filter, page)
        );
        running.end(returned).outcome
    }

    /// Read one pull request.
    pub async fn read_pull_request(&self, repository: &str, number: u64) -> Outcome<PullRequest> {
        let (running, returned) = call!(
            self,
            "pull-requests.read-pull-request",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_read_pull_request(&repository.to_owned(), number)
        );
        running.end(returned).outcome
    }

    /// Open a pull request, or find the one that is open already.
    pub async fn open_pull_request(
        &self,
        repository: &str,
        proposal: &Proposal,
    ) -> Outcome<Written> {
        let (running, returned) = call!(
            self,
            "pull-requests.open-pull-request",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_open_pull_request(&repository.to_owned(), proposal)
        );
        running.end(returned).outcome
    }

    /// Change a pull request.
    pub async fn edit_pull_request(
        &self,
        repository: &str,
        number: u64,
        edit: &Edit,
    ) -> Outcome<Written> {
        let (running, returned) = call!(
            self,
            "pull-requests.edit-pull-request",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_edit_pull_request(&repository.to_owned(), number, edit)
        );
        running.end(returned).outcome
    }

    /// Give a pull request up.
    pub async fn close_pull_request(&self, repository: &str, number: u64) -> Outcome<Written> {
        let (running, returned) = call!(
            self,
            "pull-requests.close-pull-request",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_close_pull_request(&repository.to_owned(), number)
        );
        running.end(returned).outcome
    }

    /// Take a pull request up again that is closed.
    pub async fn reopen_pull_request(&self, repository: &str, number: u64) -> Outcome<Written> {
        let (running, returned) = call!(
            self,
            "pull-requests.reopen-pull-request",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_reopen_pull_request(&repository.to_owned(), number)
        );
        running.end(returned).outcome
    }

    /// Merge a pull request whose head is the expected one.
    pub async fn merge_pull_request(
        &self,
        repository: &str,
        number: u64,
        merging: &Merging,
    ) -> Outcome<Written> {
        let (running, returned) = call!(
            self,
            "pull-requests.merge-pull-request",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_merge_pull_request(&repository.to_owned(), number, merging)
        );
        running.end(returned).outcome
    }

    /// List the files that a pull request changes, with their differences.
    pub async fn list_changes(
        &self,
        repository: &str,
        number: u64,
        page: &PageRequest,
    ) -> Outcome<ChangesPage> {
        let (running, returned) = call!(
            self,
            "pull-requests.list-changes",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_list_changes(&repository.to_owned(), number, page)
        );
        running.end(returned).outcome
    }

    /// List the comments, those of the forge itself among them.
    pub async fn list_comments(
        &self,
        repository: &str,
        number: u64,
        page: &PageRequest,
    ) -> Outcome<CommentsPage> {
        let (running, returned) = call!(
            self,
            "pull-requests.list-comments",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_list_comments(&repository.to_owned(), number, page)
        );
        running.end(returned).outcome
    }

    /// Write a comment: on the whole, at lines, at a file, or as an answer.
    pub async fn add_comment(
        &self,
        repository: &str,
        number: u64,
        comment: &NewComment,
    ) -> Outcome<Commented> {
        let (running, returned) = call!(
            self,
            "pull-requests.add-comment",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_add_comment(&repository.to_owned(), number, comment)
        );
        running.end(returned).outcome
    }

    /// Change the text of a comment; its marker stays.
    pub async fn edit_comment(
        &self,
        repository: &str,
        number: u64,
        id: &str,
        body: &str,
    ) -> Outcome<types::Outcome> {
        let (running, returned) = call!(
            self,
            "pull-requests.edit-comment",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_edit_comment(&repository.to_owned(), number, id, body)
        );
        running.end(returned).outcome
    }

    /// Mark a thread as resolved, or as open.
    pub async fn resolve_thread(
        &self,
        repository: &str,
        number: u64,
        thread: &str,
        resolved: bool,
    ) -> Outcome<types::Outcome> {
        let (running, returned) = call!(
            self,
            "pull-requests.resolve-thread",
            Some(RepositoryArgument::Id(repository)),
            pull_requests.call_resolve_thread(&repository.to_owned(), number, thread, resolved)
        );
        running.end(returned).outcome
    }
}
