//! From a line of a file to GitLab's position of a comment; apart because GitLab refuses a position
//! that names one line number too many or too few.
//!
//! A line that was added has a number in the new file alone, a line that was removed one in the old
//! file alone, and any other line needs both, wherever it is in the file.

use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use crate::{
    bindings::{git::LineRange, pull_requests::Side},
    model::DiffRefs,
};

/// A file of a merge request's difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChangedFile<'a> {
    pub(super) refs: &'a DiffRefs,
    pub(super) old_path: &'a str,
    pub(super) new_path: &'a str,
}

impl ChangedFile<'_> {
    /// The file as a whole.
    pub(super) fn whole(&self) -> Value {
        Value::Object(self.base("file"))
    }

    /// Lines of one side, the hunks of the difference given; `None` where these do not have them.
    pub(super) fn lines(&self, hunks: &str, side: Side, lines: LineRange) -> Option<Value> {
        let last = locate(hunks, side, lines.last)?;
        let mut position = self.base("text");
        position.extend(last.numbers());
        if lines.first != lines.last {
            let first = locate(hunks, side, lines.first)?;
            let range = json!({ "start": self.end(&first), "end": self.end(&last) });
            position.insert("line_range".to_owned(), range);
        }
        Some(Value::Object(position))
    }

    fn base(&self, kind: &str) -> Map<String, Value> {
        [
            ("base_sha", self.refs.base_sha.as_str()),
            ("start_sha", &self.refs.start_sha),
            ("head_sha", &self.refs.head_sha),
            ("position_type", kind),
            ("old_path", self.old_path),
            ("new_path", self.new_path),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), json!(value)))
        .collect()
    }

    /// An end of a range. Its code is the path's SHA-1 and where both files are at that line.
    fn end(&self, line: &Line) -> Value {
        let path: String = Sha1::digest(self.new_path)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let mut end = line.numbers();
        let code = format!("{path}_{}_{}", line.old, line.new);
        end.insert("line_code".to_owned(), json!(code));
        match line.kind {
            Kind::Added => end.insert("type".to_owned(), json!("new")),
            Kind::Removed => end.insert("type".to_owned(), json!("old")),
            Kind::Kept => None,
        };
        Value::Object(end)
    }
}

/// A line of the difference, and where both files are at it. The file that does not have the line is
/// at its next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    kind: Kind,
    old: u32,
    new: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Added,
    Removed,
    /// The same in both, within the hunks or outside.
    Kept,
}

impl Line {
    /// Only the numbers that the line has.
    fn numbers(&self) -> Map<String, Value> {
        let (old, new) = (self.kind != Kind::Added, self.kind != Kind::Removed);
        [("old_line", old, self.old), ("new_line", new, self.new)]
            .into_iter()
            .filter(|(_, has, _)| *has)
            .map(|(key, _, number)| (key.to_owned(), json!(number)))
            .collect()
    }

    fn is(&self, side: Side, wanted: u32) -> bool {
        match side {
            Side::Old => self.kind != Kind::Added && self.old == wanted,
            Side::New => self.kind != Kind::Removed && self.new == wanted,
        }
    }

    /// A line outside the hunks, where both files are as far apart as behind the hunk before.
    fn outside(side: Side, wanted: u32, apart: i64) -> Option<Self> {
        let counterpart = match side {
            Side::Old => i64::from(wanted) + apart,
            Side::New => i64::from(wanted) - apart,
        };
        let counterpart = u32::try_from(counterpart).ok().filter(|line| *line > 0)?;
        let (old, new) = match side {
            Side::Old => (wanted, counterpart),
            Side::New => (counterpart, wanted),
        };
        let kind = Kind::Kept;
        Some(Self { kind, old, new })
    }
}

fn locate(hunks: &str, side: Side, wanted: u32) -> Option<Line> {
    let (mut old, mut new) = (1_u32, 1_u32);
    // A file that is new or gone has one hunk, and nothing outside.
    let mut is_one_sided = false;
    for line in hunks.lines() {
        if line.starts_with("@@") {
            let apart = i64::from(new) - i64::from(old);
            (old, new) = starts(line)?;
            is_one_sided = old == 0 || new == 0;
            let begin = match side {
                Side::Old => old,
                Side::New => new,
            };
            if wanted < begin {
                return Line::outside(side, wanted, apart);
            }
            continue;
        }
        let kind = match line.as_bytes().first() {
            Some(b'+') => Kind::Added,
            Some(b'-') => Kind::Removed,
            Some(b' ') | None => Kind::Kept,
            // That a file has no newline at its end.
            Some(_) => continue,
        };
        let line = Line { kind, old, new };
        if line.is(side, wanted) {
            return Some(line);
        }
        old = old.checked_add((kind != Kind::Added).into())?;
        new = new.checked_add((kind != Kind::Removed).into())?;
    }
    match is_one_sided {
        true => None,
        false => Line::outside(side, wanted, i64::from(new) - i64::from(old)),
    }
}

/// The two numbers in `@@ -1,2 +3,4 @@`.
fn starts(header: &str) -> Option<(u32, u32)> {
    let mut parts = header.split(' ').skip(1);
    let mut number = |sign: char| {
        let part = parts.next()?.strip_prefix(sign)?;
        part.split(',').next()?.parse().ok()
    };
    Some((number('-')?, number('+')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUNKS: &str = "@@ -4,5 +4,6 @@ fn a\n four\n-five\n+FIVE\n+more\n six\n seven\n eight\n@@ -20,3 +21,2 @@\n x\n-y\n z\n\\ No newline at end of file\n";

    fn at(side: Side, line: u32) -> Option<(Kind, u32, u32)> {
        locate(HUNKS, side, line).map(|line| (line.kind, line.old, line.new))
    }

    #[test]
    fn a_line_within_a_hunk_is_added_removed_or_kept() {
        assert_eq!(at(Side::New, 4), Some((Kind::Kept, 4, 4)));
        assert_eq!(at(Side::Old, 5), Some((Kind::Removed, 5, 5)));
        assert_eq!(at(Side::New, 5), Some((Kind::Added, 6, 5)));
        assert_eq!(at(Side::New, 6), Some((Kind::Added, 6, 6)));
        assert_eq!(at(Side::Old, 6), Some((Kind::Kept, 6, 7)));
        assert_eq!(at(Side::New, 9), Some((Kind::Kept, 8, 9)));
        assert_eq!(at(Side::Old, 21), Some((Kind::Removed, 21, 22)));
        assert_eq!(at(Side::New, 22), Some((Kind::Kept, 22, 22)));
    }

    #[test]
    fn a_line_outside_the_hunks_has_its_counterpart() {
        assert_eq!(at(Side::New, 1), Some((Kind::Kept, 1, 1)));
        assert_eq!(at(Side::New, 12), Some((Kind::Kept, 11, 12)));
        assert_eq!(at(Side::Old, 12), Some((Kind::Kept, 12, 13)));
        assert_eq!(at(Side::New, 30), Some((Kind::Kept, 30, 30)));
        let renamed = locate("", Side::Old, 9).expect("both are the same");
        assert_eq!((renamed.old, renamed.new), (9, 9));
    }

    #[test]
    fn a_file_of_one_side_has_no_lines_but_its_own() {
        let added = "@@ -0,0 +1,2 @@\n+a\n+b\n";
        let line = locate(added, Side::New, 2).expect("it is there");
        assert_eq!((line.kind, line.old, line.new), (Kind::Added, 0, 2));
        assert_eq!(locate(added, Side::New, 3), None);
        assert_eq!(locate(added, Side::Old, 1), None);
        let removed = "@@ -1 +0,0 @@\n-a\n";
        let line = locate(removed, Side::Old, 1).expect("it is there");
        assert_eq!((line.kind, line.old, line.new), (Kind::Removed, 1, 0));
        assert_eq!(locate(removed, Side::New, 1), None);
    }

    #[test]
    fn hunks_that_make_no_sense_have_no_lines() {
        for hunks in ["@@", "@@ -x +1 @@\n+a", "@@ -1 @@", "@@ -99999999999 +1 @@"] {
            assert_eq!(locate(hunks, Side::New, 1), None, "{hunks}");
        }
    }

    #[test]
    fn a_position_names_both_paths_and_the_numbers_that_the_line_has() {
        let refs = DiffRefs {
            base_sha: "b".to_owned(),
            start_sha: "s".to_owned(),
            head_sha: "h".to_owned(),
        };
        let file = ChangedFile {
            refs: &refs,
            old_path: "old",
            new_path: "new",
        };
        let lines = |first, last| LineRange { first, last };
        let one = file.lines(HUNKS, Side::New, lines(5, 5)).expect("is there");
        assert_eq!(
            one,
            json!({ "base_sha": "b", "start_sha": "s", "head_sha": "h", "position_type": "text",
                "old_path": "old", "new_path": "new", "new_line": 5 })
        );
        let range = file.lines(HUNKS, Side::New, lines(6, 8)).expect("is there");
        // The SHA-1 of `new`.
        let code = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
        assert_eq!(
            range["line_range"],
            json!({ "start": { "line_code": format!("{code}_6_6"), "type": "new", "new_line": 6 },
                "end": { "line_code": format!("{code}_7_8"), "old_line": 7, "new_line": 8 } })
        );
        assert_eq!(
            (&range["old_line"], &range["new_line"]),
            (&json!(7), &json!(8))
        );
        assert_eq!(file.whole()["position_type"], "file");
        assert_eq!(file.whole().as_object().map(Map::len), Some(6));
    }
}
