//! Unified diffs of text, as git writes them; apart because it is pure, and held against git
//! itself.

use std::{fmt::Write as _, ops::Range};

use imara_diff::{Hunk, InternedInput, Token, sources::lines};

use super::changed_lines::changes;

/// Hunks with three lines of context, without the file header and without the names of functions
/// that git puts behind a hunk's range.
pub(super) fn hunks(old: &str, new: &str) -> String {
    // Without the estimate of `InternedInput::new`, which a few empty lines make enormous.
    let mut input = InternedInput::default();
    input.update_before(lines(old));
    input.update_after(lines(new));
    let mut text = Text {
        input: &input,
        written: String::new(),
    };
    let hunks = changes(&input);
    let near = |one: &Hunk, next: &Hunk| next.before.start - one.before.end <= 2 * CONTEXT;
    for group in hunks.chunk_by(near) {
        text.write_group(group);
    }
    text.written
}

/// A diff as far as it is written.
struct Text<'a> {
    input: &'a InternedInput<&'a str>,
    written: String,
}

impl Text<'_> {
    /// Changes that are so near to each other that their context runs together.
    fn write_group(&mut self, group: &[Hunk]) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            return;
        };
        // Lines before the first change and behind the last are the same on both sides.
        let before = first.before.start.min(first.after.start).min(CONTEXT);
        let left = self.input.before.len() as u32 - last.before.end;
        let behind = left.min(CONTEXT);
        let old = first.before.start - before..last.before.end + behind;
        let new = first.after.start - before..last.after.end + behind;
        self.write_ranges(&old, &new);
        let mut position = old.start;
        for hunk in group {
            self.write_lines(' ', position..hunk.before.start, true);
            self.write_lines('-', hunk.before.clone(), true);
            self.write_lines('+', hunk.after.clone(), false);
            position = hunk.before.end;
        }
        self.write_lines(' ', position..old.end, true);
    }

    fn write_ranges(&mut self, old: &Range<u32>, new: &Range<u32>) {
        self.written.push_str("@@ -");
        self.write_range(old);
        self.written.push_str(" +");
        self.write_range(new);
        self.written.push_str(" @@\n");
    }

    /// A range without lines is named by the line before it, and the length of a single line is
    /// left out.
    fn write_range(&mut self, range: &Range<u32>) {
        let written = match range.len() {
            0 => write!(self.written, "{},0", range.start),
            1 => write!(self.written, "{}", range.end),
            length => write!(self.written, "{},{length}", range.start + 1),
        };
        debug_assert!(written.is_ok());
    }

    fn write_lines(&mut self, mark: char, range: Range<u32>, is_old: bool) {
        let tokens: &[Token] = match is_old {
            true => &self.input.before,
            false => &self.input.after,
        };
        for token in &tokens[range.start as usize..range.end as usize] {
            let line = self.input.interner[*token];
            self.written.push(mark);
            self.written.push_str(line);
            if !line.ends_with('\n') {
                self.written.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
}

/// Lines around a change.
const CONTEXT: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_as_git_writes_them() {
        assert_eq!(hunks("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
        assert_eq!(hunks("a\nb\n", ""), "@@ -1,2 +0,0 @@\n-a\n-b\n");
        assert_eq!(hunks("a\n", "b\n"), "@@ -1 +1 @@\n-a\n+b\n");
        assert_eq!(hunks("a\n", "a\n"), "");
        assert_eq!(hunks("", ""), "");
    }

    #[test]
    fn a_missing_line_end_is_told() {
        let end = "\\ No newline at end of file\n";
        assert_eq!(hunks("a\n", "a"), format!("@@ -1 +1 @@\n-a\n+a\n{end}"));
        assert_eq!(hunks("a", "b"), format!("@@ -1 +1 @@\n-a\n{end}+b\n{end}"));
        assert_eq!(
            hunks("x\na", "y\na"),
            format!("@@ -1,2 +1,2 @@\n-x\n+y\n a\n{end}")
        );
    }

    #[test]
    fn changes_are_one_hunk_where_their_context_touches() {
        let lines = |changed: &[usize]| -> String {
            let line = |number| match changed.contains(&number) {
                true => format!("changed {number}\n"),
                false => format!("{number}\n"),
            };
            (1..=20).map(line).collect()
        };
        let count = |second| {
            hunks(&lines(&[]), &lines(&[4, second]))
                .matches("@@ -")
                .count()
        };
        assert_eq!((count(11), count(12)), (1, 2));
    }
}
