//! Which characters the terminal can show: apart because nothing but the locale tells, and our own
//! text must be readable without it.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::escape;

/// Whether the locale says that text is UTF-8.
pub(crate) fn is_unicode() -> bool {
    static UNICODE: LazyLock<bool> = LazyLock::new(|| is_utf_8(|name| std::env::var(name).ok()));
    *UNICODE
}

/// An arrow between two things.
pub(crate) fn arrow() -> &'static str {
    if is_unicode() { "→" } else { "->" }
}

/// What people are told, in characters that the terminal has: ours have a form in ASCII, and those
/// of names that others gave stand there as their code points.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if is_unicode() {
        Cow::Borrowed(text)
    } else {
        ascii(text)
    }
}

fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let replaced = text.replace('→', "->").replace('…', "...");
    let replaced = replaced.replace(['“', '”'], "\"");
    Cow::Owned(escape::ascii(&replaced).into_owned())
}

/// POSIX: the first of these that is set and not empty decides, and where none is, it is `C`.
fn is_utf_8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_says_something_decides() {
        let is = |pairs: &[(&str, &str)]| {
            is_utf_8(|name| {
                let found = pairs.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(is(&[("LANG", "en_GB.UTF-8")]));
        assert!(is(&[("LANG", "C"), ("LC_CTYPE", "C.utf8")]));
        assert!(is(&[("LC_ALL", ""), ("LANG", "de_DE.UTF-8")]));
        assert!(!is(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
        assert!(!is(&[("LANG", "de_DE.ISO-8859-1")]));
        assert!(!is(&[]));
    }

    #[test]
    fn our_own_characters_have_a_form_in_ascii_and_others_stand_as_their_code_points() {
        assert_eq!(ascii("a → “grün…”\n"), "a -> \"gr\\u{fc}n...\"\n");
    }
}
