//! `changes.create-commit`; apart as every function of the contract is.

use super::{
    argument, body, branch,
    files::{self, LastCommit},
    made,
    refused::{self, Refusal},
    standing::At,
};
use crate::{
    bindings::{
        changes::{CommitRequest, Committed},
        git::Commit,
        types::{Conflict, ErrorCode, ObjectId, Outcome, RepositoryId, Subject},
    },
    call::{Call, Written},
    endpoint::{Project, Target},
    error::{Failure, Purpose, quote},
    git::missing,
    transport::{Request, Transport},
    writing,
};

/// Make one commit of several changes.
///
/// GitLab makes it on the branch wherever that is, so the branch may move between the look at it and
/// the commit. Each file that was looked at is sent with the commit that changed it last, and GitLab
/// refuses where that is another one by then.
pub(crate) async fn create_commit<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    request: &CommitRequest,
) -> Result<Committed, Failure> {
    let project = Project::new(repository)?;
    argument::commit(request)?;
    let making = Making {
        call,
        project: &project,
        request,
    };
    let base = making.base().await?;
    if let (Some(expected), Some(head)) = (&request.expected_head, &base)
        && expected != head
    {
        return match making.repeated(head).await? {
            Some(committed) => Ok(committed),
            None => Err(making.head_moved(head)),
        };
    }
    let last_commits = making.check_files(base.as_deref()).await?;
    making.make(base.as_deref(), &last_commits).await
}

/// A commit that is being made.
struct Making<'a, T> {
    call: &'a Call<T>,
    project: &'a Project,
    request: &'a CommitRequest,
}

impl<T: Transport> Making<'_, T> {
    /// The commit to make it on; `None` in an empty repository.
    async fn base(&self) -> Result<Option<ObjectId>, Failure> {
        if let Some(start) = &self.request.start {
            branch::check_commit(self.call, self.project, start).await?;
            return Ok(Some(start.clone()));
        }
        let name = &self.request.branch;
        if let Some(found) = branch::find(self.call, self.project, name).await? {
            return Ok(Some(found.commit));
        }
        let purpose = branch::purpose("reading the branch", name, self.project);
        let message = format!("{}: there is none", purpose.action);
        let failure = Failure::not_found(Subject::Reference, message);
        let failure = missing::explain(self.call, self.project, failure).await;
        match failure.code() {
            ErrorCode::EmptyRepository if self.request.expected_head.is_none() => Ok(None),
            ErrorCode::EmptyRepository => {
                Err(failure.with_code(ErrorCode::NotFound(Subject::Reference)))
            }
            _ => Err(failure),
        }
    }

    /// Check what stands at the paths, and tell which commit changed each file last.
    async fn check_files(&self, base: Option<&str>) -> Result<Vec<LastCommit<'_>>, Failure> {
        let actions = &self.request.actions;
        let Some(commit) = base else {
            // Nothing is in an empty repository.
            let missing = actions.iter().find_map(files::source);
            return missing.map_or(Ok(Vec::new()), |path| Err(files::no_file(path)));
        };
        let at = At {
            project: self.project,
            commit,
        };
        let every = self.request.expected_head.is_some();
        // At a start nothing can change any more, and GitLab would look for the last commits on its
        // default branch.
        let is_settled = self.request.start.is_some();
        at.check(self.call, actions, every, is_settled).await
    }

    async fn make(
        &self,
        base: Option<&str>,
        last_commits: &[LastCommit<'_>],
    ) -> Result<Committed, Failure> {
        let request = {
            let last = |path: &str| {
                let found = last_commits.iter().find(|(known, _)| *known == path);
                found.map(|(_, commit)| commit.as_str())
            };
            let target = Target::repository(self.project, "/repository/commits");
            Request::post(target, &body::commit(self.request, last))
        };
        let sent = request.body.as_ref().map_or(0, Vec::len);
        if sent > LARGEST_BODY {
            let message = "the changes are too much for one request".to_owned();
            return Err(Failure::new(
                ErrorCode::TooLarge(LARGEST_BODY as u64),
                message,
            ));
        }
        match self.call.write(&request, &self.purpose()).await {
            Ok(Written::Done(done)) => {
                let told = done.json().and_then(|commit| made::complete(commit, base));
                let commit = match told {
                    Some(commit) => commit,
                    None => {
                        let place = format!("{}: the commit's name", self.purpose().action);
                        let failure = Failure::malformed(place).with_head(&done.head);
                        self.settle(base, failure).await?
                    }
                };
                Ok(made::committed(commit, Outcome::Applied, self.request))
            }
            Ok(Written::Unsettled(failure)) => {
                let commit = self.settle(base, failure).await?;
                Ok(made::committed(commit, Outcome::Applied, self.request))
            }
            Err(failure) => self.refused(base, sent, failure).await,
        }
    }

    async fn settle(&self, base: Option<&str>, failure: Failure) -> Result<Commit, Failure> {
        let look = async || made::find(self.call, self.project, self.request, base).await;
        let settled = writing::settle(self.call, failure, look).await;
        settled.map_err(|failure| match self.has_origin() {
            true => failure,
            false => failure.not_to_be_repeated(),
        })
    }

    /// What stands in the way may be the very commit that is wanted, made by an earlier call.
    async fn refused(
        &self,
        base: Option<&str>,
        sent: usize,
        failure: Failure,
    ) -> Result<Committed, Failure> {
        if self.has_origin()
            && refused::reason(&failure).may_be_repetition()
            && let Some(found) = branch::find(self.call, self.project, &self.request.branch).await?
            && let Some(committed) = self.repeated(&found.commit).await?
        {
            return Ok(committed);
        }
        let refusal = Refusal {
            call: self.call,
            project: self.project,
            request: self.request,
            base,
            sent,
        };
        Err(refusal.explain(failure).await)
    }

    /// Whether the request names the commit that it is made on, so that a repetition is known.
    fn has_origin(&self) -> bool {
        self.request.expected_head.is_some() || self.request.start.is_some()
    }

    /// The commit at `head`, where it is the wanted one.
    async fn repeated(&self, head: &str) -> Result<Option<Committed>, Failure> {
        let found = made::repeated(self.call, self.project, self.request, head).await?;
        Ok(found.map(|commit| made::committed(commit, Outcome::Already, self.request)))
    }

    fn head_moved(&self, head: &str) -> Failure {
        let name = quote(&self.request.branch);
        let conflict = Conflict::HeadMoved(head.to_owned());
        let message = format!("the branch `{name}` is at {head}");
        Failure::new(ErrorCode::Conflict(conflict), message)
    }

    fn purpose(&self) -> Purpose {
        branch::purpose("creating a commit on", &self.request.branch, self.project)
    }
}

/// The firewall lets no more pass.
const LARGEST_BODY: usize = 33_554_432;
