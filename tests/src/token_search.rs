//! Looks for tokens where none may be: the proof that the host keeps them.

use std::sync::{Mutex, PoisonError};

use code_source::Inspector;

/// Searches everything that plugins are handed for every token that a test has made.
#[derive(Debug, Default)]
pub struct TokenSearch {
    needles: Mutex<Vec<(String, Vec<u8>)>>,
    found: Mutex<Vec<String>>,
    looks_into_memory: bool,
    bytes: std::sync::atomic::AtomicU64,
}

impl TokenSearch {
    /// A search that also looks into the plugins' memories; it is slow.
    pub fn into_memory() -> Self {
        Self {
            looks_into_memory: true,
            ..Self::default()
        }
    }

    /// Look for this token from now on.
    pub fn watch(&self, token: &str) {
        let mut needles = self.needles.lock().unwrap_or_else(PoisonError::into_inner);
        // Every forge begins with the same tokens, and each needle costs time with every byte.
        let is_known = needles.iter().any(|(_, known)| known == token.as_bytes());
        if !is_known {
            needles.extend(encodings(token));
        }
    }

    /// Look for these bytes too, which are a token in some form.
    pub fn watch_form(&self, name: &str, form: &[u8]) {
        let mut needles = self.needles.lock().unwrap_or_else(PoisonError::into_inner);
        needles.push((name.to_owned(), form.to_vec()));
    }

    /// How many bytes were searched.
    pub fn searched(&self) -> u64 {
        self.bytes.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Where tokens were found: the encoding and the place, never the token.
    pub fn found(&self) -> Vec<String> {
        self.found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Search `text`, such as what a program printed.
    pub fn search(&self, place: &str, text: &[u8]) {
        self.bytes
            .fetch_add(text.len() as u64, std::sync::atomic::Ordering::Relaxed);
        let needles = self.needles.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, needle) in needles.iter() {
            if memchr::memmem::find(text, needle).is_some() {
                let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
                found.push(format!("a token, {name}, in {place}"));
            }
        }
    }
}

impl Inspector for TokenSearch {
    fn handed(&self, bytes: &[u8]) {
        self.search("what a plugin was handed", bytes);
    }

    fn memory(&self, bytes: &[u8]) {
        self.search("a plugin's memory", bytes);
    }

    fn wants_memory(&self) -> bool {
        self.looks_into_memory
    }
}

/// A token as it could stand somewhere: itself, and every usual encoding of it.
fn encodings(token: &str) -> Vec<(String, Vec<u8>)> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let mut all = vec![("as it is".to_owned(), token.as_bytes().to_vec())];
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    all.push(("in hexadecimal".to_owned(), hex.clone().into_bytes()));
    all.push((
        "in upper-case hexadecimal".to_owned(),
        hex.to_uppercase().into_bytes(),
    ));
    for shift in 0..3 {
        // What stands before the token decides how its bits fall; the middle is the same always.
        let shifted = [&b"xxx"[..shift], token.as_bytes()].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = engine.encode(&shifted);
            let middle = text.as_bytes()[4..text.len() - 4].to_vec();
            all.push((format!("in base64, shifted by {shift}"), middle));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_every_encoding() {
        use base64::Engine as _;
        let token = "acmepat-0123456789abcdef";
        for text in [
            token.to_owned(),
            base64::engine::general_purpose::STANDARD.encode(format!("user:{token}")),
            base64::engine::general_purpose::URL_SAFE.encode(format!("a user:{token}!")),
            token.bytes().map(|byte| format!("{byte:02X}")).collect(),
        ] {
            let search = TokenSearch::default();
            search.watch(token);
            search.search("a test", text.as_bytes());
            assert!(!search.found().is_empty(), "{text}");
        }
    }
}
