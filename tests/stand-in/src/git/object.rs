//! Commits and trees as git stores them; apart, because parsing them needs neither git nor GitLab.

use std::io;

/// A parsed commit.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: Signature,
    pub(crate) committer: Signature,
    pub(crate) message: String,
}

/// Who and when: seconds since the epoch, and the minutes their clock was ahead of UTC.
#[derive(Debug, Default)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) seconds: i64,
    pub(crate) offset_minutes: i32,
}

/// A parsed tree, in git's own order.
pub(crate) struct Tree {
    pub(crate) entries: Vec<TreeEntry>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct TreeEntry {
    pub(crate) mode: u32,
    pub(crate) name: Vec<u8>,
    pub(crate) id: String,
}

/// GitLab's `type` of an entry, in the order in which it sorts them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Tree,
    Blob,
    Commit,
}

/// What is known of a blob once it was read in full.
#[derive(Clone, Debug)]
pub(crate) struct Digest {
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

impl Commit {
    pub(crate) fn parse(id: &str, data: &[u8]) -> io::Result<Self> {
        let split = data.windows(2).position(|pair| pair == b"\n\n");
        let (head, message) = match split {
            Some(at) => (&data[..at], &data[at + 2..]),
            None => (data, b"".as_slice()),
        };
        let mut commit = Self {
            id: id.to_owned(),
            tree: String::new(),
            parents: Vec::new(),
            author: Signature::default(),
            committer: Signature::default(),
            message: String::from_utf8_lossy(message).into_owned(),
        };
        for line in String::from_utf8_lossy(head).lines() {
            match line.split_once(' ') {
                Some(("tree", id)) => commit.tree = id.to_owned(),
                Some(("parent", id)) => commit.parents.push(id.to_owned()),
                Some(("author", text)) => commit.author = Signature::parse(text),
                Some(("committer", text)) => commit.committer = Signature::parse(text),
                _ => {}
            }
        }
        match commit.tree.is_empty() {
            true => Err(io::Error::other(format!("`{id}` is not a commit"))),
            false => Ok(commit),
        }
    }

    pub(crate) fn title(&self) -> &str {
        self.message.trim_start().lines().next().unwrap_or_default()
    }
}

impl Signature {
    fn parse(text: &str) -> Self {
        let (who, when) = text.rsplit_once('>').unwrap_or((text, ""));
        let (name, email) = who.split_once('<').unwrap_or((who, ""));
        let mut when = when.split_whitespace();
        let seconds = when.next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let zone: i32 = when.next().and_then(|text| text.parse().ok()).unwrap_or(0);
        Self {
            name: name.trim().to_owned(),
            email: email.to_owned(),
            seconds,
            offset_minutes: zone / 100 * 60 + zone % 100,
        }
    }
}

impl Tree {
    pub(crate) fn parse(mut data: &[u8], id_length: usize) -> io::Result<Self> {
        let malformed = || io::Error::other("malformed tree");
        let mut entries = Vec::new();
        while !data.is_empty() {
            let space = find(data, b' ').ok_or_else(malformed)?;
            let nul = find(data, 0).ok_or_else(malformed)?;
            let end = nul + 1 + id_length;
            if space > nul || data.len() < end {
                return Err(malformed());
            }
            let mode = std::str::from_utf8(&data[..space]).map_err(|_| malformed())?;
            entries.push(TreeEntry {
                mode: u32::from_str_radix(mode, 8).map_err(|_| malformed())?,
                name: data[space + 1..nul].to_vec(),
                id: hexadecimal(&data[nul + 1..end]),
            });
            data = &data[end..];
        }
        Ok(Self { entries })
    }

    pub(crate) fn find(&self, name: &[u8]) -> Option<&TreeEntry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

impl Kind {
    pub(crate) fn of_mode(mode: u32) -> Self {
        match mode {
            0o040_000 => Self::Tree,
            0o160_000 => Self::Commit,
            _ => Self::Blob,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Commit => "commit",
        }
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

fn find(data: &[u8], byte: u8) -> Option<usize> {
    data.iter().position(|other| *other == byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_keeps_its_zone() {
        let signature = Signature::parse("Ada B <ada@example.com> 1700000000 -0530");
        assert_eq!(signature.name, "Ada B");
        assert_eq!(
            (signature.seconds, signature.offset_minutes),
            (1_700_000_000, -330)
        );
    }

    #[test]
    fn a_tree_entry_may_have_any_name() {
        let mut data = b"120000 a b\n\0".to_vec();
        data.extend([0xab; 20]);
        let tree = Tree::parse(&data, 20).unwrap();
        assert_eq!(tree.entries[0].name, b"a b\n");
        assert_eq!(tree.entries[0].id, "ab".repeat(20));
    }
}
