//! What of a text is nobody's, and what cannot be told from somebody's: apart because it is about
//! the words of settings, lines and answers, and not about names.

use super::pieces::is_number;

/// Whether it is a setting, an option or a command of ours, and not somebody's name.
pub(super) fn is_own(quoted: &str) -> bool {
    let end = quoted.find([' ', '=']).unwrap_or(quoted.len());
    let (word, _) = quoted.split_at(end);
    let option = word.strip_prefix("--").unwrap_or_default();
    let is_option = option
        .bytes()
        .all(|one| one.is_ascii_lowercase() || one == b'-');
    OWN_WORDS.contains(&word) || is_option && !option.is_empty()
}

/// The forge's own words, which may say anything, come after the status that it answered with.
pub(super) fn without_answer(text: &str) -> &str {
    let places = text
        .match_indices(ANSWERED)
        .map(|(at, _)| at + ANSWERED.len());
    for at in places {
        let status = text.get(at..at + STATUS).unwrap_or_default();
        if is_number(status) && !text[at + STATUS..].starts_with(|one: char| one.is_ascii_digit()) {
            return &text[..at + STATUS];
        }
    }
    text
}

/// A line about a repository, without its number and the newest commit, which tell whose it is too.
pub(super) fn without_numbers(line: &str) -> String {
    let (path, rest) = line.split_once(" (").unwrap_or((line, ""));
    let (_, rest) = rest.split_once(')').unwrap_or(("", rest));
    let end = rest.rfind(" at ").unwrap_or(rest.len());
    format!("{path}{}", &rest[..end])
}

const ANSWERED: &str = " answered ";

/// Digits of a status of HTTP.
const STATUS: usize = 3;

/// Settings, commands and words of protocols.
const OWN_WORDS: [&str; 28] = [
    "%2F",
    "ALL_PROXY",
    "Basic",
    "Bearer",
    "CONNECT",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "all_proxy",
    "allow-plain-http",
    "answer-bytes",
    "audit-file",
    "ca-file",
    "call-bytes",
    "chmod",
    "client-certificate",
    "code-source",
    "connect",
    "first-byte",
    "http",
    "http_proxy",
    "https",
    "https_proxy",
    "no_proxy",
    "private-addresses",
    "proxy",
    "sha256",
    "token",
    "user:password",
];
