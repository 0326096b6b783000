//! The lines of a difference by their two numbers; apart, because clients get exactly this wrong.

use super::line_code::line_code;
use crate::git::FileDiff;

/// One line that both numbers stand before: for an added line the next old one, for a removed line
/// the next new one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Line {
    kind: Kind,
    old: u64,
    new: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Added,
    Removed,
    Unchanged,
}

/// The lines of a file's difference.
pub(super) struct Lines {
    shown: Vec<Line>,
    /// How many lines the old file has.
    old_length: u64,
}

impl Lines {
    pub(super) fn of(diff: &FileDiff, old_length: u64) -> Self {
        Self {
            shown: parse(&String::from_utf8_lossy(&diff.patch)),
            old_length,
        }
    }

    /// GitLab's name of a line, where there is one with just these numbers: an added line has no
    /// old one, a removed line no new one, and an unchanged line both.
    pub(super) fn code(&self, path: &str, old: Option<u64>, new: Option<u64>) -> Option<String> {
        let line = self.find(old, new)?;
        Some(line_code(path, line.old, line.new))
    }

    fn find(&self, old: Option<u64>, new: Option<u64>) -> Option<Line> {
        let found = self.shown.iter().find(|line| match (line.kind, old, new) {
            (Kind::Added, None, Some(new)) => line.new == new,
            (Kind::Removed, Some(old), None) => line.old == old,
            (Kind::Unchanged, Some(old), Some(new)) => line.old == old && line.new == new,
            _ => false,
        });
        found.copied().or_else(|| self.unfold(old?, new?))
    }

    /// A line outside of every hunk, which GitLab shows once somebody asks for it.
    fn unfold(&self, old: u64, new: u64) -> Option<Line> {
        let mut before = self.shown.iter().rev();
        let last = before.find(|line| match line.kind {
            Kind::Added => line.new < new,
            Kind::Removed => line.old < old,
            Kind::Unchanged => line.old < old && line.new < new,
        });
        // Where the line before ends, both counters stand at the next line.
        let (next_old, next_new) = match last {
            None => (1, 1),
            Some(line) => (
                line.old + u64::from(line.kind != Kind::Added),
                line.new + u64::from(line.kind != Kind::Removed),
            ),
        };
        let hidden = |line: &Line| line.old != old || line.kind == Kind::Added;
        let is_there = old >= next_old.max(1)
            && new >= next_new.max(1)
            && old - next_old == new - next_new
            && old <= self.old_length
            && self.shown.iter().all(hidden);
        is_there.then_some(Line {
            kind: Kind::Unchanged,
            old,
            new,
        })
    }
}

fn parse(patch: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut old, mut new) = (0, 0);
    for text in patch.split_terminator('\n') {
        let kind = match text.as_bytes().first() {
            Some(b'@') => {
                (old, new) = starts(text).unwrap_or((old, new));
                continue;
            }
            Some(b'+') => Kind::Added,
            Some(b'-') => Kind::Removed,
            Some(b' ') | None => Kind::Unchanged,
            // The remark that a file does not end with a line feed.
            Some(_) => continue,
        };
        lines.push(Line { kind, old, new });
        old += u64::from(kind != Kind::Added);
        new += u64::from(kind != Kind::Removed);
    }
    lines
}

/// Both first numbers of a hunk's head, such as `@@ -1,2 +3,4 @@`.
fn starts(head: &str) -> Option<(u64, u64)> {
    let mut words = head.split(' ').skip(1);
    let mut number = |sign: char| {
        let word = words.next()?.strip_prefix(sign)?;
        word.split(',').next()?.parse().ok()
    };
    Some((number('-')?, number('+')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Lines {
        // Of ten lines the fifth was changed, and another one follows it now.
        let patch = "@@ -4,3 +4,4 @@\n d\n-e\n+E\n+f\n g\n";
        let diff = FileDiff {
            patch: patch.into(),
            ..FileDiff::default()
        };
        Lines::of(&diff, 10)
    }

    fn numbers(old: u64, new: u64) -> Option<(u64, u64)> {
        let optional = |number: u64| (number > 0).then_some(number);
        let line = lines().find(optional(old), optional(new))?;
        Some((line.old, line.new))
    }

    #[test]
    fn an_added_line_is_found_by_its_new_number_alone() {
        assert_eq!(numbers(0, 5), Some((6, 5)));
        assert_eq!(numbers(0, 6), Some((6, 6)));
        assert_eq!(numbers(0, 4), None);
    }

    #[test]
    fn a_removed_line_is_found_by_its_old_number_alone() {
        assert_eq!(numbers(5, 0), Some((5, 5)));
        assert_eq!(numbers(5, 5), None);
    }

    #[test]
    fn an_unchanged_line_needs_both_numbers_inside_a_hunk_and_outside() {
        assert_eq!(numbers(4, 4), Some((4, 4)));
        assert_eq!(numbers(6, 7), Some((6, 7)));
        assert_eq!(numbers(6, 6), None);
        assert_eq!(numbers(1, 1), Some((1, 1)));
        assert_eq!(numbers(10, 11), Some((10, 11)));
        assert_eq!(numbers(10, 10), None);
        assert_eq!(numbers(11, 12), None);
    }
}
