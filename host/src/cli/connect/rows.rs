//! A list of the file, row by row: apart from what stands in it, because a comment behind a row's
//! comma belongs to that row, and TOML counts it as the beginning of the next.

use toml_edit::{Array, Value};

/// A list, its comments, and how it is laid out.
pub(super) struct Rows {
    /// What stands behind the opening bracket on its line, which is about the whole list.
    begin: String,
    rows: Vec<Row>,
    /// What stands before the closing bracket.
    end: String,
    is_spread: bool,
}

struct Row {
    /// What stands before the value on lines of its own.
    before: String,
    value: Value,
    /// What stands behind it on its line.
    behind: String,
}

impl Rows {
    pub(super) fn of(list: &Array) -> Self {
        let mut begin = String::new();
        let mut rows: Vec<Row> = Vec::new();
        for value in list {
            let decor = value.decor();
            let prefix = decor.prefix().and_then(|text| text.as_str());
            let (behind, before) = at_line_end(prefix.unwrap_or_default());
            let of_the_line = rows.last_mut().map(|row| &mut row.behind);
            of_the_line.unwrap_or(&mut begin).push_str(behind);
            let suffix = decor.suffix().and_then(|text| text.as_str());
            rows.push(Row {
                before: before.to_owned(),
                value: value.clone().decorated("", ""),
                behind: suffix.unwrap_or_default().trim_end().to_owned(),
            });
        }
        let (behind, end) = at_line_end(list.trailing().as_str().unwrap_or_default());
        let of_the_line = rows.last_mut().map(|row| &mut row.behind);
        of_the_line.unwrap_or(&mut begin).push_str(behind);
        let is_spread = list.to_string().contains('\n');
        // Without a comma behind the last value the space before the bracket is that value's.
        let last = list
            .iter()
            .last()
            .and_then(|value| value.decor().suffix()?.as_str());
        let end = match last {
            Some(space) if !is_spread && end.is_empty() => space,
            _ => end,
        };
        Self {
            begin,
            end: end.to_owned(),
            is_spread,
            rows,
        }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.rows.iter().map(|row| &row.value)
    }

    /// One more at the end, laid out as the others are.
    pub(super) fn push(&mut self, value: impl Into<Value>) {
        let before = match (self.is_spread, self.rows.is_empty()) {
            (true, _) => "\n  ",
            (false, true) => "",
            (false, false) => " ",
        };
        self.rows.push(Row {
            before: before.to_owned(),
            value: value.into(),
            behind: String::new(),
        });
    }

    /// Other values, each with the comments of the row that it takes the place of. Those of a row
    /// that nothing takes the place of go with it.
    pub(super) fn exchange(
        &mut self,
        values: impl Iterator<Item = Value>,
        is_place_of: impl Fn(&Value, &Value) -> bool,
    ) {
        let mut old = std::mem::take(&mut self.rows);
        for value in values {
            match old.iter().position(|row| is_place_of(&row.value, &value)) {
                Some(position) => {
                    let row = old.remove(position);
                    self.rows.push(Row { value, ..row });
                }
                None => self.push(value),
            }
        }
    }

    /// Every row on a line of its own.
    pub(super) fn spread(&mut self) {
        self.is_spread = true;
        for row in &mut self.rows {
            if !row.before.contains('\n') {
                row.before = "\n  ".to_owned();
            }
        }
        if !self.end.contains('\n') {
            self.end = "\n".to_owned();
        }
    }

    pub(super) fn into_value(mut self) -> Value {
        let has_comments = self.begin.contains('#') || self.end.contains('#');
        if self.rows.is_empty() && !has_comments {
            return Array::new().into();
        }
        if self.is_spread {
            self.spread();
        }
        let mut list = Array::new();
        let mut behind = self.begin;
        for row in self.rows {
            let before = format!("{behind}{}", row.before);
            list.push_formatted(row.value.decorated(before, ""));
            behind = row.behind;
        }
        list.set_trailing(format!("{behind}{}", self.end));
        list.set_trailing_comma(self.is_spread && !list.is_empty());
        list.into()
    }
}

/// What ends a line, and the lines behind it.
fn at_line_end(text: &str) -> (&str, &str) {
    match text.find('\n') {
        Some(end) => text.split_at(end),
        None => ("", text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(list: &str) -> Rows {
        let list: Value = list.parse().unwrap();
        Rows::of(list.as_array().unwrap())
    }

    fn with_x(list: &str) -> String {
        let mut rows = rows(list);
        rows.push("x");
        rows.into_value().to_string()
    }

    #[test]
    fn what_is_added_takes_no_comment_of_another() {
        for (before, after) in [
            ("[]", "[\"x\"]"),
            ("[\"a\"]", "[\"a\", \"x\"]"),
            ("[ \"a\" ]", "[ \"a\", \"x\" ]"),
            ("[\n  \"a\", # ours\n]", "[\n  \"a\", # ours\n  \"x\",\n]"),
            ("[\n  \"a\" # ours\n]", "[\n  \"a\", # ours\n  \"x\",\n]"),
            ("[\n  \"a\"\n]", "[\n  \"a\",\n  \"x\",\n]"),
            (
                "[\n  # first\n  \"a\", # one\n  # second\n  \"b\", # two\n  # end\n]",
                "[\n  # first\n  \"a\", # one\n  # second\n  \"b\", # two\n  \"x\",\n  # end\n]",
            ),
            ("[ # all\n]", "[ # all\n  \"x\",\n]"),
            (
                "[\"a\", # one\n \"b\"]",
                "[\n  \"a\", # one\n \"b\",\n  \"x\",\n]",
            ),
        ] {
            assert_eq!(with_x(before), after, "{before}");
            let text = format!("list = {after}\n");
            assert!(text.parse::<toml_edit::DocumentMut>().is_ok(), "{text}");
        }
    }

    #[test]
    fn a_row_that_is_exchanged_keeps_its_comments_and_one_that_goes_takes_them() {
        let mut list = rows("[\n  # first\n  \"a\", # one\n  # second\n  \"b\", # two\n]");
        let values = ["b", "c"].into_iter().map(Value::from);
        list.exchange(values, |old, new| old.as_str() == new.as_str());
        assert_eq!(
            list.into_value().to_string(),
            "[\n  # second\n  \"b\", # two\n  \"c\",\n]"
        );
        for (before, after) in [
            ("[\n  \"a\", # one\n]", "[]"),
            ("[ # all\n  \"a\",\n]", "[ # all\n]"),
        ] {
            let mut list = rows(before);
            list.exchange(std::iter::empty(), |_, _| false);
            assert_eq!(list.into_value().to_string(), after);
        }
        let mut list = rows("[ # all\n  \"a\",\n  \"b\",\n]");
        let values = ["b", "a"].into_iter().map(Value::from);
        list.exchange(values, |old, new| old.as_str() == new.as_str());
        let turned = list.into_value().to_string();
        assert_eq!(turned, "[ # all\n  \"b\",\n  \"a\",\n]");
    }
}
