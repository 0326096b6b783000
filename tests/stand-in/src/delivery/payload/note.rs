//! What webhooks are told of a note; apart, because it carries its merge request along.

use std::{io, sync::Arc};

use serde_json::{Value, json};

use super::{
    merge_request::{attributes, find},
    moment, project, repository, user,
};
use crate::{
    delivery::Trigger,
    event::NoteEvent,
    shared::Shared,
    state::{DiscussionRecord, MergeRequestRecord, NoteRecord, ProjectRecord},
};

pub(in super::super) fn note(
    shared: &Arc<Shared>,
    event: &NoteEvent,
) -> io::Result<Option<(Trigger, Value)>> {
    let Some((place, record, last)) = find(shared, event.project, event.iid)? else {
        return Ok(None);
    };
    let Some((discussion, note)) = record.conversation.note(event.note) else {
        return Ok(None);
    };
    let trigger = match note.internal {
        true => Trigger::ConfidentialNote,
        false => Trigger::Note,
    };
    let own = own_attributes(shared, &place, &record, discussion, note);
    let event_type = match note.internal {
        true => "confidential_note",
        false => "note",
    };
    let body = shared.read(|world| {
        json!({
            "object_kind": "note",
            "event_type": event_type,
            "user": user(world, event.user),
            "project_id": place.id,
            "project": project(shared, world, &place),
            "object_attributes": own,
            "repository": repository(shared, &place),
            "merge_request": attributes(shared, world, &place, &record, last.as_deref()),
        })
    });
    Ok(Some((trigger, body)))
}

fn own_attributes(
    shared: &Shared,
    place: &ProjectRecord,
    record: &MergeRequestRecord,
    discussion: &DiscussionRecord,
    note: &NoteRecord,
) -> Value {
    let page = format!(
        "{}/-/merge_requests/{}#note_{}",
        place.full_path, record.iid, note.id
    );
    let anchor = note.anchor.as_ref();
    let position = anchor.map(|anchor| &anchor.position);
    let resolved = note.resolved;
    json!({
        "attachment": null,
        "author_id": note.author,
        "change_position": null,
        "commit_id": null,
        "created_at": moment(note.created_at),
        "discussion_id": discussion.id,
        "id": note.id,
        "internal": note.internal,
        "line_code": anchor.and_then(|anchor| anchor.line_code.as_deref()),
        "note": note.body,
        "noteable_id": record.id,
        "noteable_type": "MergeRequest",
        "original_position": position,
        "position": position,
        "project_id": place.id,
        "resolved_at": resolved.map(|resolved| moment(resolved.at)),
        "resolved_by_id": resolved.map(|resolved| resolved.by),
        "resolved_by_push": null,
        "st_diff": null,
        "system": note.system,
        "type": discussion.note_type(),
        "updated_at": moment(note.updated_at),
        "updated_by_id": null,
        "description": note.body,
        "url": shared.web_url(&page),
        "action": "create",
    })
}
