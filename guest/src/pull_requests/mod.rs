//! Proposing changes; one file a function of the contract, and what several of them need.

mod add_comment;
mod argument;
mod branch;
mod close_pull_request;
mod command;
mod comments;
mod edit_comment;
mod edit_pull_request;
mod list_changes;
mod list_comments;
mod list_pull_requests;
mod marker;
mod merge_pull_request;
mod open_pull_request;
mod place;
mod position;
mod read_pull_request;
mod ready;
mod reopen_pull_request;
mod resolve_thread;
mod spot;

pub(crate) use self::{
    add_comment::add_comment, close_pull_request::close_pull_request, edit_comment::edit_comment,
    edit_pull_request::edit_pull_request, list_changes::list_changes, list_comments::list_comments,
    list_pull_requests::list_pull_requests, merge_pull_request::merge_pull_request,
    open_pull_request::open_pull_request, read_pull_request::read_pull_request,
    reopen_pull_request::reopen_pull_request, resolve_thread::resolve_thread,
};
