//! Masks one body whose pieces may be cut anywhere.
//!
//! It is apart because it holds back what only the next piece can tell.

use bytes::{Bytes, BytesMut};

use crate::mask::patterns::{MaskPatterns, Progress};

/// Masks the secrets in one body, whatever pieces it comes in.
///
/// It holds back the longest end of what came that a secret begins with, which is always less than
/// the longest encoding of a secret, and nothing else.
#[derive(Default)]
pub struct MaskStream {
    /// What the body was last read with.
    patterns: MaskPatterns,
    progress: Progress,
    /// What is held back, masked where a secret ends within it. Unmasked, it is what
    /// [`MaskPatterns::begun`] says.
    held: Vec<u8>,
}

impl MaskStream {
    /// Takes the next piece, and answers what can pass on by now: with what was held back before,
    /// and without what is held back by now. The patterns may be others than the last time, and
    /// then hold for what was held back as well.
    pub fn push(&mut self, patterns: &MaskPatterns, mut bytes: Bytes) -> Masked {
        let mut hits = self.adopt(patterns);
        let mut read = 0;
        let first = patterns.next_end(&mut self.progress, &bytes, &mut read);
        if first.is_none() && self.held.is_empty() {
            let begun = patterns.begun(&self.progress);
            self.held.extend_from_slice(begun);
            bytes.truncate(bytes.len() - begun.len());
            self.progress.pass(bytes.len());
            return Masked { bytes, hits };
        }
        read += self.held.len();
        let mut text = self.follow_with(bytes);
        if let Some(length) = first {
            hits += self.progress.mask(&mut text, read - length..read);
            hits += patterns.mask_from(&mut self.progress, &mut text, read);
        }
        let passed = text.len() - patterns.begun(&self.progress).len();
        self.progress.pass(passed);
        self.held.clear();
        self.held.extend_from_slice(&text[passed..]);
        text.truncate(passed);
        let bytes = text.freeze();
        Masked { bytes, hits }
    }

    /// Ends the body, and answers what was held back. What comes after it is another body.
    pub fn finish(&mut self, patterns: &MaskPatterns) -> Masked {
        let hits = self.adopt(patterns);
        let bytes = std::mem::take(self).held.into();
        Masked { bytes, hits }
    }

    /// Reads what is held back once more if the patterns are others by now.
    fn adopt(&mut self, patterns: &MaskPatterns) -> usize {
        if self.patterns.is_same(patterns) {
            return 0;
        }
        let begun = self.patterns.begun(&self.progress);
        let mut progress = patterns.begin();
        let (mut hits, mut read) = (0, 0);
        while let Some(length) = patterns.next_end(&mut progress, begun, &mut read) {
            hits += progress.mask(&mut self.held, read - length..read);
        }
        self.progress = progress;
        self.patterns = patterns.clone();
        hits
    }

    /// What is held back with the next piece behind it, as bytes that may be altered. They are
    /// copied unless nothing is held back, and nobody else has them.
    fn follow_with(&self, bytes: Bytes) -> BytesMut {
        if self.held.is_empty() {
            return owned(bytes);
        }
        let mut text = BytesMut::with_capacity(self.held.len() + bytes.len());
        text.extend_from_slice(&self.held);
        text.extend_from_slice(&bytes);
        text
    }
}

/// What may pass on of a body.
pub struct Masked {
    /// The bytes, as many as came in on the whole.
    pub bytes: Bytes,
    /// How much was masked in them, or in what is held back behind them.
    pub hits: usize,
}

/// The bytes themselves where nobody else has them, otherwise a copy.
pub(super) fn owned(bytes: Bytes) -> BytesMut {
    bytes
        .try_into_mut()
        .unwrap_or_else(|shared| BytesMut::from(&shared[..]))
}
