//! What every change of a merge request leaves behind; apart, because GitLab's own notes are the
//! same whoever caused them.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::{
    shared::Shared,
    state::{Anchor, DiscussionRecord, NoteRecord},
};

/// A note to be added.
pub(super) struct Draft {
    pub(super) author: u64,
    pub(super) body: String,
    pub(super) system: bool,
    pub(super) internal: bool,
    pub(super) anchor: Option<Anchor>,
}

/// Where a note is added.
pub(super) enum Place<'a> {
    /// By itself.
    Alone,
    /// In a discussion that begins with it.
    Beginning,
    /// At the end of a discussion.
    Reply(&'a str),
}

/// Adds GitLab's own note of a change.
pub(super) fn say(shared: &Arc<Shared>, project: u64, iid: u64, user: u64, body: &str) {
    let note = Draft {
        author: user,
        body: body.to_owned(),
        system: true,
        internal: false,
        anchor: None,
    };
    add(shared, project, iid, Place::Alone, note);
}

/// Adds a note and returns its number and its discussion's; `None` where there is nothing to add
/// it to.
pub(super) fn add(
    shared: &Shared,
    project: u64,
    iid: u64,
    place: Place<'_>,
    draft: Draft,
) -> Option<(u64, String)> {
    shared.write(|world| {
        let id = world.merge_requests.next_note();
        let moment = world.moment();
        let note = NoteRecord {
            id,
            author: draft.author,
            body: draft.body,
            system: draft.system,
            internal: draft.internal,
            created_at: moment,
            updated_at: moment,
            anchor: draft.anchor,
            resolved: None,
        };
        let record = world.merge_requests.find_mut(project, iid)?;
        record.updated_at = moment;
        let conversation = &mut record.conversation;
        let individual = match place {
            Place::Reply(discussion) => {
                let discussion = conversation.discussion_mut(discussion)?;
                // An answer makes a discussion of a note that stood alone.
                discussion.individual = false;
                discussion.notes.push(note);
                return Some((id, discussion.id.clone()));
            }
            Place::Alone => true,
            Place::Beginning => false,
        };
        let name = discussion_id(id);
        conversation.0.push(DiscussionRecord {
            id: name.clone(),
            individual,
            notes: vec![note],
        });
        Some((id, name))
    })
}

/// Forty hexadecimal digits that no other discussion has.
fn discussion_id(note: u64) -> String {
    let digest = Sha256::digest(format!("discussion {note}"));
    digest[..20]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
