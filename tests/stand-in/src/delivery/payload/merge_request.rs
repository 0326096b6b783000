//! What webhooks are told of a merge request; apart, because notes tell of it as well.

use std::{io, sync::Arc};

use serde_json::{Value, json};

use super::{commit, moment, project, repository, user};
use crate::{
    event::MergeRequestEvent,
    git::Commit,
    shared::Shared,
    state::{MergeRequestRecord, MergeRequestState, ProjectRecord, World},
};

pub(in super::super) fn merge_request(
    shared: &Arc<Shared>,
    event: &MergeRequestEvent,
) -> io::Result<Option<Value>> {
    let Some((place, record, last)) = find(shared, event.project, event.iid)? else {
        return Ok(None);
    };
    Ok(Some(shared.read(|world| {
        let mut attributes = attributes(shared, world, &place, &record, last.as_deref());
        attributes["action"] = event.action.into();
        if let Some(old) = &event.old_head {
            attributes["oldrev"] = old.as_str().into();
        }
        let labels = labels(&place, &record);
        json!({
            "object_kind": "merge_request",
            "event_type": "merge_request",
            "user": user(world, event.user),
            "project": project(shared, world, &place),
            "object_attributes": attributes,
            "labels": labels,
            "changes": event.changes,
            "repository": repository(shared, &place),
            "assignees": people(world, &record.assignees),
            "reviewers": people(world, &record.reviewers),
        })
    })))
}

/// A merge request with its project and the last commit of its source.
type Found = (Arc<ProjectRecord>, MergeRequestRecord, Option<Arc<Commit>>);

pub(super) fn find(shared: &Shared, project: u64, iid: u64) -> io::Result<Option<Found>> {
    let found = shared.read(|world| {
        let place = world.project(project)?.clone();
        let record = world.merge_requests.find(project, iid)?.clone();
        Some((place, record))
    });
    let Some((place, record)) = found else {
        return Ok(None);
    };
    let last = place.repository.open()?.commit(&record.version().head)?;
    Ok(Some((place, record, last)))
}

pub(super) fn attributes(
    shared: &Shared,
    world: &World,
    place: &ProjectRecord,
    record: &MergeRequestRecord,
    last: Option<&Commit>,
) -> Value {
    let page = format!("{}/-/merge_requests/{}", place.full_path, record.iid);
    let described = project(shared, world, place);
    let mut attributes = constants();
    let own = [
        ("id", json!(record.id)),
        ("iid", json!(record.iid)),
        ("title", json!(record.title)),
        ("description", json!(record.description)),
        ("state", record.state.name().into()),
        ("state_id", state_id(record.state).into()),
        ("draft", record.is_draft().into()),
        ("work_in_progress", record.is_draft().into()),
        ("source", described.clone()),
        ("source_branch", json!(record.source_branch)),
        ("source_project_id", record.project.into()),
        ("target", described),
        ("target_branch", json!(record.target_branch)),
        ("target_project_id", record.project.into()),
        ("author_id", record.author.into()),
        ("assignee_id", json!(record.assignees.first())),
        ("assignee_ids", json!(record.assignees)),
        ("reviewer_ids", json!(record.reviewers)),
        ("merge_user_id", json!(record.merged.map(|deed| deed.user))),
        ("merge_commit_sha", json!(record.merge_commit)),
        ("squash_commit_sha", json!(record.squash_commit)),
        ("labels", labels(place, record).into()),
        (
            "last_commit",
            json!(last.map(|last| commit(shared, place, last))),
        ),
        ("created_at", moment(record.created_at).into()),
        ("updated_at", moment(record.updated_at).into()),
        ("prepared_at", moment(record.version().created_at).into()),
        ("url", shared.web_url(&page).into()),
        ("detailed_merge_status", status(record).into()),
        (
            "blocking_discussions_resolved",
            record.conversation.is_settled().into(),
        ),
        ("merge_params", merge_params(record)),
    ];
    for (name, value) in own {
        attributes[name] = value;
    }
    attributes
}

/// What is the same for all merge requests here.
fn constants() -> Value {
    json!({
        "first_contribution": false,
        "head_pipeline_id": null,
        "human_time_change": null,
        "human_time_estimate": null,
        "human_total_time_spent": null,
        "last_edited_at": null,
        "last_edited_by_id": null,
        "merge_error": null,
        "merge_status": "can_be_merged",
        "merge_when_pipeline_succeeds": false,
        "milestone_id": null,
        "time_change": 0,
        "time_estimate": 0,
        "total_time_spent": 0,
        "updated_by_id": null,
    })
}

fn merge_params(record: &MergeRequestRecord) -> Value {
    let remove = record.remove_source_branch;
    // Rails keeps what a form once sent.
    json!({"force_remove_source_branch": remove.map(|remove| if remove { "1" } else { "0" })})
}

fn state_id(state: MergeRequestState) -> u64 {
    match state {
        MergeRequestState::Opened => 1,
        MergeRequestState::Closed => 2,
        MergeRequestState::Merged => 3,
    }
}

/// Conflicts are not looked for: GitLab tells of them before it has looked, too.
fn status(record: &MergeRequestRecord) -> &'static str {
    match record.is_open() {
        false => "not_open",
        true if record.is_draft() => "draft_status",
        true => "mergeable",
    }
}

fn people(world: &World, ids: &[u64]) -> Vec<Value> {
    ids.iter().map(|id| user(world, *id)).collect()
}

fn labels(place: &ProjectRecord, record: &MergeRequestRecord) -> Vec<Value> {
    let labels = record.labels.iter().enumerate();
    let labels = labels.map(|(index, title)| {
        json!({
            "id": index + 1,
            "title": title,
            "color": "#6699cc",
            "project_id": place.id,
            "created_at": moment(record.created_at),
            "updated_at": moment(record.created_at),
            "template": false,
            "description": null,
            "type": "ProjectLabel",
            "group_id": null,
        })
    });
    labels.collect()
}
