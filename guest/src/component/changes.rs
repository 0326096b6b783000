//! The export `changes`; apart as every interface is.

use super::{Component, run};
use crate::{
    bindings::{
        changes::{self, CommitRequest, Committed},
        types::{Error, ObjectId, Outcome, RepositoryId},
    },
    changes::{create_branch, create_commit, create_tag, delete_branch},
};

impl changes::Guest for Component {
    fn create_branch(
        repository: RepositoryId,
        name: String,
        at: ObjectId,
    ) -> Result<Outcome, Error> {
        run(async |call| create_branch(call, &repository, &name, &at).await)
    }

    fn delete_branch(
        repository: RepositoryId,
        name: String,
        expected_head: Option<ObjectId>,
    ) -> Result<Outcome, Error> {
        run(async |call| delete_branch(call, &repository, &name, expected_head.as_deref()).await)
    }

    fn create_tag(
        repository: RepositoryId,
        name: String,
        at: ObjectId,
        message: Option<String>,
    ) -> Result<Outcome, Error> {
        run(async |call| create_tag(call, &repository, &name, &at, message.as_deref()).await)
    }

    fn create_commit(repository: RepositoryId, request: CommitRequest) -> Result<Committed, Error> {
        run(async |call| create_commit(call, &repository, &request).await)
    }
}
