//! Opening a merge request; apart, because half of it is to find out why it cannot be done.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    json,
    versions::{compute, keep},
};
use crate::{
    api::{Answer, Call, parameters::Parameters},
    error::Refusal,
    event::{Event, MergeRequestEvent},
    git::Repository,
    reply::Reply,
    shared::Shared,
    state::{
        AccessLevel, Conversation, DiffVersion, MergeRequestRecord, MergeRequestState,
        ProjectRecord,
    },
};

/// What a merge request begins with.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewMergeRequest {
    pub(crate) author: u64,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) source_branch: String,
    pub(crate) target_branch: String,
    pub(crate) labels: Vec<String>,
    pub(crate) assignees: Vec<u64>,
    pub(crate) reviewers: Vec<u64>,
    pub(crate) squash: bool,
    pub(crate) remove_source_branch: Option<bool>,
}

pub(crate) fn create(call: &Call<'_>) -> Answer {
    let (_, repository) = call.code()?;
    let project = call.writable_project(AccessLevel::Developer)?;
    let sent = call.parameters()?;
    check_required(&sent)?;
    let target_project = sent.integer("target_project_id")?;
    if target_project.is_some_and(|id| id != project.id as i64) {
        return Err(Refusal::not_found("Project"));
    }
    let new = NewMergeRequest {
        author: call.user()?,
        title: sent.required_string("title")?,
        description: sent.string("description")?,
        source_branch: sent.required_string("source_branch")?,
        target_branch: sent.required_string("target_branch")?,
        labels: texts(&sent, "labels")?.unwrap_or_default(),
        assignees: people(call, &sent, "assignee_ids", Some("assignee_id"))?.unwrap_or_default(),
        reviewers: people(call, &sent, "reviewer_ids", None)?.unwrap_or_default(),
        squash: sent.is_set("squash")?,
        remove_source_branch: sent.boolean("remove_source_branch")?,
    };
    let iid = open(call.shared, &project, &repository, new)?;
    let record = call
        .shared
        .read(|world| world.merge_requests.find(project.id, iid).cloned())
        .ok_or_else(super::no_record)?;
    let loaded = super::Loaded {
        project,
        repository,
        record,
    };
    let answer = json::full(call, &loaded, json::Extras::default())?;
    Ok(Reply::json(StatusCode::CREATED, &answer))
}

/// Opens a merge request and returns its number.
pub(crate) fn open(
    shared: &Arc<Shared>,
    project: &ProjectRecord,
    repository: &Repository,
    new: NewMergeRequest,
) -> Result<u64, Refusal> {
    check_title(&new.title)?;
    if new.source_branch == new.target_branch {
        let text = "You can't use same project/branch for source and target";
        return Err(list_of_one(StatusCode::UNPROCESSABLE_ENTITY, text));
    }
    check_unique(shared, project.id, &new.source_branch, &new.target_branch)?;
    let source = repository.commit(&format!("refs/heads/{}", new.source_branch))?;
    // A branch that is too new is not seen, although it can be read. Before 19.0 GitLab is said to
    // have let merge requests of missing branches pass; a stand-in that did would hide a mistake.
    let source = source.filter(|_| shared.is_visible(project.id, &new.source_branch));
    let source = source.ok_or_else(|| does_not_exist("source_branch"))?;
    let version = compute(repository, &new.target_branch, &source.id)?
        .ok_or_else(|| does_not_exist("target_branch"))?;
    let author = new.author;
    let iid = add(shared, project.id, new, version).map_err(duplicate)?;
    keep(repository, iid, &source.id)?;
    shared.happened(Event::MergeRequest(MergeRequestEvent::new(
        project.id, iid, "open", author,
    )));
    Ok(iid)
}

/// Adds a merge request and returns its number, or that of one that came first.
fn add(
    shared: &Shared,
    project: u64,
    new: NewMergeRequest,
    version: DiffVersion,
) -> Result<u64, u64> {
    let features = shared.features();
    shared.write(|world| {
        let records = &world.merge_requests;
        if let Some(other) = records.open_between(project, &new.source_branch, &new.target_branch) {
            return Err(other.iid);
        }
        let moment = world.moment();
        let id = world.merge_requests.next_version();
        let record = MergeRequestRecord {
            id: 0,
            iid: 0,
            project,
            author: new.author,
            title: new.title,
            description: new.description,
            source_branch: new.source_branch,
            target_branch: new.target_branch,
            state: MergeRequestState::Opened,
            labels: new.labels,
            assignees: new.assignees,
            reviewers: new.reviewers,
            squash: new.squash,
            discussion_locked: None,
            remove_source_branch: new.remove_source_branch,
            created_at: moment,
            updated_at: moment,
            merged: None,
            closed: None,
            merge_commit: None,
            squash_commit: None,
            versions: vec![DiffVersion {
                id,
                created_at: moment,
                ..version
            }],
            conversation: Conversation::default(),
            unprepared: features.diffs_ready_after,
            unchecked: features.mergeability_checked_after,
        };
        Ok(world.merge_requests.add(record).iid)
    })
}

/// Refuses a second open merge request between the same branches.
pub(super) fn check_unique(
    shared: &Shared,
    project: u64,
    source: &str,
    target: &str,
) -> Result<(), Refusal> {
    let other = shared.read(|world| {
        let other = world.merge_requests.open_between(project, source, target);
        other.map(|record| record.iid)
    });
    match other {
        None => Ok(()),
        Some(iid) => Err(duplicate(iid)),
    }
}

fn duplicate(iid: u64) -> Refusal {
    let text = format!("Another open merge request already exists for this source branch: !{iid}");
    list_of_one(StatusCode::CONFLICT, &text)
}

pub(super) fn check_title(title: &str) -> Result<(), Refusal> {
    let complaint = match title.chars().count() {
        _ if title.trim().is_empty() => "can't be blank",
        0..=255 => return Ok(()),
        _ => "is too long (maximum is 255 characters)",
    };
    Err(invalid("title", complaint))
}

/// A list of texts, sent as one or as a text with commas.
pub(super) fn texts(sent: &Parameters, name: &str) -> Result<Option<Vec<String>>, Refusal> {
    let values = sent.array(name)?;
    Ok(values.map(|values| {
        let texts = values.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }))
}

/// Accounts by their numbers; a zero is nobody, and takes away who was there.
pub(super) fn people(
    call: &Call<'_>,
    sent: &Parameters,
    many: &str,
    one: Option<&str>,
) -> Result<Option<Vec<u64>>, Refusal> {
    let single = one.map(|name| sent.integer(name)).transpose()?.flatten();
    let ids: Vec<u64> = match (sent.array(many)?, single) {
        (Some(values), _) => values.iter().filter_map(number).collect(),
        (None, Some(id)) => u64::try_from(id).into_iter().collect(),
        (None, None) => return Ok(None),
    };
    let known = |id: &u64| call.shared.read(|world| world.user(*id).is_some());
    Ok(Some(ids.into_iter().filter(known).collect()))
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn check_required(sent: &Parameters) -> Result<(), Refusal> {
    let missing: Vec<String> = ["title", "source_branch", "target_branch"]
        .iter()
        .filter(|name| !sent.has(name))
        .map(|name| format!("{name} is missing"))
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(Refusal::parameter(&missing.join(", "))),
    }
}

fn does_not_exist(field: &str) -> Refusal {
    invalid(field, "does not exist")
}

/// A field that a model refuses.
pub(super) fn invalid(field: &str, complaint: &str) -> Refusal {
    Reply::json(
        StatusCode::BAD_REQUEST,
        &json!({"message": {field: [complaint]}}),
    )
    .into()
}

fn list_of_one(status: StatusCode, text: &str) -> Refusal {
    Reply::json(status, &json!({"message": [text]})).into()
}
