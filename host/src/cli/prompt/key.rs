//! From the bytes that a terminal sends to keys: apart because it is the same for every terminal,
//! and can be tried without one.

use zeroize::Zeroizing;

/// A key that somebody pressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Key {
    Backspace,
    Char(char),
    Down,
    End,
    Enter,
    /// Escape itself, or the end of the input where nothing was typed.
    Escape,
    Home,
    /// One that means nothing here.
    Other,
    PageDown,
    PageUp,
    /// Removes all that was typed.
    RemoveLine,
    /// Removes the last word.
    RemoveWord,
    Up,
}

/// Takes bytes in whatever pieces they come, and gives keys. What was typed may be a secret, and is
/// cleared.
#[derive(Default)]
pub(super) struct Decoder(Zeroizing<Vec<u8>>);

impl Decoder {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Whether what was fed last may be the beginning of a key, or a key of its own.
    pub(super) fn is_undecided(&self) -> bool {
        !self.0.is_empty()
    }

    /// The next key, if all of it is there. `is_late` means that nothing more belongs to it.
    pub(super) fn next(&mut self, is_late: bool) -> Option<Key> {
        let (key, length) = match decode(&self.0) {
            Some(found) => found,
            None if is_late && self.0.first() == Some(&ESCAPE) => (Key::Escape, self.0.len()),
            None if is_late && !self.0.is_empty() => (Key::Other, self.0.len()),
            None => return None,
        };
        self.0.drain(..length);
        Some(key)
    }
}

/// A key and how many bytes it is, unless more of it is to come.
fn decode(bytes: &[u8]) -> Option<(Key, usize)> {
    let first = *bytes.first()?;
    let key = match first {
        ESCAPE => return escape(bytes),
        b'\r' | b'\n' => Key::Enter,
        0x7f | 0x08 => Key::Backspace,
        0x01 => Key::Home,
        0x04 => Key::Escape,
        0x05 => Key::End,
        0x0e => Key::Down,
        0x10 => Key::Up,
        0x15 => Key::RemoveLine,
        0x17 => Key::RemoveWord,
        0..0x20 => Key::Other,
        0x20..0x80 => Key::Char(char::from(first)),
        _ => return character(bytes),
    };
    Some((key, 1))
}

fn escape(bytes: &[u8]) -> Option<(Key, usize)> {
    match bytes.get(1)? {
        b'[' | b'O' => {}
        _ => return Some((Key::Escape, 1)),
    }
    let end = bytes[2..]
        .iter()
        .position(|byte| matches!(byte, 0x40..=0x7e));
    let length = end? + 3;
    let key = match &bytes[2..length] {
        b"A" => Key::Up,
        b"B" => Key::Down,
        b"F" | b"4~" | b"8~" => Key::End,
        b"H" | b"1~" | b"7~" => Key::Home,
        b"5~" => Key::PageUp,
        b"6~" => Key::PageDown,
        _ => Key::Other,
    };
    Some((key, length))
}

fn character(bytes: &[u8]) -> Option<(Key, usize)> {
    let length = match bytes[0] {
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return Some((Key::Other, 1)),
    };
    let whole = bytes.get(..length)?;
    let text = std::str::from_utf8(whole).ok();
    Some(match text.and_then(|text| text.chars().next()) {
        Some(character) => (Key::Char(character), length),
        None => (Key::Other, 1),
    })
}

const ESCAPE: u8 = 0x1b;

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of bytes that come one by one, with a pause at the end.
    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut decoder = Decoder::default();
        let mut keys = Vec::new();
        for byte in bytes {
            decoder.feed(&[*byte]);
            while let Some(key) = decoder.next(false) {
                keys.push(key);
            }
        }
        keys.extend(decoder.next(true));
        assert!(!decoder.is_undecided());
        keys
    }

    #[test]
    fn keys_are_understood_however_their_bytes_are_cut() {
        let e = Key::Char('\u{e9}');
        assert_eq!(keys(b"a\xc3\xa9\r"), [Key::Char('a'), e, Key::Enter]);
        assert_eq!(
            keys(b"\x1b[A\x1bOB\x1b[6~"),
            [Key::Up, Key::Down, Key::PageDown]
        );
        assert_eq!(keys(b"\x1b[1;5C\x15"), [Key::Other, Key::RemoveLine]);
        assert_eq!(keys(b"\xff\x7f"), [Key::Other, Key::Backspace]);
    }

    #[test]
    fn escape_is_a_key_of_its_own_when_nothing_follows() {
        assert_eq!(keys(b"\x1b"), [Key::Escape]);
        assert_eq!(keys(b"\x1bq"), [Key::Escape, Key::Char('q')]);
        assert_eq!(keys(b"\x1b["), [Key::Escape]);
        assert_eq!(keys(b"\x04"), [Key::Escape]);
    }
}
