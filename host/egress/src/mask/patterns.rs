//! The secrets of a connection in every encoding in which a forge may repeat them.
//!
//! It is apart because it is made once for each set of secrets, and shared by all the bodies.

use std::{fmt, ops::Range, sync::Arc};

use aho_corasick::automaton::StateID;

use crate::mask::{MASK, encodings::encodings, matcher::Matcher};

/// Secrets that must not pass, in all their usual encodings. Cheap to clone; the default is none.
#[derive(Clone, Default)]
pub struct MaskPatterns(Option<Arc<Matcher>>);

impl MaskPatterns {
    /// Takes the secrets. Each should have 8 bytes or more: what is shorter stands in harmless
    /// text as well, and is masked there too. An empty one is ignored.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut texts: Vec<_> = secrets.into_iter().flat_map(encodings).collect();
        texts.sort_unstable();
        texts.dedup();
        texts.retain(|text| !text.is_empty());
        if texts.is_empty() {
            return Self::default();
        }
        let texts = texts.into_iter().map(Vec::into_boxed_slice).collect();
        Self(Some(Arc::new(Matcher::new(texts))))
    }

    /// Whether there is nothing to mask.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a text that is there in one piece holds a secret.
    pub fn is_in(&self, text: &[u8]) -> bool {
        self.next_end(&mut self.begin(), text, &mut 0).is_some()
    }

    /// Masks a text that is there in one piece, and answers how many secrets it held. Of secrets
    /// that overlap, one is counted.
    pub fn mask(&self, text: &mut [u8]) -> usize {
        self.mask_from(&mut self.begin(), text, 0)
    }

    /// Whether both were cloned from one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Progress before the first byte.
    pub(super) fn begin(&self) -> Progress {
        Progress {
            state: self
                .0
                .as_ref()
                .map_or(StateID::ZERO, |matcher| matcher.start()),
            masked: 0..0,
        }
    }

    /// What was read of a secret that has begun, as it was read.
    pub(super) fn begun(&self, progress: &Progress) -> &[u8] {
        self.0
            .as_ref()
            .map_or(&[], |matcher| matcher.begun(progress.state))
    }

    /// Reads on to the next end of a secret, and answers its length.
    pub(super) fn next_end(
        &self,
        progress: &mut Progress,
        text: &[u8],
        at: &mut usize,
    ) -> Option<usize> {
        self.0.as_ref()?.next_end(&mut progress.state, text, at)
    }

    /// Reads and masks what follows `at`, and counts the secrets.
    pub(super) fn mask_from(
        &self,
        progress: &mut Progress,
        text: &mut [u8],
        mut at: usize,
    ) -> usize {
        let mut hits = 0;
        while let Some(length) = self.next_end(progress, text, &mut at) {
            hits += progress.mask(text, at - length..at);
        }
        hits
    }
}

/// The number of encodings, and none of them.
impl fmt::Debug for MaskPatterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.as_ref().map_or(0, |matcher| matcher.len());
        write!(f, "MaskPatterns({count} encodings)")
    }
}

/// How far one text was read.
#[derive(Default)]
pub(super) struct Progress {
    state: StateID,
    /// Where the last mask was put, counted from the beginning of what is held back.
    masked: Range<usize>,
}

impl Progress {
    /// Masks the occurrence of a secret, and answers 1 where it overlaps none that was masked.
    ///
    /// Occurrences come in the order of their ends. What is masked already is left alone, so that
    /// a secret that overlaps itself at every byte costs no more than another.
    pub(super) fn mask(&mut self, text: &mut [u8], secret: Range<usize>) -> usize {
        if secret.start >= self.masked.end {
            text[secret.clone()].fill(MASK);
            self.masked = secret;
            return 1;
        }
        text[self.masked.end..secret.end].fill(MASK);
        self.masked.end = secret.end;
        if secret.start < self.masked.start {
            text[secret.start..self.masked.start].fill(MASK);
            self.masked.start = secret.start;
        }
        0
    }

    /// Counts from `passed` bytes on.
    pub(super) fn pass(&mut self, passed: usize) {
        self.masked.start = self.masked.start.saturating_sub(passed);
        self.masked.end = self.masked.end.saturating_sub(passed);
    }
}
