//! `pull-requests.list-changes`; apart as every function of the contract is.

use serde::{Deserialize, Serialize};

use super::{
    place::{Doing, Place, explain},
    ready::{self, Ready},
};
use crate::{
    bindings::{
        pull_requests::ChangesPage,
        types::{Conflict, ErrorCode, PageRequest, RepositoryId, Subject},
    },
    call::Call,
    error::Failure,
    git::from_diff,
    model::{Diff, DiffRefs},
    page::{self, Fingerprint, Position, Sequence},
    transport::Transport,
};

/// List the files that a pull request changes.
///
/// GitLab lists those of the newest difference, whichever that is at the moment: which one it was is
/// looked at after each page, so that pages of two differences never pass for one list.
pub(crate) async fn list_changes<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
    request: &PageRequest,
) -> Result<ChangesPage, Failure> {
    let place = Place::new(repository, number)?;
    let limit = page::limit(request)?;
    let list = Fingerprint::new("pull-requests.list-changes", call.base_url())
        .with(repository)
        .with(&number.to_string());
    let from = match page::resume(request, &list)? {
        Some(resumed) => resumed,
        None => Resumed::at(&ready::wait(call, &place).await?, limit),
    };
    let (diffs, next) = read(call, &place, from.position, limit).await?;
    let ready = ready::wait(call, &place).await?;
    check(&place, (&from.base, &from.head), &ready.refs)?;
    let seen = from.seen + diffs.len() as u64;
    let next = next.map(|position| Resumed {
        base: from.base.clone(),
        head: from.head.clone(),
        position,
        seen,
    });
    // GitLab counts the files, and a list that ends before their number is not whole.
    let is_short = next.is_none() && ready.count.is_some_and(|count| seen < count);
    Ok(ChangesPage {
        base: from.base,
        head: from.head,
        items: diffs
            .into_iter()
            .map(|diff| from_diff(diff, true))
            .collect(),
        complete: ready.count.is_some() && !is_short,
        end: page::end(next.as_ref(), &list),
    })
}

/// Where the list goes on, and of which commits it is.
#[derive(Debug, Serialize, Deserialize)]
struct Resumed {
    #[serde(rename = "b")]
    base: String,
    #[serde(rename = "h")]
    head: String,
    #[serde(rename = "p")]
    position: Position,
    /// Files that were listed before.
    #[serde(rename = "c")]
    seen: u64,
}

impl Resumed {
    fn at(ready: &Ready, limit: usize) -> Self {
        Self {
            base: ready.refs.base_sha.clone(),
            head: ready.refs.head_sha.clone(),
            position: Position::beginning(limit),
            seen: 0,
        }
    }
}

/// Read up to `limit` of GitLab's diffs.
pub(super) async fn read<T: Transport>(
    call: &Call<T>,
    place: &Place,
    from: Position,
    limit: usize,
) -> Result<(Vec<Diff>, Option<Position>), Failure> {
    let purpose = place.purpose("listing the changes of", Subject::PullRequest);
    let sequence = Sequence {
        target: place.target("/diffs").query("unidiff", "true"),
        purpose: &purpose,
    };
    match sequence.read(call, from, limit).await {
        Ok(read) => Ok(read),
        Err(failure) => Err(explain(call, &place.project, Doing::Reading, failure).await),
    }
}

/// Whether the difference is still that of these commits.
fn check(place: &Place, (base, head): (&str, &str), now: &DiffRefs) -> Result<(), Failure> {
    if base == now.base_sha && head == now.head_sha {
        return Ok(());
    }
    let action = place.purpose("listing the changes of", Subject::PullRequest);
    let code = ErrorCode::Conflict(Conflict::HeadMoved(now.head_sha.clone()));
    let message = format!(
        "{}: they are of {} now, and the list began with {head}",
        action.action, now.head_sha
    );
    Err(Failure::new(code, message).with_hint("list them again from the beginning"))
}
