//! Endpoints as an operator writes them, many at once.
//!
//! It is apart because it is the only language for endpoints in which one text stands for several.

use std::{fmt, str::FromStr};

/// Which endpoints an operator means: a method or `*`, and a path in which `*` is any segment and
/// `**`, at its end, is whatever follows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EndpointPattern(Box<str>);

impl fmt::Display for EndpointPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EndpointPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Ok(Self(text.into()))
    }
}

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// A text without a method and a path.
    #[error("a pattern is a method or `*`, a space, and a path")]
    Form,
}
