//! Taking a connection out of a document: apart from putting one in, because comments that stood
//! above it, and are not about it, need another place.

use toml_edit::{DocumentMut, Item, Key, RawString, Table, TableLike};

/// Take a connection away with the comment right above it; nothing where there is none. What stands
/// further above, with an empty line between the two, is not about it and stays; so does what the
/// file begins with.
pub(super) fn remove(document: &mut DocumentMut, name: &str) -> Option<()> {
    let text = document.to_string();
    let item = document.get_mut("connections")?;
    let around = item.as_table().and_then(Table::position);
    let connections = item.as_table_like_mut()?;
    let apart =
        above(connections, name).and_then(|above| stood_apart(above, is_first(above, name, &text)));
    let following = following(connections, name);
    let removed = connections.remove(name)?;
    let Some(apart) = apart else { return Some(()) };
    if let Some(mut key) = following
        .as_deref()
        .and_then(|key| connections.key_mut(key))
    {
        let decor = key.leaf_decor_mut();
        let with = with(&apart, decor.prefix());
        decor.set_prefix(with);
        return Some(());
    }
    let after = match removed {
        Item::Table(table) if !table.is_dotted() => table.position(),
        _ => around,
    };
    keep_after(document, after, &apart);
    Some(())
}

/// What stands above a connection, with the comment that is about it.
fn above<'c>(connections: &'c dyn TableLike, name: &str) -> Option<&'c str> {
    match connections.get(name)? {
        Item::Table(table) if !table.is_dotted() => text(table.decor().prefix()),
        Item::Table(table) => text(first_key(table)?.leaf_decor().prefix()),
        _ => text(connections.key(name)?.leaf_decor().prefix()),
    }
}

/// The first key of those that are written with dots between them.
fn first_key(table: &Table) -> Option<&Key> {
    let (name, item) = table.iter().next()?;
    match item {
        Item::Table(inner) => first_key(inner),
        _ => table.key(name),
    }
}

/// As much of a text as stands above its last empty line, if that says anything. What begins the file
/// is about all of it.
fn stood_apart(text: &str, is_first: bool) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_empty = |line: &&str| line.ends_with('\n') && line.trim().is_empty();
    let apart = match lines.iter().rposition(is_empty) {
        Some(last) => lines[..last].concat(),
        None if is_first => text.to_owned(),
        None => return None,
    };
    (!apart.trim().is_empty()).then(|| apart.trim_end().to_owned())
}

/// Whether a connection is what follows the beginning of the file, which stands above it.
fn is_first(above: &str, name: &str, file: &str) -> bool {
    let rest = file.strip_prefix(above).unwrap_or_default();
    let heading = rest.trim_start_matches(['[', ' ']);
    let named = heading.split_once('.').map(|(_, named)| named.trim_start());
    let named = named.map(|named| named.trim_start_matches(['"', '\'']));
    heading.starts_with("connections") && named.is_some_and(|named| named.starts_with(name))
}

/// The pair that is written after a connection, and could be told apart from it.
fn following(connections: &dyn TableLike, name: &str) -> Option<String> {
    let mut after = connections
        .iter()
        .skip_while(|(key, _)| *key != name)
        .skip(1);
    let next = after.find(|(_, item)| item.is_value());
    next.map(|(key, _)| key.to_owned())
}

fn keep_after(document: &mut DocumentMut, after: Option<isize>, apart: &str) {
    let mut next = None;
    find_next(document.as_table(), after, &mut next);
    match next.and_then(|position| table_at(document.as_table_mut(), position)) {
        Some(table) => {
            let with = with(apart, table.decor().prefix());
            table.decor_mut().set_prefix(with);
        }
        None => {
            let with = with(apart, Some(document.trailing()));
            document.set_trailing(with.trim_end().to_owned() + "\n");
        }
    }
}

fn with(apart: &str, rest: Option<&RawString>) -> String {
    let rest = text(rest).unwrap_or_default();
    format!("{apart}\n\n{}", rest.trim_start_matches('\n'))
}

fn text(raw: Option<&RawString>) -> Option<&str> {
    raw.and_then(RawString::as_str)
}

/// The place of the table that was written first after another one.
fn find_next(table: &Table, after: Option<isize>, next: &mut Option<isize>) {
    for (_, item) in table.iter() {
        let Item::Table(inner) = item else { continue };
        if let Some(position) = inner.position().filter(|_| has_header(inner))
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
        if inner.position() == Some(position) && has_header(inner) {
            return Some(inner);
        }
        table_at(inner, position)
    })
}

fn has_header(table: &Table) -> bool {
    !table.is_implicit() && !table.is_dotted()
}
