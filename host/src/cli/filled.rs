//! What people are told, in lines of their terminal: apart because what somebody copies out of it
//! must come whole, which words alone do not say.

use std::io::IsTerminal as _;

use unicode_width::UnicodeWidthStr as _;

use super::progress::{columns, columns_of};

/// Columns of the terminal that standard error is; nothing where it is none, because whatever reads
/// it there looks for sentences in lines.
pub(crate) fn room() -> Option<usize> {
    std::io::stderr().is_terminal().then(columns)
}

/// The same for standard output: programs want lines as they are.
pub(crate) fn room_of_output() -> Option<usize> {
    let output = std::io::stdout();
    output.is_terminal().then(|| columns_of(&output))
}

/// `text`, which stands behind a label of so many columns, in lines of so many columns, of which
/// the second and further ones begin with `indent`.
///
/// A command in backticks, or a line of the configuration, stays whole, and so does a word that is
/// longer than a line: a terminal that breaks it gives it back whole to whoever copies it.
pub(crate) fn filled(text: &str, label: usize, indent: usize, room: Option<usize>) -> String {
    let Some(room) = room else {
        return text.to_owned();
    };
    let mut filled = String::with_capacity(text.len() + 16);
    let mut column = label;
    for (index, word) in words(text).into_iter().enumerate() {
        let width = word.width();
        // A first word that fits a line of its own only gets one.
        if index == 0 && (column + width <= room || indent + width > room) {
            column += width;
        } else if index > 0 && column + 1 + width <= room {
            filled.push(' ');
            column += 1 + width;
        } else {
            filled.push('\n');
            filled.extend(std::iter::repeat_n(' ', indent));
            column = indent + width;
        }
        filled.push_str(word);
    }
    filled
}

/// What stays together. The spaces between are left out.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut begin, mut at) = (0, 0);
    while let Some(character) = text[at..].chars().next() {
        if character == ' ' && !is_beside_equals(text, at) {
            words.push(&text[begin..at]);
            begin = at + 1;
        }
        at += whole(&text[at..]).unwrap_or(character.len_utf8());
    }
    words.push(&text[begin..]);
    words
}

/// Bytes of what is quoted, or in brackets, at the beginning of the text.
fn whole(text: &str) -> Option<usize> {
    if let Some(rest) = text.strip_prefix('`') {
        return rest.find('`').map(|end| end + 2);
    }
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (at > 0).then_some(at + 1);
        }
    }
    None
}

/// Whether a space stands between a key, an equals sign and a value.
fn is_beside_equals(text: &str, space: usize) -> bool {
    text[..space].ends_with(" =") || text[space..].starts_with(" = ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_go_on_below_the_text() {
        let text = "look at the file or the variable that it comes from";
        assert_eq!(
            filled(text, 6, 2, Some(40)),
            "look at the file or the variable\n  that it comes from"
        );
        assert_eq!(filled(text, 6, 2, None), text);
        assert_eq!(filled("", 6, 2, Some(40)), "");
        assert_eq!(
            filled("`code-source plugin approve -y` then", 6, 2, Some(36)),
            "\n  `code-source plugin approve -y`\n  then"
        );
    }

    #[test]
    fn what_is_copied_stays_whole() {
        let text = "private-addresses = [\"10.20.0.7/32\", \"10.20.0.8/32\"] in the configuration, \
                    or `--private-address 10.20.0.7/32`; a/path/that/is/longer/than/a/line/has";
        assert_eq!(
            filled(text, 6, 2, Some(40))
                .split("\n  ")
                .collect::<Vec<_>>(),
            [
                "private-addresses = [\"10.20.0.7/32\", \"10.20.0.8/32\"]",
                "in the configuration, or",
                "`--private-address 10.20.0.7/32`;",
                "a/path/that/is/longer/than/a/line/has",
            ]
        );
    }

    #[test]
    fn a_mark_without_its_other_half_is_a_character_like_any_other() {
        for text in [
            "one ` two three",
            "one [ two three",
            "one ] two {x three",
            "ä ` ö ü",
        ] {
            let spaced = words(text).join(" ");
            assert_eq!(spaced, text);
            assert_eq!(words(text).len(), text.split(' ').count(), "{text}");
        }
    }
}
