//! A directory's listing in GitLab's order, already written as JSON; apart, because pages of a tree
//! with 200,000 entries are then slices of one string.

use std::{collections::HashMap, fmt::Write as _, io, sync::Arc};

use bytes::Bytes;

use super::{Commit, Kind, Repository, TreeEntry};
use crate::record::lock;

/// What a listing depends on: its paths begin with that of the directory, so the tree alone is not
/// enough.
#[derive(Eq, Hash, PartialEq)]
pub(crate) struct ListingKey {
    tree: String,
    path: Vec<u8>,
    recursive: bool,
}

/// The entries of a directory, perhaps with everything below it.
pub(crate) struct Listing {
    json: Bytes,
    /// Where each entry ends in `json`, its comma included.
    ends: Vec<usize>,
    paths: Vec<Box<str>>,
    positions: HashMap<Box<str>, usize>,
}

impl Listing {
    fn new(mut entries: Vec<(Vec<u8>, TreeEntry)>) -> Self {
        // A stable sort: within a kind, git's own order remains.
        entries.sort_by_key(|(_, entry)| Kind::of_mode(entry.mode));
        let mut json = String::with_capacity(entries.len() * 160);
        let mut listing = Self {
            json: Bytes::new(),
            ends: Vec::with_capacity(entries.len()),
            paths: Vec::with_capacity(entries.len()),
            positions: HashMap::with_capacity(entries.len()),
        };
        for (path, entry) in entries {
            let path = String::from_utf8_lossy(&path).into_owned();
            write_entry(&mut json, &path, &entry);
            listing.ends.push(json.len());
            listing
                .positions
                .insert(path.as_str().into(), listing.paths.len());
            listing.paths.push(path.into());
        }
        listing.json = json.into();
        listing
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn path(&self, index: usize) -> Option<&str> {
        self.paths.get(index).map(|path| &**path)
    }

    pub(crate) fn position(&self, path: &str) -> Option<usize> {
        self.positions.get(path).copied()
    }

    /// The JSON array of up to `count` entries from `start` on.
    pub(crate) fn slice(&self, start: usize, count: usize) -> Bytes {
        let start = start.min(self.len());
        let end = start.saturating_add(count).min(self.len());
        if start == end {
            return Bytes::from_static(b"[]");
        }
        let from = start.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut page = Vec::with_capacity(self.ends[end - 1] - from + 2);
        page.push(b'[');
        page.extend_from_slice(&self.json[from..self.ends[end - 1] - 1]);
        page.push(b']');
        page.into()
    }
}

impl Repository {
    /// Lists the directory at `path`; `None` where there is none.
    pub(crate) fn listing(
        &self,
        commit: &Commit,
        path: &[u8],
        recursive: bool,
    ) -> io::Result<Option<Arc<Listing>>> {
        let Some(entry) = self.entry(commit, path)? else {
            return Ok(None);
        };
        if Kind::of_mode(entry.mode) != Kind::Tree {
            return Ok(None);
        }
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let key = ListingKey {
            tree: entry.id,
            path: path.to_vec(),
            recursive,
        };
        if let Some(listing) = lock(&self.listings).get(&key) {
            return Ok(Some(listing.clone()));
        }
        let mut entries = Vec::new();
        self.collect(&key.tree, path, recursive, &mut entries)?;
        let listing = Arc::new(Listing::new(entries));
        lock(&self.listings).insert(key, listing.clone());
        Ok(Some(listing))
    }

    fn collect(
        &self,
        tree: &str,
        prefix: &[u8],
        recursive: bool,
        entries: &mut Vec<(Vec<u8>, TreeEntry)>,
    ) -> io::Result<()> {
        for entry in &self.tree(tree)?.entries {
            let path = match prefix {
                b"" => entry.name.clone(),
                prefix => [prefix, b"/", &entry.name].concat(),
            };
            entries.push((path.clone(), entry.clone()));
            if recursive && Kind::of_mode(entry.mode) == Kind::Tree {
                self.collect(&entry.id, &path, recursive, entries)?;
            }
        }
        Ok(())
    }
}

fn write_entry(json: &mut String, path: &str, entry: &TreeEntry) {
    let name = path.rsplit('/').next().unwrap_or(path);
    // Writing to a string cannot fail.
    let _ = write!(
        json,
        r#"{{"id":"{}","name":{},"type":"{}","path":{},"mode":"{:06o}"}},"#,
        entry.id,
        quoted(name),
        Kind::of_mode(entry.mode).name(),
        quoted(path),
        entry.mode,
    );
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(mode: u32) -> TreeEntry {
        TreeEntry {
            mode,
            name: Vec::new(),
            id: "0".repeat(40),
        }
    }

    #[test]
    fn directories_come_first_and_submodules_last() {
        let listing = Listing::new(vec![
            (b"a".to_vec(), entry(0o160_000)),
            (b"b".to_vec(), entry(0o100_644)),
            (b"c".to_vec(), entry(0o040_000)),
        ]);
        assert_eq!(listing.path(0), Some("c"));
        assert_eq!(listing.position("a"), Some(2));
    }

    #[test]
    fn every_slice_is_json() {
        let entries = (0..5).map(|n| (format!("f{n}\"").into_bytes(), entry(0o100_644)));
        let listing = Listing::new(entries.collect());
        for start in 0..7 {
            let page: Vec<serde_json::Value> =
                serde_json::from_slice(&listing.slice(start, 2)).unwrap();
            assert_eq!(page.len(), 5_usize.saturating_sub(start).min(2));
        }
    }
}
