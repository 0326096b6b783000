//! Endpoints as an operator writes them, many at once.
//!
//! It is apart because it is the only language for endpoints in which one text stands for several.

use std::{fmt, str::FromStr};

use crate::{
    endpoint::{Endpoint, Method, Segment},
    path::is_unreserved,
};

/// Which endpoints an operator means: a method or `*`, and a path in which `*` is any segment,
/// `{name}` is any placeholder, and `**`, at its end, is whatever follows.
///
/// A pattern is about endpoints, never about one request: a literal segment covers no placeholder,
/// whatever a request would put there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EndpointPattern {
    text: Box<str>,
    /// `None` is every method.
    method: Option<Method>,
    parts: Box<[Part]>,
    /// Whether one segment or more may follow.
    open: bool,
}

/// A segment of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Any,
    Literal(Box<str>),
    Placeholder,
}

impl EndpointPattern {
    /// Whether every request of an endpoint is one that the pattern means.
    pub fn covers(&self, endpoint: &Endpoint) -> bool {
        self.has_method(endpoint.method()) && self.fits(endpoint.segments(), Part::covers)
    }

    /// Whether a canonical path below the API's own, asked for with this method, is one that the
    /// pattern means.
    pub fn matches(&self, method: Method, path: &str) -> bool {
        let segments = path.strip_prefix('/').map(|rest| rest.split('/'));
        self.has_method(method)
            && segments.is_some_and(|segments| self.fits(segments, Part::matches))
    }

    /// The path template, with its wildcards.
    pub(crate) fn template(&self) -> &str {
        self.text.split_once(' ').map_or("", |(_, path)| path)
    }

    /// The segments that a request has to have word for word.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(&**text),
            Part::Any | Part::Placeholder => None,
        })
    }

    fn has_method(&self, method: Method) -> bool {
        self.method.is_none_or(|own| own == method)
    }

    fn fits<T>(
        &self,
        mut segments: impl Iterator<Item = T>,
        fits: impl Fn(&Part, T) -> bool,
    ) -> bool {
        let head = self
            .parts
            .iter()
            .all(|part| segments.next().is_some_and(|segment| fits(part, segment)));
        head && segments.next().is_some() == self.open
    }
}

impl Part {
    fn covers(&self, segment: Segment<'_>) -> bool {
        match (self, segment) {
            (Self::Any, _) | (Self::Placeholder, Segment::Placeholder(_)) => true,
            (Self::Literal(own), Segment::Literal(text)) => **own == *text,
            (Self::Literal(_), Segment::Placeholder(_))
            | (Self::Placeholder, Segment::Literal(_)) => false,
        }
    }

    fn matches(&self, segment: &str) -> bool {
        match self {
            Self::Any | Self::Placeholder => !segment.is_empty(),
            Self::Literal(text) => **text == *segment,
        }
    }
}

impl fmt::Display for EndpointPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for EndpointPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let (method, path) = text.split_once(' ').ok_or(PatternError::Form)?;
        let method = match method {
            "*" => None,
            name => Some(name.parse().map_err(|_| PatternError::Method)?),
        };
        let path = path.strip_prefix('/').ok_or(PatternError::Form)?;
        let (path, open) = match path.strip_suffix("**") {
            Some("") => (None, true),
            Some(head) => (
                Some(head.strip_suffix('/').ok_or(PatternError::Wildcard)?),
                true,
            ),
            None => (Some(path), false),
        };
        let parts = path.into_iter().flat_map(|path| path.split('/'));
        Ok(Self {
            text: text.into(),
            method,
            parts: parts.map(parse_part).collect::<Result<_, _>>()?,
            open,
        })
    }
}

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// A text without a method and a path.
    #[error("a pattern is a method or `*`, one space, and a path that begins with `/`")]
    Form,
    /// A method that no request may have.
    #[error("its method is none of GET, HEAD, POST, PUT, PATCH, DELETE and `*`")]
    Method,
    /// A segment that is neither literal nor a wildcard.
    #[error("a segment is neither literal, in unreserved characters, nor one `{{name}}` or `*`")]
    Segment,
    /// A wildcard that is no segment of its own, or a `**` before the end.
    #[error("`*` is a whole segment, and `**` is the last one")]
    Wildcard,
}

fn parse_part(text: &str) -> Result<Part, PatternError> {
    match Segment::new(text) {
        _ if text == "*" => Ok(Part::Any),
        _ if text.contains('*') => Err(PatternError::Wildcard),
        Segment::Placeholder(name) => {
            let inside = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
            let fits = !name.is_empty() && name.bytes().all(inside);
            fits.then_some(Part::Placeholder)
                .ok_or(PatternError::Segment)
        }
        Segment::Literal(text) => {
            let fits = !matches!(text, "" | "." | "..") && text.bytes().all(is_unreserved);
            fits.then(|| Part::Literal(text.into()))
                .ok_or(PatternError::Segment)
        }
    }
}

#[cfg(test)]
mod tests;
