//! An incremental run: apart because it may be given up at any point for a full one.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::git::{ChangeKind, Comparison, EntryKind, FileChange};
use crate::contract::types::{ErrorCode, PageEnd};
use crate::object::ObjectName;
use crate::sync::check::check;
use crate::sync::error::SyncError;
use crate::sync::fetch::{Wanted, fetch};
use crate::sync::path::TreePath;
use crate::sync::progress::ProgressEvent;
use crate::sync::run::{Link, Run, Tally};
use crate::sync::sink::{Basis, Kind, State, Which};
use crate::sync::summary::{FullReason, Mode, Summary};
use crate::sync::tree::{Entry, Snapshot};
use crate::{Failure, TrapKind};

/// Why a run ended before it was done.
pub(super) enum Stop {
    /// It failed, and another way would fail too.
    Failed(SyncError),
    /// A full run has to do it.
    Full(FullReason),
}

impl From<SyncError> for Stop {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Inconsistent { problem } => Self::Full(FullReason::CheckFailed { problem }),
            // Whole, and not what it was said to be: the archive is held against its own names.
            SyncError::Content { what, source } if source.is_mismatch() => {
                let problem = format!("{what}: {source}");
                Self::Full(FullReason::CheckFailed { problem })
            }
            error => Self::Failed(error),
        }
    }
}

/// Looks whether the sink still holds the commit that it recorded.
pub(super) async fn unchanged(run: &mut Run<'_>, state: &State) -> Result<Summary, Stop> {
    let mut tally = tally(state);
    if run.options.verify {
        if let Some(path) = run.sink.altered(&[]).await? {
            return Err(Stop::Full(FullReason::LocalChange { path }));
        }
        verify(run, &mut tally).await?;
    }
    Ok(run.summary(Mode::Unchanged, tally).await?)
}

/// Fetches what changed since the recorded commit.
pub(super) async fn incremental(run: &mut Run<'_>, state: &State) -> Result<Summary, Stop> {
    let plan = Plan::ask(run, state).await?;
    let touched: Vec<TreePath> = plan
        .removed
        .iter()
        .chain(plan.written.keys())
        .cloned()
        .collect();
    let altered = match run.options.verify {
        true => run.sink.altered(&[]).await?,
        false if touched.is_empty() => None,
        false => run.sink.altered(&touched).await?,
    };
    if let Some(path) = altered {
        return Err(Stop::Full(FullReason::LocalChange { path }));
    }
    run.sink.begin(Basis::Committed).await?;
    let mut tally = tally(state);
    for path in &plan.removed {
        tally.removed += u64::from(run.discard(path, &mut tally).await?);
    }
    let links = write(run, plan.written, &mut tally).await?;
    place(run, links).await?;
    if run.options.verify {
        verify(run, &mut tally).await?;
    }
    Ok(run.commit(Mode::Incremental, tally).await?)
}

fn tally(state: &State) -> Tally {
    Tally {
        entries: state.entries,
        lfs_pointers: state.lfs_pointers,
        ..Tally::default()
    }
}

async fn write(
    run: &mut Run<'_>,
    written: BTreeMap<TreePath, u32>,
    tally: &mut Tally,
) -> Result<Vec<Link>, Stop> {
    let mut wanted = Vec::new();
    for (path, mode) in written {
        if mode == SUBMODULE {
            let id = submodule_commit(run, &path).await?;
            run.discard(&path, tally).await?;
            run.put_submodule(&path, id, tally).await?;
        } else {
            wanted.push(Wanted {
                path,
                mode,
                id: None,
            });
        }
    }
    Ok(fetch(run, wanted, tally).await?)
}

/// Comparisons do not say which commit a submodule is at; lists do.
async fn submodule_commit(run: &Run<'_>, path: &TreePath) -> Result<ObjectName, SyncError> {
    let parent = String::from_utf8_lossy(path.parent());
    let listed = run
        .forge
        .list(&run.commit.to_string(), &parent, false)
        .await?;
    let entry = listed
        .iter()
        .find(|entry| entry.path.as_bytes() == path.as_bytes());
    entry
        .filter(|entry| matches!(entry.kind, EntryKind::Submodule))
        .and_then(|entry| ObjectName::parse(&entry.id))
        .ok_or_else(|| SyncError::Inconsistent {
            problem: format!("`{path}` is not listed as a submodule"),
        })
}

/// A link that changed may change where others lead.
async fn place(run: &mut Run<'_>, mut links: Vec<Link>) -> Result<(), SyncError> {
    for (path, record) in run.sink.records(Which::NotFiles).await? {
        if matches!(record.kind, Kind::Symlink { .. }) {
            links.push(Link {
                path,
                record,
                recorded: true,
            });
        }
    }
    run.place_links(links).await
}

/// Holds the sink's whole record against the forge's tree.
async fn verify(run: &mut Run<'_>, tally: &mut Tally) -> Result<(), Stop> {
    let records = run.sink.records(Which::All).await?.into_iter();
    let entries = records.map(|(path, record)| Entry {
        path: path.as_bytes().into(),
        mode: record.kind.mode(),
        id: record.id,
    });
    let snapshot = Snapshot::new(run.algorithm(), entries.collect());
    let differences = check(run.forge, &run.commit.to_string(), &snapshot, run.progress).await?;
    if !differences.is_empty() {
        let problem = "what is recorded is not the commit's tree".to_owned();
        return Err(Stop::Full(FullReason::CheckFailed { problem }));
    }
    tally.verified = true;
    Ok(())
}

/// What has to be done to get from one commit to another.
#[derive(Debug, Default, Eq, PartialEq)]
struct Plan {
    removed: BTreeSet<TreePath>,
    /// Paths and modes.
    written: BTreeMap<TreePath, u32>,
}

impl Plan {
    async fn ask(run: &Run<'_>, state: &State) -> Result<Self, Stop> {
        run.progress.event(&ProgressEvent::Comparing);
        let mut plan = Self::default();
        let mut cursor = None;
        // Pages may be empty, and are untrusted: some end they must have.
        for _ in 0..=run.options.limits.changes {
            let compared = run
                .forge
                .compare(&state.commit, &run.commit.to_string(), cursor)
                .await;
            let page = compared.map_err(without_comparison)?;
            // From there on, what changed since the common ancestor is exactly what changed.
            if page.merge_base.as_ref() != Some(&state.commit) {
                return Err(Stop::Full(FullReason::HistoryRewritten));
            }
            plan.add(run, &page)?;
            plan.is_worth_while(run, state)?;
            match page.end {
                PageEnd::Complete => {
                    plan.removed.retain(|path| !plan.written.contains_key(path));
                    return Ok(plan);
                }
                PageEnd::More(next) => cursor = Some(next),
            }
        }
        Err(Stop::Full(FullReason::ComparisonCut))
    }

    fn add(&mut self, run: &Run<'_>, page: &Comparison) -> Result<(), Stop> {
        if !page.complete {
            return Err(Stop::Full(FullReason::ComparisonCut));
        }
        page.changes
            .iter()
            .try_for_each(|change| self.change(run, change))
    }

    fn change(&mut self, run: &Run<'_>, change: &FileChange) -> Result<(), Stop> {
        let (leaves, arrives) = match change.kind {
            ChangeKind::Added
            | ChangeKind::Copied
            | ChangeKind::KindChanged
            | ChangeKind::Modified => (false, true),
            ChangeKind::Deleted => (true, false),
            ChangeKind::Renamed => (true, true),
            ChangeKind::Other(_) => return Err(unclear(&change.new_path)),
        };
        if leaves {
            self.removed.insert(named(run, &change.old_path)?);
        }
        if arrives {
            let mode = mode(&change.new_kind).ok_or_else(|| unclear(&change.new_path))?;
            self.written.insert(named(run, &change.new_path)?, mode);
        }
        Ok(())
    }

    fn is_worth_while(&self, run: &Run<'_>, state: &State) -> Result<(), Stop> {
        let changes = self.removed.len() + self.written.len();
        let share = usize::try_from(state.entries / 3)
            .unwrap_or(usize::MAX)
            .max(ALWAYS_FEW);
        match changes > run.options.limits.changes.min(share) {
            true => Err(Stop::Full(FullReason::TooManyChanges { changes })),
            false => Ok(()),
        }
    }
}

fn named(run: &Run<'_>, path: &str) -> Result<TreePath, Stop> {
    // The forge writes this where a name has no form in its answers.
    if path.contains(char::REPLACEMENT_CHARACTER) {
        return Err(unclear(path));
    }
    Ok(run.path(path.as_bytes())?)
}

fn unclear(path: &str) -> Stop {
    Stop::Full(FullReason::UnclearChange {
        path: path.to_owned(),
    })
}

fn mode(kind: &EntryKind) -> Option<u32> {
    Some(match kind {
        EntryKind::Executable => 0o100_755,
        EntryKind::File => 0o100_644,
        EntryKind::Submodule => SUBMODULE,
        EntryKind::Symlink => 0o120_000,
        EntryKind::Directory | EntryKind::Other(_) => return None,
    })
}

/// What to do where there is no comparison: an archive may come where a comparison does not.
fn without_comparison(error: SyncError) -> Stop {
    match error.code() {
        Some(ErrorCode::BaseMissing(_)) => return Stop::Full(FullReason::BaseMissing),
        Some(
            ErrorCode::Malformed(_)
            | ErrorCode::Timeout
            | ErrorCode::TooLarge(_)
            | ErrorCode::Unavailable,
        ) => {
            return Stop::Full(FullReason::ComparisonCut);
        }
        _ => {}
    }
    match &error {
        SyncError::Call { failure, .. } => match failure.as_ref() {
            Failure::Trap(trap)
                if matches!(
                    trap.kind,
                    TrapKind::CpuTime | TrapKind::Hostcall | TrapKind::Memory | TrapKind::WallClock
                ) =>
            {
                Stop::Full(FullReason::ComparisonCut)
            }
            _ => Stop::Failed(error),
        },
        _ => Stop::Failed(error),
    }
}

const SUBMODULE: u32 = 0o160_000;
/// So many changes are fetched one by one even in a small repository.
const ALWAYS_FEW: usize = 50;
