//! What is said of a connection as values of the file: apart from the draft, which knows what is
//! said, and not how it is written.

use std::path::Path;

use toml_edit::{Array, DocumentMut, InlineTable, Value};

use super::rows::Rows;
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

/// Repositories, each with the comments that the file has for it.
pub(super) fn repositories(all: &[RepositoryEntry], present: Option<&Array>) -> Value {
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
        Value::from(table)
    });
    let mut rows = Rows::of(present.unwrap_or(&Array::new()));
    let id = |value: &Value| Some(value.as_inline_table()?.get("id")?.as_str()?.to_owned());
    rows.exchange(tables, |old, new| id(old) == id(new));
    if all.len() > 1 {
        rows.spread();
    }
    rows.into_value()
}

/// The list that the file has, as it is written there.
pub(super) fn list_in(text: &str, name: &str, key: &str) -> Option<Array> {
    let document: DocumentMut = text.parse().ok()?;
    let item = document.get("connections")?.get(name)?.get(key)?;
    item.as_array().cloned()
}

/// A list with those texts that are not in it yet.
pub(super) fn with_more(list: &Array, more: &[String]) -> Value {
    let mut rows = Rows::of(list);
    for text in more {
        if !rows.values().any(|known| known.as_str() == Some(text)) {
            rows.push(text);
        }
    }
    rows.into_value()
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
        with_more(&list, &[more.to_owned()])
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
            "[\n  \"read\", # ours\n  \"commits\",\n]"
        );
    }

    #[test]
    fn a_repository_that_stays_keeps_its_comment() {
        let text = "[connections.acme]\nrepositories = [\n  # The shop.\n  \
                    { id = \"1\", path = \"a/b\" }, # old\n  { id = \"2\", path = \"c/d\" },\n]\n";
        let present = list_in(text, "acme", "repositories").unwrap();
        let shop = RepositoryEntry {
            id: "1".to_owned(),
            path: "a/b".to_owned(),
            branch: Some("main".to_owned()),
            r#type: None,
        };
        assert_eq!(
            repositories(&[shop], Some(&present)).to_string().trim(),
            "[\n  # The shop.\n  { id = \"1\", path = \"a/b\", branch = \"main\" }, # old\n]"
        );
    }
}
