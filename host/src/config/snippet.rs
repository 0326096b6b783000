//! The line that a mistake is in, for people: apart because a mistake is often made around the
//! token, and a line that could hold one is not shown beyond its key.

use std::ops::Range;

/// Where a mistake is.
pub(super) struct Snippet {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) shown: Option<String>,
}

impl Snippet {
    /// The place that `span` begins at. A parser that does not say where is taken to mean the
    /// beginning.
    pub(super) fn new(text: &str, span: Option<Range<usize>>) -> Self {
        let offset = span.map_or(0, |span| span.start).min(text.len());
        let offset = text.floor_char_boundary(offset);
        let start = text[..offset]
            .rfind('\n')
            .map_or(0, |position| position + 1);
        let line = text[..start].matches('\n').count() + 1;
        let before = text[start..offset].chars().count();
        let whole = text[start..].lines().next().unwrap_or_default();
        Self {
            line,
            column: before + 1,
            shown: showable(whole).map(|part| draw(line, before, &part)),
        }
    }
}

/// As much of a line as cannot be a secret.
fn showable(line: &str) -> Option<String> {
    let line = line.trim_end();
    if line.trim_start().starts_with('[') {
        return Some(line.to_owned());
    }
    let (key, _) = line.split_once('=')?;
    let plain = KEYS_WITHOUT_SECRETS.contains(&key.trim()) && !line.contains("token");
    Some(if plain {
        line.to_owned()
    } else {
        format!("{key}= …")
    })
}

fn draw(line: usize, before: usize, shown: &str) -> String {
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    // The mark stands under what is shown, or at its end.
    let mark = " ".repeat(before.min(shown.chars().count().saturating_sub(1)));
    format!("{gutter} |\n{number} | {shown}\n{gutter} | {mark}^")
}

/// Keys whose values may be shown. A key that nobody knows may well be a misspelt `token`, and a
/// `url` may hold a password.
const KEYS_WITHOUT_SECRETS: [&str; 10] = [
    "access",
    "allow-plain-http",
    "audit-file",
    "ca-file",
    "concurrency",
    "limits",
    "plugin",
    "private-addresses",
    "repositories",
    "type",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_may_hold_a_token_is_shown_without_its_value() {
        for line in [
            "token = \"secret\"",
            "tokne = \"secret\"",
            "url = \"https://a:secret@b\"",
            "limits = { token = \"secret\" }",
        ] {
            assert!(!showable(line).unwrap().contains("secret"), "{line}");
        }
        assert_eq!(showable("secret"), None);
        assert_eq!(showable("concurrency = 0.5").unwrap(), "concurrency = 0.5");
    }

    #[test]
    fn the_mark_stands_under_the_mistake() {
        let text = "[a]\nconcurrency = 0.5\n";
        let snippet = Snippet::new(text, Some(18..21));
        assert_eq!((snippet.line, snippet.column), (2, 15));
        assert_eq!(
            snippet.shown.unwrap(),
            "  |\n2 | concurrency = 0.5\n  |               ^"
        );
    }
}
