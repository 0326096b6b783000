//! Methods and path templates: the words in which profile and manifest speak of the same thing.
//!
//! It is apart from the rules because a manifest names endpoints and must not bring rules.

use std::{fmt, str::FromStr};

use crate::path::is_unreserved;

/// Methods that a request can have at all.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads the headers alone.
    Head,
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method as it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether the method only reads, whatever a rule calls it.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }

    /// Whether a request with this method may have a body.
    pub fn may_have_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = EndpointError;

    /// Methods are case-sensitive: `get` is another method.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const ALL: [Method; 6] = [
            Method::Get,
            Method::Head,
            Method::Post,
            Method::Put,
            Method::Patch,
            Method::Delete,
        ];
        let method = ALL.into_iter().find(|method| method.as_str() == text);
        method.ok_or(EndpointError::Method)
    }
}

/// A method and a path template, such as `GET /things/{thing}`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Endpoint {
    template: Box<str>,
    method: Method,
}

impl Endpoint {
    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The path template, below the API's own path.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// The template's segments in order.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.template.split('/').skip(1).map(Segment::new)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (method, template) = text.split_once(' ').ok_or(EndpointError::Form)?;
        let method = method.parse()?;
        let segments = template.strip_prefix('/').ok_or(EndpointError::Form)?;
        segments.split('/').try_for_each(check_segment)?;
        let template = template.into();
        let endpoint = Self { template, method };
        let names = || endpoint.segments().filter_map(Segment::placeholder);
        if names()
            .enumerate()
            .any(|(index, name)| names().skip(index + 1).any(|other| other == name))
        {
            return Err(EndpointError::Repeated);
        }
        Ok(endpoint)
    }
}

/// A segment of a template.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Segment<'a> {
    Literal(&'a str),
    Placeholder(&'a str),
}

impl<'a> Segment<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let name = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        name.map_or(Self::Literal(text), Self::Placeholder)
    }

    pub(crate) fn placeholder(self) -> Option<&'a str> {
        match self {
            Self::Literal(_) => None,
            Self::Placeholder(name) => Some(name),
        }
    }
}

/// Why a text is no endpoint.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not a method, one space and a path.
    #[error("it is not a method, a space and a path that begins with `/`")]
    Form,
    /// A method that no request may have.
    #[error("its method is none of GET, HEAD, POST, PUT, PATCH and DELETE")]
    Method,
    /// One placeholder twice.
    #[error("it has a placeholder twice")]
    Repeated,
    /// A segment that is neither literal nor a placeholder.
    #[error("a segment is neither literal nor one `{{name}}`")]
    Segment,
    /// A pattern that would match more than one segment.
    #[error("it holds `*`, and templates match segment by segment")]
    Wildcard,
}

fn check_segment(text: &str) -> Result<(), EndpointError> {
    if text.contains('*') {
        return Err(EndpointError::Wildcard);
    }
    let fits = match Segment::new(text) {
        Segment::Literal(text) => {
            !text.is_empty() && text != "." && text != ".." && text.bytes().all(is_unreserved)
        }
        Segment::Placeholder(name) => {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        }
    };
    fits.then_some(()).ok_or(EndpointError::Segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_reads_as_it_is_written() {
        for text in [
            "GET /version",
            "HEAD /a/{thing}/b.tar.gz",
            "DELETE /{a}/{b}",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn patterns_that_match_more_than_they_say_are_refused() {
        use EndpointError::*;
        for (text, error) in [
            ("", Form),
            ("/version", Form),
            ("GET", Form),
            ("GET version", Form),
            ("GET  /version", Form),
            ("get /version", Method),
            ("CONNECT /version", Method),
            ("TRACE /version", Method),
            ("* /version", Method),
            ("GET /**", Wildcard),
            ("GET /a/*", Wildcard),
            ("GET /a/x*", Wildcard),
            ("GET /", Segment),
            ("GET /a/", Segment),
            ("GET /a//b", Segment),
            ("GET /a/..", Segment),
            ("GET /a/{}", Segment),
            ("GET /a/{b}.json", Segment),
            ("GET /a/{B}", Segment),
            ("GET /a/{b-c}", Segment),
            ("GET /a/x%2Fy", Segment),
            ("GET /a?b=c", Segment),
            ("GET /a/{b}/{b}", Repeated),
        ] {
            assert_eq!(text.parse::<Endpoint>(), Err(error), "{text}");
        }
    }
}
