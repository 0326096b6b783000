//! Walks through JSON that comes in pieces, and says what has to be blanked.
//!
//! It is apart because it alters nothing, so that a piece without a secret need not be copied.

use std::ops::Range;

use crate::mask::{
    MASK,
    fields::{SecretFields, key::Key},
};

/// The place in one body.
pub(super) struct Lexer {
    fields: SecretFields,
    state: State,
    key: Key,
    /// Objects and lists that are open within a secret value; 0 outside.
    depth: usize,
    values: usize,
}

#[derive(Clone, Copy)]
enum State {
    /// Outside a string, and outside a secret value.
    Between,
    /// Within a string that may turn out to be a name.
    Key,
    /// Behind a string that is a secret field's name.
    AfterName,
    /// Behind such a name and its colon.
    BeforeValue,
    /// Within an object or a list that is secret as a whole.
    Nested,
    /// Within a secret number.
    Number { is_exponent: bool },
    /// Within a secret text.
    Text { is_escaped: bool },
}

/// What has to be written over.
pub(super) struct Edit {
    range: Range<usize>,
    with: u8,
}

impl Edit {
    pub(super) fn apply(self, bytes: &mut [u8]) {
        bytes[self.range].fill(self.with);
    }
}

impl Lexer {
    pub(super) fn new(fields: SecretFields) -> Self {
        Self {
            key: Key::new(fields.longest()),
            fields,
            state: State::Between,
            depth: 0,
            values: 0,
        }
    }

    pub(super) fn fields(&self) -> &SecretFields {
        &self.fields
    }

    /// Secret values that have begun so far.
    pub(super) fn values(&self) -> usize {
        self.values
    }

    /// Reads on to the next place that has to be blanked, or to the end of the piece. Bytes before
    /// `at` are not looked at again.
    pub(super) fn next_edit(&mut self, bytes: &[u8], at: &mut usize) -> Option<Edit> {
        if self.fields.is_empty() {
            return None;
        }
        while *at < bytes.len() {
            match self.state {
                State::Between => self.find_string(bytes, at),
                State::Key => self.read_key(bytes, at),
                State::AfterName => self.find_colon(bytes[*at], at),
                State::BeforeValue => self.find_value(bytes[*at], at),
                State::Nested => self.walk_nested(bytes[*at], at),
                State::Number { is_exponent } => {
                    let edit = self.read_number(is_exponent, bytes, at);
                    if edit.is_some() {
                        return edit;
                    }
                }
                State::Text { is_escaped } => {
                    let edit = self.read_text(is_escaped, bytes, at);
                    if edit.is_some() {
                        return edit;
                    }
                }
            }
        }
        None
    }

    /// Most strings begin and end in one piece and have no escapes: those are compared in place.
    fn find_string(&mut self, bytes: &[u8], at: &mut usize) {
        let Some(quote) = memchr::memchr(b'"', &bytes[*at..]) else {
            *at = bytes.len();
            return;
        };
        *at += quote + 1;
        let rest = &bytes[*at..];
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(end) if rest[end] == b'"' => {
                *at += end + 1;
                self.end_key(self.fields.contains(&rest[..end]));
            }
            _ => {
                self.key.clear();
                self.state = State::Key;
            }
        }
    }

    fn read_key(&mut self, bytes: &[u8], at: &mut usize) {
        if self.key.read(bytes, at) {
            let is_secret = self
                .key
                .name()
                .is_some_and(|name| self.fields.contains(name));
            self.end_key(is_secret);
        }
    }

    fn end_key(&mut self, is_secret: bool) {
        self.state = if is_secret {
            State::AfterName
        } else {
            State::Between
        };
    }

    /// A string without a colon behind it is no name.
    fn find_colon(&mut self, byte: u8, at: &mut usize) {
        match byte {
            b':' => self.state = State::BeforeValue,
            byte if is_space(byte) => {}
            _ => {
                self.state = State::Between;
                return;
            }
        }
        *at += 1;
    }

    fn find_value(&mut self, byte: u8, at: &mut usize) {
        match byte {
            byte if is_space(byte) => *at += 1,
            b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' => {
                self.values += 1;
                self.walk_nested(byte, at);
            }
            _ => self.state = State::Between,
        }
    }

    fn walk_nested(&mut self, byte: u8, at: &mut usize) {
        match byte {
            b'"' => self.state = State::Text { is_escaped: false },
            b'{' | b'[' => {
                self.depth += 1;
                self.state = State::Nested;
            }
            b'}' | b']' => {
                self.depth -= 1;
                self.end_value();
            }
            b'-' | b'0'..=b'9' => {
                self.state = State::Number { is_exponent: false };
                return;
            }
            _ => {}
        }
        *at += 1;
    }

    fn read_number(&mut self, is_exponent: bool, bytes: &[u8], at: &mut usize) -> Option<Edit> {
        let begin = *at;
        match bytes[begin] {
            b'0'..=b'9' => {
                let digits = bytes[begin..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit());
                *at += digits.count();
                let with = if is_exponent { b'0' } else { b'1' };
                return Some(Edit {
                    range: begin..*at,
                    with,
                });
            }
            b'e' | b'E' => self.state = State::Number { is_exponent: true },
            b'+' | b'-' | b'.' => {}
            _ => {
                self.end_value();
                return None;
            }
        }
        *at += 1;
        None
    }

    fn read_text(&mut self, mut is_escaped: bool, bytes: &[u8], at: &mut usize) -> Option<Edit> {
        let begin = *at;
        let end = end_of_string(&mut is_escaped, bytes, begin);
        self.state = State::Text { is_escaped };
        if end.is_some() {
            self.end_value();
        }
        let end = end.unwrap_or(bytes.len());
        *at = bytes.len().min(end + 1);
        (begin < end).then_some(Edit {
            range: begin..end,
            with: MASK,
        })
    }

    fn end_value(&mut self) {
        self.state = if self.depth > 0 {
            State::Nested
        } else {
            State::Between
        };
    }
}

/// The closing quote of a string, if it is in this piece. `is_escaped` says whether the first byte
/// follows a backslash, and then whether the next piece's does.
pub(super) fn end_of_string(is_escaped: &mut bool, bytes: &[u8], mut at: usize) -> Option<usize> {
    while at < bytes.len() {
        if *is_escaped {
            *is_escaped = false;
            at += 1;
            continue;
        }
        let found = at + memchr::memchr2(b'"', b'\\', &bytes[at..])?;
        if bytes[found] == b'"' {
            return Some(found);
        }
        *is_escaped = true;
        at = found + 1;
    }
    None
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
