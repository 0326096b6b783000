//! Reads one string of JSON that may be the name of a secret field.
//!
//! It is apart because a name can be written with escapes, which may be cut anywhere.

use crate::mask::fields::lexer::end_of_string;

/// A string that is being read. It keeps no more of it than the longest name has.
pub(super) struct Key {
    text: Vec<u8>,
    longest: usize,
    escape: Escape,
    /// The first half of a character beyond the basic plane.
    surrogate: Option<u16>,
    /// Too long, or malformed: no name is equal to it.
    is_other: bool,
}

enum Escape {
    None,
    /// Behind the backslash.
    Begun,
    /// Behind `\u` and some digits.
    Unicode {
        unit: u16,
        digits: u8,
    },
}

impl Key {
    pub(super) fn new(longest: usize) -> Self {
        Self {
            text: Vec::with_capacity(longest),
            longest,
            escape: Escape::None,
            surrogate: None,
            is_other: false,
        }
    }

    /// Begins another string.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.escape = Escape::None;
        self.surrogate = None;
        self.is_other = false;
    }

    /// The string that was read, unless no name can be equal to it.
    pub(super) fn name(&self) -> Option<&[u8]> {
        (!self.is_other).then_some(&self.text)
    }

    /// Reads on, and answers whether the string ended.
    pub(super) fn read(&mut self, bytes: &[u8], at: &mut usize) -> bool {
        while !self.is_other {
            let Some(&byte) = bytes.get(*at) else {
                return false;
            };
            *at += 1;
            if byte == b'"' && !matches!(self.escape, Escape::Begun) {
                let is_cut = matches!(self.escape, Escape::Unicode { .. });
                self.is_other = is_cut || self.surrogate.is_some();
                return true;
            }
            self.take(byte);
        }
        self.skip(bytes, at)
    }

    fn skip(&mut self, bytes: &[u8], at: &mut usize) -> bool {
        let mut is_escaped = matches!(self.escape, Escape::Begun);
        let end = end_of_string(&mut is_escaped, bytes, *at);
        self.escape = if is_escaped {
            Escape::Begun
        } else {
            Escape::None
        };
        *at = end.map_or(bytes.len(), |end| end + 1);
        end.is_some()
    }

    fn take(&mut self, byte: u8) {
        match self.escape {
            Escape::None if byte == b'\\' => self.escape = Escape::Begun,
            Escape::None => self.push(&[byte]),
            Escape::Begun if byte == b'u' => self.escape = Escape::Unicode { unit: 0, digits: 0 },
            Escape::Begun => {
                self.escape = Escape::None;
                match short(byte) {
                    Some(meant) => self.push(&[meant]),
                    None => self.is_other = true,
                }
            }
            Escape::Unicode { unit, digits } => self.take_digit(byte, unit, digits + 1),
        }
    }

    fn take_digit(&mut self, byte: u8, unit: u16, digits: u8) {
        let Some(digit) = char::from(byte).to_digit(16) else {
            self.escape = Escape::None;
            self.is_other = true;
            return;
        };
        let unit = unit << 4 | digit as u16;
        if digits < 4 {
            self.escape = Escape::Unicode { unit, digits };
            return;
        }
        self.escape = Escape::None;
        self.push_unit(unit);
    }

    /// Takes a unit of UTF-16.
    fn push_unit(&mut self, unit: u16) {
        let first = self.surrogate.take();
        if first.is_none() && is_first_half(unit) {
            self.surrogate = Some(unit);
            return;
        }
        let mut decoded = char::decode_utf16(first.into_iter().chain([unit]));
        match (decoded.next(), decoded.next()) {
            (Some(Ok(character)), None) => {
                self.push(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => self.is_other = true,
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        if self.surrogate.is_some() || self.text.len() + bytes.len() > self.longest {
            self.is_other = true;
            return;
        }
        self.text.extend_from_slice(bytes);
    }
}

/// What an escape of two characters means.
fn short(byte: u8) -> Option<u8> {
    Some(match byte {
        b'"' | b'\\' | b'/' => byte,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        _ => return None,
    })
}

fn is_first_half(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name that a string is, whatever pieces it comes in.
    fn name(string: &str) -> Option<String> {
        let mut names = (1..=string.len()).map(|length| {
            let mut key = Key::new(string.len());
            let mut pieces = string.as_bytes().chunks(length);
            let ended = pieces.find(|piece| key.read(piece, &mut 0));
            assert!(ended.is_some(), "{string}");
            key.name()
                .map(|name| String::from_utf8(name.to_vec()).unwrap())
        });
        let first = names.next().unwrap();
        assert!(names.all(|other| other == first), "{string}");
        first
    }

    #[test]
    fn a_name_is_read_with_every_escape_that_json_has() {
        let escapes = r#"a\"b\\c\/d\be\ff\ng\rh\ti\u006a""#;
        let meant = "a\"b\\c/d\u{8}e\u{c}f\ng\rh\tij";
        assert_eq!(name(escapes).as_deref(), Some(meant));
    }

    #[test]
    fn a_string_with_another_escape_is_no_name() {
        for string in [
            r#"a\x""#,
            r#"a\B""#,
            r#"a\u00g0b""#,
            r#"a\u00""#,
            r#"a\ud83d""#,
            r#"a\ud83db""#,
            r#"a\ud83db\ude00""#,
            r#"a\ud83d\u0061""#,
            r#"a\ude00""#,
        ] {
            assert_eq!(name(string), None, "{string}");
        }
    }
}
