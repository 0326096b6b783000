//! Text that others wrote, made safe for a terminal: apart so that nothing untrusted reaches a
//! person by another way.

use std::borrow::Cow;

/// `text` in one line: whatever moves the cursor, changes colours, or turns the direction of
/// writing stands there as its code point.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    replace(text, is_harmful)
}

/// The same for text of several lines, which keeps its line breaks and tabs.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    replace(text, |character| {
        is_harmful(character) && !matches!(character, '\n' | '\t')
    })
}

/// `text` without the characters that only UTF-8 has.
pub(crate) fn ascii(text: &str) -> Cow<'_, str> {
    replace(text, |character| !character.is_ascii())
}

/// Whether a terminal would do anything with it but show it, or show it as nothing.
pub(crate) fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Soft hyphen, Arabic letter mark, Mongolian vowel separator.
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            // Zero width, marks of direction, separators of lines and paragraphs, embeddings
            // and overrides (CVE-2021-42574).
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            // Invisible operators, isolates, deprecated format characters.
            | '\u{2060}'..='\u{206f}'
            // Byte order mark, interlinear annotation, tags.
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn replace(text: &str, harmful: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if harmful(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Bytes that come in pieces, as text for a terminal. What is not UTF-8 becomes U+FFFD.
#[derive(Default)]
pub(crate) struct Pieces {
    rest: Vec<u8>,
}

impl Pieces {
    /// The next piece. A character that is cut at its end waits for the piece after it.
    pub(crate) fn next(&mut self, piece: &[u8]) -> String {
        self.rest.extend_from_slice(piece);
        let keep = unfinished(&self.rest);
        let whole = self.rest.len() - keep;
        let text = show(&self.rest[..whole]);
        self.rest.drain(..whole);
        text
    }

    /// What is left when no piece follows.
    pub(crate) fn end(self) -> String {
        show(&self.rest)
    }
}

fn show(bytes: &[u8]) -> String {
    // A carriage return before a line break is how some files end their lines.
    lines(&String::from_utf8_lossy(bytes).replace("\r\n", "\n")).into_owned()
}

/// How many bytes at the end may be the beginning of something longer.
fn unfinished(bytes: &[u8]) -> usize {
    if bytes.last() == Some(&b'\r') {
        return 1;
    }
    // A character has at most four bytes, so that at most three of them can wait for the last.
    (1..=bytes.len().min(3))
        .find(
            |length| match std::str::from_utf8(&bytes[bytes.len() - length..]) {
                Ok(_) => false,
                Err(error) => error.valid_up_to() == 0 && error.error_len().is_none(),
            },
        )
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_as_its_code_point() {
        for (text, shown) in [
            ("plain ✓ text", "plain ✓ text"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\r\nb\tc", "a\\r\\nb\\tc"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("user\u{202e}gpj.exe", "user\\u{202e}gpj.exe"),
            ("pay\u{200b}load", "pay\\u{200b}load"),
            ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"),
        ] {
            assert_eq!(line(text), shown);
        }
        assert_eq!(lines("a\n\tb\u{7}"), "a\n\tb\\u{7}");
    }

    #[test]
    fn a_character_that_is_cut_between_pieces_is_whole_in_the_end() {
        let text = "grün ✓ 🦀\r\nend\r\n";
        for size in 1..6 {
            let mut pieces = Pieces::default();
            let mut shown: String = text
                .as_bytes()
                .chunks(size)
                .map(|piece| pieces.next(piece))
                .collect();
            shown.push_str(&pieces.end());
            assert_eq!(shown, "grün ✓ 🦀\nend\n", "{size}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_do_not_wait_for_ever() {
        let mut pieces = Pieces::default();
        assert_eq!(pieces.next(b"a\xff\xfe\xfdb"), "a\u{fffd}\u{fffd}\u{fffd}b");
        assert_eq!(pieces.next(b"\xe2\x9c"), "");
        assert_eq!(pieces.end(), "\u{fffd}");
    }
}
