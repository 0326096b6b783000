//! Brings a commit's tree into a sink, and keeps it there up to date: apart because it only uses
//! what every other caller of [`Source`] can use.
//!
//! The result is what `git ls-tree -r` and `git cat-file` tell of the commit, every path, mode and
//! blob: not what `git archive` gives, which leaves out paths with the attribute `export-ignore`
//! and rewrites those with `export-subst`. Files that Git LFS stores are their pointers, and symbolic
//! links that lead outside are left out, unless asked otherwise.
//!
//! - A **full run** unpacks the commit's archive while it comes, finds the name of every object on
//!   the way, and holds the names of the trees against the forge's list. What differs is fetched.
//!   So the result is proven, and where no attribute interferes that costs one list.
//! - An **incremental run** asks how the commit differs from the recorded one and fetches that.
//!   Where the base is gone, the history was rewritten, the comparison was cut, a file was changed
//!   locally or a check fails, a full run follows, and the [`Summary`] says why.
//! - Where nothing changed, one request finds that out.
//!
//! Whatever goes wrong on the way, the sink keeps what it held.
//!
//! # What it does not do
//!
//! It does not keep what a person adds: a sink belongs to the sync. It does not fetch submodules,
//! and it has no history, only the one tree.

mod check;
mod directory;
mod error;
mod fetch;
mod forge;
mod full;
mod incremental;
mod lfs;
mod link;
mod options;
mod path;
mod progress;
mod run;
mod sink;
mod summary;
mod tree;
mod unpack;

pub use self::directory::Directory;
pub use self::error::SyncError;
pub use self::options::{SyncLimits, SyncOptions};
pub use self::path::TreePath;
pub use self::progress::{Progress, ProgressEvent};
pub use self::sink::{Basis, Kind, Record, Sink, State, Which};
pub use self::summary::{FullReason, Mode, OutsideSymlink, Submodule, Summary};
pub use crate::object::ObjectName;

use self::forge::{Connected, Forge};
use self::full::full;
use self::incremental::{Stop, incremental, unchanged};
use self::run::Run;
use crate::Source;
use crate::contract::git::Revision;

/// Brings the tree of the commit that `at` leads to into `sink`. `repository` is the identity of
/// one that is connected.
///
/// It may be dropped at any moment: the sink then keeps what it held.
///
/// # Errors
///
/// Whatever it is, the sink keeps what it held.
pub async fn sync(
    source: &Source,
    repository: &str,
    at: &Revision,
    sink: &mut dyn Sink,
    options: &SyncOptions,
    progress: &dyn Progress,
) -> Result<Summary, SyncError> {
    sync_from(
        &Connected::new(source, repository, progress),
        at,
        sink,
        options,
        progress,
    )
    .await
}

async fn sync_from(
    forge: &dyn Forge,
    at: &Revision,
    sink: &mut dyn Sink,
    options: &SyncOptions,
    progress: &dyn Progress,
) -> Result<Summary, SyncError> {
    let previous = sink.open().await?;
    if let Some(state) = &previous {
        confirm_origin(forge, state, sink.name())?;
    }
    progress.event(&ProgressEvent::Resolving);
    let commit = forge.resolve(at).await?;
    let commit = ObjectName::parse(&commit).ok_or_else(|| SyncError::Inconsistent {
        problem: format!("`{}` names no commit", commit.escape_debug()),
    })?;
    let mut run = Run {
        forge,
        sink,
        options,
        progress,
        commit,
        previous,
    };
    let result = shortest(&mut run).await;
    if result.is_err() {
        // The error that led here is the one to tell; what stays is cleared away by the next run.
        run.sink.abort().await.ok();
    }
    result
}

/// One sink, one repository: files of two are never mixed.
fn confirm_origin(forge: &dyn Forge, state: &State, place: String) -> Result<(), SyncError> {
    let (base_url, repository) = forge.identity();
    if (&state.base_url, &state.repository) == (&base_url, &repository) {
        return Ok(());
    }
    Err(SyncError::Foreign {
        place,
        problem: format!(
            "it holds the repository `{}` of {}",
            state.repository, state.base_url
        ),
    })
}

/// The least that leads to the commit's tree.
async fn shortest(run: &mut Run<'_>) -> Result<Summary, SyncError> {
    let because = match run.previous.clone() {
        None => FullReason::FirstRun,
        Some(_) if run.options.fresh => FullReason::Asked,
        Some(state) if !has_options(run.options, &state) => FullReason::OptionsChanged,
        Some(state) => {
            let attempt = match state.commit == run.commit.to_string() {
                true => unchanged(run, &state).await,
                false => incremental(run, &state).await,
            };
            match attempt {
                Ok(summary) => return Ok(summary),
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Full(because)) => because,
            }
        }
    };
    run.sink.abort().await?;
    full(run, because).await
}

fn has_options(options: &SyncOptions, state: &State) -> bool {
    (options.outside_symlinks, options.resolve_lfs) == (state.outside_symlinks, state.resolve_lfs)
}

#[cfg(test)]
mod tests;
