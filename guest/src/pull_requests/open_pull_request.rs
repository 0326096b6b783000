//! `pull-requests.open-pull-request`; apart as every function of the contract is.

use serde_json::{Map, Value, json};

use super::{
    argument, branch,
    place::{Doing, LOOKING, already, as_conflict, beginning, explain},
};
use crate::{
    bindings::{
        pull_requests::{Proposal, Written},
        types::{Conflict, ErrorCode, Outcome, RepositoryId, Subject},
    },
    call::{self, Call},
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    model::{MergeRequest, in_milliseconds},
    transport::{Head, Request, Transport},
};

/// Open a pull request.
///
/// GitLab's merge requests see a branch up to 40 s after it was pushed, and are waited for. A branch that
/// git itself does not have is missing: it is waited for only as long as replicas of it may lag.
pub(crate) async fn open_pull_request<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    proposal: &Proposal,
) -> Result<Written, Failure> {
    let project = Project::new(repository)?;
    check(proposal)?;
    let opening = Opening {
        project,
        proposal,
        begun: call.wall_clock(),
    };
    let mut is_target_known = false;
    let source = call
        .wait_for(REPLICATED, async || {
            let is_there = opening.can_begin(call, &mut is_target_known).await?;
            Ok(is_there.then_some(()))
        })
        .await?;
    if source.is_none() {
        return Err(branch::missing(&opening.project, &proposal.source_branch));
    }
    let opened = call.wait_for(VISIBLE, async || opening.send(call).await);
    opened.await?.ok_or_else(|| opening.not_ready())
}

fn check(proposal: &Proposal) -> Result<(), Failure> {
    argument::branch("source-branch", &proposal.source_branch)?;
    argument::branch("target-branch", &proposal.target_branch)?;
    argument::title(&proposal.title)?;
    argument::sent_title(&proposal.title, proposal.draft)?;
    argument::description(&proposal.body)?;
    argument::labels("labels", &proposal.labels)?;
    match proposal.source_branch == proposal.target_branch {
        true => {
            let why = "a branch cannot be proposed for itself";
            let code = ErrorCode::Conflict(Conflict::Other(why.to_owned()));
            Err(Failure::new(code, format!("opening a pull request: {why}")))
        }
        false => Ok(()),
    }
}

/// One call of the function.
struct Opening<'a> {
    project: Project,
    proposal: &'a Proposal,
    /// When it began, on the clock here.
    begun: i64,
}

impl Opening<'_> {
    /// Whether the branch that is proposed is there. That the other one is missing is final.
    async fn can_begin<T: Transport>(
        &self,
        call: &Call<T>,
        is_target_known: &mut bool,
    ) -> Result<bool, Failure> {
        let (source, target) = (&self.proposal.source_branch, &self.proposal.target_branch);
        if *is_target_known {
            return branch::exists(call, &self.project, source).await;
        }
        let source = branch::exists(call, &self.project, source);
        let target_exists = branch::exists(call, &self.project, target);
        let (source, target_exists) = call.both(source, target_exists).await;
        *is_target_known = target_exists?;
        match *is_target_known {
            true => source,
            false => Err(branch::missing(&self.project, target)),
        }
    }

    /// Send the proposal; `None` where GitLab does not see the branch yet.
    async fn send<T: Transport>(&self, call: &Call<T>) -> Result<Option<Written>, Failure> {
        let request = Request::post(self.target(), &self.body());
        let purpose = self.purpose("opening a pull request");
        let failure = match call.write(&request, &purpose).await {
            Ok(call::Written::Done(done)) => {
                return match done.json::<MergeRequest>().and_then(told) {
                    Some(written) => Ok(Some(written)),
                    None => self.read_back(call, &done.head).await.map(Some),
                };
            }
            Ok(call::Written::Unsettled(failure)) => {
                return self.settle(call, failure).await.map(Some);
            }
            Err(failure) => as_conflict(failure),
        };
        match failure.code() {
            ErrorCode::Conflict(Conflict::Other(_)) => self.found(call, failure).await.map(Some),
            ErrorCode::Rejected(why) if is_about_a_branch(why) => Ok(None),
            _ => Err(explain(call, &self.project, Doing::Writing, failure).await),
        }
    }

    /// GitLab says that there is one already. Its words name it, where it is not the one looked for.
    async fn found<T: Transport>(
        &self,
        call: &Call<T>,
        failure: Failure,
    ) -> Result<Written, Failure> {
        match self.look_again(call).await {
            Some((_, merge_request)) => already(merge_request),
            None => Err(failure),
        }
    }

    /// GitLab opened it, but what it told of it makes no sense.
    async fn read_back<T: Transport>(
        &self,
        call: &Call<T>,
        head: &Head,
    ) -> Result<Written, Failure> {
        let lost = Failure::malformed("the merge request that was opened").with_head(head);
        let seen = self.look_again(call).await;
        seen.and_then(|(_, merge_request)| told(merge_request))
            .ok_or_else(|| lost.into_unknown_outcome())
    }

    /// Find out whether the proposal was taken, whose answer did not come.
    async fn settle<T: Transport>(
        &self,
        call: &Call<T>,
        failure: Failure,
    ) -> Result<Written, Failure> {
        let Some((head, merge_request)) = self.look_again(call).await else {
            return Err(failure.into_unknown_outcome());
        };
        let created = in_milliseconds(&merge_request.created_at);
        let is_ours = created >= Some(beginning(&head, self.begun, call.wall_clock()));
        let Some(mut written) = told(merge_request) else {
            return Err(failure.into_unknown_outcome());
        };
        if !is_ours {
            written.outcome = Outcome::Already;
        }
        Ok(written)
    }

    async fn look_again<T: Transport>(&self, call: &Call<T>) -> Option<(Head, MergeRequest)> {
        let found = call.wait_for(LOOKING, async || self.look(call).await).await;
        found.ok().flatten()
    }

    /// The open one from that branch to that branch.
    async fn look<T: Transport>(
        &self,
        call: &Call<T>,
    ) -> Result<Option<(Head, MergeRequest)>, Failure> {
        let target = self
            .target()
            .query("scope", "all")
            .query("state", "opened")
            .query("source_branch", &self.proposal.source_branch)
            .query("target_branch", &self.proposal.target_branch);
        let purpose = self.purpose("looking for the pull request");
        let request = Request::json(target);
        let (head, open): (_, Vec<MergeRequest>) = call.json(&request, &purpose).await?;
        // A fork may have a branch of that name too.
        let is_ours = |merge_request: &MergeRequest| {
            let source = merge_request.source_project_id.map(|id| id.to_string());
            merge_request.source_branch == self.proposal.source_branch
                && merge_request.target_branch == self.proposal.target_branch
                && source.is_none_or(|id| id == self.project.id())
        };
        Ok(open.into_iter().find(is_ours).map(|found| (head, found)))
    }

    fn not_ready(&self) -> Failure {
        let action = self.purpose("opening a pull request").action;
        let message = format!("{action}: GitLab does not see the branch yet");
        Failure::new(ErrorCode::NotReady, message)
            .with_retry_after(Some(5_000))
            .with_hint("it was pushed a moment ago: try again in a while")
    }

    fn target(&self) -> Target {
        Target::repository(&self.project, "/merge_requests")
    }

    fn purpose(&self, doing: &str) -> Purpose {
        let action = format!("{doing} in repository {}", self.project.id());
        Purpose::new(action, Subject::Repository)
    }

    fn body(&self) -> Value {
        let proposal = self.proposal;
        let mut body = Map::new();
        body.insert("source_branch".into(), json!(proposal.source_branch));
        body.insert("target_branch".into(), json!(proposal.target_branch));
        body.insert(
            "title".into(),
            json!(titled(&proposal.title, proposal.draft)),
        );
        body.insert("description".into(), json!(proposal.body));
        body.insert(
            "remove_source_branch".into(),
            json!(proposal.remove_source_branch),
        );
        if !proposal.labels.is_empty() {
            body.insert("labels".into(), json!(proposal.labels));
        }
        Value::Object(body)
    }
}

/// The merge request that was opened, where what GitLab told of it makes sense.
fn told(merge_request: MergeRequest) -> Option<Written> {
    argument::number(merge_request.iid).ok()?;
    Some(Written {
        pull_request: merge_request.into_pull_request().ok()?,
        outcome: Outcome::Applied,
    })
}

/// A title with GitLab's mark of a draft, which has no field of its own.
pub(super) fn titled(title: &str, draft: bool) -> String {
    match draft {
        true => format!("Draft: {title}"),
        false => title.to_owned(),
    }
}

/// GitLab's words for a branch that it does not see differ between versions.
fn is_about_a_branch(why: &str) -> bool {
    let why = why.to_lowercase();
    why.contains("branch") && (why.contains("not exist") || why.contains("not found"))
}

/// Milliseconds for which a branch that was just pushed is waited for.
const VISIBLE: u64 = 60_000;

/// Milliseconds for which a branch that is not there at all is waited for.
const REPLICATED: u64 = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_for_a_branch_that_is_not_seen_are_understood() {
        for why in [
            "source_branch does not exist",
            "Source branch \"x\" does not exist",
            "The source branch could not be found: branch not found",
        ] {
            assert!(is_about_a_branch(why), "{why}");
        }
        assert!(!is_about_a_branch("title is too long"));
    }
}
