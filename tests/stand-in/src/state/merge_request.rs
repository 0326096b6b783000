//! Merge requests with all that is said in them; apart, because they have a life of their own that
//! repositories know nothing of.

use super::{Conversation, World};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum MergeRequestState {
    Closed,
    Merged,
    Opened,
}

impl MergeRequestState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Merged => "merged",
            Self::Opened => "opened",
        }
    }
}

/// What a merge request would change at one time: a new one for every push to its source.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct DiffVersion {
    pub(crate) id: u64,
    /// Where source and target parted.
    pub(crate) base: String,
    /// Where the target was.
    pub(crate) start: String,
    /// Where the source was.
    pub(crate) head: String,
    pub(crate) created_at: i64,
}

/// Who did something last, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed {
    pub(crate) user: u64,
    pub(crate) at: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct MergeRequestRecord {
    pub(crate) id: u64,
    pub(crate) iid: u64,
    pub(crate) project: u64,
    pub(crate) author: u64,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) source_branch: String,
    pub(crate) target_branch: String,
    pub(crate) state: MergeRequestState,
    pub(crate) labels: Vec<String>,
    pub(crate) assignees: Vec<u64>,
    pub(crate) reviewers: Vec<u64>,
    pub(crate) squash: bool,
    pub(crate) discussion_locked: Option<bool>,
    /// Whether its author wants the source branch gone after merging; `None` where never said.
    pub(crate) remove_source_branch: Option<bool>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) merged: Option<Deed>,
    pub(crate) closed: Option<Deed>,
    pub(crate) merge_commit: Option<String>,
    pub(crate) squash_commit: Option<String>,
    /// From oldest to newest; never empty.
    pub(crate) versions: Vec<DiffVersion>,
    pub(crate) conversation: Conversation,
    /// For so many more reads the newest version is still being prepared.
    pub(crate) unprepared: u32,
    /// For so many more reads it is not known whether it can be merged.
    pub(crate) unchecked: u32,
}

impl MergeRequestRecord {
    /// A title may begin with `Draft:`, and nothing else makes a draft.
    pub(crate) fn is_draft(&self) -> bool {
        draft_prefix(&self.title).is_some()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == MergeRequestState::Opened
    }

    pub(crate) fn version(&self) -> &DiffVersion {
        // The first version is made together with the record, and none is ever taken away.
        self.versions.last().expect("a first version")
    }
}

/// The rest of a draft's title; `None` for any other.
pub(crate) fn draft_prefix(title: &str) -> Option<&str> {
    let title = title.trim_start();
    ["draft:", "[draft]", "(draft)"].iter().find_map(|prefix| {
        let start = title.get(..prefix.len())?;
        start
            .eq_ignore_ascii_case(prefix)
            .then(|| title[prefix.len()..].trim_start())
    })
}

/// All merge requests of the instance, and the last number given to anything in them.
#[derive(Default)]
pub(crate) struct MergeRequests {
    records: Vec<MergeRequestRecord>,
    last_note: u64,
    last_version: u64,
}

impl MergeRequests {
    pub(crate) fn of_project(&self, project: u64) -> impl Iterator<Item = &MergeRequestRecord> {
        self.records
            .iter()
            .filter(move |record| record.project == project)
    }

    pub(crate) fn find(&self, project: u64, iid: u64) -> Option<&MergeRequestRecord> {
        self.of_project(project).find(|record| record.iid == iid)
    }

    pub(crate) fn find_mut(&mut self, project: u64, iid: u64) -> Option<&mut MergeRequestRecord> {
        self.records
            .iter_mut()
            .find(|record| record.project == project && record.iid == iid)
    }

    /// The open one from this branch to that one.
    pub(crate) fn open_between(
        &self,
        project: u64,
        source: &str,
        target: &str,
    ) -> Option<&MergeRequestRecord> {
        self.of_project(project).find(|record| {
            record.is_open() && record.source_branch == source && record.target_branch == target
        })
    }

    /// Adds a merge request under the next numbers, which it gets here.
    pub(crate) fn add(&mut self, mut record: MergeRequestRecord) -> &MergeRequestRecord {
        record.id = self.records.len() as u64 + 1;
        record.iid = self.of_project(record.project).count() as u64 + 1;
        self.records.push(record);
        &self.records[self.records.len() - 1]
    }

    pub(crate) fn next_note(&mut self) -> u64 {
        self.last_note += 1;
        self.last_note
    }

    pub(crate) fn next_version(&mut self) -> u64 {
        self.last_version += 1;
        self.last_version
    }
}

impl World {
    /// Changes a merge request and notes when; `None` where there is none.
    pub(crate) fn change_merge_request<T>(
        &mut self,
        project: u64,
        iid: u64,
        change: impl FnOnce(&mut MergeRequestRecord) -> T,
    ) -> Option<T> {
        let moment = self.moment();
        let record = self.merge_requests.find_mut(project, iid)?;
        record.updated_at = moment;
        Some(change(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_title_makes_a_draft() {
        assert_eq!(draft_prefix("Draft: a"), Some("a"));
        assert_eq!(draft_prefix("[DRAFT] a"), Some("a"));
        assert_eq!(draft_prefix("A Draft: a"), None);
        assert_eq!(draft_prefix("Drafting"), None);
    }
}
