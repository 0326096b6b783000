//! What a handler answers with; apart, because faults and every handler build it.

use std::io;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use serde::Serialize;

/// The body of every answer: whole, or streamed from git.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Reply {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: whole(Bytes::new()),
        }
    }

    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        // Our own values have string keys throughout, which is all that can fail here.
        let text = serde_json::to_vec(value).expect("a JSON value with string keys");
        Self::ready_json(status, text.into())
    }

    pub(crate) fn ready_json(status: StatusCode, text: Bytes) -> Self {
        Self::typed(status, "application/json", text)
    }

    pub(crate) fn text(status: StatusCode, text: impl Into<Bytes>) -> Self {
        Self::typed(status, "text/plain", text.into())
    }

    pub(crate) fn typed(status: StatusCode, content_type: &'static str, body: Bytes) -> Self {
        Self::stream(status, content_type, whole(body))
    }

    pub(crate) fn stream(status: StatusCode, content_type: &'static str, body: Body) -> Self {
        let mut reply = Self::empty(status);
        reply.body = body;
        reply.header(header::CONTENT_TYPE, content_type);
        reply
    }

    /// Sets a header; characters that no header can carry are left out.
    pub(crate) fn header(&mut self, name: HeaderName, value: impl AsRef<[u8]>) {
        let clean: Vec<u8> = value
            .as_ref()
            .iter()
            .copied()
            .filter(|byte| *byte == b'\t' || (*byte >= 0x20 && *byte != 0x7f))
            .collect();
        // What remains are exactly the bytes that a header value may hold.
        let value = HeaderValue::from_bytes(&clean).expect("a clean header value");
        self.headers.insert(name, value);
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.header(HeaderName::from_static(name), value);
        self
    }
}

pub(crate) fn whole(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}
