//! The encodings in which a forge, or whatever stands before it, may repeat a secret.
//!
//! It is apart because it is the list to look at when an encoding was forgotten.

mod json;

/// Every form of a secret that is looked for. Some may be equal.
pub(super) fn encodings(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.to_vec()];
    for before in 0..3 {
        forms.push(base64(secret, before, URL_SAFE));
        forms.extend(texts(&base64(secret, before, STANDARD)));
    }
    for digits in [LOWER, UPPER] {
        forms.push(hex(secret, digits));
        forms.push(percent(secret, digits, ""));
        forms.push(json::escape_all(secret, digits));
    }
    forms.extend(texts(secret));
    forms
}

/// The forms of a text that stands in a URL or in a string of JSON.
fn texts(text: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = json::escapes(text);
    for digits in [LOWER, UPPER] {
        forms.push(percent(text, digits, UNRESERVED_MARKS));
        forms.push(percent(text, digits, SCRIPT_MARKS));
    }
    forms
}

/// The characters that are the same whatever stands around the secret, if its first byte is the
/// first (`before` = 0), second or third of a group of three.
fn base64(secret: &[u8], before: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let bit = |index: usize| {
        let byte = secret[index / 8 - before];
        usize::from(byte >> (7 - index % 8) & 1)
    };
    let bits = 8 * (before + secret.len());
    ((8 * before).div_ceil(6)..bits / 6)
        .map(|character| {
            let bits = 6 * character..6 * character + 6;
            alphabet[bits.fold(0, |sextet, index| sextet << 1 | bit(index))]
        })
        .collect()
}

fn hex(bytes: &[u8], digits: &[u8; 16]) -> Vec<u8> {
    bytes.iter().flat_map(|&byte| pair(byte, digits)).collect()
}

/// Encodes all bytes but letters, digits and `marks`, or every byte where there are no marks.
fn percent(bytes: &[u8], digits: &[u8; 16], marks: &str) -> Vec<u8> {
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || marks.as_bytes().contains(&byte);
    let mut text = Vec::new();
    for &byte in bytes {
        if !marks.is_empty() && is_kept(byte) {
            text.push(byte);
        } else {
            text.push(b'%');
            text.extend(pair(byte, digits));
        }
    }
    text
}

fn pair(byte: u8, digits: &[u8; 16]) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| digits[usize::from(digit)])
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";
const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What RFC 3986 leaves as it is, beside letters and digits.
const UNRESERVED_MARKS: &str = "-._~";
/// What `encodeURIComponent` leaves as it is.
const SCRIPT_MARKS: &str = "-._~!*'()";

#[cfg(test)]
mod tests;
