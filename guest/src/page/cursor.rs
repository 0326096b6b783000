//! Cursors as text; apart because they come back from strangers.
//!
//! A cursor is a version, the fingerprint of its list, a place in it as JSON, and a checksum. The
//! checksum is no secret: it finds what was cut or mistyped, and a place that is made up can do no
//! more than ask GitLab for another page of the same list.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::Failure;

/// Which list a cursor belongs to: the operation and everything that it was called with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new(operation: &str, base_url: &str) -> Self {
        Self(FNV_OFFSET).with(operation).with(base_url)
    }

    /// Add an argument. Its length goes in too, so that arguments do not run into each other.
    pub(crate) fn with(self, argument: &str) -> Self {
        let hash = hash(self.0, &(argument.len() as u64).to_le_bytes());
        Self(hash_text(hash, argument))
    }

    /// Add an argument that may be missing, which differs from an empty one.
    pub(crate) fn with_option(self, argument: Option<&str>) -> Self {
        match argument {
            None => self.with("none"),
            Some(argument) => self.with("some").with(argument),
        }
    }
}

pub(crate) fn encode<P: Serialize>(place: &P, list: &Fingerprint) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend(list.0.to_le_bytes());
    // Places are plain structures of numbers and text, which serialise.
    let place = serde_json::to_vec(place).expect("a place serialises");
    bytes.extend(place);
    bytes.extend(hash(FNV_OFFSET, &bytes).to_le_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode<P: DeserializeOwned>(cursor: &str, list: &Fingerprint) -> Result<P, Failure> {
    if cursor.len() > LONGEST {
        return Err(damaged());
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| damaged())?;
    let (bytes, checksum) = bytes.split_last_chunk().ok_or_else(damaged)?;
    if hash(FNV_OFFSET, bytes) != u64::from_le_bytes(*checksum) {
        return Err(damaged());
    }
    let (version, rest) = bytes.split_first().ok_or_else(damaged)?;
    let (fingerprint, place) = rest.split_first_chunk().ok_or_else(damaged)?;
    if *version != VERSION {
        return Err(Failure::invalid("page.cursor: another version made it"));
    }
    if u64::from_le_bytes(*fingerprint) != list.0 {
        return Err(Failure::invalid("page.cursor: it belongs to another list"));
    }
    serde_json::from_slice(place).map_err(|_| damaged())
}

fn damaged() -> Failure {
    Failure::invalid("page.cursor: it is damaged")
}

fn hash_text(hash_so_far: u64, text: &str) -> u64 {
    hash(hash_so_far, text.as_bytes())
}

/// FNV-1a: not against attackers, and the same in every build.
fn hash(so_far: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(so_far, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME)
    })
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
const VERSION: u8 = 1;

/// Longer than any cursor made here: the longest place holds a path or a name.
const LONGEST: usize = 32 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Fingerprint {
        Fingerprint::new("git.list-tree", "https://h")
            .with("42")
            .with_option(None)
    }

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let place = (7_u64, "a/ä".to_owned());
        let cursor = encode(&place, &list());
        assert!(
            cursor
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
        let back: (u64, String) = decode(&cursor, &list()).expect("it is ours");
        assert_eq!(back, place);
    }

    #[test]
    fn any_changed_character_is_noticed() {
        let cursor = encode(&123_456_u64, &list());
        for position in 0..cursor.len() {
            for replacement in ['A', 'z', '-', '=', '/'] {
                let mut changed = cursor.clone();
                changed.replace_range(position..=position, &replacement.to_string());
                if changed != cursor {
                    assert!(decode::<u64>(&changed, &list()).is_err(), "{changed}");
                }
            }
            assert!(decode::<u64>(&cursor[..position], &list()).is_err());
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let cursor = encode(&1_u64, &list());
        let others = [
            Fingerprint::new("git.list-refs", "https://h")
                .with("42")
                .with_option(None),
            Fingerprint::new("git.list-tree", "https://i")
                .with("42")
                .with_option(None),
            Fingerprint::new("git.list-tree", "https://h")
                .with("4")
                .with("2")
                .with_option(None),
            Fingerprint::new("git.list-tree", "https://h")
                .with("42")
                .with_option(Some("")),
        ];
        for other in others {
            let failure = decode::<u64>(&cursor, &other).expect_err("it is foreign");
            assert!(failure.message().contains("another list"));
        }
    }

    #[test]
    fn a_very_long_cursor_is_not_even_decoded() {
        assert!(decode::<u64>(&"A".repeat(1 << 20), &list()).is_err());
    }
}
