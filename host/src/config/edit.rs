//! Connections written into the text of a configuration file, or taken out of it: apart because
//! everything else in the text stays as somebody wrote it, down to comments and spaces.

use std::io;

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// The text in which a connection has these values. One that is there already keeps its others;
/// one that is new follows at the end.
pub(crate) fn with_connection(
    text: &str,
    name: &str,
    settings: &[(&str, Value)],
) -> io::Result<String> {
    let mut document = parse(text)?;
    // Not by index, which would make what is not there.
    let connections = document.get_mut("connections");
    let connections = connections.and_then(Item::as_table_like_mut);
    if let Some(entry) = connections.and_then(|connections| connections.get_mut(name)) {
        for (key, value) in settings {
            match (value, map_in(entry, key)) {
                (Value::InlineTable(new), Some(old)) => {
                    for (name, place) in new.iter() {
                        set_in(old, name, place.clone())?;
                    }
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

/// What is there already, where its entries have names of their own: more of them leave the others
/// there.
fn map_in<'e>(entry: &'e mut Item, key: &str) -> Option<&'e mut Item> {
    let present = entry.as_table_like_mut()?.get_mut(key)?;
    (key == "secrets" && present.is_table_like()).then_some(present)
}

/// The text without a connection, and without the comment that stands right above it.
pub(crate) fn without_connection(text: &str, name: &str) -> io::Result<String> {
    let mut document = parse(text)?;
    let connections = document.get_mut("connections");
    let connections = connections.and_then(Item::as_table_like_mut);
    let removed = connections.and_then(|connections| connections.remove(name));
    let Some(removed) = removed else {
        return Err(broken(format!("there is no connection `{name}`")));
    };
    if let Item::Table(table) = removed {
        keep_what_stood_apart(&mut document, &table);
    }
    Ok(document.to_string())
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
            table.remove(key);
            table.insert(key, Item::Value(value));
        }
    }
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

/// What stands above a table, and with an empty line between the two, is not about it.
fn keep_what_stood_apart(document: &mut DocumentMut, removed: &Table) {
    let prefix = removed.decor().prefix().and_then(|prefix| prefix.as_str());
    let Some((kept, _)) = prefix.and_then(|prefix| prefix.rsplit_once("\n\n")) else {
        return;
    };
    if kept.trim().is_empty() {
        return;
    }
    let position = removed.position();
    let mut next = None;
    find_next(document.as_table_mut(), position, &mut next);
    let with = |rest: &str| format!("{kept}\n\n{}", rest.trim_start_matches('\n'));
    match next.and_then(|position| table_at(document.as_table_mut(), position)) {
        Some(table) => {
            let rest = table.decor().prefix().and_then(|prefix| prefix.as_str());
            let prefix = with(rest.unwrap_or_default());
            table.decor_mut().set_prefix(prefix);
        }
        None => {
            let rest = document.trailing().as_str().unwrap_or_default();
            let trailing = with(rest);
            document.set_trailing(trailing.trim_end().to_owned() + "\n");
        }
    }
}

/// The place of the table that was written first after another one.
fn find_next(table: &Table, after: Option<isize>, next: &mut Option<isize>) {
    for (_, item) in table.iter() {
        let Item::Table(inner) = item else { continue };
        if let Some(position) = inner.position().filter(|_| !inner.is_implicit())
            && after.is_none_or(|after| position > after)
            && next.is_none_or(|next| position < next)
        {
            *next = Some(position);
        }
        find_next(inner, after, next);
    }
}

fn table_at(table: &mut Table, position: isize) -> Option<&mut Table> {
    table.iter_mut().find_map(|(_, item)| {
        let inner = item.as_table_mut()?;
        if inner.position() == Some(position) && !inner.is_implicit() {
            return Some(inner);
        }
        table_at(inner, position)
    })
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
    fn a_table_of_its_own_gives_way_to_a_value() {
        let settings = [("proxy", Value::from(InlineTable::new()))];
        let now = with_connection(OURS, "old", &settings).unwrap();
        assert!(now.contains("url   = \"a\"\nproxy = {}\n"), "{now}");
        assert!(!now.contains("old.proxy"), "{now}");
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
        assert!(without_connection(OURS, "acme").is_err());
    }
}
