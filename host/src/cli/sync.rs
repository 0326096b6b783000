//! `sync`: a commit's tree in a directory, kept up to date; apart from `read-archive` because the
//! result is what git has, file by file.

use std::path::{Path, PathBuf};

use indicatif::BinaryBytes;
use serde::Serialize;

use super::charset::arrow;
use super::context::Context;
use super::failure::CommandError;
use super::interrupt::{self, Left};
use super::progress::Meter;
use super::repository::RepositoryArgument;
use super::revision::RevisionArguments;
use super::table::fields;
use crate::report::Report;
use crate::sync::{
    Directory, Mode, OutsideSymlink, Progress, ProgressEvent, Submodule, Summary, SyncOptions,
};

/// Arguments of `sync`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The directory holds every file of the commit as git has it, and nothing else. The next run fetches \
only what changed. Whatever goes wrong, the directory keeps what it held.

Examples:
  code-source sync web/shop shop
  code-source sync web/shop shop --branch next --verify --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The directory; made where there is none
    directory: PathBuf,

    /// Hold the whole result against the forge's tree, whatever changed
    #[arg(long)]
    verify: bool,

    /// Create symbolic links that lead outside the directory too
    #[arg(long)]
    outside_symlinks: bool,

    /// The files that Git LFS stores, instead of their pointers
    #[arg(long)]
    resolve_lfs: bool,

    /// Fetch everything, whatever an earlier run left
    #[arg(long)]
    fresh: bool,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Run `sync`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let mut directory = Directory::new(&arguments.directory);
    let repository = context
        .repository_of(&arguments.repository, &directory)
        .await?;
    let at = arguments.revision.revision(&repository);
    let options = arguments.options();
    let tried = format!(
        "sync `{}` into `{}`",
        repository.path,
        arguments.directory.display()
    );
    let state = directory.state_directory();
    let (before, swapping) = left(&arguments.directory, &state);
    let watched = Watched {
        meter: Meter::new(context.notes, "resolving"),
        swapping,
    };
    let work = async {
        crate::sync::sync(
            &repository.source,
            &repository.id,
            &at,
            &mut directory,
            &options,
            &watched,
        )
        .await
        .map_err(|source| CommandError::Sync { tried, source })
    };
    let summary = interrupt::leaving_as(before, work).await?;
    drop(watched);
    if context.output.is_json() {
        context.output.json_line(&Shape::from(summary))
    } else {
        context.output.text(Shape::from(summary).for_people())
    }
}

/// What a sync leaves that is ended before the new tree is swapped in, and while it is.
fn left(directory: &Path, state: &Path) -> (Left, Left) {
    let place = directory.display();
    let is_there = directory.symlink_metadata().is_ok();
    let (before, swapping) = match is_there {
        true => (
            format!("`{place}` holds what it held before"),
            format!("`{place}` holds either what it held before or the new tree, whole"),
        ),
        false => (
            format!("nothing is at `{place}` yet"),
            format!("at `{place}` is either nothing or the new tree, whole"),
        ),
    };
    let hint = format!(
        "what was begun may still lie in `{}`: the next run clears it away",
        state.display()
    );
    let left = |what: String| Left {
        what: what.into(),
        hint: Some(hint.clone()),
    };
    (left(before), left(swapping))
}

/// How far a sync is, and what it would leave.
struct Watched {
    meter: Meter,
    swapping: Left,
}

impl Progress for Watched {
    fn event(&self, event: &ProgressEvent) {
        if *event == ProgressEvent::Swapping {
            interrupt::set_left(self.swapping.clone());
        }
        self.meter.event(event);
    }

    fn call(&self, report: &Report) {
        self.meter.call(report);
    }
}

impl Arguments {
    fn options(&self) -> SyncOptions {
        SyncOptions {
            verify: self.verify,
            outside_symlinks: self.outside_symlinks,
            resolve_lfs: self.resolve_lfs,
            fresh: self.fresh,
            ..SyncOptions::default()
        }
    }
}

/// JSON of `sync`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The commit whose tree the directory holds.
    commit: String,
    /// The commit whose tree it held before.
    previous: Option<String>,
    /// `full`, `incremental` or `unchanged`.
    mode: &'static str,
    /// Why everything was fetched, for people.
    because: Option<String>,
    /// Whether the whole result was held against the forge's tree.
    verified: bool,
    /// Files and links written.
    written: u64,
    /// Paths removed.
    removed: u64,
    /// Entries left as they were.
    unchanged: u64,
    /// Bytes of the files written.
    bytes: u64,
    /// Requests to the forge.
    requests: u64,
    /// Files that are Git LFS pointers.
    lfs_pointers: u64,
    /// Symbolic links that lead outside.
    outside_symlinks: Vec<SymlinkShape>,
    /// Submodules: an empty directory each.
    submodules: Vec<SubmoduleShape>,
    /// Paths where the archive was not what the commit has, and which were corrected.
    corrected: Vec<String>,
    /// Paths of the forge's list that have no exact form in it.
    unverifiable: Vec<String>,
}

/// A symbolic link that leads outside, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct SymlinkShape {
    /// Where it stands.
    path: String,
    /// Where it leads.
    target: String,
    /// Whether it was created.
    created: bool,
}

/// A submodule in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct SubmoduleShape {
    /// Where it stands.
    path: String,
    /// The other repository's commit.
    commit: String,
}

impl Shape {
    fn for_people(&self) -> String {
        let mode = match &self.because {
            Some(because) => format!("{}: {because}", self.mode),
            None => self.mode.to_owned(),
        };
        let files = format!(
            "{} written ({}), {} removed, {} unchanged",
            self.written,
            BinaryBytes(self.bytes),
            self.removed,
            self.unchanged
        );
        let verified = if self.verified {
            "yes"
        } else {
            "only what was fetched; `--verify` reads the rest too"
        };
        let count = |number: usize| (number > 0).then(|| number.to_string());
        let pointers = usize::try_from(self.lfs_pointers).unwrap_or(usize::MAX);
        let mut text = fields(&[
            ("Commit", Some(self.commit.clone())),
            ("Before", self.previous.clone()),
            ("Run", Some(mode)),
            ("Files", Some(files)),
            ("Verified", Some(verified.to_owned())),
            ("Requests", Some(self.requests.to_string())),
            ("Git LFS pointers", count(pointers)),
            ("Submodules", count(self.submodules.len())),
            ("Corrected", count(self.corrected.len())),
            ("Not verifiable", count(self.unverifiable.len())),
        ]);
        text.push_str(&self.symlinks());
        text
    }

    fn symlinks(&self) -> String {
        if self.outside_symlinks.is_empty() {
            return String::new();
        }
        let links = self.outside_symlinks.iter().take(SHOWN).map(|link| {
            let fate = if link.created {
                "created"
            } else {
                "not created"
            };
            super::escape::line(&format!(
                "{} {} {} ({fate})",
                link.path,
                arrow(),
                link.target
            ))
            .into_owned()
        });
        let more = self.outside_symlinks.len().saturating_sub(SHOWN);
        let more = (more > 0).then(|| format!("and {more} more"));
        let lines: Vec<String> = links
            .chain(more)
            .map(|line| format!("  {line}\n"))
            .collect();
        format!("\nSymbolic links that lead outside:\n{}", lines.concat())
    }
}

impl From<Summary> for Shape {
    fn from(summary: Summary) -> Self {
        let (mode, because) = match &summary.mode {
            Mode::Full { because } => ("full", Some(because.to_string())),
            Mode::Incremental => ("incremental", None),
            Mode::Unchanged => ("unchanged", None),
        };
        Self {
            commit: summary.commit,
            previous: summary.previous,
            mode,
            because,
            verified: summary.verified,
            written: summary.written,
            removed: summary.removed,
            unchanged: summary.unchanged,
            bytes: summary.bytes,
            requests: summary.requests,
            lfs_pointers: summary.lfs_pointers,
            outside_symlinks: summary
                .outside_symlinks
                .into_iter()
                .map(Into::into)
                .collect(),
            submodules: summary.submodules.into_iter().map(Into::into).collect(),
            corrected: summary.corrected.iter().map(ToString::to_string).collect(),
            unverifiable: summary.unverifiable,
        }
    }
}

impl From<OutsideSymlink> for SymlinkShape {
    fn from(link: OutsideSymlink) -> Self {
        Self {
            path: link.path.to_string(),
            target: link.target,
            created: link.created,
        }
    }
}

impl From<Submodule> for SubmoduleShape {
    fn from(submodule: Submodule) -> Self {
        Self {
            path: submodule.path.to_string(),
            commit: submodule.commit,
        }
    }
}

/// Links that people see; JSON has all of them.
const SHOWN: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::FullReason;

    fn summary(mode: Mode) -> Summary {
        Summary {
            commit: "new".into(),
            previous: Some("old".into()),
            mode,
            verified: true,
            written: 3,
            removed: 1,
            unchanged: 7,
            bytes: 2048,
            requests: 4,
            lfs_pointers: 0,
            outside_symlinks: vec![],
            submodules: vec![],
            corrected: vec![],
            unverifiable: vec![],
        }
    }

    #[test]
    fn a_sync_that_is_ended_says_what_is_where_it_was_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let state = Path::new(".shop.code-source");
        let (before, swapping) = left(&folder.path().join("shop"), state);
        assert!(before.what.starts_with("nothing is at `"), "{before:?}");
        assert!(swapping.what.contains("either nothing or"), "{swapping:?}");
        assert!(before.hint.unwrap().contains("`.shop.code-source`"));
        let (before, _) = left(folder.path(), state);
        assert!(
            before.what.ends_with("holds what it held before"),
            "{before:?}"
        );
    }

    #[test]
    fn json_tells_what_was_done_and_why() {
        let because = FullReason::HistoryRewritten;
        let shape = Shape::from(summary(Mode::Full { because }));
        let value = serde_json::to_value(&shape).unwrap();
        assert_eq!(
            (&value["mode"], &value["previous"]),
            (&"full".into(), &"old".into())
        );
        assert_eq!(value["because"], "the history was rewritten");
        assert_eq!(value["lfs-pointers"], 0);
    }

    #[test]
    fn people_see_counts_only_where_there_is_something() {
        let text = Shape::from(summary(Mode::Incremental)).for_people();
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(
            text.contains("Files     3 written (2.00 KiB), 1 removed, 7 unchanged\n"),
            "{text}"
        );
        assert!(
            !text.contains("Submodules") && !text.contains("Symbolic"),
            "{text}"
        );
    }
}
