//! Connections written into the text of a configuration file, or taken out of it: apart because
//! everything else in the text stays as somebody wrote it, down to comments and spaces.

use std::io;

use toml_edit::{Decor, DocumentMut, InlineTable, Item, Key, RawString, Table, TableLike, Value};

use super::removal;

/// The text in which a connection has these values. One that is there already keeps its others;
/// one that is new follows at the end.
pub(crate) fn with_connection(
    text: &str,
    name: &str,
    settings: &[(&str, Value)],
) -> io::Result<String> {
    keeping_line_ends(text, |text| with_settings(text, name, settings))
}

fn with_settings(text: &str, name: &str, settings: &[(&str, Value)]) -> io::Result<String> {
    let mut document = parse(text)?;
    // Not by index, which would make what is not there.
    let connections = document.get_mut("connections");
    let connections = connections.and_then(Item::as_table_like_mut);
    if let Some(entry) = connections.and_then(|connections| connections.get_mut(name)) {
        for (key, value) in settings {
            let old = entry
                .as_table_like_mut()
                .and_then(|table| table.get_mut(key));
            match (old, value) {
                (Some(old), Value::InlineTable(new))
                    if *key == "secrets" && old.is_table_like() =>
                {
                    set_all_in(old, new)?;
                }
                (Some(Item::Table(old)), Value::InlineTable(new)) => exchange(old, new),
                // A proxy without credentials is its address.
                (Some(Item::Table(old)), Value::String(url)) if old.contains_key("url") => {
                    let url = Value::String(url.clone());
                    exchange(old, &InlineTable::from_iter([("url", url)]));
                }
                _ => set_in(entry, key, value.clone())?,
            }
        }
        return Ok(document.to_string());
    }
    let appended = appended(text, name, settings);
    if parse(&appended).is_ok() {
        return Ok(appended);
    }
    // Where all connections stand between two braces, nothing can follow outside of them.
    let mut entry = InlineTable::new();
    for (key, value) in settings {
        entry.insert(*key, value.clone());
    }
    let connections = document.entry("connections").or_insert(Item::None);
    set_in(connections, name, entry.into())?;
    Ok(document.to_string())
}

/// The same change in a text whose lines end as Windows ends them: they all end alike afterwards,
/// as most of them did.
pub(crate) fn keeping_line_ends(
    text: &str,
    change: impl FnOnce(&str) -> io::Result<String>,
) -> io::Result<String> {
    let (of_windows, all) = (text.matches("\r\n").count(), text.matches('\n').count());
    if of_windows == 0 {
        return change(text);
    }
    let changed = change(&text.replace("\r\n", "\n"))?;
    let is_of_windows = of_windows * 2 > all;
    Ok(if is_of_windows {
        changed.replace('\n', "\r\n")
    } else {
        changed
    })
}

/// More entries, which leave the others there.
fn set_all_in(old: &mut Item, new: &InlineTable) -> io::Result<()> {
    for (name, value) in new {
        set_in(old, name, value.clone())?;
    }
    Ok(())
}

/// Other values in a table with a heading of its own, which keeps it and its comments.
fn exchange(old: &mut Table, new: &InlineTable) {
    old.retain(|key, _| new.contains_key(key));
    for (key, value) in new {
        match (old.get_mut(key), value) {
            (Some(Item::Table(old)), Value::InlineTable(new)) => exchange(old, new),
            _ => set(old, key, value.clone()),
        }
    }
}

/// The text without a connection, and without the comment that stands right above it.
pub(crate) fn without_connection(text: &str, name: &str) -> io::Result<String> {
    keeping_line_ends(text, |text| {
        let mut document = parse(text)?;
        removal::remove(&mut document, name)
            .ok_or_else(|| broken(format!("there is no connection `{name}`")))?;
        Ok(document.to_string())
    })
}

/// Exchange the value of a key and keep what stands around it, or add it at the end.
pub(crate) fn set(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *value.decor_mut() = old.decor().clone();
    }
    // A pair that is there keeps its key, with the spaces and comments before it.
    match table.get_mut(key) {
        Some(item) if item.is_value() => *item = Item::Value(value),
        _ => {
            let comments = table.remove(key).map(|item| comments_of(&item));
            table.insert(key, Item::Value(value));
            if let (Some(comments), Some(mut key)) = (comments, table.key_mut(key))
                && !comments.is_empty()
            {
                key.leaf_decor_mut().set_prefix(comments);
            }
        }
    }
}

/// All comments of a table, or of several, line by line.
fn comments_of(item: &Item) -> String {
    let mut lines = Vec::new();
    gather(item, &mut lines);
    lines.into_iter().map(|line| format!("{line}\n")).collect()
}

fn gather(item: &Item, lines: &mut Vec<String>) {
    let tables: Vec<&Table> = match item {
        Item::Table(table) => vec![table],
        Item::ArrayOfTables(tables) => tables.iter().collect(),
        Item::Value(value) => {
            gather_value(value, lines);
            return;
        }
        Item::None => return,
    };
    for table in tables {
        note(table.decor().prefix(), lines);
        note(table.decor().suffix(), lines);
        for (key, item) in table {
            let decor = table.key(key).map(Key::leaf_decor);
            note(decor.and_then(Decor::prefix), lines);
            gather(item, lines);
        }
    }
}

fn gather_value(value: &Value, lines: &mut Vec<String>) {
    note(value.decor().prefix(), lines);
    match value {
        Value::Array(list) => {
            list.iter().for_each(|value| gather_value(value, lines));
            note(Some(list.trailing()), lines);
        }
        Value::InlineTable(table) => {
            table
                .iter()
                .for_each(|(_, value)| gather_value(value, lines));
        }
        _ => {}
    }
    note(value.decor().suffix(), lines);
}

fn note(text: Option<&RawString>, lines: &mut Vec<String>) {
    let text = text.and_then(RawString::as_str).unwrap_or_default();
    let comments = text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('#'));
    lines.extend(comments.map(str::to_owned));
}

/// The same in whatever a table may be written as.
pub(crate) fn set_in(item: &mut Item, key: &str, value: Value) -> io::Result<()> {
    match item {
        Item::Value(Value::InlineTable(table)) => {
            if !table.contains_key(key) {
                close_gap(table);
            }
            set(table, key, value);
        }
        Item::Table(table) => set(table, key, value),
        _ => return Err(broken(format!("there is no table for `{key}`"))),
    }
    Ok(())
}

/// The space before a closing brace belongs to the last value, and would stand before the comma.
fn close_gap(table: &mut InlineTable) {
    if let Some((_, last)) = table.iter_mut().last() {
        last.decor_mut().set_suffix("");
    }
}

fn appended(text: &str, name: &str, settings: &[(&str, Value)]) -> String {
    let mut appended = text.to_owned();
    if !text.is_empty() {
        appended.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
    }
    appended.push_str(&block(name, settings));
    appended
}

/// A connection as it is written where there is none of its name.
pub(crate) fn block(name: &str, settings: &[(&str, Value)]) -> String {
    let mut block = format!("[connections.{name}]\n");
    for (key, value) in settings {
        block.push_str(&format!("{key} = {value}\n"));
    }
    block
}

fn parse(text: &str) -> io::Result<DocumentMut> {
    text.parse()
        .map_err(|error: toml_edit::TomlError| broken(error.to_string()))
}

pub(crate) fn broken(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "# Ours.\n\n# The old one.\n[connections.old] # slow\nurl   = \"a\"\n\
                        [connections.old.proxy]\nurl = \"p\"\n# after\n\n# Why.\n[connections.\"new one\"]\n\
                        url = 'b' # b\n";

    #[test]
    fn a_new_connection_follows_at_the_end_and_nothing_else_changes() {
        let settings = [("url", Value::from("c"))];
        let now = with_connection(OURS, "acme", &settings).unwrap();
        assert_eq!(now, format!("{OURS}\n[connections.acme]\nurl = \"c\"\n"));
        assert_eq!(
            with_connection("", "acme", &settings).unwrap(),
            "[connections.acme]\nurl = \"c\"\n"
        );
        assert_eq!(
            with_connection(
                "connections = { old = { url = 'a' } } # all\n",
                "acme",
                &settings
            )
            .unwrap(),
            "connections = { old = { url = 'a' }, acme = { url = \"c\" } } # all\n"
        );
    }

    #[test]
    fn a_connection_that_is_there_gets_values_and_keeps_the_others() {
        let settings = [("url", Value::from("c")), ("ca-file", Value::from("x"))];
        let now = with_connection(OURS, "old", &settings).unwrap();
        let expected = OURS.replace("url   = \"a\"\n", "url   = \"c\"\nca-file = \"x\"\n");
        assert_eq!(now, expected);
        let now = with_connection(OURS, "new one", &settings[..1]).unwrap();
        assert_eq!(now, OURS.replace("'b'", "\"c\""));
    }

    #[test]
    fn a_table_of_its_own_keeps_its_heading_and_its_comments() {
        let text = "[connections.old]\nurl = \"a\"\n\n# The DMZ.\n[connections.old.proxy] # 1\n\
                    url = \"p\" # 2\ncredentials = { file = \"c\" }\n";
        let without = |text: &str| text.replace("credentials = { file = \"c\" }\n", "");
        let now = with_connection(text, "old", &[("proxy", Value::from("q"))]).unwrap();
        assert_eq!(now, without(text).replace("\"p\"", "\"q\""));
        let place = Value::from(InlineTable::from_iter([("file", "d")]));
        let both = InlineTable::from_iter([("url", Value::from("q")), ("credentials", place)]);
        let now = with_connection(text, "old", &[("proxy", both.into())]).unwrap();
        let expected = text.replace("\"p\"", "\"q\"").replace("\"c\"", "\"d\"");
        assert_eq!(now, expected);
        let inner = "[connections.old]\n[connections.old.proxy]\nurl = \"p\"\n\
                     [connections.old.proxy.credentials] # ours\nfile = \"c\" # vault\n";
        let place = Value::from(InlineTable::from_iter([("file", "d")]));
        let both = InlineTable::from_iter([("url", Value::from("p")), ("credentials", place)]);
        let now = with_connection(inner, "old", &[("proxy", both.into())]).unwrap();
        assert_eq!(now, inner.replace("\"c\"", "\"d\""));
    }

    #[test]
    fn tables_that_give_way_to_a_list_leave_their_comments() {
        let text = "[connections.old]\nurl = \"a\"\n\n# One.\n[[connections.old.repositories]] # 1\n# Why.\nid = \"1\" # 2\n\n\
                    # Two.\n[[connections.old.repositories]]\nid = \"2\"\n";
        let settings = [("repositories", Value::from(toml_edit::Array::new()))];
        let now = with_connection(text, "old", &settings).unwrap();
        let expected =
            "[connections.old]\nurl = \"a\"\n# One.\n# 1\n# Why.\n# 2\n# Two.\nrepositories = []\n";
        assert_eq!(now, expected);
    }

    #[test]
    fn a_connection_goes_with_its_comment_and_those_of_others_stay() {
        assert_eq!(
            without_connection(OURS, "old").unwrap(),
            "# Ours.\n\n# after\n\n# Why.\n[connections.\"new one\"]\nurl = 'b' # b\n"
        );
        let now = without_connection(OURS, "new one").unwrap();
        assert!(now.starts_with("# Ours.\n\n# The old one.\n"), "{now}");
        assert!(now.ends_with("url = \"p\"\n# after\n"), "{now}");
        let alone = "# Ours.\n\n[connections.acme]\nurl = \"a\"\n";
        assert_eq!(without_connection(alone, "acme").unwrap(), "# Ours.\n");
        let begun = "# Ours. Ask first.\n[connections.acme]\nurl = \"a\"\n";
        let left = without_connection(begun, "acme").unwrap();
        assert_eq!(left, "# Ours. Ask first.\n");
        let twice = "# x\n[connections.a]\nurl = \"a\"\n# x\n[connections.b]\nurl = \"b\" # x\n";
        let left = without_connection(twice, "b").unwrap();
        assert_eq!(left, "# x\n[connections.a]\nurl = \"a\"\n");
        let left = without_connection(twice, "a").unwrap();
        assert!(left.starts_with("# x\n\n# x\n[connections.b]\n"), "{left}");
        assert!(without_connection(OURS, "acme").is_err());
    }

    #[test]
    fn a_connection_goes_however_it_is_written_and_comments_of_others_stay() {
        for (before, after) in [
            (
                "# Ours.\n\n# acme\nconnections.acme = { url = 'a' }\n# b\nconnections.b = { url = 'b' }\n",
                "# Ours.\n\n# b\nconnections.b = { url = 'b' }\n",
            ),
            (
                "# Ours.\n\nconnections.acme.url = 'a'\n# why\nconnections.acme.ca-file = 'c'\n",
                "# Ours.\n",
            ),
            (
                "[connections]\n# Ours.\n\n# acme\nacme = { url = 'a' }\n\n[connections.b]\nurl = 'b'\n",
                "[connections]\n# Ours.\n\n[connections.b]\nurl = 'b'\n",
            ),
            (
                "# Ours.\n \t\n# acme\n[connections.acme]\nurl = 'a'\n",
                "# Ours.\n",
            ),
            (
                "connections = { acme = { url = 'a' } }\n",
                "connections = {}\n",
            ),
        ] {
            assert_eq!(
                without_connection(before, "acme").unwrap(),
                after,
                "{before}"
            );
        }
    }

    #[test]
    fn lines_that_end_as_windows_ends_them_stay_so() {
        let windows = OURS.replace('\n', "\r\n");
        let without = without_connection(&windows, "old").unwrap();
        let expected = without_connection(OURS, "old").unwrap();
        assert_eq!(without, expected.replace('\n', "\r\n"));
        let settings = [("url", Value::from("c"))];
        for name in ["old", "acme"] {
            let now = with_connection(&windows, name, &settings).unwrap();
            let expected = with_connection(OURS, name, &settings).unwrap();
            assert_eq!(now, expected.replace('\n', "\r\n"));
        }
    }
}
