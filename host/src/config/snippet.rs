//! The line that a mistake is in, for people: apart because a mistake is often made around the
//! token, and a line that could hold one is not shown beyond its key.

use std::ops::Range;

use super::place;
use crate::credential::is_no_name;

/// Where a mistake is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Snippet {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) shown: Option<String>,
}

impl Snippet {
    /// The place that `span` begins at. A parser that does not say where is taken to mean the
    /// beginning.
    pub(super) fn new(text: &str, span: Option<Range<usize>>) -> Self {
        let span = span.unwrap_or(0..0);
        let offset = text.floor_char_boundary(span.start.min(text.len()));
        let start = text[..offset]
            .rfind('\n')
            .map_or(0, |position| position + 1);
        let end = text[start..]
            .find('\n')
            .map_or(text.len(), |length| start + length);
        let number = text[..start].matches('\n').count() + 1;
        let before = text[start..offset].chars().count();
        let marked = text
            .get(offset..span.end.min(end))
            .map_or(1, |part| part.chars().count().max(1));
        Self {
            line: number,
            column: before + 1,
            shown: showable(text, start..end).map(|part| draw(number, before, marked, &part)),
        }
    }
}

/// As much of a line as cannot be a secret.
fn showable(text: &str, range: Range<usize>) -> Option<String> {
    let line = without_comment(&text[range.clone()]).trim_end();
    if line.trim_start().starts_with('[') {
        return is_header(line).then(|| line.to_owned());
    }
    let first = range.start + (line.len() - line.trim_start().len());
    let is_shown = match place::owner(text, &(first..range.end)) {
        Some((key, end)) => {
            // Behind the value there may be the end of a list, and nothing else.
            let rest = text.get(end..range.start + line.len()).unwrap_or_default();
            let is_plain = KEYS_OF_PATTERNS.contains(&&*key) || is_plain(&key, line);
            is_plain && rest.trim_matches([' ', ',', ']', '}']).is_empty()
        }
        None => line
            .split_once('=')
            .is_some_and(|(key, _)| is_plain(key.trim(), line)),
    };
    if is_shown {
        Some(line.to_owned())
    } else {
        hidden(line)
    }
}

/// Whether a line is the name of a table and nothing else: a value may begin with the same sign, and
/// somebody may have written one behind the name.
fn is_header(line: &str) -> bool {
    let name = line.trim().trim_start_matches('[').trim_end_matches(']');
    let mut parts = name.split('.').map(str::trim);
    let first = parts.next().unwrap_or_default();
    // `connections`, or a word that was meant to be that.
    let is_first = (1..=LONGEST_WORD).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_lowercase());
    is_first && parts.all(is_part_of_header)
}

fn is_part_of_header(part: &str) -> bool {
    let is_word = |text: &str| {
        let is_bare = |one: char| one.is_ascii_alphanumeric() || "-_".contains(one);
        text.chars().all(is_bare)
    };
    let inside = part.strip_prefix(['"', '\'']);
    let is_name = match inside.and_then(|part| part.strip_suffix(['"', '\''])) {
        Some(inside) => inside.split(' ').all(is_word),
        None => is_word(part),
    };
    is_name && !is_no_name(part)
}

/// What somebody noted beside a value is nobody else's business.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (position, character) in line.char_indices() {
        match (character, quote) {
            ('#', None) => return &line[..position],
            ('"' | '\'', None) => quote = Some(character),
            (end, Some(begin)) if begin == end => quote = None,
            _ => {}
        }
    }
    line
}

/// A key without its value.
fn hidden(line: &str) -> Option<String> {
    let (key, _) = line.split_once('=')?;
    let is_key = key
        .trim()
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "-_. ".contains(character));
    is_key.then(|| format!("{key}= …"))
}

fn is_plain(key: &str, shown: &str) -> bool {
    let is_bare = || !shown.contains(['@', '?', '#', '%', '\\']) && !shown.contains("credentials");
    let is_known = KEYS_WITHOUT_SECRETS.contains(&key)
        || (KEYS_OF_ADDRESSES.contains(&key) && is_bare())
        || (key == KEY_OF_FILES && names_files(shown));
    is_known && !shown.contains("token")
}

/// Whether it is a table of files. A text could be the private key itself.
fn names_files(shown: &str) -> bool {
    let value = shown.split_once('=').map(|(_, value)| value.trim_start());
    let is_table = value.is_some_and(|value| value.starts_with('{'));
    is_table && !shown.contains('\\') && !shown.contains("-----")
}

fn draw(line: usize, before: usize, marked: usize, shown: &str) -> String {
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    // The mark stands under what is shown, or at its end.
    let length = shown.chars().count();
    let begin = before.min(length.saturating_sub(1));
    let mark = "^".repeat(marked.min(length - begin).max(1));
    let space = " ".repeat(begin);
    format!("{gutter} |\n{number} | {shown}\n{gutter} | {space}{mark}")
}

/// No first word of a heading is longer.
const LONGEST_WORD: usize = 16;

/// Keys whose values may be shown. A key that nobody knows may well be a misspelt `token`.
const KEYS_WITHOUT_SECRETS: [&str; 12] = [
    "access",
    "allow",
    "allow-plain-http",
    "audit-file",
    "ca-file",
    "concurrency",
    "deny",
    "limits",
    "plugin",
    "private-addresses",
    "repositories",
    "type",
];

/// Keys whose values may be shown although endpoints have `token` in their names.
const KEYS_OF_PATTERNS: [&str; 2] = ["allow", "deny"];

/// The key whose value may be shown where it says where the files are.
const KEY_OF_FILES: &str = "client-certificate";

/// Keys whose values may be shown where they cannot hold a password.
const KEYS_OF_ADDRESSES: [&str; 3] = ["proxy", "redirect-origins", "url"];

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> Option<String> {
        showable(line, 0..line.len())
    }

    /// The same line in a file that is sound as a whole.
    fn shown_in_a_file(line: &str) -> Option<String> {
        let head = "[connections.a]\n";
        let text = format!("{head}{line}\nconcurrency = 1\n");
        showable(&text, head.len()..head.len() + line.len())
    }

    #[test]
    fn a_line_that_may_hold_a_token_is_shown_without_its_value() {
        for line in [
            "token = \"secret\"",
            "tokne = \"secret\"",
            "url = \"https://a:secret@b\"",
            "url = \"https://b/?private_key=secret\"",
            "limits = { token = \"secret\" }",
            "proxy = \"http://a:secret@b:3128\"",
            "proxy = { url = \"http://b:3128\", credentials = \"secret\" }",
            "secrets = { webhook = \"secret\" }",
            "webhook-urls = [\"https://b/secret\"]",
            "concurrency = 1 # secret",
        ] {
            for text in [shown(line), shown_in_a_file(line)] {
                let text = text.unwrap_or_default();
                assert!(
                    !text.contains("secret\"") && !text.contains("# sec"),
                    "{text}"
                );
                assert!(
                    !text.contains("/secret") && !text.contains(":secret"),
                    "{text}"
                );
            }
        }
        for line in [
            "[connections.a] token = \"secret\"",
            "[connections.a]] token = [\"secret\"]",
            "[\"secret\"],",
            "[connections.a \"secret\"]",
            "[connections.a secret",
            "[connections.kR7vQ2mXz9LwA]",
            "[connections.QwErTyUiOpAsDfGhJkLz]",
            "[acmepat-Ab3xY9zKq0_LmN5oPrs7w]",
            "[hunter2-word]",
            "[\"https://b/secret\"]",
            "secret",
        ] {
            assert_eq!(shown(line), None, "{line}");
        }
        for line in [
            "[connections.a",
            "[connections.a]",
            " [ connections . \"a b\" ]",
            "[[connections.a]]",
        ] {
            assert_eq!(shown(line).as_deref(), Some(line));
        }
        let deny = "deny = [\"GET /a/tokens\"]";
        assert_eq!(shown_in_a_file(deny).as_deref(), Some(deny));
        for line in ["concurrency = 0.5", "url = \"https://b\""] {
            assert_eq!(shown(line).as_deref(), Some(line));
            assert_eq!(shown_in_a_file(line).as_deref(), Some(line));
        }
    }

    #[test]
    fn a_line_of_a_longer_list_is_shown_as_its_key_allows() {
        let lines = |key: &str| format!("[connections.a]\n{key} = [\n  \"secret\",\n]\n");
        let snippet = |key: &str| {
            let text = lines(key);
            let start = text.find("\"secret\"").unwrap();
            Snippet::new(&text, Some(start..start + 8)).shown
        };
        assert_eq!(
            snippet("allow").unwrap(),
            "  |\n3 |   \"secret\",\n  |   ^^^^^^^^"
        );
        assert_eq!(snippet("webhook-urls"), None);
    }

    #[test]
    fn one_line_with_a_whole_connection_is_not_shown() {
        let line = "a = { tokne = \"secret\", allow = [\"x\"] }";
        let text = format!("[connections]\n{line}\n");
        let allow = text.find("\"x\"").unwrap();
        let snippet = Snippet::new(&text, Some(allow..allow + 3));
        assert_eq!(snippet.shown.unwrap(), "  |\n2 | a = …\n  |     ^");
    }

    #[test]
    fn the_mark_stands_under_the_mistake() {
        let text = "[a]\nconcurrency = 0.5\n";
        let snippet = Snippet::new(text, Some(18..21));
        assert_eq!((snippet.line, snippet.column), (2, 15));
        assert_eq!(
            snippet.shown.unwrap(),
            "  |\n2 | concurrency = 0.5\n  |               ^^^"
        );
    }
}
