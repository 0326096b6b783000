//! What stands at paths, from the directories that they are in; apart because a directory is listed
//! once, however many of its names are wanted.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::stream::{self, StreamExt as _};

use super::{list_tree::Directory, revision::Pinned};
use crate::{
    bindings::git::Entry,
    call::Call,
    endpoint::Project,
    error::{Failure, quote},
    model::TreeEntry,
    page::Position,
    transport::Transport,
};

/// What was found out about paths.
#[derive(Debug, Default)]
pub(crate) struct Names {
    found: HashMap<String, Entry>,
    failed: HashMap<String, Failure>,
    asked: HashSet<String>,
}

impl Names {
    /// What stands at a path, nothing where its directory does not name it; `None` where nobody
    /// asked, or the directory was too long.
    pub(crate) fn get(&self, path: &str) -> Option<Result<Option<&Entry>, &Failure>> {
        if !self.asked.contains(path) {
            return None;
        }
        if let Some(entry) = self.found.get(path) {
            return Some(Ok(Some(entry)));
        }
        Some(match self.failed.get(parent(path)) {
            Some(failure) => Err(failure),
            None => Ok(None),
        })
    }
}

/// List the directories that the paths are in, several at a time. Of a directory no more pages are
/// read than `most_pages` tells for the number of names that are wanted of it.
pub(crate) async fn look_up<T: Transport>(
    call: &Call<T>,
    project: &Project,
    pinned: &Pinned,
    paths: Vec<&str>,
    most_pages: fn(usize) -> usize,
) -> Names {
    let mut directories: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    for path in &paths {
        directories.entry(parent(path)).or_default().insert(path);
    }
    let lists = directories.into_iter().map(async |(path, wanted)| {
        let directory = Directory {
            project,
            pinned,
            path,
            recursive: false,
        };
        let most_pages = most_pages(wanted.len());
        (path, find(call, &directory, wanted, most_pages).await)
    });
    let mut lists = stream::iter(lists).buffer_unordered(call.concurrency());
    let mut names = Names {
        asked: paths.iter().map(|path| (*path).to_owned()).collect(),
        ..Names::default()
    };
    while let Some((path, listed)) = lists.next().await {
        match listed {
            Ok(listed) => {
                for path in listed.unclear {
                    names.asked.remove(path);
                }
                let entries = listed
                    .found
                    .into_iter()
                    .map(|entry| (entry.path.clone(), entry));
                names.found.extend(entries);
            }
            Err(failure) => {
                names.failed.insert(path.to_owned(), failure);
            }
        }
    }
    names
}

/// What a directory's list told.
struct Listed<'a> {
    found: Vec<Entry>,
    /// What is wanted and may come on a page that was not read.
    unclear: HashSet<&'a str>,
}

/// Read a directory's list until all that is wanted was found, or to the last page allowed.
async fn find<'a, T: Transport>(
    call: &Call<T>,
    directory: &Directory<'_>,
    mut wanted: HashSet<&'a str>,
    most_pages: usize,
) -> Result<Listed<'a>, Failure> {
    let mut found = Vec::new();
    let mut position = Some(Position::beginning(PAGE));
    let mut beginnings = HashSet::new();
    let mut pages = 0;
    while let Some(from) = position.take() {
        let is_first = beginnings.is_empty();
        let (entries, next) = directory.read(call, from, PAGE, is_first).await?;
        let entries: Vec<_> = entries.into_iter().map(TreeEntry::into_entry).collect();
        if let Some(first) = entries.first()
            && !beginnings.insert(first.path.clone())
        {
            let path = quote(directory.path);
            return Err(Failure::malformed(format!(
                "the list of `{path}` begins again"
            )));
        }
        found.extend(
            entries
                .into_iter()
                .filter(|entry| wanted.remove(entry.path.as_str())),
        );
        pages += 1;
        position = next;
        if wanted.is_empty() || pages >= most_pages {
            break;
        }
    }
    let unclear = match position {
        Some(_) => wanted,
        None => HashSet::new(),
    };
    Ok(Listed { found, unclear })
}

/// The directory that a path is in; the root is empty.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

const PAGE: usize = 100;
