//! A URL in its parts, as text.
//!
//! It is apart because two places read a whole URL: an explanation, from a person, and a ticket,
//! from an answer's `Location`. Both have to see the parts that a request would have.

use std::fmt;

use crate::{authority::Origin, call::RequestHead, path::is_unreserved};

/// A request's head as a URL and a method say it; `None` without a scheme. The fragment is cut
/// off, because none is ever sent.
pub(crate) fn split<'a>(method: &'a str, url: &'a str) -> Option<RequestHead<'a>> {
    let (scheme, rest) = url.split_once("://")?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some(RequestHead {
        method,
        scheme,
        authority,
        path,
        query,
    })
}

/// A URL that was seen, to be held against requests. Its `Debug` leaves out what may be a
/// signature.
#[derive(Clone)]
pub(crate) struct SplitUrl {
    scheme: Box<str>,
    authority: Box<str>,
    path: Box<str>,
    query: Option<Box<str>>,
}

impl SplitUrl {
    /// The parts of an absolute URL; `None` for a reference that is relative to another one.
    pub(crate) fn new(url: &str) -> Option<Self> {
        let head = split("", url)?;
        let is_scheme = |text: &str| {
            let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
            text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(inside)
        };
        is_scheme(head.scheme).then(|| Self {
            scheme: head.scheme.into(),
            authority: head.authority.into(),
            path: root_for_none(head.path).into(),
            query: head.query.map(Into::into),
        })
    }

    pub(crate) fn scheme(&self) -> &str {
        &self.scheme
    }

    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether path and query can be sent as they are: RFC 3986, sections 3.3 and 3.4.
    pub(crate) fn is_sendable(&self) -> bool {
        let inside = |byte: u8| is_unreserved(byte) || b"%!$&'()*+,;=:@/".contains(&byte);
        let in_query = |byte: u8| inside(byte) || byte == b'?';
        let query = self.query.as_deref().unwrap_or_default();
        self.path.bytes().all(inside)
            && query.bytes().all(in_query)
            && self.path.len() + query.len() <= MAX_TARGET
    }

    /// Whether a request is for this URL: the same origin in whatever spelling, and the rest byte
    /// for byte.
    pub(crate) fn is(&self, request: &RequestHead<'_>) -> bool {
        root_for_none(request.path) == &*self.path
            && request.query == self.query.as_deref()
            && self.is_at(request.scheme, request.authority)
    }

    /// An authority that is none has no other spelling.
    fn is_at(&self, scheme: &str, authority: &str) -> bool {
        let same = match Origin::parse(&self.scheme, &self.authority) {
            Ok(origin) => origin.is(scheme, authority),
            Err(_) => return (scheme, authority) == (&*self.scheme, &*self.authority),
        };
        same.unwrap_or(false)
    }
}

impl fmt::Debug for SplitUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/…", self.scheme, self.authority)
    }
}

/// A request for a URL without a path is sent for `/`.
fn root_for_none(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// What servers take of a request's target.
const MAX_TARGET: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debug_form_leaves_out_what_may_be_a_signature() {
        let url = SplitUrl::new("https://objects.example/secret-path?signature=secret").unwrap();
        assert_eq!(format!("{url:?}"), "https://objects.example/…");
    }
}
