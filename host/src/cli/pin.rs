//! A digest written into the configuration file: apart because everything else in the file stays
//! as somebody wrote it, down to comments and spaces.

use std::io;

use toml_edit::{DocumentMut, Item, Value};

use crate::config::edit::{broken, keeping_line_ends, set_in};

/// The text of a configuration file in which the plugin of a connection has this digest.
pub(crate) fn with_digest(text: &str, connection: &str, sha256: &str) -> io::Result<String> {
    keeping_line_ends(text, |text| pinned(text, connection, sha256))
}

fn pinned(text: &str, connection: &str, sha256: &str) -> io::Result<String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| broken(error.to_string()))?;
    let plugin = document
        .get_mut("connections")
        .and_then(|connections| connections.get_mut(connection))
        .and_then(|connection| connection.get_mut("plugin"));
    match plugin {
        Some(item @ (Item::Table(_) | Item::Value(Value::InlineTable(_)))) => {
            set_in(item, "sha256", sha256.into())?;
        }
        _ => {
            return Err(broken(format!(
                "the connection `{connection}` has no plugin"
            )));
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approved(text: &str) -> String {
        with_digest(text, "acme", "00ff").unwrap()
    }

    #[test]
    fn everything_else_stays_as_it_was_written() {
        let text = "# ours\n[connections.acme] # the forge\nurl   = \"a\"\n\
                    plugin = { path = \"x.wasm\",  sha256 ='aa'}  # why\n\n[connections.other]\n";
        let now = approved(text);
        assert_eq!(now, text.replace("'aa'", "\"00ff\""));
        let windows = text.replace('\n', "\r\n");
        assert_eq!(approved(&windows), now.replace('\n', "\r\n"));
    }

    #[test]
    fn a_plugin_without_a_digest_gets_one() {
        let head = "[connections.acme]\n";
        for (before, after) in [
            (
                "plugin = { path = \"x\" } # why\n",
                "plugin = { path = \"x\", sha256 = \"00ff\" } # why\n",
            ),
            (
                "plugin = {path=\"x\"}\n",
                "plugin = {path=\"x\", sha256 = \"00ff\" }\n",
            ),
            (
                "plugin.path = \"x\"\n",
                "plugin.path = \"x\"\nplugin.sha256 = \"00ff\"\n",
            ),
            (
                "\n[connections.acme.plugin]\npath = \"x\"\n",
                "\n[connections.acme.plugin]\npath = \"x\"\nsha256 = \"00ff\"\n",
            ),
        ] {
            assert_eq!(
                approved(&format!("{head}{before}")),
                format!("{head}{after}")
            );
        }
    }

    #[test]
    fn a_connection_without_a_plugin_is_not_given_one() {
        for text in [
            "",
            "[connections.acme]\nurl = \"a\"\n",
            "[connections.acme]\nplugin = 1\n",
        ] {
            assert!(with_digest(text, "acme", "00ff").is_err(), "{text}");
        }
    }
}
