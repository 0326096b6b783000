//! Finds lines that a forge takes for commands, such as `/merge` in a comment.
//!
//! It is apart because it reads text as the forge does, and not as JSON does.

/// Whether a line of the text may be a command: after white space a `/` and a word, and nothing
/// behind the word but white space and what follows it. `/usr/bin` is none.
///
/// Some forges begin a line behind a line feed alone, and read the text without its carriage returns;
/// others end a line at these. Both readings are asked. Code and quotes are not left out: where
/// they end is the forge's to say.
pub(super) fn has_command(text: &str) -> bool {
    let joined = |line: &str| is_command(line.chars().filter(|character| *character != '\r'));
    text.split('\n').any(joined) || text.split('\r').any(|line| is_command(line.chars()))
}

fn is_command(line: impl Iterator<Item = char>) -> bool {
    let mut line = line.skip_while(|character| character.is_whitespace());
    // Commands are words of ASCII, in any case. A forge that folds case takes other letters for
    // these, such as U+212A for `k`.
    let begins = line.next() == Some('/') && line.next().is_some_and(char::is_alphabetic);
    let inside = |character: &char| character.is_alphanumeric() || "_-".contains(*character);
    begins
        && line
            .find(|character| !inside(character))
            .is_none_or(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_word_behind_a_slash_is_a_command() {
        for text in [
            "/approve",
            "/merge now",
            "/Merge",
            "/target_branch main",
            "/tas\u{212a} x",
            "/a",
            "/approve\t",
            "/approve\u{b}\nx",
            " \t/approve",
            "\u{a0}/approve",
            "fine\n/close\nfine",
            "fine\r\n/close\r\nfine",
            "fine\r/close",
            "fine\n\r/close",
            "fine\n/\rclose",
            "fine\n/clo\rse",
            "```\n/close\n```",
            "/usr/bin\n/close",
        ] {
            assert!(has_command(text), "{text:?}");
        }
    }

    #[test]
    fn paths_and_comments_are_no_commands() {
        for text in [
            "",
            "/",
            "//",
            "// a comment",
            "/* a comment */",
            "/usr/bin",
            "/usr/bin/env python3",
            "/etc/hosts holds it",
            "/file.txt",
            "/api?x=1",
            "/2 of it",
            "/ approve",
            "x /approve",
            "`/approve`",
            "> /approve",
            "- /approve",
            "and/or\nor",
        ] {
            assert!(!has_command(text), "{text:?}");
        }
    }
}
