//! `git.link`; apart as every function of the contract is.

use super::{argument, missing};
use crate::{
    bindings::{
        git::LineRange,
        types::{ObjectId, RepositoryId},
    },
    call::Call,
    endpoint::{Project, file_page},
    error::Failure,
    transport::Transport,
};

/// Make the address for people of a file at a commit.
///
/// It begins with the connection's address, not with the one that GitLab believes it has: people who
/// use this connection reach the forge there.
pub(crate) async fn link<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    at: &ObjectId,
    path: &str,
    lines: Option<LineRange>,
) -> Result<String, Failure> {
    let project = Project::new(repository)?;
    argument::object_id("at", at)?;
    argument::path(path)?;
    let lines = lines.map(|lines| (lines.first, lines.last));
    if lines.is_some_and(|(first, last)| first == 0 || last < first) {
        return Err(Failure::invalid(
            "lines: the first is 1, and the last does not stand before it",
        ));
    }
    let details = missing::details(call, &project).await?;
    Ok(file_page(
        call.base_url(),
        &details.path_with_namespace,
        at,
        path,
        lines,
    ))
}
