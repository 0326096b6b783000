//! `git.read-archive`; apart as every function of the contract is.

use super::{argument, list_tree, missing, revision::Pinned};
use crate::{
    bindings::{
        git::ArchiveFormat,
        types::{ObjectId, RepositoryId, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    transport::{Request, Transport},
};

/// Read an archive of a commit as a stream.
pub(crate) async fn read_archive<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    at: &ObjectId,
    path: Option<&str>,
    format: ArchiveFormat,
) -> Result<T::Body, Failure> {
    let project = Project::new(repository)?;
    argument::object_id("at", at)?;
    let path = path.filter(|path| !path.is_empty());
    let pinned = Pinned {
        commit: at.clone(),
        is_known: false,
    };
    // Once an archive is under way GitLab can no longer say that a path is missing: it cuts it.
    if let Some(path) = path {
        argument::directory(path)?;
        list_tree::check_directory(call, &project, &pinned, path).await?;
    }
    let target = Target::repository(&project, endpoint(format)).query("sha", at);
    let target = match path {
        Some(path) => target.query("path", path),
        None => target,
    };
    let target = target.query("include_lfs_blobs", "false");
    let action = format!("reading an archive of repository {}", project.id());
    let purpose = Purpose::new(action, Subject::Commit);
    match call.open(&Request::content(target), &purpose).await {
        Ok(answer) => Ok(answer.body),
        // GitLab says "file not found" for whatever keeps it from making an archive.
        Err(failure) if failure.is_not_found() => {
            let other = Subject::Other("archive".to_owned());
            Err(missing::explain_at(call, &project, &pinned, other, failure).await)
        }
        Err(failure) => Err(failure),
    }
}

fn endpoint(format: ArchiveFormat) -> &'static str {
    match format {
        ArchiveFormat::TarGz => "/repository/archive.tar.gz",
        ArchiveFormat::Tar => "/repository/archive.tar",
        ArchiveFormat::Zip => "/repository/archive.zip",
    }
}
