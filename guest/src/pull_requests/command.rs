//! Lines that GitLab takes for quick actions; apart because what a text may hold is a rule of its own.
//!
//! The host refuses such a text too. Refusing it here first tells the caller which line it is.

use crate::{
    bindings::types::ErrorCode,
    error::{Failure, quote},
};

/// Refuse a text that would act on the pull request instead of being read.
pub(super) fn check(name: &str, text: &str) -> Result<(), Failure> {
    let Some((line, content)) = first(text) else {
        return Ok(());
    };
    let word = quote(content.trim());
    let why = format!("{name}: line {line}, `{word}`, is a command to GitLab");
    let failure = Failure::new(ErrorCode::Rejected(why.clone()), why);
    Err(failure.with_hint(
        "GitLab would carry the line out with the rights of the account: begin it with another \
         character than `/`, a quote mark such as `> ` for example",
    ))
}

/// The first line that is a command, and its number.
///
/// GitLab reads a text without its carriage returns, or ends lines at these: both readings count.
/// Whether a line stands in a block of code does not, as where one ends is for GitLab to say.
fn first(text: &str) -> Option<(usize, String)> {
    let joined = || text.split('\n').map(|line| line.replace('\r', ""));
    let split = || text.split('\r').map(str::to_owned);
    let numbered = |line: Option<(usize, String)>| line.map(|(index, line)| (index + 1, line));
    numbered(joined().enumerate().find(|(_, line)| is_command(line)))
        .or_else(|| numbered(split().enumerate().find(|(_, line)| is_command(line))))
}

/// A `/` and a word, with nothing but white space before it and right behind it.
fn is_command(line: &str) -> bool {
    let Some(word) = line.trim_start().strip_prefix('/') else {
        return false;
    };
    if !word.starts_with(char::is_alphabetic) {
        return false;
    }
    word.trim_start_matches(|character: char| {
        character.is_alphanumeric() || matches!(character, '_' | '-')
    })
    .chars()
    .next()
    .is_none_or(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_refused_with_its_line() {
        let failure = check("body", "fine\n\n  /Merge now\n").expect_err("it is a command");
        assert!(matches!(failure.code(), ErrorCode::Rejected(why) if why.contains("line 3")));
        assert!(failure.hint().is_some());
    }

    #[test]
    fn however_lines_end_a_command_is_found() {
        for text in [
            "/approve",
            " \t/approve",
            "\u{a0}/approve\u{b}x",
            "fine\r\n/close\r\nfine",
            "fine\r/close",
            "fine\n\r/close",
            "fine\n/\rclose",
            "```\n/close\n```",
            "/tas\u{212a} x",
        ] {
            assert!(check("body", text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_path_is_no_command() {
        for text in [
            "",
            "/",
            "// x",
            "/usr/bin",
            "/file.txt is new",
            "/2 of it",
            "/ approve",
            "x /approve",
            "> /approve",
            "`/approve`",
            "and/or\nor",
        ] {
            assert!(check("body", text).is_ok(), "{text:?}");
        }
    }
}
