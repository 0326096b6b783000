//! A merge request as JSON; apart, because lists show less of it and webhooks show it otherwise.

use serde_json::{Value, json};

use super::{Loaded, outlook::Outlook};
use crate::{
    api::{Call, people::person},
    error::Refusal,
    git::DiffLimits,
    state::{Deed, MergeRequestRecord, ProjectRecord, World, format_time},
};

/// What is only shown to those who ask for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extras {
    pub(super) diverged: bool,
    pub(super) rebase: bool,
}

/// The answer for a single merge request.
pub(super) fn full(call: &Call<'_>, loaded: &Loaded, extras: Extras) -> Result<Value, Refusal> {
    let record = &loaded.record;
    let mut answer = listed(call, loaded)?;
    let version = record.version();
    let is_ready = record.unprepared == 0;
    let can_merge = call.shared.read(|world| {
        let branch = &record.target_branch;
        call.viewer.can_push_to(world, &loaded.project, branch)
    });
    answer["subscribed"] = (call.viewer.user == Some(record.author)).into();
    answer["changes_count"] = match is_ready {
        true => changes_count(call, loaded)?,
        false => Value::Null,
    };
    for name in [
        "latest_build_started_at",
        "latest_build_finished_at",
        "first_deployed_to_production_at",
        "pipeline",
        "head_pipeline",
        "merge_error",
    ] {
        answer[name] = Value::Null;
    }
    answer["diff_refs"] = match is_ready {
        true => json!({
            "base_sha": version.base,
            "head_sha": version.head,
            "start_sha": version.start,
        }),
        false => Value::Null,
    };
    answer["user"] = json!({"can_merge": can_merge});
    answer["first_contribution"] = false.into();
    if extras.diverged {
        let target = format!("refs/heads/{}", record.target_branch);
        answer["diverged_commits_count"] = match loaded.repository.commit(&target)? {
            Some(target) => loaded
                .repository
                .count_commits(&version.head, &target.id)?
                .into(),
            None => 0.into(),
        };
    }
    if extras.rebase {
        answer["rebase_in_progress"] = false.into();
    }
    Ok(answer)
}

/// The answer for one of a list.
pub(super) fn listed(call: &Call<'_>, loaded: &Loaded) -> Result<Value, Refusal> {
    let outlook = Outlook::of(call, loaded)?;
    let (project, record) = (&*loaded.project, &loaded.record);
    let mut answer = simple(call, project, record);
    call.shared
        .read(|world| people(call, world, record, &mut answer));
    let additions = [
        ("target_branch", json!(record.target_branch)),
        ("source_branch", json!(record.source_branch)),
        ("user_notes_count", record.conversation.user_notes().into()),
        ("upvotes", 0.into()),
        ("downvotes", 0.into()),
        ("source_project_id", record.project.into()),
        ("target_project_id", record.project.into()),
        ("labels", json!(record.labels)),
        ("draft", record.is_draft().into()),
        ("work_in_progress", record.is_draft().into()),
        ("milestone", Value::Null),
        ("merge_when_pipeline_succeeds", false.into()),
        ("merge_status", outlook.plain().into()),
        ("detailed_merge_status", outlook.detailed(call).into()),
        ("has_conflicts", (outlook == Outlook::Conflict).into()),
        ("sha", json!(record.version().head)),
        ("merge_commit_sha", json!(record.merge_commit)),
        ("squash_commit_sha", json!(record.squash_commit)),
        ("discussion_locked", json!(record.discussion_locked)),
        ("should_remove_source_branch", Value::Null),
        (
            "force_remove_source_branch",
            json!(record.remove_source_branch),
        ),
    ];
    for (name, value) in additions {
        answer[name] = value;
    }
    add_rest(&loaded.project, record, &mut answer);
    if call.at_least(16, 10) {
        answer["imported"] = false.into();
        answer["imported_from"] = "none".into();
    }
    if call.at_least(17, 5) {
        answer["merge_after"] = Value::Null;
    }
    if call.shared.version.is_enterprise() {
        answer["approvals_before_merge"] = Value::Null;
    }
    Ok(answer)
}

/// What depends on nothing but the record.
fn add_rest(project: &ProjectRecord, record: &MergeRequestRecord, answer: &mut Value) {
    let additions = [
        ("prepared_at", prepared_at(record)),
        ("reference", format!("!{}", record.iid).into()),
        ("references", references(project, record)),
        ("time_stats", time_stats()),
        ("squash", record.squash.into()),
        ("squash_on_merge", record.squash.into()),
        (
            "task_completion_status",
            json!({"count": 0, "completed_count": 0}),
        ),
        (
            "blocking_discussions_resolved",
            record.conversation.is_settled().into(),
        ),
    ];
    for (name, value) in additions {
        answer[name] = value;
    }
}

/// The answer for one of a list with `view=simple`.
pub(super) fn simple(
    call: &Call<'_>,
    project: &ProjectRecord,
    record: &MergeRequestRecord,
) -> Value {
    let page = format!("{}/-/merge_requests/{}", project.full_path, record.iid);
    json!({
        "id": record.id,
        "iid": record.iid,
        "project_id": record.project,
        "title": record.title,
        "description": record.description,
        "state": record.state.name(),
        "created_at": format_time(record.created_at, 0),
        "updated_at": format_time(record.updated_at, 0),
        "web_url": call.shared.web_url(&page),
    })
}

fn people(call: &Call<'_>, world: &World, record: &MergeRequestRecord, answer: &mut Value) {
    let one = |id: u64| person(call.shared, world, id);
    let many = |ids: &[u64]| ids.iter().map(|id| one(*id)).collect::<Vec<_>>();
    let who = |deed: Option<Deed>| deed.map_or(Value::Null, |deed| one(deed.user));
    let when = |deed: Option<Deed>| json!(deed.map(|deed| format_time(deed.at, 0)));
    answer["merged_by"] = who(record.merged);
    answer["merge_user"] = who(record.merged);
    answer["merged_at"] = when(record.merged);
    answer["closed_by"] = who(record.closed);
    answer["closed_at"] = when(record.closed);
    answer["author"] = one(record.author);
    let assignees = many(&record.assignees);
    answer["assignee"] = assignees.first().cloned().unwrap_or(Value::Null);
    answer["assignees"] = assignees.into();
    answer["reviewers"] = many(&record.reviewers).into();
}

fn references(project: &ProjectRecord, record: &MergeRequestRecord) -> Value {
    let short = format!("!{}", record.iid);
    json!({
        "short": short,
        "relative": short,
        "full": format!("{}{short}", project.full_path),
    })
}

fn time_stats() -> Value {
    json!({
        "time_estimate": 0,
        "total_time_spent": 0,
        "human_time_estimate": null,
        "human_total_time_spent": null,
    })
}

fn prepared_at(record: &MergeRequestRecord) -> Value {
    match record.unprepared {
        0 => format_time(record.version().created_at, 0).into(),
        _ => Value::Null,
    }
}

/// The number of changed files as a text, with a plus where there are more than are counted.
fn changes_count(call: &Call<'_>, loaded: &Loaded) -> Result<Value, Refusal> {
    let version = loaded.record.version();
    let repository = &loaded.repository;
    let (diffs, _) = repository.diff(&version.base, &version.head, &DiffLimits::NONE)?;
    let limit = call.features.diff_limits.max_files;
    Ok(match diffs.len() {
        count if count > limit => format!("{limit}+").into(),
        count => count.to_string().into(),
    })
}
