//! Which pull request is meant: apart because all but two of these commands begin with it.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::progress::Meter;
use crate::cli::repository::{Connected, RepositoryArgument};
use crate::contract::pull_requests::PullRequest;

/// The arguments that name a pull request.
#[derive(Args, Clone, Debug)]
pub(super) struct Which {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The pull request, by its number in the repository
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) number: u64,
}

impl Which {
    /// The repository, ready to be asked.
    pub(super) async fn repository(&self, context: &Context) -> Result<Connected, CommandError> {
        context.repository(&self.repository).await
    }

    /// The pull request as a message names it.
    pub(super) fn name(&self, repository: &Connected) -> String {
        format!("the pull request {} of `{}`", self.number, repository.path)
    }

    /// The command that shows it.
    pub(super) fn look(&self, repository: &Connected) -> String {
        format!("read-pull-request {} {}", repository.path, self.number)
    }

    /// The pull request as it is now.
    pub(super) async fn read(
        &self,
        repository: &Connected,
        context: &Context,
    ) -> Result<PullRequest, CommandError> {
        let outcome = Meter::during(
            context.notes,
            "asking for the pull request",
            repository
                .source
                .read_pull_request(&repository.id, self.number),
        )
        .await;
        let tried = format!("read {}", self.name(repository));
        context.notes.answer(tried, outcome)
    }
}
