//! A text that is shown nowhere: apart so that no other file touches its bytes.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text. Neither `Debug` nor `Display` shows it, and its memory is cleared when it is
/// dropped; the TLS and HTTP libraries keep copies of their own for a while.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keep `text` as a secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}
