//! Whether a merge request can be merged, and in which words GitLab says so; apart, because the two
//! statuses that it shows disagree in places.

use std::io;

use super::Loaded;
use crate::{
    api::Call,
    git::{MergedTree, Repository},
    state::MergeRequestRecord,
};

/// What stands in the way of merging.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outlook {
    Checking,
    Conflict,
    Draft,
    Mergeable,
    NotOpen,
    Preparing,
    /// There is no source or target branch, or nothing to merge.
    SourceMissing,
    Unchecked,
}

impl Outlook {
    pub(super) fn of(call: &Call<'_>, loaded: &Loaded) -> io::Result<Self> {
        let record = &loaded.record;
        let all = call.features.mergeability_checked_after;
        Ok(match () {
            () if !record.is_open() => Self::NotOpen,
            () if record.unprepared > 0 => Self::Preparing,
            // The first look at it starts the check.
            () if record.unchecked > 0 && record.unchecked == all => Self::Unchecked,
            () if record.unchecked > 0 => Self::Checking,
            () => Self::settled(&loaded.repository, record)?,
        })
    }

    /// What it is once everything in the background is done.
    pub(super) fn settled(
        repository: &Repository,
        record: &MergeRequestRecord,
    ) -> io::Result<Self> {
        if !record.is_open() {
            return Ok(Self::NotOpen);
        }
        if record.is_draft() {
            return Ok(Self::Draft);
        }
        let branch = |name: &str| repository.commit(&format!("refs/heads/{name}"));
        let source = branch(&record.source_branch)?;
        let target = branch(&record.target_branch)?;
        let (Some(source), Some(target)) = (source, target) else {
            return Ok(Self::SourceMissing);
        };
        if repository.is_ancestor(&source.id, &target.id)? {
            return Ok(Self::SourceMissing);
        }
        Ok(match repository.merge_trees(&target.id, &source.id)? {
            MergedTree::Conflict => Self::Conflict,
            MergedTree::Tree(_) => Self::Mergeable,
        })
    }

    pub(super) fn detailed(self, call: &Call<'_>) -> &'static str {
        match self {
            Self::Checking => "checking",
            // The exact release of the newer words is not verified.
            Self::Conflict if call.at_least(16, 11) => "conflict",
            Self::Conflict => "broken_status",
            Self::Draft => "draft_status",
            Self::Mergeable => "mergeable",
            Self::NotOpen => "not_open",
            Self::Preparing => "preparing",
            Self::SourceMissing if call.at_least(17, 2) => "commits_status",
            Self::SourceMissing => "broken_status",
            Self::Unchecked => "unchecked",
        }
    }

    /// The older status, which knows of conflicts only.
    pub(super) fn plain(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Conflict | Self::SourceMissing => "cannot_be_merged",
            Self::Preparing => "preparing",
            Self::Unchecked => "unchecked",
            Self::Draft | Self::Mergeable | Self::NotOpen => "can_be_merged",
        }
    }
}
