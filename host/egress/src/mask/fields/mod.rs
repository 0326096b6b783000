//! Blanks the values of JSON fields that a profile calls secret, at equal length.
//!
//! It is apart because nobody knows these values beforehand: they are found by their field's name.

mod key;
mod lexer;

use std::{fmt, sync::Arc};

use bytes::Bytes;

use crate::mask::{
    fields::lexer::Lexer,
    stream::{Masked, owned},
};

/// Names of the fields whose values are secrets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SecretFields(Arc<Names>);

#[derive(Debug)]
struct Names {
    names: Box<[Box<str>]>,
    longest: usize,
    /// A bit for each length that a name has, the last one for all beyond.
    lengths: u64,
}

impl SecretFields {
    /// Takes the names, as they are without escapes. Case counts.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Box<[Box<str>]> = names.into_iter().map(Into::into).collect();
        Self(Arc::new(Names {
            longest: names
                .iter()
                .map(|name| name.len())
                .max()
                .unwrap_or_default(),
            lengths: names
                .iter()
                .fold(0, |bits, name| bits | length_bit(name.len())),
            names,
        }))
    }

    /// Whether there is no such field.
    pub fn is_empty(&self) -> bool {
        self.0.names.is_empty()
    }

    fn contains(&self, name: &[u8]) -> bool {
        self.0.lengths & length_bit(name.len()) != 0
            && self.0.names.iter().any(|secret| secret.as_bytes() == name)
    }

    fn longest(&self) -> usize {
        self.0.longest
    }
}

fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// Blanks the values of secret fields in one JSON body, whatever pieces it comes in.
///
/// A field counts at any depth. In place of a text stand as many `*`, in place of a number `1` for
/// each digit (`0` in an exponent, so that it cannot grow out of range); of an object or a list,
/// everything inside is blanked in this way, keys as well. `null`, `true` and `false` stay. Text
/// that is not JSON passes as it is, unless a secret field's name and a colon stand in it.
///
/// It keeps a few bytes of state, and the beginning of a name.
pub struct FieldBlanker(Lexer);

impl FieldBlanker {
    /// Begins a body.
    pub fn new(fields: SecretFields) -> Self {
        Self(Lexer::new(fields))
    }

    /// Blanks in the next piece, and answers how many secret values begin in it. An object or a
    /// list counts once.
    pub fn blank(&mut self, bytes: &mut [u8]) -> usize {
        self.blank_from(bytes, 0)
    }

    /// The same for a piece that others may have as well: it is copied only if something in it has
    /// to be blanked.
    pub fn push(&mut self, bytes: Bytes) -> Masked {
        let (mut at, before) = (0, self.0.values());
        let Some(first) = self.0.next_edit(&bytes, &mut at) else {
            let hits = self.0.values() - before;
            return Masked { bytes, hits };
        };
        let mut text = owned(bytes);
        first.apply(&mut text);
        self.blank_from(&mut text, at);
        let hits = self.0.values() - before;
        Masked {
            bytes: text.freeze(),
            hits,
        }
    }

    fn blank_from(&mut self, bytes: &mut [u8], mut at: usize) -> usize {
        let before = self.0.values();
        while let Some(edit) = self.0.next_edit(bytes, &mut at) {
            edit.apply(bytes);
        }
        self.0.values() - before
    }
}

/// The fields, and nothing of the body.
impl fmt::Debug for FieldBlanker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FieldBlanker")
            .field(self.0.fields())
            .finish()
    }
}

#[cfg(test)]
mod tests;
