//! Merge requests; apart, because their handlers share how one is found and brought up to date.

pub(super) mod changes;
pub(super) mod create;
pub(super) mod discussions;
mod json;
mod line_code;
mod lines;
pub(super) mod listing;
pub(super) mod merge;
mod note_json;
pub(super) mod notes;
mod outlook;
mod position;
pub(super) mod update;
mod versions;
mod writing;

use std::sync::Arc;

use http::StatusCode;

use self::json::Extras;
use super::{Answer, Call};
use crate::{
    error::Refusal,
    git::Repository,
    reply::Reply,
    state::{AccessLevel, MergeRequestRecord, ProjectRecord},
};

pub(crate) use self::{
    create::{NewMergeRequest, open},
    versions::{follow, follow_push},
};

/// A merge request and where it belongs.
struct Loaded {
    project: Arc<ProjectRecord>,
    repository: Arc<Repository>,
    record: MergeRequestRecord,
}

pub(super) fn read(call: &Call<'_>) -> Answer {
    let mut loaded = load(call)?;
    let extras = Extras {
        diverged: call.query.is_set("include_diverged_commits_count")?,
        rebase: call.query.is_set("include_rebase_in_progress")?,
    };
    loaded.record = count_read(call, &loaded);
    let answer = json::full(call, &loaded, extras)?;
    Ok(Reply::json(StatusCode::OK, &answer))
}

/// The merge request that the path names, where its project may be read, as of now.
fn load(call: &Call<'_>) -> Result<Loaded, Refusal> {
    let (project, repository) = call.code()?;
    find(call, project, repository)
}

/// The same for a handler that changes something.
fn load_to_change(call: &Call<'_>, level: AccessLevel) -> Result<Loaded, Refusal> {
    let (_, repository) = call.code()?;
    let project = call.writable_project(level)?;
    find(call, project, repository)
}

fn find(
    call: &Call<'_>,
    project: Arc<ProjectRecord>,
    repository: Arc<Repository>,
) -> Result<Loaded, Refusal> {
    let number = call.capture_text("merge_request_iid");
    let iid = number
        .parse()
        .map_err(|_| Refusal::parameter("merge_request_iid is invalid"))?;
    let record = follow(call.shared, &project, &repository, iid, None)?.ok_or_else(no_record)?;
    Ok(Loaded {
        project,
        repository,
        record,
    })
}

/// The merge request once more, after something in it changed.
fn reload(call: &Call<'_>, loaded: Loaded) -> Result<Loaded, Refusal> {
    find(call, loaded.project, loaded.repository)
}

/// Counts a read against what is being prepared, and returns the record as this read sees it.
fn count_read(call: &Call<'_>, loaded: &Loaded) -> MergeRequestRecord {
    let seen = loaded.record.clone();
    if seen.unprepared > 0 || seen.unchecked > 0 {
        call.shared.write(|world| {
            if let Some(record) = world.merge_requests.find_mut(seen.project, seen.iid) {
                match record.unprepared {
                    0 => record.unchecked = record.unchecked.saturating_sub(1),
                    left => record.unprepared = left - 1,
                }
            }
        });
    }
    seen
}

/// Rails' words where a number names nothing.
fn no_record() -> Refusal {
    Refusal::message(StatusCode::NOT_FOUND, "404 Not found")
}
