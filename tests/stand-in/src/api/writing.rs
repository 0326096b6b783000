//! Where every handler that changes something begins and ends; apart, because who may write and
//! what is known afterwards is the same for all of them.

use std::sync::Arc;

use super::{Call, parameters::Parameters};
use crate::{
    error::Refusal,
    event::{Event, Push, is_zero},
    git::{RefKind, Repository},
    shared::Shared,
    state::{AccessLevel, ProjectRecord, UserRecord},
};

impl Call<'_> {
    /// The request's body and query as one.
    pub(crate) fn parameters(&self) -> Result<Parameters, Refusal> {
        Parameters::parse(self.request, &self.query)
    }

    /// Who asks, where somebody must.
    pub(crate) fn account(&self) -> Result<UserRecord, Refusal> {
        let id = self.user()?;
        let user = self.shared.read(|world| world.user(id).cloned());
        user.ok_or_else(Refusal::unauthorized)
    }

    /// The project that `:id` names, if the caller may change it with that role. What is archived
    /// nobody changes, not even an administrator.
    pub(crate) fn writable_project(
        &self,
        level: AccessLevel,
    ) -> Result<Arc<ProjectRecord>, Refusal> {
        let project = self.project()?;
        self.user()?;
        let access = self
            .shared
            .read(|world| self.viewer.access(world, &project).level());
        let allowed = self.viewer.admin || access >= Some(level);
        match allowed && !project.archived {
            true => Ok(project),
            false => Err(Refusal::forbidden("")),
        }
    }

    /// The project and its repository, if the caller may push.
    pub(crate) fn writable_code(&self) -> Result<(Arc<ProjectRecord>, Arc<Repository>), Refusal> {
        let (_, repository) = self.code()?;
        let project = self.writable_project(AccessLevel::Developer)?;
        Ok((project, repository))
    }

    /// Whether the caller, who may push, may push to this branch too.
    pub(crate) fn can_push_to(&self, project: &ProjectRecord, branch: &str) -> bool {
        self.shared
            .read(|world| self.viewer.can_push_to(world, project, branch))
    }
}

/// Notes what follows a push, and tells of it.
pub(crate) fn pushed(
    shared: &Arc<Shared>,
    repository: &Repository,
    push: Push,
) -> Result<(), Refusal> {
    if let Some(branch) = push.branch().filter(|_| !is_zero(&push.after)) {
        let head = repository.head()?;
        let exists = repository.reference(RefKind::Branch, &head)?.is_some();
        let is_empty = |project: &Arc<ProjectRecord>| project.empty;
        let was_empty = shared.read(|world| world.project(push.project).is_some_and(is_empty));
        // The first branch of an empty project becomes its default one.
        let first = !exists && was_empty;
        if first {
            repository.set_head(branch)?;
        }
        shared.write(|world| {
            let moment = world.moment();
            world.change_project(push.project, |project| {
                project.empty = false;
                project.last_activity_at = moment;
                if first {
                    project.default_branch = branch.to_owned();
                }
            });
        });
    }
    shared.happened(Event::Push(push));
    Ok(())
}
