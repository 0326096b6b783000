//! `git.stat-file`; apart as every function of the contract is.

use super::{argument, file::Located, lfs, missing, revision};
use crate::{
    bindings::{
        git::{File, Revision},
        types::{RepositoryId, Subject},
    },
    call::Call,
    endpoint::Project,
    error::Failure,
    transport::{Request, Transport},
};

/// Tell what GitLab knows of a file.
pub(crate) async fn stat_file<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    at: &Revision,
    path: &str,
) -> Result<File, Failure> {
    let located = locate(call, repository, at, path).await?;
    stat(call, &located).await
}

/// Find the commit, and check the arguments.
pub(super) async fn locate<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    at: &Revision,
    path: &str,
) -> Result<Located, Failure> {
    let project = Project::new(repository)?;
    argument::path(path)?;
    let pinned = revision::pin(call, &project, at).await?;
    Ok(Located {
        project,
        pinned,
        path: path.to_owned(),
    })
}

/// Ask for a file's details, and look into it where it may be a Git LFS pointer.
pub(super) async fn stat<T: Transport>(call: &Call<T>, located: &Located) -> Result<File, Failure> {
    let mut file = details(call, located).await?;
    if file.size < lfs::LARGEST_POINTER {
        let request = Request::content(located.raw_target());
        let limit = lfs::LARGEST_POINTER as usize;
        let (_, content) = call.bytes(&request, &located.purpose(), limit).await?;
        file.storage = lfs::storage(&content);
    }
    Ok(file)
}

/// Ask for a file's details, but not where its bytes are.
pub(crate) async fn details<T: Transport>(
    call: &Call<T>,
    located: &Located,
) -> Result<File, Failure> {
    let purpose = located.purpose();
    match call.open(&Request::head(located.target()), &purpose).await {
        Ok(answer) => located.read(&answer.head)?.ok_or_else(|| {
            Failure::malformed(format!("{}: size and blob are missing", purpose.action))
                .with_head(&answer.head)
        }),
        Err(failure) => {
            let failure = in_words(call, located, failure).await;
            Err(explain(call, located, failure).await)
        }
    }
}

/// An answer to `HEAD` has no words. Where the path has a slash they matter: they tell a missing file
/// from a proxy that took the address apart.
async fn in_words<T: Transport>(call: &Call<T>, located: &Located, failure: Failure) -> Failure {
    if !failure.is_not_found() || !located.path.contains('/') {
        return failure;
    }
    let request = Request::content(located.raw_target());
    let answer = call.open(&request, &located.purpose()).await;
    answer.err().unwrap_or(failure)
}

/// Tell a missing commit from a missing path.
pub(super) async fn explain<T: Transport>(
    call: &Call<T>,
    located: &Located,
    failure: Failure,
) -> Failure {
    let Located {
        project, pinned, ..
    } = located;
    missing::explain_at(call, project, pinned, Subject::Path, failure).await
}
