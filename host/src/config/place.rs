//! Where a value stands in the file: apart because some mistakes are found only when what the file
//! says is held against something else, and they have to be shown at their line all the same.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A step from a connection's table inwards.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// To the value of this key.
    Key(String),
    /// To this entry of a list.
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// Where something stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Found {
    pub(super) span: Range<usize>,
    /// Whether it is what was looked for, and not only the last thing on the way to it.
    pub(super) is_all: bool,
}

/// Where the value that the steps lead to stands, or the last one on the way to it; the
/// connection itself where not even the first step leads anywhere.
pub(super) fn find(text: &str, connection: &str, steps: &[Step]) -> Option<Found> {
    let document = DeTable::parse(text).ok()?;
    let connections = entry(document.get_ref(), "connections")?.1;
    let (name, mut value) = entry(connections.get_ref().as_table()?, connection)?;
    let mut span = name.span();
    for step in steps {
        let inner = match step {
            Step::Key(key) => value
                .get_ref()
                .as_table()
                .and_then(|table| Some(entry(table, key)?.1)),
            Step::Index(index) => value.get_ref().as_array().and_then(|list| list.get(*index)),
        };
        let Some(inner) = inner else {
            return Some(Found {
                span,
                is_all: false,
            });
        };
        value = inner;
        span = value.span();
    }
    Some(Found { span, is_all: true })
}

/// The entry of a list that a problem quotes, where `span` is that of the list: a parser tells the
/// place of the list alone.
pub(super) fn narrow(text: &str, span: Range<usize>, problem: &str) -> Range<usize> {
    let quoted = problem
        .strip_prefix('`')
        .and_then(|rest| rest.split_once("`: "));
    let list = text.get(span.clone()).filter(|list| list.starts_with('['));
    let (Some((quoted, _)), Some(list)) = (quoted, list) else {
        return span;
    };
    let found = DeValue::parse(list).ok().and_then(|list| {
        let mut entries = list.get_ref().as_array()?.iter();
        let entry = entries.find(|entry| entry.get_ref().as_str() == Some(quoted))?;
        Some(entry.span())
    });
    found.map_or(span.clone(), |found| {
        span.start + found.start..span.start + found.end
    })
}

/// The key of a connection that all of a line belongs to, and where its value ends.
pub(super) fn owner(text: &str, line: &Range<usize>) -> Option<(String, usize)> {
    let document = DeTable::parse(text).ok()?;
    let connections = entry(document.get_ref(), "connections")?.1;
    let connections = connections.get_ref().as_table()?.values();
    connections
        .filter_map(|connection| connection.get_ref().as_table())
        .find_map(|connection| owner_within(connection, None, line))
}

fn owner_within(
    table: &DeTable<'_>,
    outer: Option<&str>,
    line: &Range<usize>,
) -> Option<(String, usize)> {
    for (key, value) in table {
        let name = outer.unwrap_or(key.get_ref());
        let whole = key.span().start..value.span().end;
        if whole.start <= line.start && line.start < whole.end {
            return Some((name.to_owned(), whole.end));
        }
        if let Some(table) = value.get_ref().as_table()
            && let Some(found) = owner_within(table, Some(name), line)
        {
            return Some(found);
        }
    }
    None
}

fn entry<'t, 'i>(
    table: &'t DeTable<'i>,
    name: &str,
) -> Option<(
    &'t Spanned<std::borrow::Cow<'i, str>>,
    &'t Spanned<DeValue<'i>>,
)> {
    table.iter().find(|(key, _)| key.get_ref() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[connections.a]\nallow = [\n  \"GET /x\",\n  \"GET /y\", # why\n]\n\
                        limits = { call = \"1s\" }\n[connections.a.proxy]\nurl = \"p\"\n";

    #[track_caller]
    fn at(steps: &[Step]) -> &'static str {
        &TEXT[find(TEXT, "a", steps).unwrap().span]
    }

    #[test]
    fn values_are_found_however_the_table_is_written() {
        assert_eq!(at(&["allow".into(), 1.into()]), "\"GET /y\"");
        assert_eq!(at(&["limits".into(), "call".into()]), "\"1s\"");
        assert_eq!(at(&["proxy".into(), "url".into()]), "\"p\"");
    }

    #[test]
    fn what_does_not_stand_there_is_shown_at_the_last_thing_that_does() {
        assert_eq!(at(&["deny".into(), 0.into()]), "a");
        assert_eq!(at(&["limits".into(), "cpu".into()]), "{ call = \"1s\" }");
        assert_eq!(find(TEXT, "b", &[]), None);
    }

    #[test]
    fn a_line_in_the_middle_of_a_list_belongs_to_its_key() {
        let line = |part: &str| {
            let start = TEXT.find(part).unwrap();
            owner(TEXT, &(start..start + part.len())).map(|(key, _)| key)
        };
        assert_eq!(line("\"GET /y\"").as_deref(), Some("allow"));
        assert_eq!(line("url = ").as_deref(), Some("proxy"));
        assert_eq!(line("[connections.a]"), None);
    }
}
