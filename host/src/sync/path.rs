//! A path that is safe to write: apart so that nothing unchecked can reach a file system.

use std::fmt;

use crate::sync::error::SyncError;
use crate::sync::options::SyncLimits;

/// A path below a root: relative, without `.`, `..` and empty names, never into `.git`.
///
/// It is bytes because git's are; most are UTF-8.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TreePath(Box<[u8]>);

impl TreePath {
    /// Checks a path. The archive and the forge's lists are untrusted: every path of theirs
    /// passes here.
    ///
    /// # Errors
    ///
    /// `Unsafe` says which rule it breaks, `Limit` which bound it exceeds.
    pub fn new(bytes: &[u8], limits: &SyncLimits) -> Result<Self, SyncError> {
        if bytes.len() > limits.path_bytes {
            return Err(SyncError::Limit {
                what: "bytes in a path",
                limit: limits.path_bytes as u64,
            });
        }
        if bytes.split(|byte| *byte == b'/').count() > limits.depth {
            return Err(SyncError::Limit {
                what: "names in a path",
                limit: limits.depth as u64,
            });
        }
        match problem(bytes) {
            Some(problem) => Err(SyncError::Unsafe {
                path: printable(bytes),
                problem,
            }),
            None => Ok(Self(bytes.into())),
        }
    }

    /// A path that was checked when it was recorded.
    pub(super) fn recorded(bytes: &[u8]) -> Option<Self> {
        problem(bytes).is_none().then(|| Self(bytes.into()))
    }

    /// Its bytes, as git has them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// It as text, where it is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        str::from_utf8(&self.0).ok()
    }

    /// Its names, outermost first.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/')
    }

    /// The directory that holds it; empty for the root.
    #[must_use]
    pub fn parent(&self) -> &[u8] {
        self.0
            .iter()
            .rposition(|byte| *byte == b'/')
            .map_or(&[], |end| &self.0[..end])
    }

    /// Its last name.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        let start = self
            .0
            .iter()
            .rposition(|byte| *byte == b'/')
            .map_or(0, |end| end + 1);
        &self.0[start..]
    }
}

/// Made printable: names are untrusted and may hold control characters.
impl fmt::Display for TreePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&printable(&self.0))
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{self}`")
    }
}

/// Bytes of unknown origin as text that does a terminal no harm.
pub(super) fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() || FORMATTING.contains(&character) {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

fn problem(bytes: &[u8]) -> Option<&'static str> {
    if bytes.first() == Some(&b'/') {
        return Some("the path is absolute");
    }
    bytes.split(|byte| *byte == b'/').find_map(name_problem)
}

fn name_problem(name: &[u8]) -> Option<&'static str> {
    match name {
        b"" => Some("a name is empty"),
        b"." | b".." => Some("the path leads through `.` or `..`"),
        _ if name.contains(&0) => Some("a name holds a zero byte"),
        _ if is_git_directory(name) => Some("git itself forbids the name `.git`"),
        _ => None,
    }
}

/// Whether some file system would take the name for `.git`: those that ignore case, and those
/// that ignore invisible characters as well.
fn is_git_directory(name: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(name) else {
        return false;
    };
    let visible = text
        .chars()
        .filter(|character| !IGNORED.contains(character));
    visible.flat_map(char::to_lowercase).eq(".git".chars())
}

/// Characters that HFS+ leaves out of comparisons; git refuses `.git` spelt with them.
const IGNORED: &[char] = &[
    '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
    '\u{202e}', '\u{206a}', '\u{206b}', '\u{206c}', '\u{206d}', '\u{206e}', '\u{206f}', '\u{feff}',
];

/// Characters that turn the text after them around in a terminal.
const FORMATTING: &[char] = &[
    '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}',
    '\u{2067}', '\u{2068}', '\u{2069}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_tree_or_enter_git_are_refused() {
        let refused: &[&[u8]] = &[
            b"",
            b"/",
            b"/etc/passwd",
            b"..",
            b"../a",
            b"a/..",
            b"a/../b",
            b"a/./b",
            b"a//b",
            b"a/",
            b".",
            b".git",
            b".GIT/config",
            b"a/.Git/hooks/x",
            b"a\0b",
            ".g\u{200c}it/x".as_bytes(),
        ];
        for path in refused {
            let refusal = TreePath::new(path, &SyncLimits::default());
            assert!(
                matches!(refusal, Err(SyncError::Unsafe { .. })),
                "{}",
                printable(path)
            );
        }
    }

    #[test]
    fn awkward_paths_are_accepted_as_they_are() {
        let accepted: &[&[u8]] = &[
            b"a",
            b"a/b",
            b"...",
            b"..a",
            b"a..",
            b" ",
            b"-",
            b"a\nb",
            b"a\\..\\b",
            b"c:",
            b"\xff\xfe",
            b".gitignore",
            b"git",
            b".github/x",
            "schöne grüße/日本".as_bytes(),
        ];
        for path in accepted {
            let path = TreePath::new(path, &SyncLimits::default()).unwrap();
            assert_eq!(
                path.names().collect::<Vec<_>>().join(&b'/'),
                path.as_bytes()
            );
        }
    }

    #[test]
    fn a_path_is_bounded_in_bytes_and_names() {
        let limits = SyncLimits {
            path_bytes: 5,
            depth: 2,
            ..SyncLimits::default()
        };
        assert!(TreePath::new(b"a/bcd", &limits).is_ok());
        assert!(matches!(
            TreePath::new(b"a/bcde", &limits),
            Err(SyncError::Limit { .. })
        ));
        assert!(matches!(
            TreePath::new(b"a/b/c", &limits),
            Err(SyncError::Limit { .. })
        ));
    }

    #[test]
    fn a_path_is_taken_apart_at_its_last_slash() {
        let path = TreePath::new(b"a/b/c", &SyncLimits::default()).unwrap();
        assert_eq!((path.parent(), path.name()), (&b"a/b"[..], &b"c"[..]));
        let path = TreePath::new(b"c", &SyncLimits::default()).unwrap();
        assert_eq!((path.parent(), path.name()), (&b""[..], &b"c"[..]));
    }

    #[test]
    fn what_is_shown_does_a_terminal_no_harm() {
        let path = TreePath::new(b"a\x1b[31m\xff\xe2\x80\xae", &SyncLimits::default()).unwrap();
        assert_eq!(path.to_string(), "a\\u{1b}[31m\\xff\\u{202e}");
    }
}
