//! The one form that a request's path may have.
//!
//! It is apart because it is judged on the bytes as the plugin sent them, before any template is
//! looked at: a path with two spellings would have two meanings further on.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Checks that a path is in its canonical form: every segment non-empty, unreserved bytes literal,
/// every other byte percent-encoded in upper case, and no component that is empty, `.` or `..`
/// even where a server on the way decodes once or twice.
///
/// # Errors
///
/// The first thing that is not canonical.
pub fn check_path(path: &str) -> Result<(), PathError> {
    let rest = path.strip_prefix('/').ok_or(PathError::Relative)?;
    rest.split('/').try_for_each(check_segment)
}

/// Encodes text as one segment in canonical form, with `/` as data.
pub fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Why a path is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// A byte that no path may hold.
    #[error("the path holds a byte that no path may hold")]
    Byte,
    /// A control character after decoding.
    #[error("the path holds an encoded control character")]
    Control,
    /// A component that is `.` or `..`.
    #[error("the path holds a component `.` or `..`")]
    Dots,
    /// A component that is empty.
    #[error("the path holds an empty component")]
    Empty,
    /// An unreserved byte that is percent-encoded.
    #[error("the path holds an encoded byte that needs no encoding")]
    Encoded,
    /// Lower-case digits after a percent sign.
    #[error("the path holds a percent-encoding in lower case")]
    LowerCase,
    /// A percent sign without two digits.
    #[error("the path holds a percent sign that encodes nothing")]
    Percent,
    /// No leading `/`.
    #[error("the path does not begin with `/`")]
    Relative,
    /// A reserved byte that stands there as it is.
    #[error("the path holds a reserved byte that is not encoded")]
    Unencoded,
}

/// Undoes one layer of percent-encoding; what encodes nothing passes as it is.
#[derive(Clone)]
pub(crate) struct Decoded<I>(I);

impl<I: Iterator<Item = u8> + Clone> Decoded<I> {
    pub(crate) fn new(bytes: I) -> Self {
        Self(bytes)
    }
}

impl<I: Iterator<Item = u8> + Clone> Iterator for Decoded<I> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let byte = self.0.next()?;
        if byte == b'%' {
            let mut ahead = self.0.clone();
            if let (Some(high), Some(low)) =
                (ahead.next().and_then(digit), ahead.next().and_then(digit))
            {
                self.0 = ahead;
                return Some(high << 4 | low);
            }
        }
        Some(byte)
    }
}

pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// The value of a hexadecimal digit.
pub(crate) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

fn check_segment(segment: &str) -> Result<(), PathError> {
    check_form(segment)?;
    let once = Decoded::new(segment.bytes());
    check_components(once.clone())?;
    // Proxies exist that decode and leave the rest to the server behind them.
    check_components(Decoded::new(once))
}

fn check_form(segment: &str) -> Result<(), PathError> {
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => check_triplet(bytes.next(), bytes.next())?,
            byte if is_unreserved(byte) => {}
            byte if b"!$&'()*+,;=:@".contains(&byte) => return Err(PathError::Unencoded),
            _ => return Err(PathError::Byte),
        }
    }
    Ok(())
}

fn check_triplet(high: Option<u8>, low: Option<u8>) -> Result<(), PathError> {
    let (Some(high), Some(low)) = (high, low) else {
        return Err(PathError::Percent);
    };
    let (Some(first), Some(second)) = (digit(high), digit(low)) else {
        return Err(PathError::Percent);
    };
    if high.is_ascii_lowercase() || low.is_ascii_lowercase() {
        return Err(PathError::LowerCase);
    }
    if is_unreserved(first << 4 | second) {
        return Err(PathError::Encoded);
    }
    Ok(())
}

fn check_components(bytes: impl Iterator<Item = u8>) -> Result<(), PathError> {
    let mut component = Component::default();
    for byte in bytes {
        match byte {
            b'/' | b'\\' => std::mem::take(&mut component).finish()?,
            byte if byte.is_ascii_control() => return Err(PathError::Control),
            byte => component.push(byte),
        }
    }
    component.finish()
}

/// What has to be known of a component: its length, and whether it is dots alone.
#[derive(Default)]
struct Component {
    length: usize,
    other: bool,
}

impl Component {
    fn push(&mut self, byte: u8) {
        self.length += 1;
        self.other |= byte != b'.';
    }

    fn finish(self) -> Result<(), PathError> {
        match (self.length, self.other) {
            (0, _) => Err(PathError::Empty),
            (1 | 2, false) => Err(PathError::Dots),
            _ => Ok(()),
        }
    }
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests;
