//! Names of git's objects: apart because content and whole trees are held against them.

use std::fmt;

use sha1::{Digest, Sha1};
use sha2::Sha256;

/// Name of a git object: its SHA-1, or its SHA-256 in a repository that uses that.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectName {
    bytes: [u8; 32],
    algorithm: Algorithm,
}

impl ObjectName {
    /// Reads 40 or 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let algorithm = match text.len() {
            40 => Algorithm::Sha1,
            64 => Algorithm::Sha256,
            _ => return None,
        };
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = hexadecimal(digits[0])? << 4 | hexadecimal(digits[1])?;
        }
        Some(Self { bytes, algorithm })
    }

    /// A name that no object has: for a submodule whose commit is not known yet.
    pub(crate) fn unknown(algorithm: Algorithm) -> Self {
        Self {
            bytes: [0; 32],
            algorithm,
        }
    }

    /// A name as [`as_bytes`](Self::as_bytes) gives it.
    pub(crate) fn from_bytes(name: &[u8]) -> Option<Self> {
        let algorithm = [Algorithm::Sha1, Algorithm::Sha256]
            .into_iter()
            .find(|one| one.length() == name.len())?;
        let mut bytes = [0; 32];
        bytes[..name.len()].copy_from_slice(name);
        Some(Self { bytes, algorithm })
    }

    /// Its 20 or 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.algorithm.length()]
    }

    pub(crate) fn algorithm(self) -> Algorithm {
        self.algorithm
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// How a repository names its objects.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Algorithm {
    Sha1,
    Sha256,
}

impl Algorithm {
    fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// Finds the name of an object while its bytes pass.
pub(crate) struct ObjectHasher {
    state: HasherState,
}

impl ObjectHasher {
    /// A blob of `size` bytes: git hashes the size first.
    pub(crate) fn blob(algorithm: Algorithm, size: u64) -> Self {
        Self::new(algorithm, "blob", size)
    }

    /// A tree of `size` bytes.
    pub(crate) fn tree(algorithm: Algorithm, size: u64) -> Self {
        Self::new(algorithm, "tree", size)
    }

    fn new(algorithm: Algorithm, kind: &str, size: u64) -> Self {
        let state = match algorithm {
            Algorithm::Sha1 => HasherState::Sha1(Sha1::new()),
            Algorithm::Sha256 => HasherState::Sha256(Sha256::new()),
        };
        let mut hasher = Self { state };
        hasher.update(format!("{kind} {size}\0").as_bytes());
        hasher
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            HasherState::Sha1(state) => state.update(bytes),
            HasherState::Sha256(state) => state.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> ObjectName {
        let mut bytes = [0; 32];
        let algorithm = match self.state {
            HasherState::Sha1(state) => {
                bytes[..20].copy_from_slice(&state.finalize());
                Algorithm::Sha1
            }
            HasherState::Sha256(state) => {
                bytes.copy_from_slice(&state.finalize());
                Algorithm::Sha256
            }
        };
        ObjectName { bytes, algorithm }
    }
}

/// The name of a blob that is held whole.
pub(crate) fn blob_name(algorithm: Algorithm, bytes: &[u8]) -> ObjectName {
    let mut hasher = ObjectHasher::blob(algorithm, bytes.len() as u64);
    hasher.update(bytes);
    hasher.finish()
}

enum HasherState {
    Sha1(Sha1),
    Sha256(Sha256),
}

fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_are_named_as_git_names_them() {
        let known = [
            (
                Algorithm::Sha1,
                &b""[..],
                "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
            ),
            (
                Algorithm::Sha1,
                b"hello\n",
                "ce013625030ba8dba906f756967f9e9ca394464a",
            ),
            (
                Algorithm::Sha256,
                b"",
                "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
            ),
        ];
        for (algorithm, bytes, name) in known {
            assert_eq!(blob_name(algorithm, bytes).to_string(), name);
        }
    }

    #[test]
    fn the_empty_tree_is_named_as_git_names_it() {
        let name = ObjectHasher::tree(Algorithm::Sha1, 0).finish();
        assert_eq!(name.to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }

    #[test]
    fn a_name_survives_being_read_and_written() {
        for text in ["ce013625030ba8dba906f756967f9e9ca394464a", &"0f".repeat(32)] {
            let name = ObjectName::parse(text).unwrap();
            assert_eq!(name.to_string(), text);
            assert_eq!(ObjectName::from_bytes(name.as_bytes()), Some(name));
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "ce01",
            &"g".repeat(40),
            &"A".repeat(40),
            &"é".repeat(20),
        ] {
            assert_eq!(ObjectName::parse(text), None, "{text}");
        }
    }
}
