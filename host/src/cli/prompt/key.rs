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

/// Takes bytes in pieces of at most [`PIECE`], and gives keys. What was typed may be a secret, and
/// is cleared.
pub(super) struct Decoder(Zeroizing<Vec<u8>>);

impl Decoder {
    pub(super) fn new() -> Self {
        // Enough for a piece after a key that is not all there, so that nothing is left where the
        // bytes were before there was more room.
        Self(Zeroizing::new(Vec::with_capacity(LONGEST + PIECE)))
    }

    /// More bytes, once there is no other key in those before.
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
            None if self.0.is_empty() => return None,
            None if is_late && is_escape(&self.0) => (Key::Escape, self.0.len()),
            None if is_late => (Key::Other, self.0.len()),
            // No key is so long, and whatever it is shall not grow.
            None if self.0.len() > LONGEST => (Key::Other, self.0.len()),
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
        b']' | b'P' | b'X' | b'^' | b'_' => return reply(bytes),
        // Together with Alt.
        _ => return decode(&bytes[1..]).map(|(_, length)| (Key::Other, 1 + length)),
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

/// What the terminal itself says.
fn reply(bytes: &[u8]) -> Option<(Key, usize)> {
    let is_end = |pair: &[u8]| pair == [ESCAPE, b'\\'];
    let bell = bytes.iter().position(|byte| *byte == BELL);
    let string = bytes[2..].windows(2).position(is_end).map(|at| at + 3);
    let end = [bell, string].into_iter().flatten().min()?;
    Some((Key::Other, end + 1))
}

/// Escape alone, however often.
fn is_escape(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == ESCAPE)
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

const BELL: u8 = 0x07;

/// Bytes that are read at once, at most.
pub(super) const PIECE: usize = 1 << 10;

/// Bytes that a key has, or what a terminal says, at most.
const LONGEST: usize = 1 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of bytes that come one by one, with a pause at the end.
    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut decoder = Decoder::new();
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
        assert_eq!(keys(b"\x1b\x1b"), [Key::Escape]);
        assert_eq!(keys(b"\x04"), [Key::Escape]);
    }

    #[test]
    fn what_begins_as_escape_does_and_goes_on_is_not_escape() {
        let (a, other) = (Key::Char('a'), Key::Other);
        // With Alt: a letter, Backspace, an arrow.
        assert_eq!(keys(b"\x1bba"), [other, a]);
        assert_eq!(keys(b"\x1b\x7fa"), [other, a]);
        assert_eq!(keys(b"\x1b\x1b[Aa"), [other, a]);
        assert_eq!(keys(b"\x1b\xc3\xa9a"), [other, a]);
        assert_eq!(keys(b"\x1b["), [other]);
        // Terminals answer questions that other programs asked.
        assert_eq!(keys(b"\x1b]11;rgb:0000/0000/0000\x07a"), [other, a]);
        assert_eq!(keys(b"\x1bP1$r\x1b\\a"), [other, a]);
    }

    #[test]
    fn what_was_typed_never_outgrows_the_room_that_is_cleared() {
        let mut decoder = Decoder::new();
        let room = decoder.0.as_ptr();
        decoder.feed(b"\x1b]");
        for _ in 0..8 {
            decoder.feed(&[b'x'; PIECE]);
            while decoder.next(false).is_some() {}
        }
        assert_eq!(decoder.0.as_ptr(), room);
    }
}
