//! Notes of a merge request, one by one; apart from discussions, which show the same notes grouped.

use http::StatusCode;

use super::{
    Loaded,
    changes::page,
    load, load_to_change, no_record, note_json, reload,
    writing::{Draft, Place, add},
};
use crate::{
    api::{Answer, Call, parameters::Parameters},
    error::Refusal,
    event::{Event, NoteEvent},
    page::Paging,
    reply::Reply,
    state::{AccessLevel, NoteRecord},
};

pub(crate) fn list(call: &Call<'_>) -> Answer {
    let loaded = load(call)?;
    let query = &call.query;
    let paging = Paging::parse(query)?;
    let by_update = query
        .one_of("order_by", &["created_at", "updated_at"])?
        .as_deref()
        == Some("updated_at");
    let ascending = query.one_of("sort", &["asc", "desc"])?.as_deref() == Some("asc");
    let activity = query.one_of(
        "activity_filter",
        &["all_notes", "only_comments", "only_activity"],
    )?;
    let wanted = |note: &NoteRecord| match activity.as_deref() {
        Some("only_comments") => !note.system,
        Some("only_activity") => note.system,
        _ => true,
    };
    let mut notes = loaded.record.conversation.notes();
    notes.retain(|(_, note)| wanted(note));
    notes.sort_by_key(|(_, note)| match by_update {
        true => (note.updated_at, note.id),
        false => (note.created_at, note.id),
    });
    if !ascending {
        notes.reverse();
    }
    let answers = call.shared.read(|world| {
        let notes = notes.iter();
        notes
            .map(|(discussion, note)| note_json::note(call, world, &loaded, discussion, note))
            .collect()
    });
    page(call, paging, answers)
}

pub(crate) fn read(call: &Call<'_>) -> Answer {
    let loaded = load(call)?;
    show(call, &loaded, note_id(call)?, StatusCode::OK)
}

pub(crate) fn create(call: &Call<'_>) -> Answer {
    let loaded = load_to_change(call, AccessLevel::Reporter)?;
    let sent = call.parameters()?;
    let draft = draft(call, &sent)?;
    let (id, _) = publish(call, &loaded, Place::Alone, draft)?;
    let loaded = reload(call, loaded)?;
    show(call, &loaded, id, StatusCode::CREATED)
}

pub(crate) fn update(call: &Call<'_>) -> Answer {
    let loaded = load_to_change(call, AccessLevel::Reporter)?;
    let id = note_id(call)?;
    check_own(call, &loaded, id)?;
    let body = body(&call.parameters()?)?;
    change(call, &loaded, |world_note, moment| {
        world_note.body = body;
        world_note.updated_at = moment;
    })?;
    let loaded = reload(call, loaded)?;
    show(call, &loaded, id, StatusCode::OK)
}

pub(crate) fn remove(call: &Call<'_>) -> Answer {
    let loaded = load_to_change(call, AccessLevel::Reporter)?;
    let id = note_id(call)?;
    check_own(call, &loaded, id)?;
    let (project, iid) = (loaded.project.id, loaded.record.iid);
    call.shared.write(|world| {
        world.change_merge_request(project, iid, |record| record.conversation.remove_note(id));
    });
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// A note as the request describes it.
pub(super) fn draft(call: &Call<'_>, sent: &Parameters) -> Result<Draft, Refusal> {
    Ok(Draft {
        author: call.user()?,
        body: body(sent)?,
        system: false,
        internal: sent.is_set("internal")? || sent.is_set("confidential")?,
        anchor: None,
    })
}

/// Adds a note of a person and tells of it.
pub(super) fn publish(
    call: &Call<'_>,
    loaded: &Loaded,
    place: Place<'_>,
    draft: Draft,
) -> Result<(u64, String), Refusal> {
    let (project, iid, user) = (loaded.project.id, loaded.record.iid, draft.author);
    let (note, discussion) = add(call.shared, project, iid, place, draft)
        .ok_or_else(|| Refusal::not_found("Discussion"))?;
    call.shared.happened(Event::Note(NoteEvent {
        project,
        iid,
        note,
        user,
    }));
    Ok((note, discussion))
}

pub(super) fn body(sent: &Parameters) -> Result<String, Refusal> {
    let body = sent.required_string("body")?;
    match body.trim().is_empty() {
        true => Err(refused_note(r#"{:note=>["can't be blank"]}"#)),
        false => Ok(body),
    }
}

/// A note that GitLab's model refuses, in the form in which Ruby prints its complaints.
pub(super) fn refused_note(complaints: &str) -> Refusal {
    let text = format!("400 Bad request - Note {complaints}");
    Refusal::message(StatusCode::BAD_REQUEST, &text)
}

/// The number of the note that the path names.
pub(super) fn note_id(call: &Call<'_>) -> Result<u64, Refusal> {
    let text = call.capture_text("note_id");
    text.parse()
        .map_err(|_| Refusal::parameter("note_id is invalid"))
}

/// Only who wrote a note changes it, and who maintains the project.
pub(super) fn check_own(call: &Call<'_>, loaded: &Loaded, id: u64) -> Result<(), Refusal> {
    let (_, note) = loaded.record.conversation.note(id).ok_or_else(no_record)?;
    let maintains = call
        .shared
        .read(|world| call.viewer.can_administer(world, &loaded.project));
    match !note.system && (maintains || call.viewer.user == Some(note.author)) {
        true => Ok(()),
        false => Err(Refusal::forbidden("")),
    }
}

/// Changes the note that the path names.
pub(super) fn change(
    call: &Call<'_>,
    loaded: &Loaded,
    change: impl FnOnce(&mut NoteRecord, i64),
) -> Result<(), Refusal> {
    let id = note_id(call)?;
    let (project, iid) = (loaded.project.id, loaded.record.iid);
    let changed = call.shared.write(|world| {
        world.change_merge_request(project, iid, |record| {
            let moment = record.updated_at;
            let note = record.conversation.note_mut(id)?;
            change(note, moment);
            Some(())
        })
    });
    changed.flatten().ok_or_else(no_record)
}

pub(super) fn show(call: &Call<'_>, loaded: &Loaded, id: u64, status: StatusCode) -> Answer {
    let (discussion, note) = loaded.record.conversation.note(id).ok_or_else(no_record)?;
    let answer = call
        .shared
        .read(|world| note_json::note(call, world, loaded, discussion, note));
    Ok(Reply::json(status, &answer))
}
