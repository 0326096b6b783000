//! What stands at the paths that a commit names; apart because whole directories are listed, so that
//! the number of requests does not follow the number of paths.

use std::collections::{HashMap, HashSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::{
    bindings::{
        git::{Entry, EntryKind, File},
        types::{ErrorCode, ObjectId, Subject},
    },
    call::Call,
    endpoint::Project,
    error::{Failure, quote},
    git::{
        argument::is_object_id,
        file::Located,
        list_tree, names,
        revision::{self, Pinned},
        stat_file,
    },
    transport::Transport,
};

/// A commit to look at, which GitLab named.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) project: &'a Project,
    pub(super) commit: &'a str,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Nothing,
    /// A file that may have the executable bit.
    File {
        blob: ObjectId,
        executable: bool,
    },
    /// Its blob is where it leads.
    Symlink(ObjectId),
    /// A directory, a submodule, or what only newer versions know.
    Other,
}

/// What stands at each of the paths that were asked for.
#[derive(Debug, Default)]
pub(super) struct Standings<'a>(HashMap<&'a str, Standing>);

impl Standings<'_> {
    /// What nobody asked for counts as nothing.
    pub(super) fn get(&self, path: &str) -> &Standing {
        self.0.get(path).unwrap_or(&Standing::Nothing)
    }
}

impl Standing {
    /// The blob of what has one.
    pub(super) fn blob(&self) -> Option<&str> {
        match self {
            Self::File { blob, .. } | Self::Symlink(blob) => Some(blob),
            Self::Nothing | Self::Other => None,
        }
    }

    fn of_entry(entry: &Entry) -> Result<Self, Failure> {
        let blob = || match is_object_id(&entry.id) {
            true => Ok(entry.id.clone()),
            false => Err(Failure::malformed(format!(
                "the blob of `{}`",
                quote(&entry.path)
            ))),
        };
        Ok(match entry.kind {
            EntryKind::File | EntryKind::Executable => Self::File {
                blob: blob()?,
                executable: matches!(entry.kind, EntryKind::Executable),
            },
            EntryKind::Symlink => Self::Symlink(blob()?),
            EntryKind::Directory | EntryKind::Submodule | EntryKind::Other(_) => Self::Other,
        })
    }

    fn of_file(file: File) -> Self {
        Self::File {
            executable: matches!(file.kind, EntryKind::Executable),
            blob: file.blob,
        }
    }
}

impl At<'_> {
    /// Find out what stands at each path.
    pub(super) async fn standings<'a, T: Transport>(
        &self,
        call: &Call<T>,
        paths: HashSet<&'a str>,
    ) -> Result<Standings<'a>, Failure> {
        let pinned = revision::known(self.commit.to_owned());
        let asked = paths.iter().copied().collect();
        let names = names::look_up(call, self.project, &pinned, asked, most_pages).await;
        let mut standings = Standings::default();
        let mut unclear = Vec::new();
        for path in paths {
            let standing = match names.get(path) {
                Some(Ok(Some(entry))) => Standing::of_entry(entry)?,
                Some(Ok(None)) => Standing::Nothing,
                // Where there is no directory, nothing is in it.
                Some(Err(failure)) if is_missing(failure) => Standing::Nothing,
                Some(Err(failure)) => return Err(failure.again()),
                None => {
                    unclear.push(path);
                    continue;
                }
            };
            standings.0.insert(path, standing);
        }
        let alone: Vec<_> = stream::iter(unclear)
            .map(async |path| Ok((path, self.alone(call, &pinned, path).await?)))
            .buffer_unordered(call.concurrency())
            .try_collect()
            .await?;
        standings.0.extend(alone);
        Ok(standings)
    }

    /// Ask for a file's details; it has to be there.
    pub(super) async fn file<T: Transport>(
        &self,
        call: &Call<T>,
        path: &str,
    ) -> Result<File, Failure> {
        let located = Located {
            project: self.project.clone(),
            pinned: revision::known(self.commit.to_owned()),
            path: path.to_owned(),
        };
        stat_file::details(call, &located).await
    }

    /// Find out what stands at one path whose directory is too long to be listed.
    async fn alone<T: Transport>(
        &self,
        call: &Call<T>,
        pinned: &Pinned,
        path: &str,
    ) -> Result<Standing, Failure> {
        match self.file(call, path).await {
            Ok(file) => return Ok(Standing::of_file(file)),
            Err(failure) if is_missing(&failure) => {}
            Err(failure) => return Err(failure),
        }
        match list_tree::check_directory(call, self.project, pinned, path).await {
            Ok(()) => Ok(Standing::Other),
            Err(failure) if is_missing(&failure) => Ok(Standing::Nothing),
            Err(failure) => Err(failure),
        }
    }
}

fn is_missing(failure: &Failure) -> bool {
    matches!(failure.code(), ErrorCode::NotFound(Subject::Path))
}

/// To ask for one path alone takes up to three requests, so a list is read about as long.
fn most_pages(wanted: usize) -> usize {
    (3 + 3 * wanted).min(LONGEST_LIST)
}

const LONGEST_LIST: usize = 200;
