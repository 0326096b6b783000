//! What happens in the forge and others may want to hear of; apart, because whoever changes
//! something should not know who listens.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{api, delivery, record::lock, shared::Shared};

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A merge request was opened or changed.
    MergeRequest(MergeRequestEvent),
    /// Somebody said something in a merge request.
    Note(NoteEvent),
    /// A branch or a tag began, moved or ended.
    Push(Push),
}

/// What somebody did to a merge request.
#[derive(Clone, Debug)]
pub(crate) struct MergeRequestEvent {
    pub(crate) project: u64,
    pub(crate) iid: u64,
    /// Such as `open` or `merge`.
    pub(crate) action: &'static str,
    pub(crate) user: u64,
    /// Where the source was before a push to it.
    pub(crate) old_head: Option<String>,
    /// By attribute, what was and what is.
    pub(crate) changes: Value,
}

impl MergeRequestEvent {
    pub(crate) fn new(project: u64, iid: u64, action: &'static str, user: u64) -> Self {
        Self {
            project,
            iid,
            action,
            user,
            old_head: None,
            changes: Value::Object(Map::new()),
        }
    }
}

/// A note of a person.
#[derive(Clone, Debug)]
pub(crate) struct NoteEvent {
    pub(crate) project: u64,
    pub(crate) iid: u64,
    pub(crate) note: u64,
    pub(crate) user: u64,
}

/// A reference that is elsewhere now.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub(crate) project: u64,
    /// In full, such as `refs/heads/main`.
    pub(crate) reference: String,
    /// What it named before; zeros where it began.
    pub(crate) before: String,
    /// What it names now; zeros where it ended.
    pub(crate) after: String,
    pub(crate) user: u64,
    /// How many references moved in the same push.
    pub(crate) together: usize,
}

impl Push {
    pub(crate) fn branch(&self) -> Option<&str> {
        self.reference.strip_prefix("refs/heads/")
    }

    pub(crate) fn begins(&self) -> bool {
        is_zero(&self.before)
    }
}

impl Shared {
    /// Tells of an event whoever must hear of it.
    pub(crate) fn happened(self: &Arc<Self>, event: Event) {
        if let Event::Push(push) = &event {
            if let (Some(branch), true) = (push.branch(), push.begins()) {
                self.hide(push.project, branch);
            }
            api::follow_push(self, push);
        }
        delivery::notify(self, &event);
    }

    /// Whether what follows a push, such as making a merge request, sees the branch already. Every
    /// question counts as an attempt.
    pub(crate) fn is_visible(&self, project: u64, branch: &str) -> bool {
        let mut hidden = lock(&self.hidden_branches);
        let key = (project, branch.to_owned());
        match hidden.get_mut(&key) {
            None => true,
            Some(0) => {
                hidden.remove(&key);
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }

    fn hide(&self, project: u64, branch: &str) {
        let attempts = self.features().branches_visible_after;
        if attempts > 0 {
            lock(&self.hidden_branches).insert((project, branch.to_owned()), attempts);
        }
    }
}

/// Whether an id is the one of no object.
pub(crate) fn is_zero(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}
