//! Notes and discussions as JSON; apart, because notes are shown alone and in discussions alike.

use serde_json::{Value, json};

use super::Loaded;
use crate::{
    api::{Call, people::person},
    state::{DiscussionRecord, NoteRecord, World, format_time},
};

pub(super) fn note(
    call: &Call<'_>,
    world: &World,
    loaded: &Loaded,
    discussion: &DiscussionRecord,
    note: &NoteRecord,
) -> Value {
    let resolvable = discussion.is_resolvable() && !note.system;
    let mut answer = json!({
        "id": note.id,
        "type": discussion.note_type(),
        "body": note.body,
        "attachment": null,
        "author": person(call.shared, world, note.author),
        "created_at": format_time(note.created_at, 0),
        "updated_at": format_time(note.updated_at, 0),
        "system": note.system,
        "noteable_id": loaded.record.id,
        "noteable_type": "MergeRequest",
        "project_id": loaded.project.id,
        "resolvable": resolvable,
        "confidential": note.internal,
        "internal": note.internal,
        "noteable_iid": loaded.record.iid,
        "commands_changes": {},
    });
    if let Some(anchor) = &note.anchor {
        answer["commit_id"] = Value::Null;
        answer["position"] = anchor.position.clone();
        answer["suggestions"] = json!([]);
        if let Some(line_code) = &anchor.line_code {
            answer["line_code"] = line_code.as_str().into();
        }
    }
    if resolvable {
        let who = |by| person(call.shared, world, by);
        let resolved = note.resolved;
        answer["resolved"] = resolved.is_some().into();
        answer["resolved_by"] = resolved.map_or(Value::Null, |resolved| who(resolved.by));
        answer["resolved_at"] = json!(resolved.map(|resolved| format_time(resolved.at, 0)));
    }
    if call.at_least(16, 10) {
        answer["imported"] = false.into();
        answer["imported_from"] = "none".into();
    }
    answer
}

pub(super) fn discussion(
    call: &Call<'_>,
    world: &World,
    loaded: &Loaded,
    discussion: &DiscussionRecord,
) -> Value {
    let notes: Vec<Value> = discussion
        .notes
        .iter()
        .map(|own| note(call, world, loaded, discussion, own))
        .collect();
    json!({
        "id": discussion.id,
        "individual_note": discussion.individual,
        "notes": notes,
    })
}
