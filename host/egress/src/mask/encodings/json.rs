//! The forms of a text within a string of JSON.
//!
//! It is apart because writers of JSON agree only on what has to be escaped, and each adds its own.

use crate::mask::encodings::{LOWER, UPPER, pair};

/// The text as the usual writers escape it. Some forms may be equal.
pub(super) fn escapes(text: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = str::from_utf8(text) else {
        return Vec::new();
    };
    let mut forms = Vec::new();
    for digits in [LOWER, UPPER] {
        for also in ALSO_ESCAPED {
            for escapes_slash in [false, true] {
                for is_ascii in [false, true] {
                    let writer = Writer {
                        digits,
                        also,
                        escapes_slash,
                        is_ascii,
                    };
                    forms.push(writer.write(text));
                }
            }
        }
    }
    forms
}

/// The text with every character as `\uXXXX`: of UTF-16, or of Latin-1 where it is not UTF-8.
pub(super) fn escape_all(text: &[u8], digits: &[u8; 16]) -> Vec<u8> {
    let units: Vec<u16> = match str::from_utf8(text) {
        Ok(text) => text.encode_utf16().collect(),
        Err(_) => text.iter().map(|&byte| byte.into()).collect(),
    };
    units
        .into_iter()
        .flat_map(|unit| escape(unit, digits))
        .collect()
}

struct Writer {
    digits: &'static [u8; 16],
    also: &'static str,
    escapes_slash: bool,
    is_ascii: bool,
}

impl Writer {
    fn write(&self, text: &str) -> Vec<u8> {
        let mut form = Vec::new();
        for character in text.chars() {
            match self.short(character) {
                Some(short) => form.extend([b'\\', short]),
                None if self.escapes(character) => {
                    let units = character.encode_utf16(&mut [0; 2]).to_vec();
                    form.extend(units.into_iter().flat_map(|unit| escape(unit, self.digits)));
                }
                None => form.extend(character.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        form
    }

    /// What follows the backslash where two characters are enough.
    fn short(&self, character: char) -> Option<u8> {
        match character {
            '"' if !self.also.contains('"') => Some(b'"'),
            '\\' => Some(b'\\'),
            '/' if self.escapes_slash => Some(b'/'),
            '\u{8}' => Some(b'b'),
            '\t' => Some(b't'),
            '\n' => Some(b'n'),
            '\u{c}' => Some(b'f'),
            '\r' => Some(b'r'),
            _ => None,
        }
    }

    fn escapes(&self, character: char) -> bool {
        character.is_ascii_control()
            || self.also.contains(character)
            || self.is_ascii && !character.is_ascii()
    }
}

fn escape(unit: u16, digits: &[u8; 16]) -> [u8; 6] {
    let [high, low] = unit.to_be_bytes().map(|byte| pair(byte, digits));
    [b'\\', b'u', high[0], high[1], low[0], low[1]]
}

/// What writers escape beside what they have to: none, for HTML (Rails and Go), with `=` and `'`
/// (Gson), and what .NET takes for safe.
const ALSO_ESCAPED: [&str; 4] = ["", "<>&\u{2028}\u{2029}", "<>&='", "\"<>&'+`"];
