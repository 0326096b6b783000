//! The commands of the contract's `pull-requests`: proposing changes, and talking about them.

mod add_comment;
mod close_pull_request;
mod edit_comment;
mod edit_pull_request;
mod list_changes;
mod list_comments;
mod list_pull_requests;
mod merge_pull_request;
mod open_pull_request;
mod read_pull_request;
mod reopen_pull_request;
mod resolve_thread;
mod shape;
mod which;

use super::context::Context;
use super::failure::CommandError;

/// The commands about proposed changes.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the pull requests of a repository, the newest first
    #[command(visible_alias = "pulls")]
    ListPullRequests(list_pull_requests::Arguments),
    /// Tell about one pull request
    #[command(visible_alias = "pull")]
    ReadPullRequest(read_pull_request::Arguments),
    /// Open a pull request, or find the one that is open already
    OpenPullRequest(open_pull_request::Arguments),
    /// Change a pull request
    EditPullRequest(edit_pull_request::Arguments),
    /// Give a pull request up
    ClosePullRequest(close_pull_request::Arguments),
    /// Take a pull request up again that is closed
    ReopenPullRequest(reopen_pull_request::Arguments),
    /// Merge a pull request whose head is the expected one
    MergePullRequest(merge_pull_request::Arguments),
    /// List the files that a pull request changes
    ListChanges(list_changes::Arguments),
    /// List the comments of a pull request
    ListComments(list_comments::Arguments),
    /// Write a comment: on the whole, at lines, at a file, or as an answer
    AddComment(add_comment::Arguments),
    /// Change the text of a comment
    EditComment(edit_comment::Arguments),
    /// Mark a thread as resolved, or as open
    ResolveThread(resolve_thread::Arguments),
}

impl Command {
    pub(crate) async fn run(self, context: &mut Context) -> Result<(), CommandError> {
        match self {
            Self::ListPullRequests(arguments) => list_pull_requests::run(arguments, context).await,
            Self::ReadPullRequest(arguments) => read_pull_request::run(arguments, context).await,
            Self::OpenPullRequest(arguments) => open_pull_request::run(arguments, context).await,
            Self::EditPullRequest(arguments) => edit_pull_request::run(arguments, context).await,
            Self::ClosePullRequest(arguments) => close_pull_request::run(arguments, context).await,
            Self::ReopenPullRequest(arguments) => {
                reopen_pull_request::run(arguments, context).await
            }
            Self::MergePullRequest(arguments) => merge_pull_request::run(arguments, context).await,
            Self::ListChanges(arguments) => list_changes::run(arguments, context).await,
            Self::ListComments(arguments) => list_comments::run(arguments, context).await,
            Self::AddComment(arguments) => add_comment::run(arguments, context).await,
            Self::EditComment(arguments) => edit_comment::run(arguments, context).await,
            Self::ResolveThread(arguments) => resolve_thread::run(arguments, context).await,
        }
    }
}
