//! What is said of a connection as values of the file: apart from the draft, which knows what is
//! said, and not how it is written.

use std::path::Path;

use toml_edit::{Array, DocumentMut, InlineTable, Value};

use crate::cli::arguments::GlobalArguments;
use crate::cli::failure::CommandError;
use crate::cli::usage::UsageError;
use crate::config::RepositoryEntry;

pub(super) fn client_certificate(options: &GlobalArguments) -> Result<Option<Value>, CommandError> {
    let (Some(certificate), Some(key)) = (&options.client_certificate, &options.client_key) else {
        return Ok(None);
    };
    let mut table = InlineTable::new();
    table.insert("certificate", absolute(certificate)?);
    table.insert("key", absolute(key)?);
    Ok(Some(table.into()))
}

pub(super) fn proxy(options: &GlobalArguments) -> Result<Option<Value>, CommandError> {
    let Some(url) = &options.proxy else {
        return Ok(None);
    };
    let Some(credentials) = &options.proxy_credentials_file else {
        return Ok(Some(url.into()));
    };
    let mut table = InlineTable::new();
    table.insert("url", url.into());
    table.insert("credentials", in_file(credentials)?);
    Ok(Some(table.into()))
}

pub(super) fn secrets(options: &GlobalArguments) -> Result<Option<Value>, CommandError> {
    let mut table = InlineTable::new();
    for (name, file) in options
        .secret
        .iter()
        .filter_map(|text| text.split_once('='))
    {
        table.insert(name, in_file(Path::new(file))?);
    }
    Ok((!table.is_empty()).then(|| table.into()))
}

pub(super) fn repositories(all: &[RepositoryEntry]) -> Value {
    let tables = all.iter().map(|one| {
        let mut table = InlineTable::new();
        table.insert("id", one.id.as_str().into());
        table.insert("path", one.path.as_str().into());
        if let Some(branch) = &one.branch {
            table.insert("branch", branch.into());
        }
        if let Some(kind) = one.r#type {
            table.insert("type", kind.as_str().into());
        }
        table
    });
    let mut array: Array = tables.map(Value::from).collect();
    if all.len() > 1 {
        array
            .iter_mut()
            .for_each(|value| value.decor_mut().set_prefix("\n  "));
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    array.into()
}

/// The list that the file has, as it is written there.
pub(super) fn list_in(text: &str, name: &str, key: &str) -> Option<Array> {
    let document: DocumentMut = text.parse().ok()?;
    let item = document.get("connections")?.get(name)?.get(key)?;
    item.as_array().cloned()
}

/// A list with those texts that are not in it yet.
pub(super) fn with_more(mut list: Array, more: &[String]) -> Value {
    let is_spread = list
        .iter()
        .next()
        .and_then(|first| first.decor().prefix()?.as_str())
        .is_some_and(|prefix| prefix.contains('\n'));
    for text in more {
        if list.iter().any(|known| known.as_str() == Some(text)) {
            continue;
        }
        let mut value = Value::from(text);
        if is_spread {
            value.decor_mut().set_prefix("\n  ");
            list.push_formatted(value);
        } else {
            list.push(value);
        }
    }
    list.into()
}

fn in_file(path: &Path) -> Result<Value, CommandError> {
    let mut table = InlineTable::new();
    table.insert("file", absolute(path)?);
    Ok(table.into())
}

/// A path as it is from everywhere: those of the file begin at its own directory.
pub(super) fn absolute(path: &Path) -> Result<Value, CommandError> {
    let absolute = std::path::absolute(path).map_err(|source| CommandError::File {
        action: "find",
        path: path.to_owned(),
        source,
    })?;
    text(&absolute)
}

pub(super) fn text(path: &Path) -> Result<Value, CommandError> {
    path.to_str().map(Value::from).ok_or_else(|| {
        let path = path.display().to_string();
        UsageError::PathNotUnicode { path }.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(list: &str, more: &str) -> String {
        let text = format!("[connections.acme]\naccess = {list}\n");
        let list = list_in(&text, "acme", "access").unwrap();
        with_more(list, &[more.to_owned()])
            .to_string()
            .trim()
            .to_owned()
    }

    #[test]
    fn a_list_keeps_what_it_has_and_how_it_is_written() {
        assert_eq!(added("[\"read\"]", "commits"), "[\"read\", \"commits\"]");
        assert_eq!(added("[ \"read\" ]", "read"), "[ \"read\" ]");
        assert_eq!(added("[]", "read"), "[\"read\"]");
        assert_eq!(
            added("[\n  \"read\", # ours\n]", "commits"),
            "[\n  \"read\",\n  \"commits\", # ours\n]"
        );
    }
}
