//! Trying a webhook out; apart, because it delivers while the request waits.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{find, not_yet, visible};
use crate::{
    api::{Answer, Call},
    delivery::{Parcel, Trigger, deliver, describe},
    error::Refusal,
    event::{Event, MergeRequestEvent, NoteEvent, Push},
    record::lock,
    reply::Reply,
    state::{AccessLevel, ProjectRecord},
};

pub(crate) fn test(call: &Call<'_>) -> Answer {
    if !call.at_least(16, 11) {
        return Err(not_yet());
    }
    let project = call.writable_project(AccessLevel::Maintainer)?;
    let hook = find(call, &project)?;
    let wanted = call.capture_text("trigger");
    if !TRIGGERS.contains(&wanted.as_str()) {
        let text = "trigger does not have a valid value";
        return Err(Refusal::parameter(text));
    }
    if call.at_least(17, 1) {
        limit(call, "hook test", project.id)?;
    }
    let (trigger, body) = sample(call, &project, &wanted)?;
    let parcel = Parcel {
        hook: hook.id,
        trigger,
        event_id: call.shared.courier.name(),
        body,
    };
    let status = carry(call, &parcel)?;
    match status {
        Ok(_) => Ok(Reply::json(
            StatusCode::CREATED,
            &json!({"message": "201 Created"}),
        )),
        Err(text) => Err(Refusal::message(StatusCode::UNPROCESSABLE_ENTITY, &text)),
    }
}

pub(crate) fn resend(call: &Call<'_>) -> Answer {
    if !call.at_least(17, 4) {
        return Err(not_yet());
    }
    let project = visible(call)?;
    let hook = find(call, &project)?;
    if call.at_least(17, 1) {
        limit(call, "hook resend", project.id)?;
    }
    let wanted = call.capture_text("event_id");
    let mut log = hook.log.iter();
    let record = log
        .find(|record| record.id.to_string() == wanted)
        .ok_or_else(super::no_record)?;
    let parcel = Parcel {
        hook: hook.id,
        trigger: record.trigger,
        event_id: call.shared.courier.name(),
        body: record.request.clone(),
    };
    match carry(call, &parcel)? {
        Ok(status) => Ok(Reply::json(
            StatusCode::CREATED,
            &json!({"response_status": status}),
        )),
        Err(text) => Err(Refusal::message(StatusCode::UNPROCESSABLE_ENTITY, &text)),
    }
}

/// What may be tried out. Beyond what the stand-in plays, GitLab's own texts say what is missing.
const TRIGGERS: &[&str] = &[
    "confidential_issues_events",
    "confidential_note_events",
    "deployment_events",
    "emoji_events",
    "feature_flag_events",
    "issues_events",
    "job_events",
    "merge_requests_events",
    "milestone_events",
    "note_events",
    "pipeline_events",
    "push_events",
    "releases_events",
    "resource_access_token_events",
    "tag_push_events",
    "vulnerability_events",
    "wiki_page_events",
];

/// An event of that kind from what the project holds.
fn sample(
    call: &Call<'_>,
    project: &ProjectRecord,
    wanted: &str,
) -> Result<(Trigger, Value), Refusal> {
    let user = call.user()?;
    let lacking = |text: &str| Refusal::message(StatusCode::UNPROCESSABLE_ENTITY, text);
    let newest = call.shared.read(|world| {
        let records = world.merge_requests.of_project(project.id);
        let newest = records.last()?;
        let note = newest.conversation.notes().last().map(|(_, note)| note.id);
        Some((newest.iid, note))
    });
    let event = match (wanted, newest) {
        ("push_events" | "tag_push_events", _) => {
            let repository = project.repository.open()?;
            let tip = repository.commit(&format!("refs/heads/{}", project.default_branch))?;
            let tip = tip.ok_or_else(|| lacking("Ensure the project has at least one commit."))?;
            let reference = match wanted {
                "push_events" => format!("refs/heads/{}", project.default_branch),
                _ => "refs/tags/v1.0.0".to_owned(),
            };
            let zeros = "0".repeat(tip.id.len());
            Event::Push(Push {
                project: project.id,
                reference,
                before: tip.parents.first().cloned().unwrap_or(zeros),
                after: tip.id.clone(),
                user,
                together: 1,
            })
        }
        ("merge_requests_events", Some((iid, _))) => {
            Event::MergeRequest(MergeRequestEvent::new(project.id, iid, "open", user))
        }
        ("note_events", Some((iid, Some(note)))) => Event::Note(NoteEvent {
            project: project.id,
            iid,
            note,
            user,
        }),
        ("merge_requests_events", _) => {
            return Err(lacking("Ensure the project has merge requests."));
        }
        ("note_events" | "confidential_note_events", _) => {
            return Err(lacking("Ensure the project has notes."));
        }
        (wanted, _) => {
            let what = wanted.trim_end_matches("_events").replace('_', " ");
            return Err(lacking(&format!("Ensure the project has {what}.")));
        }
    };
    describe(call.shared, &event)?.ok_or_else(super::no_record)
}

/// Delivers, even to a hook that is disabled, and tells the receiver's status or what went wrong.
fn carry(call: &Call<'_>, parcel: &Parcel) -> Result<Result<u16, String>, Refusal> {
    // Handlers run on threads that may wait.
    let record = Handle::current().block_on(deliver(call.shared, parcel, true));
    let record = record.ok_or_else(super::no_record)?;
    Ok(match record.status.parse::<u16>() {
        Ok(status) if (200..300).contains(&status) => Ok(status),
        _ => Err(record.response_body),
    })
}

fn limit(call: &Call<'_>, what: &str, project: u64) -> Result<(), Refusal> {
    let name = format!("{what} {project} {}", call.user()?);
    let (count, _) = lock(&call.shared.counters).count(name, Duration::from_secs(60));
    match count > PER_MINUTE {
        true => Err(Refusal::application_limit("endpoint")),
        false => Ok(()),
    }
}

const PER_MINUTE: u32 = 5;
