//! Refuses content that holds a secret, where masking it would break its promise.
//!
//! It is apart because a file or an archive is never altered: whoever reads it gets what the forge
//! has, or an error.

use bytes::Bytes;

use crate::mask::{MaskPatterns, MaskStream, stream::Masked};

/// Looks for secrets in one body that must not be altered, whatever pieces it comes in.
///
/// Like [`MaskStream`] it holds back what a secret may have begun in, so that not even the first
/// byte of one passes.
#[derive(Default)]
pub struct ContentScan {
    stream: MaskStream,
    is_refused: bool,
}

impl ContentScan {
    /// Takes the next piece, and answers what can pass on by now.
    ///
    /// # Errors
    ///
    /// From the first secret on, every piece is refused.
    pub fn push(
        &mut self,
        patterns: &MaskPatterns,
        bytes: Bytes,
    ) -> Result<Bytes, ContainsCredential> {
        let masked = self.stream.push(patterns, bytes);
        self.judge(masked)
    }

    /// Ends the content, and answers what was held back.
    pub fn finish(&mut self, patterns: &MaskPatterns) -> Result<Bytes, ContainsCredential> {
        let masked = self.stream.finish(patterns);
        self.judge(masked)
    }

    fn judge(&mut self, masked: Masked) -> Result<Bytes, ContainsCredential> {
        self.is_refused |= masked.hits > 0;
        if self.is_refused {
            return Err(ContainsCredential);
        }
        Ok(masked.bytes)
    }
}

/// The content holds a secret of the connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the content contains a credential of the connection")]
pub struct ContainsCredential;
