//! What people say in a merge request; apart, because discussions group notes in ways that the
//! merge request need not know.

use serde_json::Value;

/// A note as it was written, or as GitLab wrote it itself.
#[derive(Clone, Debug)]
pub(crate) struct NoteRecord {
    pub(crate) id: u64,
    pub(crate) author: u64,
    pub(crate) body: String,
    /// Whether GitLab wrote it.
    pub(crate) system: bool,
    pub(crate) internal: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) anchor: Option<Anchor>,
    pub(crate) resolved: Option<Resolved>,
}

/// The place in the difference that a note is about.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    /// As it was sent, with everything that GitLab fills in.
    pub(crate) position: Value,
    /// `None` for a note on a whole file.
    pub(crate) line_code: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Resolved {
    pub(crate) by: u64,
    pub(crate) at: i64,
}

/// Notes that belong together.
#[derive(Clone, Debug)]
pub(crate) struct DiscussionRecord {
    /// Forty hexadecimal digits.
    pub(crate) id: String,
    /// A note that stands alone, and cannot be resolved.
    pub(crate) individual: bool,
    /// In order of writing; never empty.
    pub(crate) notes: Vec<NoteRecord>,
}

/// Everything said, discussion by discussion, in order of their first notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conversation(pub(crate) Vec<DiscussionRecord>);

impl DiscussionRecord {
    /// What kind of note GitLab calls those in it; `None` for one that stands alone.
    pub(crate) fn note_type(&self) -> Option<&'static str> {
        match self.notes.first() {
            Some(first) if first.anchor.is_some() => Some("DiffNote"),
            _ if self.individual => None,
            _ => Some("DiscussionNote"),
        }
    }

    pub(crate) fn is_resolvable(&self) -> bool {
        !self.individual
    }

    pub(crate) fn is_resolved(&self) -> bool {
        self.is_resolvable() && self.notes.iter().all(|note| note.resolved.is_some())
    }
}

impl Conversation {
    pub(crate) fn discussion(&self, id: &str) -> Option<&DiscussionRecord> {
        self.0.iter().find(|discussion| discussion.id == id)
    }

    pub(crate) fn discussion_mut(&mut self, id: &str) -> Option<&mut DiscussionRecord> {
        self.0.iter_mut().find(|discussion| discussion.id == id)
    }

    /// Every note with its discussion, by number.
    pub(crate) fn notes(&self) -> Vec<(&DiscussionRecord, &NoteRecord)> {
        let mut notes: Vec<_> = self
            .0
            .iter()
            .flat_map(|discussion| discussion.notes.iter().map(move |note| (discussion, note)))
            .collect();
        notes.sort_by_key(|(_, note)| note.id);
        notes
    }

    pub(crate) fn note(&self, id: u64) -> Option<(&DiscussionRecord, &NoteRecord)> {
        self.notes().into_iter().find(|(_, note)| note.id == id)
    }

    pub(crate) fn note_mut(&mut self, id: u64) -> Option<&mut NoteRecord> {
        self.0
            .iter_mut()
            .flat_map(|discussion| discussion.notes.iter_mut())
            .find(|note| note.id == id)
    }

    /// Takes a note away, and its discussion with the last one.
    pub(crate) fn remove_note(&mut self, id: u64) {
        for discussion in &mut self.0 {
            discussion.notes.retain(|note| note.id != id);
        }
        self.0.retain(|discussion| !discussion.notes.is_empty());
    }

    /// Whether nothing is left that should be resolved first.
    pub(crate) fn is_settled(&self) -> bool {
        self.0
            .iter()
            .all(|discussion| !discussion.is_resolvable() || discussion.is_resolved())
    }

    /// Notes of people, which is what GitLab counts.
    pub(crate) fn user_notes(&self) -> usize {
        self.notes().iter().filter(|(_, note)| !note.system).count()
    }
}
