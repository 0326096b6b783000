//! Lines of configuration that would allow what was refused.
//!
//! It is apart because such a line is pasted by a person, and part of it may come from a plugin:
//! whatever it holds, it stays one line with one meaning.

use std::fmt::{self, Write};

/// A key with a list of texts.
pub(crate) fn line(key: &str, items: impl Iterator<Item = impl fmt::Display>) -> String {
    let items: Vec<_> = items.map(|item| quoted(&item.to_string())).collect();
    format!("{key} = [{}]", items.join(", "))
}

/// A text as TOML has it, without a character that could drive a terminal.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                // Writing to a `String` does not fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_reads_as_toml_does() {
        assert_eq!(line("deny", std::iter::empty::<&str>()), "deny = []");
        assert_eq!(line("a", ["GET /x", "y"].iter()), r#"a = ["GET /x", "y"]"#);
        assert_eq!(
            quoted("a\"b\\c\n\u{1b}\u{85}"),
            r#""a\"b\\c\u000A\u001B\u0085""#
        );
    }

    proptest! {
        #[test]
        fn whatever_is_quoted_is_one_line_and_comes_back(texts in proptest::collection::vec(any::<String>(), 0..3)) {
            let line = line("texts", texts.iter());
            prop_assert!(!line.contains(char::is_control));
            let table: toml::Table = toml::from_str(&line).unwrap();
            let read: Vec<_> = table["texts"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
            prop_assert_eq!(read, texts);
        }
    }
}
