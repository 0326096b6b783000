//! One pull request's addresses, and why a request about it failed; apart because every function here
//! asks for both.

use crate::{
    bindings::{
        pull_requests::Written,
        types::{Conflict, Denial, ErrorCode, Outcome, RepositoryId, Subject},
    },
    call::{self, Call},
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    model::{MergeRequest, Settings, User, http_date},
    pull_requests::argument,
    transport::{Head, Request, Transport},
    writing,
};

/// A pull request of which only repository and number are known.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) project: Project,
    pub(super) number: u64,
}

impl Place {
    pub(super) fn new(repository: &RepositoryId, number: u64) -> Result<Self, Failure> {
        let project = Project::new(repository)?;
        argument::number(number)?;
        Ok(Self { project, number })
    }

    /// An address below the merge request's own.
    pub(super) fn target(&self, literal: &str) -> Target {
        Target::repository(&self.project, "/merge_requests")
            .segment(&self.number.to_string())
            .literal(literal)
    }

    /// What a request is for, with `missing` for what is not there where GitLab does not say.
    pub(super) fn purpose(&self, doing: &str, missing: Subject) -> Purpose {
        let (number, project) = (self.number, self.project.id());
        let action = format!("{doing} pull request {number} of repository {project}");
        Purpose::new(action, missing)
    }

    /// Ask for the merge request.
    pub(super) async fn read<T: Transport>(&self, call: &Call<T>) -> Result<MergeRequest, Failure> {
        match self.look(call).await {
            Ok(merge_request) => Ok(merge_request),
            Err(failure) => Err(explain(call, &self.project, Doing::Reading, failure).await),
        }
    }

    /// The same without asking why it failed.
    pub(super) async fn look<T: Transport>(&self, call: &Call<T>) -> Result<MergeRequest, Failure> {
        let request = Request::json(self.target(""));
        let purpose = self.purpose("reading", Subject::PullRequest);
        let (_, merge_request) = call.json(&request, &purpose).await?;
        Ok(merge_request)
    }

    /// Send a change of the merge request, and tell what it is afterwards. `is_wanted` says whether a
    /// change whose answer did not come, or made no sense, took effect.
    pub(super) async fn change<T: Transport>(
        &self,
        call: &Call<T>,
        request: &Request,
        is_wanted: impl Fn(&MergeRequest) -> bool,
    ) -> Result<MergeRequest, Failure> {
        let purpose = self.purpose("changing", Subject::PullRequest);
        match call.write(request, &purpose).await? {
            call::Written::Done(done) => match done.json() {
                Some(merge_request) => Ok(merge_request),
                None => {
                    let lost = Failure::malformed("the merge request that was changed");
                    self.settle(call, lost.with_head(&done.head), is_wanted)
                        .await
                }
            },
            call::Written::Unsettled(failure) => self.settle(call, failure, is_wanted).await,
        }
    }

    /// Look a few times whether the merge request is as wanted; `failure` is what came instead of the
    /// answer to the write.
    pub(super) async fn settle<T: Transport>(
        &self,
        call: &Call<T>,
        failure: Failure,
        is_wanted: impl Fn(&MergeRequest) -> bool,
    ) -> Result<MergeRequest, Failure> {
        let look = async || {
            let merge_request = self.look(call).await?;
            Ok(Some(merge_request).filter(&is_wanted))
        };
        writing::settle(call, failure, look).await
    }

    /// Answer with a pull request that was written, which is read back where what came makes no
    /// sense: the write succeeded nevertheless.
    pub(super) async fn applied<T: Transport>(
        &self,
        call: &Call<T>,
        merge_request: MergeRequest,
    ) -> Result<Written, Failure> {
        let pull_request = match merge_request.into_pull_request() {
            Ok(pull_request) => Ok(pull_request),
            Err(_) => match self.look(call).await {
                Ok(merge_request) => merge_request.into_pull_request(),
                Err(failure) => Err(failure),
            },
        };
        match pull_request {
            Ok(pull_request) => Ok(Written {
                pull_request,
                outcome: Outcome::Applied,
            }),
            Err(failure) => Err(failure.into_unknown_outcome()),
        }
    }

    /// Tell a missing part of the pull request from a missing pull request.
    pub(super) async fn explain_part<T: Transport>(
        &self,
        call: &Call<T>,
        doing: Doing,
        failure: Failure,
    ) -> Failure {
        if matches!(failure.code(), ErrorCode::NotFound(Subject::Comment))
            && let Err(nearer) = self.read(call).await
        {
            return nearer;
        }
        explain(call, &self.project, doing, failure).await
    }
}

/// Answer with a pull request that was as wanted before.
pub(super) fn already(merge_request: MergeRequest) -> Result<Written, Failure> {
    Ok(Written {
        pull_request: merge_request.into_pull_request()?,
        outcome: Outcome::Already,
    })
}

/// Whether a request only reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Reading,
    Writing,
}

/// Tell an archived repository, and one without merge requests, from a refusal of the account.
pub(super) async fn explain<T: Transport>(
    call: &Call<T>,
    project: &Project,
    doing: Doing,
    failure: Failure,
) -> Failure {
    let is_role = matches!(failure.code(), ErrorCode::Forbidden(Denial::Role(_)));
    let is_missing = matches!(failure.code(), ErrorCode::NotFound(Subject::PullRequest));
    if !is_role && !is_missing {
        return failure;
    }
    let purpose = Purpose::new(
        format!("reading repository {}", project.id()),
        Subject::Repository,
    );
    let request = Request::json(Target::repository(project, ""));
    let settings: Settings = match call.json(&request, &purpose).await {
        Ok((_, settings)) => settings,
        Err(nearer) if is_missing => return nearer,
        Err(_) => return failure,
    };
    if settings.has_no_merge_requests() {
        let need = "merge requests, which the repository has switched off";
        return failure.with_code(ErrorCode::Unsupported(need.to_owned()));
    }
    if !is_role {
        return failure;
    }
    match doing {
        Doing::Writing if settings.archived => failure
            .with_code(ErrorCode::ReadOnly("archived".to_owned()))
            .with_hint("the repository is archived: an owner can take it back"),
        Doing::Writing => with_role(failure, "Developer"),
        Doing::Reading => with_role(failure, "Reporter"),
    }
}

fn with_role(failure: Failure, role: &str) -> Failure {
    failure
        .with_code(ErrorCode::Forbidden(Denial::Role(role.to_owned())))
        .with_hint(format!(
            "the token's owner needs a higher role there, at least {role}"
        ))
}

/// That another one is open from the branch is a refusal with 409, or with 400 or 422 in words that
/// differ between versions.
pub(super) fn as_conflict(failure: Failure) -> Failure {
    match failure.code() {
        ErrorCode::Rejected(why) if why.contains("open merge request") => {
            let why = why.clone();
            failure.with_code(ErrorCode::Conflict(Conflict::Other(why)))
        }
        _ => failure,
    }
}

/// The account's name, and the head of the answer, which tells GitLab's time.
pub(super) async fn account<T: Transport>(call: &Call<T>) -> Result<(String, Head), Failure> {
    let missing = Subject::Other("account".to_owned());
    let purpose = Purpose::new("reading whose token it is", missing);
    let (head, user): (_, User) = call.json(&Request::json("/user"), &purpose).await?;
    match user.username.is_empty() {
        true => Err(Failure::malformed("`username` of the account").with_head(&head)),
        false => Ok((user.username, head)),
    }
}

/// When GitLab's clock said that the call began, in milliseconds: nothing older was made by it.
/// `begun` and `now` are on the clock here, which may be another; where GitLab does not tell its time
/// the two are taken to be near each other.
pub(super) fn beginning(head: &Head, begun: i64, now: i64) -> i64 {
    let seconds = match head.field("date").and_then(http_date) {
        Some(there) => there.saturating_sub(now.saturating_sub(begun)) - 2,
        None => begun - 120,
    };
    seconds.saturating_mul(1_000)
}

/// Milliseconds for which a write is looked for whose answer did not come: GitLab's replicas and
/// workers lag.
pub(super) const LOOKING: u64 = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_call_made_is_told_by_the_forges_clock() {
        let head = Head::of(200, &[("date", "Sun, 06 Nov 1994 08:49:37 GMT")]);
        // An hour behind here, and ten seconds into the call.
        let begun = 784_111_777 + 3_600;
        assert_eq!(
            beginning(&head, begun, begun + 10),
            (784_111_777 - 12) * 1_000
        );
        let silent = Head::of(200, &[]);
        assert_eq!(beginning(&silent, 1_000, 1_010), 880_000);
    }
}
