//! Discussions of a merge request; apart, because they may be about a line and may be resolved.

use http::StatusCode;

use super::{
    Loaded,
    changes::page,
    load, load_to_change, no_record, note_json, notes, position, reload,
    writing::{Place, say},
};
use crate::{
    api::{Answer, Call, parameters::missing},
    error::Refusal,
    page::Paging,
    reply::Reply,
    state::{AccessLevel, DiscussionRecord, Resolved},
};

pub(crate) fn list(call: &Call<'_>) -> Answer {
    let loaded = load(call)?;
    let paging = Paging::parse(&call.query)?;
    let answers = call.shared.read(|world| {
        let discussions = loaded.record.conversation.0.iter();
        discussions
            .map(|discussion| note_json::discussion(call, world, &loaded, discussion))
            .collect()
    });
    page(call, paging, answers)
}

pub(crate) fn read(call: &Call<'_>) -> Answer {
    let loaded = load(call)?;
    show(call, &loaded, &id(call), StatusCode::OK)
}

pub(crate) fn create(call: &Call<'_>) -> Answer {
    let loaded = load_to_change(call, AccessLevel::Reporter)?;
    let sent = call.parameters()?;
    let mut draft = notes::draft(call, &sent)?;
    draft.anchor = match sent.nested("position")? {
        Some(position) => Some(position::anchor(&loaded, &position)?),
        None => None,
    };
    let (_, discussion) = notes::publish(call, &loaded, Place::Beginning, draft)?;
    let loaded = reload(call, loaded)?;
    show(call, &loaded, &discussion, StatusCode::CREATED)
}

pub(crate) fn reply(call: &Call<'_>) -> Answer {
    let loaded = load_to_change(call, AccessLevel::Reporter)?;
    let id = id(call);
    let mut draft = notes::draft(call, &call.parameters()?)?;
    let discussion = find(&loaded, &id)?;
    // An answer is about what the first note was about.
    draft.anchor = discussion
        .notes
        .first()
        .and_then(|first| first.anchor.clone());
    let (note, _) = notes::publish(call, &loaded, Place::Reply(&id), draft)?;
    let loaded = reload(call, loaded)?;
    notes::show(call, &loaded, note, StatusCode::CREATED)
}

pub(crate) fn resolve(call: &Call<'_>) -> Answer {
    let loaded = load_to_change(call, AccessLevel::Developer)?;
    let id = id(call);
    let resolved = call.parameters()?.boolean("resolved")?;
    let resolved = resolved.ok_or_else(|| missing("resolved"))?;
    let discussion = find(&loaded, &id)?;
    if !discussion.is_resolvable() {
        return Err(Refusal::forbidden(""));
    }
    let user = call.user()?;
    let (project, iid) = (loaded.project.id, loaded.record.iid);
    call.shared.write(|world| {
        world.change_merge_request(project, iid, |record| {
            let at = record.updated_at;
            let discussion = record.conversation.discussion_mut(&id);
            for note in discussion.into_iter().flat_map(|found| &mut found.notes) {
                note.resolved = match (resolved, note.resolved) {
                    (true, None) => Some(Resolved { by: user, at }),
                    (true, before) => before,
                    (false, _) => None,
                };
            }
        });
    });
    let mut loaded = reload(call, loaded)?;
    if resolved && loaded.record.conversation.is_settled() {
        say(call.shared, project, iid, user, "resolved all threads");
        loaded = reload(call, loaded)?;
    }
    show(call, &loaded, &id, StatusCode::OK)
}

pub(crate) fn read_note(call: &Call<'_>) -> Answer {
    let loaded = load(call)?;
    let id = check_member(call, &loaded)?;
    notes::show(call, &loaded, id, StatusCode::OK)
}

pub(crate) fn update_note(call: &Call<'_>) -> Answer {
    let loaded = load_to_change(call, AccessLevel::Reporter)?;
    let id = check_member(call, &loaded)?;
    let sent = call.parameters()?;
    if let Some(resolved) = sent.boolean("resolved")? {
        let by = call.user()?;
        notes::change(call, &loaded, |note, at| {
            note.resolved = resolved.then_some(Resolved { by, at });
        })?;
    } else {
        notes::check_own(call, &loaded, id)?;
        let body = match sent.has("body") {
            true => notes::body(&sent)?,
            false => {
                let text = "body, resolved are missing, exactly one parameter must be provided";
                return Err(Refusal::parameter(text));
            }
        };
        notes::change(call, &loaded, |note, moment| {
            note.body = body;
            note.updated_at = moment;
        })?;
    }
    let loaded = reload(call, loaded)?;
    notes::show(call, &loaded, id, StatusCode::OK)
}

pub(crate) fn remove_note(call: &Call<'_>) -> Answer {
    check_member(call, &load(call)?)?;
    notes::remove(call)
}

fn id(call: &Call<'_>) -> String {
    call.capture_text("discussion_id")
}

fn find<'a>(loaded: &'a Loaded, id: &str) -> Result<&'a DiscussionRecord, Refusal> {
    let found = loaded.record.conversation.discussion(id);
    found.ok_or_else(|| Refusal::not_found("Discussion"))
}

/// The number of the note that the path names, if it is one of the discussion's.
fn check_member(call: &Call<'_>, loaded: &Loaded) -> Result<u64, Refusal> {
    let note = notes::note_id(call)?;
    let mut notes = find(loaded, &id(call))?.notes.iter();
    match notes.any(|own| own.id == note) {
        true => Ok(note),
        false => Err(no_record()),
    }
}

fn show(call: &Call<'_>, loaded: &Loaded, id: &str, status: StatusCode) -> Answer {
    let discussion = find(loaded, id)?;
    let answer = call
        .shared
        .read(|world| note_json::discussion(call, world, loaded, discussion));
    Ok(Reply::json(status, &answer))
}
