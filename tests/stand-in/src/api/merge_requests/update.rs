//! Changing a merge request; apart, because a change of state is a change of its own with a note
//! and an event.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    Loaded,
    create::{check_title, check_unique, invalid, people, texts},
    json as shown, load_to_change, reload,
    versions::compute,
    writing::say,
};
use crate::{
    api::{Answer, Call, parameters::Parameters},
    error::Refusal,
    event::{Event, MergeRequestEvent},
    reply::Reply,
    state::{AccessLevel, Deed, MergeRequestRecord, MergeRequestState},
};

pub(crate) fn update(call: &Call<'_>) -> Answer {
    let loaded = load_to_change(call, AccessLevel::Developer)?;
    let sent = call.parameters()?;
    if !ATTRIBUTES.iter().any(|name| sent.has(name)) {
        let text = "are missing, at least one parameter must be provided";
        let text = format!("{} {text}", ATTRIBUTES.join(", "));
        return Err(Refusal::parameter(&text));
    }
    let user = call.user()?;
    let event = sent.one_of("state_event", &["close", "reopen"])?;
    if let Some(event) = event.as_deref() {
        check_event(call, &loaded.record, event)?;
    }
    let changes = change_attributes(call, &loaded, &sent)?;
    let (project, iid) = (loaded.project.id, loaded.record.iid);
    if !changes.is_empty() {
        call.shared.happened(Event::MergeRequest(MergeRequestEvent {
            changes: changes.into(),
            ..MergeRequestEvent::new(project, iid, "update", user)
        }));
    }
    match event.as_deref() {
        Some("close") if loaded.record.is_open() => {
            change_state(call, &loaded, MergeRequestState::Closed)?;
        }
        Some("reopen") if !loaded.record.is_open() => {
            change_state(call, &loaded, MergeRequestState::Opened)?;
        }
        _ => {}
    }
    let loaded = reload(call, loaded)?;
    let answer = shown::full(call, &loaded, shown::Extras::default())?;
    Ok(Reply::json(StatusCode::OK, &answer))
}

const ATTRIBUTES: &[&str] = &[
    "assignee_id",
    "assignee_ids",
    "reviewer_ids",
    "description",
    "labels",
    "add_labels",
    "remove_labels",
    "milestone_id",
    "remove_source_branch",
    "state_event",
    "target_branch",
    "title",
    "discussion_locked",
    "squash",
];

/// What is merged stays merged. The words are those of the state machine; that they reach the
/// client in this form is not verified.
fn check_event(call: &Call<'_>, record: &MergeRequestRecord, event: &str) -> Result<(), Refusal> {
    if record.state == MergeRequestState::Merged {
        let text = format!("cannot transition via \"{event}\"");
        return Err(invalid("state", &text));
    }
    if event == "reopen" && !record.is_open() {
        let (source, target) = (&record.source_branch, &record.target_branch);
        check_unique(call.shared, record.project, source, target)?;
    }
    Ok(())
}

/// Changes what is to be changed, and tells what was different before.
fn change_attributes(
    call: &Call<'_>,
    loaded: &Loaded,
    sent: &Parameters,
) -> Result<Map<String, Value>, Refusal> {
    let before = &loaded.record;
    let mut after = before.clone();
    if let Some(title) = sent.string("title")? {
        check_title(&title)?;
        after.title = title;
    }
    if let Some(description) = sent.string("description")? {
        after.description = Some(description);
    }
    if let Some(target) = sent.string("target_branch")? {
        retarget(call, loaded, &mut after, target)?;
    }
    if let Some(assignees) = people(call, sent, "assignee_ids", Some("assignee_id"))? {
        after.assignees = assignees;
    }
    if let Some(reviewers) = people(call, sent, "reviewer_ids", None)? {
        after.reviewers = reviewers;
    }
    after.labels = labels(&before.labels, sent)?;
    after.squash = sent.boolean("squash")?.unwrap_or(before.squash);
    after.discussion_locked = sent
        .boolean("discussion_locked")?
        .or(before.discussion_locked);
    after.remove_source_branch = sent
        .boolean("remove_source_branch")?
        .or(before.remove_source_branch);
    let changes = differences(before, &after);
    call.shared.write(|world| {
        world.change_merge_request(before.project, before.iid, |record| {
            // Everything else may have changed since, and is not this handler's.
            record.title = after.title;
            record.description = after.description;
            record.labels = after.labels;
            record.assignees = after.assignees;
            record.reviewers = after.reviewers;
            record.squash = after.squash;
            record.discussion_locked = after.discussion_locked;
            record.remove_source_branch = after.remove_source_branch;
            if record.target_branch != after.target_branch {
                record.target_branch = after.target_branch;
                record.versions.extend(after.versions.pop());
            }
        });
    });
    Ok(changes)
}

fn labels(before: &[String], sent: &Parameters) -> Result<Vec<String>, Refusal> {
    let mut labels = texts(sent, "labels")?.unwrap_or_else(|| before.to_vec());
    for label in texts(sent, "add_labels")?.unwrap_or_default() {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let removed = texts(sent, "remove_labels")?.unwrap_or_default();
    labels.retain(|label| !removed.contains(label));
    Ok(labels)
}

fn retarget(
    call: &Call<'_>,
    loaded: &Loaded,
    after: &mut MergeRequestRecord,
    target: String,
) -> Result<(), Refusal> {
    if target == after.target_branch {
        return Ok(());
    }
    let head = after.version().head.clone();
    let mut version = compute(&loaded.repository, &target, &head)?
        .ok_or_else(|| invalid("target_branch", "does not exist"))?;
    check_unique(call.shared, after.project, &after.source_branch, &target)?;
    call.shared.write(|world| {
        version.id = world.merge_requests.next_version();
        version.created_at = world.moment();
    });
    after.versions.push(version);
    after.target_branch = target;
    Ok(())
}

fn differences(before: &MergeRequestRecord, after: &MergeRequestRecord) -> Map<String, Value> {
    let pairs = [
        ("title", json!(before.title), json!(after.title)),
        (
            "description",
            json!(before.description),
            json!(after.description),
        ),
        (
            "target_branch",
            json!(before.target_branch),
            json!(after.target_branch),
        ),
        ("draft", before.is_draft().into(), after.is_draft().into()),
        ("labels", json!(before.labels), json!(after.labels)),
        ("assignees", json!(before.assignees), json!(after.assignees)),
        ("reviewers", json!(before.reviewers), json!(after.reviewers)),
        ("squash", before.squash.into(), after.squash.into()),
    ];
    pairs
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| {
            let change = json!({"previous": before, "current": after});
            (name.to_owned(), change)
        })
        .collect()
}

fn change_state(call: &Call<'_>, loaded: &Loaded, state: MergeRequestState) -> Result<(), Refusal> {
    let user = call.user()?;
    let (project, iid) = (loaded.project.id, loaded.record.iid);
    call.shared.write(|world| {
        world.change_merge_request(project, iid, |record| {
            // It may have been merged meanwhile, which is for good.
            if record.state == MergeRequestState::Merged {
                return;
            }
            record.state = state;
            record.closed = (state == MergeRequestState::Closed).then_some(Deed {
                user,
                at: record.updated_at,
            });
        });
    });
    let (said, action) = match state {
        MergeRequestState::Closed => ("closed", "close"),
        _ => ("reopened", "reopen"),
    };
    say(call.shared, project, iid, user, said);
    let event = MergeRequestEvent::new(project, iid, action, user);
    call.shared.happened(Event::MergeRequest(event));
    Ok(())
}
