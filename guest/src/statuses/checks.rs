//! What GitLab says of a commit's checks; apart because listing and setting both read it.

use std::collections::BTreeMap;

use crate::{
    bindings::types::{ErrorCode, Subject},
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    git::{missing, revision},
    model::CommitStatus,
    page::{Place, Position, Sequence, Sorted},
    transport::Transport,
};

/// The newest status of each check, or of the one of that name, by name.
pub(super) async fn newest<T: Transport>(
    call: &Call<T>,
    project: &Project,
    commit: &str,
    name: Option<&str>,
) -> Result<Vec<CommitStatus>, Failure> {
    let purpose = purpose("reading", project, commit);
    let target = Target::repository(project, "/repository/commits").segment(commit);
    let target = target.literal("/statuses");
    let target = match name {
        Some(name) => target.query("name", name),
        None => target,
    };
    // Versions that know no order of this list have this one, as far as is known.
    let target = target.query("order_by", "id").query("sort", "asc");
    match all(call, target, &purpose).await {
        Ok(newest) => {
            let newest = newest.0.into_values();
            let is_wanted = |status: &CommitStatus| name.is_none_or(|name| status.name == name);
            Ok(newest.filter(is_wanted).collect())
        }
        Err(failure) => Err(explain(call, project, commit, failure).await),
    }
}

/// The newest status of each name. GitLab tells the newest of each pipeline and of each branch.
#[derive(Default)]
struct Newest(BTreeMap<String, CommitStatus>);

impl Newest {
    fn take(&mut self, statuses: Vec<CommitStatus>) {
        for status in statuses {
            match self.0.get(&status.name) {
                Some(known) if known.id >= status.id => {}
                _ => {
                    self.0.insert(status.name.clone(), status);
                }
            }
        }
    }
}

/// Read the whole list. It changes while it is read, so that in the order of numbers nothing is
/// passed over.
async fn all<T: Transport>(
    call: &Call<T>,
    target: Target,
    purpose: &Purpose,
) -> Result<Newest, Failure> {
    let sorted = Sorted {
        target: target.clone(),
        purpose,
        key: |status: &CommitStatus| status.id,
    };
    let mut newest = Newest::default();
    let (mut place, mut left) = (Place::default(), MOST_STATUSES);
    while let Some(part) = sorted.read(call, place, AT_ONCE.min(left)).await? {
        left -= part.items.len();
        newest.take(part.items);
        match part.next {
            None => return Ok(newest),
            Some(_) if left == 0 => return Err(too_many(purpose)),
            Some(next) => place = next,
        }
    }
    let sequence = Sequence { target, purpose };
    let (mut position, mut left) = (Position::beginning(AT_ONCE), MOST_STATUSES);
    loop {
        let (statuses, next) = sequence.read(call, position, AT_ONCE.min(left)).await?;
        left -= statuses.len();
        newest.take(statuses);
        match next {
            None => return Ok(newest),
            Some(_) if left == 0 => return Err(too_many(purpose)),
            Some(next) => position = next,
        }
    }
}

fn too_many(purpose: &Purpose) -> Failure {
    let message = format!("{}: there are more than 10,000", purpose.action);
    Failure::new(ErrorCode::TooLarge(MOST_STATUSES as u64), message)
}

/// What is done to the statuses of a commit.
pub(super) fn purpose(doing: &str, project: &Project, commit: &str) -> Purpose {
    let action = format!(
        "{doing} the statuses of the commit {commit} of repository {}",
        project.id()
    );
    Purpose::new(action, Subject::Commit)
}

/// Tell a missing commit from what else is missing.
pub(super) async fn explain<T: Transport>(
    call: &Call<T>,
    project: &Project,
    commit: &str,
    failure: Failure,
) -> Failure {
    let pinned = revision::unknown(commit);
    missing::explain_at(call, project, &pinned, Subject::Commit, failure).await
}

/// Statuses of a commit that are read at most.
const MOST_STATUSES: usize = 10_000;

/// Statuses that are held at once.
const AT_ONCE: usize = 1_000;
