//! Keeping a merge request where its source branch is; apart, because pushes do not ask for it and
//! reads must not miss it.

use std::{io, sync::Arc};

use super::writing::say;
use crate::{
    error::Refusal,
    event::{Event, MergeRequestEvent, Push, is_zero},
    git::Repository,
    shared::Shared,
    state::{DiffVersion, MergeRequestRecord, ProjectRecord},
};

/// The merge request as of now: where its source branch moved, it has a new version.
pub(crate) fn follow(
    shared: &Arc<Shared>,
    project: &ProjectRecord,
    repository: &Repository,
    iid: u64,
    user: Option<u64>,
) -> Result<Option<MergeRequestRecord>, Refusal> {
    let look = || {
        shared.read(|world| {
            let record = world.merge_requests.find(project.id, iid);
            record.cloned()
        })
    };
    let Some(record) = look() else {
        return Ok(None);
    };
    if !record.is_open() {
        return Ok(Some(record));
    }
    let tip = repository.commit(&format!("refs/heads/{}", record.source_branch))?;
    // A source that is gone leaves its last version behind.
    let Some(tip) = tip.filter(|tip| tip.id != record.version().head) else {
        return Ok(Some(record));
    };
    let version = compute(repository, &record.target_branch, &tip.id)?;
    let Some(version) = version else {
        return Ok(Some(record));
    };
    let old_head = record.version().head.clone();
    if record_version(shared, &record, version) {
        keep(repository, iid, &tip.id)?;
        let user = user.unwrap_or(record.author);
        let count = repository.count_commits(&old_head, &tip.id)?;
        let noun = if count == 1 { "commit" } else { "commits" };
        let text = format!("added {count} {noun}");
        say(shared, project.id, iid, user, &text);
        shared.happened(Event::MergeRequest(MergeRequestEvent {
            old_head: Some(old_head),
            ..MergeRequestEvent::new(project.id, iid, "update", user)
        }));
    }
    Ok(look())
}

/// Adds a version on top of those that were seen, unless somebody else was faster.
fn record_version(shared: &Shared, seen: &MergeRequestRecord, mut version: DiffVersion) -> bool {
    let features = shared.features();
    shared.write(|world| {
        version.id = world.merge_requests.next_version();
        version.created_at = world.moment();
        let added = world.change_merge_request(seen.project, seen.iid, |record| {
            if record.version() != seen.version() {
                return false;
            }
            record.versions.push(version);
            record.unprepared = features.diffs_ready_after;
            record.unchecked = features.mergeability_checked_after;
            true
        });
        added == Some(true)
    })
}

/// Brings every open merge request of a pushed branch up to date.
pub(crate) fn follow_push(shared: &Arc<Shared>, push: &Push) {
    if let Err(refusal) = try_follow_push(shared, push) {
        // The push itself is done; only git can have failed here.
        let text = match refusal {
            Refusal::Failure(error) => error.to_string(),
            _ => "refused".to_owned(),
        };
        shared
            .record
            .unexpected(format!("cannot follow {}: {text}", push.reference));
    }
}

fn try_follow_push(shared: &Arc<Shared>, push: &Push) -> Result<(), Refusal> {
    let Some(branch) = push.branch().filter(|_| !is_zero(&push.after)) else {
        return Ok(());
    };
    let (project, numbers) = shared.read(|world| {
        let numbers: Vec<u64> = world
            .merge_requests
            .of_project(push.project)
            .filter(|record| record.is_open() && record.source_branch == branch)
            .map(|record| record.iid)
            .collect();
        (world.project(push.project).cloned(), numbers)
    });
    let Some(project) = project.filter(|_| !numbers.is_empty()) else {
        return Ok(());
    };
    let repository = project.repository.open()?;
    for iid in numbers {
        follow(shared, &project, repository, iid, Some(push.user))?;
    }
    Ok(())
}

/// What a source at this commit would bring to the target, without a number yet; `None` where
/// there is no target.
pub(super) fn compute(
    repository: &Repository,
    target_branch: &str,
    head: &str,
) -> io::Result<Option<DiffVersion>> {
    let Some(start) = repository.commit(&format!("refs/heads/{target_branch}"))? else {
        return Ok(None);
    };
    let base = repository.merge_base(&[start.id.clone(), head.to_owned()])?;
    Ok(Some(DiffVersion {
        id: 0,
        base: base.map_or_else(|| start.id.clone(), |base| base.id.clone()),
        start: start.id.clone(),
        head: head.to_owned(),
        created_at: 0,
    }))
}

/// Lets the reference be at the head that GitLab keeps for every merge request, even once its
/// source branch is gone.
pub(super) fn keep(repository: &Repository, iid: u64, head: &str) -> io::Result<()> {
    repository.set_reference(&format!("refs/merge-requests/{iid}/head"), head)
}
