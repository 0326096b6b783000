//! A tree's entries as GitLab writes them; apart because the mode decides what they are.

use serde::Deserialize;

use super::lenient;
use crate::bindings::git::{Entry, EntryKind};

/// An entry of a tree.
#[derive(Debug, Default, Deserialize, PartialEq)]
pub(crate) struct TreeEntry {
    id: String,
    path: String,
    #[serde(default, deserialize_with = "lenient")]
    mode: String,
    #[serde(default, deserialize_with = "lenient", rename = "type")]
    kind: String,
}

impl TreeEntry {
    pub(crate) fn into_entry(self) -> Entry {
        let kind = match self.mode.as_str() {
            "" => kind_of_type(&self.kind),
            mode => kind_of_mode(mode),
        };
        Entry {
            path: self.path,
            kind,
            id: self.id,
        }
    }
}

/// What a mode in octal stands for. Old repositories have group-writable files.
pub(crate) fn kind_of_mode(mode: &str) -> EntryKind {
    match mode.trim_start_matches('0') {
        "100644" | "100664" => EntryKind::File,
        "100755" => EntryKind::Executable,
        "120000" => EntryKind::Symlink,
        "40000" => EntryKind::Directory,
        "160000" => EntryKind::Submodule,
        _ => EntryKind::Other(mode.to_owned()),
    }
}

fn kind_of_type(kind: &str) -> EntryKind {
    match kind {
        "blob" => EntryKind::File,
        "tree" => EntryKind::Directory,
        "commit" => EntryKind::Submodule,
        other => EntryKind::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_decides_what_an_entry_is() {
        let kind = |mode: &str| {
            let json = format!(r#"{{"id":"a","path":"p","type":"blob","mode":"{mode}"}}"#);
            serde_json::from_str::<TreeEntry>(&json)
                .expect("is one")
                .into_entry()
                .kind
        };
        assert!(matches!(kind("100644"), EntryKind::File));
        assert!(matches!(kind("100755"), EntryKind::Executable));
        assert!(matches!(kind("120000"), EntryKind::Symlink));
        assert!(matches!(kind("040000"), EntryKind::Directory));
        assert!(matches!(kind("160000"), EntryKind::Submodule));
        assert!(matches!(kind("100600"), EntryKind::Other(mode) if mode == "100600"));
    }

    #[test]
    fn without_a_mode_the_type_decides() {
        let kind = |kind: &str| {
            let json = format!(r#"{{"id":"a","path":"p","type":"{kind}","mode":null}}"#);
            serde_json::from_str::<TreeEntry>(&json)
                .expect("is one")
                .into_entry()
                .kind
        };
        assert!(matches!(kind("commit"), EntryKind::Submodule));
        assert!(matches!(kind("tree"), EntryKind::Directory));
        assert!(matches!(kind("blob"), EntryKind::File));
        assert!(matches!(kind("new"), EntryKind::Other(_)));
    }
}
