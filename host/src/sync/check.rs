//! Holds a tree against the forge's: apart because it is what makes an archive, which leaves out
//! and rewrites files at the wish of the repository's attributes, into the commit's tree.

use std::collections::{HashMap, HashSet};

use crate::contract::git::{self, EntryKind};
use crate::object::ObjectName;
use crate::sync::error::SyncError;
use crate::sync::forge::Forge;
use crate::sync::path::printable;
use crate::sync::progress::{Progress, ProgressEvent};
use crate::sync::tree::{Child, Directory, Entry, Snapshot};

/// How a snapshot differs from the commit's tree.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// What the commit has, and the snapshot lacks or has otherwise.
    pub(super) wanted: Vec<Entry>,
    /// What only the snapshot has.
    pub(super) surplus: Vec<Box<[u8]>>,
    /// What the forge lists under a name that it cannot express, and the snapshot lacks.
    pub(super) unverifiable: Vec<String>,
}

impl Differences {
    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.surplus.is_empty() && self.unverifiable.is_empty()
    }
}

/// Compares from the root down. The forge's list of a directory names the trees of the directories
/// in it; where such a name is the one that the snapshot comes to, everything below is proven to
/// be alike. Only directories that differ are listed, so an archive without attributes costs one
/// list however large it is.
pub(super) async fn check(
    forge: &dyn Forge,
    commit: &str,
    snapshot: &Snapshot,
    progress: &dyn Progress,
) -> Result<Differences, SyncError> {
    let mut check = Check {
        snapshot,
        differences: Differences::default(),
        ahead: vec![snapshot.root()],
    };
    let mut directories = 0;
    while let Some(directory) = check.ahead.pop() {
        progress.event(&ProgressEvent::Verifying { directories });
        let recursive = !directory.path.is_empty() && directory.entries.len() <= LISTED_AT_ONCE;
        let listed = list(forge, commit, &directory, recursive).await?;
        let found = listed
            .iter()
            .map(Listed::new)
            .collect::<Result<Vec<_>, _>>()?;
        if recursive {
            check.everything_below(&directory, found);
        } else {
            check.directory(&directory, found);
        }
        directories += 1;
    }
    Ok(check.differences)
}

async fn list(
    forge: &dyn Forge,
    commit: &str,
    directory: &Directory,
    recursive: bool,
) -> Result<Vec<git::Entry>, SyncError> {
    let Ok(path) = str::from_utf8(&directory.path) else {
        return Err(SyncError::Inconsistent {
            problem: format!(
                "`{}` differs, and cannot be listed by its name",
                printable(&directory.path)
            ),
        });
    };
    match forge.list(commit, path, recursive).await {
        // Some versions have no answer for the root of an empty tree.
        Err(error) if error.is_missing_path() && path.is_empty() => Ok(Vec::new()),
        listed => listed,
    }
}

/// An entry as the forge lists it.
struct Listed<'a> {
    path: &'a str,
    /// `None` for a directory.
    mode: Option<u32>,
    id: ObjectName,
}

impl<'a> Listed<'a> {
    fn new(entry: &'a git::Entry) -> Result<Self, SyncError> {
        let mode = match &entry.kind {
            EntryKind::Directory => None,
            EntryKind::Executable => Some(0o100_755),
            EntryKind::File => Some(0o100_644),
            EntryKind::Submodule => Some(0o160_000),
            EntryKind::Symlink => Some(0o120_000),
            EntryKind::Other(mode) => Some(ancient_mode(mode).ok_or_else(|| strange(entry))?),
        };
        let id = ObjectName::parse(&entry.id).ok_or_else(|| strange(entry))?;
        Ok(Self {
            path: &entry.path,
            mode,
            id,
        })
    }

    fn entry(&self, mode: u32) -> Entry {
        Entry {
            path: self.path.as_bytes().into(),
            mode,
            id: self.id,
        }
    }

    fn is_garbled(&self) -> bool {
        self.path.contains(char::REPLACEMENT_CHARACTER)
    }
}

/// Git once kept other permission bits of files; the executable bit is what it reads today.
fn ancient_mode(mode: &str) -> Option<u32> {
    let mode = u32::from_str_radix(mode, 8).ok()?;
    (mode & 0o170_000 == 0o100_000).then_some(if mode & 0o100 == 0 {
        0o100_644
    } else {
        0o100_755
    })
}

fn strange(entry: &git::Entry) -> SyncError {
    SyncError::Inconsistent {
        problem: format!(
            "`{}` is listed as nothing known",
            printable(entry.path.as_bytes())
        ),
    }
}

struct Check<'a> {
    snapshot: &'a Snapshot,
    differences: Differences,
    ahead: Vec<Directory>,
}

impl Check<'_> {
    fn directory(&mut self, directory: &Directory, listed: Vec<Listed<'_>>) {
        let mut children: HashMap<Vec<u8>, Child> = HashMap::new();
        for (name, child) in self.snapshot.children(directory) {
            children.insert(joined(&directory.path, name), child);
        }
        for listed in listed {
            let name = match children.contains_key(listed.path.as_bytes()) {
                true => Some(listed.path.as_bytes().to_vec()),
                false => children
                    .keys()
                    .find(|name| is_garbled_form(&listed, name))
                    .cloned(),
            };
            let child = name.and_then(|name| children.remove(&name));
            match listed.mode {
                None => self.subdirectory(&listed, child),
                Some(mode) => self.entry(&listed, mode, child),
            }
        }
        for child in children.into_values() {
            self.surplus(child);
        }
    }

    fn subdirectory(&mut self, listed: &Listed<'_>, child: Option<Child>) {
        match child {
            Some(Child::Directory(directory)) => {
                if self.snapshot.tree_name(&directory) != listed.id {
                    self.ahead.push(directory);
                }
                return;
            }
            Some(entry @ Child::Entry(_)) => self.surplus(entry),
            None => {}
        }
        if listed.is_garbled() {
            self.differences.unverifiable.push(listed.path.to_owned());
        } else {
            self.ahead.push(Directory {
                path: listed.path.as_bytes().into(),
                entries: 0..0,
            });
        }
    }

    fn entry(&mut self, listed: &Listed<'_>, mode: u32, child: Option<Child>) {
        match child {
            Some(Child::Entry(index)) => return self.compare(listed, mode, Some(index)),
            Some(directory) => self.surplus(directory),
            None => {}
        }
        self.compare(listed, mode, None);
    }

    fn everything_below(&mut self, directory: &Directory, listed: Vec<Listed<'_>>) {
        let mut unseen: HashSet<usize> = directory.entries.clone().collect();
        for listed in listed {
            let Some(mode) = listed.mode else { continue };
            let index = self
                .snapshot
                .position(directory, listed.path.as_bytes())
                .or_else(|| {
                    let form = |index: &&usize| {
                        is_garbled_form(&listed, &self.snapshot.entry(**index).path)
                    };
                    unseen.iter().find(form).copied()
                });
            if let Some(index) = index {
                unseen.remove(&index);
            }
            self.compare(&listed, mode, index);
        }
        let surplus = unseen
            .into_iter()
            .map(|index| self.snapshot.entry(index).path.clone());
        self.differences.surplus.extend(surplus);
    }

    fn compare(&mut self, listed: &Listed<'_>, mode: u32, index: Option<usize>) {
        let ours = index.map(|index| self.snapshot.entry(index));
        if ours.is_some_and(|ours| ours.mode == mode && ours.id == listed.id) {
            return;
        }
        if listed.is_garbled() && ours.is_none_or(|ours| *ours.path != *listed.path.as_bytes()) {
            self.differences.unverifiable.push(listed.path.to_owned());
        } else {
            self.differences.wanted.push(listed.entry(mode));
        }
    }

    fn surplus(&mut self, child: Child) {
        let entries = match child {
            Child::Directory(directory) => directory.entries,
            Child::Entry(index) => index..index + 1,
        };
        let paths = entries.map(|index| self.snapshot.entry(index).path.clone());
        self.differences.surplus.extend(paths);
    }
}

/// Whether the forge could have meant `name`, which is not UTF-8, by what it lists.
fn is_garbled_form(listed: &Listed<'_>, name: &[u8]) -> bool {
    listed.is_garbled()
        && str::from_utf8(name).is_err()
        && String::from_utf8_lossy(name) == listed.path
}

fn joined(directory: &[u8], name: &[u8]) -> Vec<u8> {
    match directory {
        b"" => name.into(),
        _ => [directory, name].join(&b'/'),
    }
}

/// A directory with so few entries is listed with everything below it.
const LISTED_AT_ONCE: usize = 1_000;
