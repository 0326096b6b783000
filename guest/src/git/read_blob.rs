//! `git.read-blob`; apart as every function of the contract is.

use super::{argument, missing};
use crate::{
    bindings::types::{ObjectId, RepositoryId, Subject},
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    transport::{Request, Transport},
};

/// Read a blob as a stream.
pub(crate) async fn read_blob<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    blob: &ObjectId,
) -> Result<T::Body, Failure> {
    let project = Project::new(repository)?;
    argument::object_id("blob", blob)?;
    let target = Target::repository(&project, "/repository/blobs")
        .segment(blob)
        .literal("/raw");
    let action = format!("reading the blob {blob} of repository {}", project.id());
    let purpose = Purpose::new(action, Subject::Blob);
    match call.open(&Request::content(target), &purpose).await {
        Ok(answer) => Ok(answer.body),
        Err(failure) => Err(missing::explain(call, &project, failure).await),
    }
}
