//! Comments as GitLab writes them; apart because a thread knows what its comments do not.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::{in_milliseconds, lenient};
use crate::{
    bindings::{
        git::LineRange,
        pull_requests::{Comment, Position, Side},
    },
    git::argument::is_object_id,
};

/// A thread, or a comment that stands alone.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Discussion {
    pub(crate) id: String,
    /// In the order in which they were written; never empty.
    #[serde(deserialize_with = "at_least_one")]
    pub(crate) notes: Vec<Note>,
}

/// A comment.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Note {
    pub(crate) id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) body: String,
    #[serde(default, deserialize_with = "lenient")]
    author: Author,
    #[serde(deserialize_with = "moment")]
    pub(crate) created_at: i64,
    #[serde(default)]
    updated_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    system: bool,
    #[serde(default, deserialize_with = "lenient")]
    resolvable: bool,
    #[serde(default, deserialize_with = "lenient")]
    resolved: bool,
    #[serde(default)]
    position: Option<NotePosition>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
struct Author {
    #[serde(default, deserialize_with = "lenient")]
    username: String,
}

/// Where a comment stands.
#[derive(Clone, Debug, Deserialize, PartialEq)]
struct NotePosition {
    #[serde(default, deserialize_with = "lenient")]
    head_sha: String,
    #[serde(default, deserialize_with = "lenient")]
    position_type: String,
    #[serde(default, deserialize_with = "lenient")]
    old_path: String,
    #[serde(default, deserialize_with = "lenient")]
    new_path: String,
    #[serde(default)]
    old_line: Option<u32>,
    #[serde(default)]
    new_line: Option<u32>,
    #[serde(default)]
    line_range: Option<NoteRange>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct NoteRange {
    #[serde(default, deserialize_with = "lenient")]
    start: RangeEnd,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
struct RangeEnd {
    #[serde(default)]
    old_line: Option<u32>,
    #[serde(default)]
    new_line: Option<u32>,
}

impl Discussion {
    /// What GitLab sorts threads by: when they began, and the number of their first comment.
    pub(crate) fn key(&self) -> (i64, u64) {
        self.notes.first().map_or((0, 0), Note::key)
    }

    /// Whether the thread is resolved; `None` where it cannot be.
    pub(crate) fn resolved(&self) -> Option<bool> {
        let mut resolvable = self.notes.iter().filter(|note| note.resolvable).peekable();
        resolvable.peek()?;
        Some(resolvable.all(|note| note.resolved))
    }

    /// Nobody can reply to what GitLab wrote itself.
    pub(crate) fn thread_of(&self, note: &Note) -> Option<String> {
        (!note.system).then(|| self.id.clone())
    }
}

impl Note {
    pub(crate) fn key(&self) -> (i64, u64) {
        (self.created_at, self.id)
    }

    pub(crate) fn is_by(&self, username: &str) -> bool {
        !self.system && self.author.username == username
    }

    /// Whether it is resolved by itself; `None` where it cannot be.
    pub(crate) fn resolved(&self) -> Option<bool> {
        self.resolvable.then_some(self.resolved)
    }

    /// Make a comment of it, whose text is without the marker.
    pub(crate) fn into_comment(
        self,
        thread: Option<String>,
        resolved: Option<bool>,
        (body, marker): (String, Option<String>),
    ) -> Comment {
        let created_at = self.created_at.div_euclid(1_000);
        let changed = self.updated_at.as_deref().and_then(in_milliseconds);
        Comment {
            id: self.id.to_string(),
            thread,
            author: self.author.username,
            body,
            marker,
            automatic: self.system,
            resolved: resolved.filter(|_| !self.system),
            at: self.position.and_then(NotePosition::into_position),
            created_at,
            updated_at: changed.map_or(created_at, |changed| changed.div_euclid(1_000)),
        }
    }

    /// Whether it stands at that position, as it was sent; `None` is no position at all. The commits
    /// are passed over, as GitLab moves a comment along with what is pushed.
    pub(crate) fn stands_at(&self, sent: Option<&Value>) -> bool {
        let sent = sent.map(NotePosition::deserialize);
        match (&self.position, sent) {
            (None, None) => true,
            (Some(there), Some(Ok(sent))) => there.place() == sent.place(),
            _ => false,
        }
    }
}

impl NotePosition {
    /// The paths, and on each side the lines at which it ends and begins.
    fn place(&self) -> impl PartialEq {
        let end = (self.old_line, self.new_line);
        let start = self.line_range.as_ref().map(|range| &range.start);
        let start = start.map_or(end, |start| (start.old_line, start.new_line));
        (self.old_path.clone(), self.new_path.clone(), end, start)
    }

    fn into_position(self) -> Option<Position> {
        if !is_object_id(&self.head_sha) {
            return None;
        }
        let (side, path, last) = match (self.new_line, self.old_line) {
            (None, Some(last)) => (Side::Old, self.old_path, Some(last)),
            (last, _) if self.new_path.is_empty() => (Side::Old, self.old_path, last),
            (last, _) => (Side::New, self.new_path, last),
        };
        let start = self.line_range.map(|range| range.start).unwrap_or_default();
        let first = match side {
            Side::New => start.new_line,
            Side::Old => start.old_line,
        };
        let is_text = self.position_type != "file" && self.position_type != "image";
        let lines = last.filter(|_| is_text).map(|last| LineRange {
            // A range may begin on a line that the other side alone has.
            first: first.filter(|first| *first <= last).unwrap_or(last),
            last,
        });
        (!path.is_empty()).then_some(Position {
            head: self.head_sha,
            path,
            side,
            lines,
        })
    }
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    in_milliseconds(&text).ok_or_else(|| D::Error::custom("`created_at` of a comment"))
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Note>, D::Error> {
    let mut notes: Vec<Note> = Vec::deserialize(deserializer)?;
    notes.sort_by_key(Note::key);
    match notes.is_empty() {
        true => Err(D::Error::custom("`notes` of a discussion is empty")),
        false => Ok(notes),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn note(position: Value) -> Note {
        let note = json!({ "id": 1, "created_at": "2026-01-01T00:00:00.5Z", "position": position });
        serde_json::from_value(note).expect("is one")
    }

    type Place = (Side, String, Option<(u32, u32)>);

    fn at(position: Value) -> Option<Place> {
        let comment = note(position).into_comment(None, None, (String::new(), None));
        let at = comment.at?;
        let lines = at.lines.map(|lines| (lines.first, lines.last));
        Some((at.side, at.path, lines))
    }

    #[test]
    fn a_place_is_on_the_side_that_has_the_line() {
        let head = "a".repeat(40);
        let place = |old: Value, new: Value, range: Value| {
            at(
                json!({ "head_sha": head, "position_type": "text", "old_path": "o", "new_path": "n",
                "old_line": old, "new_line": new, "line_range": range }),
            )
        };
        assert_eq!(
            place(Value::Null, 7.into(), Value::Null),
            Some((Side::New, "n".to_owned(), Some((7, 7))))
        );
        assert_eq!(
            place(
                6.into(),
                7.into(),
                json!({ "start": { "new_line": 3, "old_line": 2 } })
            ),
            Some((Side::New, "n".to_owned(), Some((3, 7))))
        );
        assert_eq!(
            place(6.into(), Value::Null, json!({ "start": { "old_line": 9 } })),
            Some((Side::Old, "o".to_owned(), Some((6, 6))))
        );
        assert_eq!(
            place(Value::Null, Value::Null, Value::Null),
            Some((Side::New, "n".to_owned(), None))
        );
    }

    #[test]
    fn a_comment_stands_where_it_was_sent_to_and_nowhere_else() {
        let sent = json!({ "head_sha": "a", "position_type": "text", "old_path": "o",
            "new_path": "n", "new_line": 7 });
        let with = |field: &str, value: Value| {
            let mut position = sent.clone();
            position[field] = value;
            position
        };
        let told = with("old_line", Value::Null);
        assert!(note(told).stands_at(Some(&sent)));
        assert!(note(with("head_sha", "b".into())).stands_at(Some(&sent)));
        assert!(note(Value::Null).stands_at(None) && !note(sent.clone()).stands_at(None));
        for elsewhere in [
            with("new_line", 8.into()),
            with("old_line", 7.into()),
            with("new_path", "m".into()),
            with("line_range", json!({ "start": { "new_line": 6 } })),
            Value::Null,
        ] {
            assert!(
                !note(elsewhere.clone()).stands_at(Some(&sent)),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn a_place_without_a_commit_is_none() {
        for position in [
            Value::Null,
            json!({}),
            json!({ "new_path": "n", "new_line": 1 }),
            json!({ "head_sha": "HEAD", "new_path": "n" }),
        ] {
            assert_eq!(at(position), None);
        }
    }

    #[test]
    fn a_thread_is_resolved_when_all_that_can_be_is() {
        let resolved = |notes: &[(bool, bool)]| {
            let notes: Vec<_> = notes
                .iter()
                .map(|(resolvable, resolved)| {
                    json!({ "id": 1, "created_at": "2026-01-01T00:00:00Z",
                    "resolvable": resolvable, "resolved": resolved })
                })
                .collect();
            let thread = json!({ "id": "x", "notes": notes });
            serde_json::from_value::<Discussion>(thread)
                .expect("is one")
                .resolved()
        };
        assert_eq!(resolved(&[(false, false)]), None);
        assert_eq!(resolved(&[(true, true), (false, false)]), Some(true));
        assert_eq!(resolved(&[(true, true), (true, false)]), Some(false));
    }

    #[test]
    fn a_thread_without_comments_makes_no_sense() {
        for thread in [
            json!({ "id": "x", "notes": [] }),
            json!({ "id": "x" }),
            json!({ "id": "x", "notes": [{ "id": 1, "created_at": "soon" }] }),
        ] {
            assert!(serde_json::from_value::<Discussion>(thread).is_err());
        }
    }
}
