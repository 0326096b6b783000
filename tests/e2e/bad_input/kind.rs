//! What the text of an argument has to be, and what it cannot be.

/// What an argument has to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// The full name of an object.
    Object,
    /// The name of a branch or a tag.
    Name,
    /// A path that is not the root.
    Path,
    /// Text on one line that is not empty.
    Line,
    /// A name of letters, digits and a few marks.
    Mark,
    /// An identity that the forge gives.
    Identity,
}

impl Kind {
    /// What cannot be one.
    pub(super) fn wrong(self) -> Vec<String> {
        let mut all = vec!["", "a\0b"];
        all.extend_from_slice(match self {
            Self::Object => &[
                "main",
                "ABCDEF0123456789ABCDEF0123456789ABCDEF01",
                "../..",
                "ä",
                "0000",
            ],
            Self::Name => &[
                "a..b", "a b", "a.lock", "/a", "a/", "a//b", "a~1", "a^", "a:b", "@{1}", ".",
            ],
            Self::Path => &["/a", "a/", "a//b", "..", "a/../b", "./a", "."],
            Self::Line => &["a\u{1b}[2J", "a\nb"],
            Self::Mark => &["a b", "a/b", "ä", "--> <b>"],
            Self::Identity => &["../1", "1/..", "ä", "1?x=1", "-", "%2e%2e"],
        });
        let large = ["x".repeat(1 << 20), "0".repeat(1 << 20)];
        all.into_iter().map(str::to_owned).chain(large).collect()
    }
}
