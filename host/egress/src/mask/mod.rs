//! Takes secrets out of what comes back, at equal length and while it streams.
//!
//! It is apart because it looks at answers, and everything else here at requests. A body of JSON is
//! blanked first and masked then: a masked backslash would lead a reader of JSON astray.

mod content;
mod encodings;
mod fields;
mod matcher;
mod patterns;
mod stream;

#[cfg(test)]
mod tests;

pub use crate::mask::{
    content::{ContainsCredential, ContentScan},
    fields::{FieldBlanker, SecretFields},
    patterns::MaskPatterns,
    stream::{MaskStream, Masked},
};

/// What stands in a masked byte's place: legal wherever a character of a JSON string is.
const MASK: u8 = b'*';
