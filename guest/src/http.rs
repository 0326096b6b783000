//! The transport over `wasi:http`; apart because it is the only file that touches the sandbox.

use wasi::{
    clocks::{monotonic_clock, wall_clock},
    http::{
        outgoing_handler,
        types::{
            ErrorCode, Fields, IncomingBody, IncomingResponse, OutgoingBody, OutgoingRequest,
            Scheme, http_error_code,
        },
    },
    io::streams::{InputStream, StreamError},
    random::random,
};
use wstd::{runtime::AsyncPollable, time::Duration};

use crate::{
    bindings::types::ErrorCode as Code,
    error::Failure,
    transport::{Answer, Breakage, BreakageKind, Head, Method, Request, Transport},
};

/// Requests to one forge.
pub(crate) struct Http {
    scheme: Scheme,
    authority: String,
    /// Path of the API, without a trailing slash.
    api: String,
}

impl Http {
    pub(crate) fn new(base_url: &str) -> Result<Self, Failure> {
        let (scheme, authority, path) = split(base_url).ok_or_else(odd_base_url)?;
        Ok(Self {
            scheme,
            authority: authority.to_owned(),
            api: format!("{}/api/v4", path.trim_end_matches('/')),
        })
    }

    /// Everything here was checked or encoded before, so the sandbox has nothing to refuse.
    fn outgoing(&self, request: &Request) -> Result<OutgoingRequest, Breakage> {
        let mut fields = vec![
            ("accept".to_owned(), request.accept.as_bytes().to_vec()),
            ("user-agent".to_owned(), USER_AGENT.as_bytes().to_vec()),
        ];
        if request.body.is_some() {
            fields.push(("content-type".to_owned(), b"application/json".to_vec()));
        }
        if let Some(range) = &request.range {
            fields.push(("range".to_owned(), range.as_bytes().to_vec()));
        }
        let fields = Fields::from_list(&fields).map_err(|_| refused("the header fields"))?;
        let outgoing = OutgoingRequest::new(fields);
        let method = match request.method {
            Method::Delete => wasi::http::types::Method::Delete,
            Method::Get => wasi::http::types::Method::Get,
            Method::Head => wasi::http::types::Method::Head,
            Method::Post => wasi::http::types::Method::Post,
            Method::Put => wasi::http::types::Method::Put,
        };
        let place = self.place(request)?;
        outgoing
            .set_method(&method)
            .map_err(|()| refused("the method"))?;
        outgoing
            .set_scheme(Some(&place.scheme))
            .map_err(|()| refused("the scheme"))?;
        outgoing
            .set_authority(Some(&place.authority))
            .map_err(|()| refused("the authority"))?;
        outgoing
            .set_path_with_query(Some(&place.path))
            .map_err(|()| refused("the path"))?;
        Ok(outgoing)
    }

    /// Where a request goes: below the API's root, or to the very URL that an answer led to.
    fn place(&self, request: &Request) -> Result<Place, Breakage> {
        if !request.is_elsewhere {
            return Ok(Place {
                scheme: self.scheme.clone(),
                authority: self.authority.clone(),
                path: format!("{}{}", self.api, request.target),
            });
        }
        // A fragment is never sent.
        let url = request.target.split('#').next().unwrap_or_default();
        let (scheme, authority, path) = split(url).ok_or_else(|| refused("the place"))?;
        let root = if path.starts_with('/') { "" } else { "/" };
        Ok(Place {
            scheme,
            authority: authority.to_owned(),
            path: format!("{root}{path}"),
        })
    }
}

/// Where a request goes.
struct Place {
    scheme: Scheme,
    authority: String,
    path: String,
}

/// A URL's scheme, its authority, and the rest.
fn split(url: &str) -> Option<(Scheme, &str, &str)> {
    let (scheme, rest) = match url.split_once("://")? {
        ("https", rest) => (Scheme::Https, rest),
        ("http", rest) => (Scheme::Http, rest),
        _ => return None,
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    (!authority.is_empty()).then_some((scheme, authority, path))
}

impl Transport for Http {
    type Body = Body;

    async fn send(&self, request: &Request) -> Result<Answer<Body>, Breakage> {
        let outgoing = self.outgoing(request)?;
        let body = request
            .body
            .as_deref()
            .map(|bytes| (outgoing.body(), bytes));
        let answer = outgoing_handler::handle(outgoing, None).map_err(from_code)?;
        if let Some((body, bytes)) = body {
            deliver(body.map_err(|()| refused("a body asked for once"))?, bytes).await?;
        }
        AsyncPollable::new(answer.subscribe()).wait_for().await;
        // It is ready, and asked for once.
        let answer = answer
            .get()
            .ok_or_else(|| refused("an answer that is ready"))?;
        let response = answer
            .map_err(|()| refused("an answer taken once"))?
            .map_err(from_code)?;
        let head = Head {
            status: response.status(),
            fields: response.headers().entries(),
        };
        let body = Body::of(&response)?;
        Ok(Answer { head, body })
    }

    async fn collect(&self, body: Body, limit: usize) -> Result<Vec<u8>, Breakage> {
        let mut collected = Vec::new();
        let mut ready: Option<AsyncPollable> = None;
        let result = loop {
            match body.stream.read(CHUNK) {
                Ok(chunk) if chunk.is_empty() => {
                    let ready =
                        ready.get_or_insert_with(|| AsyncPollable::new(body.stream.subscribe()));
                    ready.wait_for().await;
                }
                Ok(chunk) if collected.len() + chunk.len() > limit => {
                    break Err(too_large(limit));
                }
                Ok(chunk) if collected.is_empty() => collected = chunk,
                Ok(chunk) => collected.extend_from_slice(&chunk),
                Err(StreamError::Closed) => break Ok(()),
                Err(StreamError::LastOperationFailed(error)) => {
                    break Err(http_error_code(&error)
                        .map_or_else(|| cut(error.to_debug_string()), from_code));
                }
            }
        };
        result.map(|()| collected)
    }

    async fn sleep(&self, milliseconds: u64) {
        wstd::task::sleep(Duration::from_millis(milliseconds)).await;
    }

    fn now(&self) -> u64 {
        monotonic_clock::now() / 1_000_000
    }

    fn wall_clock(&self) -> i64 {
        i64::try_from(wall_clock::now().seconds).unwrap_or(i64::MAX)
    }

    fn random(&self) -> u64 {
        random::get_random_u64()
    }
}

/// Write a body to its end. Where the host stops to read, it has an answer ready that says why, and
/// that answer counts.
async fn deliver(body: OutgoingBody, mut rest: &[u8]) -> Result<(), Breakage> {
    let stream = body.write().map_err(|()| refused("a stream taken once"))?;
    let ready = AsyncPollable::new(stream.subscribe());
    while !rest.is_empty() {
        ready.wait_for().await;
        let Ok(room) = stream.check_write() else {
            break;
        };
        let room = usize::try_from(room).unwrap_or(usize::MAX).min(PIECE);
        let (piece, after) = rest.split_at(room.min(rest.len()));
        if stream.write(piece).is_err() {
            break;
        }
        rest = after;
    }
    drop(ready);
    drop(stream);
    match rest.is_empty() {
        true => OutgoingBody::finish(body, None).map_err(from_code),
        false => Ok(()),
    }
}

/// An answer's body. The stream is a child of the other handle and has to go first.
pub(crate) struct Body {
    stream: InputStream,
    incoming: IncomingBody,
}

impl Body {
    fn of(response: &IncomingResponse) -> Result<Self, Breakage> {
        let incoming = response
            .consume()
            .map_err(|()| refused("a body taken once"))?;
        let stream = incoming
            .stream()
            .map_err(|()| refused("a stream taken once"))?;
        Ok(Self { stream, incoming })
    }

    /// Hand the stream on, untouched. Its parent is left to the sandbox, which frees it with the
    /// instance: to drop it here would end the stream.
    pub(crate) fn into_stream(self) -> InputStream {
        std::mem::forget(self.incoming);
        self.stream
    }
}

fn odd_base_url() -> Failure {
    let what = "the host's address for the forge is none";
    Failure::new(Code::Other(what.to_owned()), what)
}

fn refused(what: &str) -> Breakage {
    Breakage {
        kind: BreakageKind::Other,
        detail: format!("the sandbox refused {what}"),
    }
}

fn cut(detail: String) -> Breakage {
    Breakage {
        kind: BreakageKind::Cut,
        detail,
    }
}

fn too_large(limit: usize) -> Breakage {
    Breakage {
        kind: BreakageKind::TooLarge(Some(limit as u64)),
        detail: format!("more than {limit} bytes"),
    }
}

fn from_code(code: ErrorCode) -> Breakage {
    Breakage {
        kind: kind(&code),
        detail: format!("{code:?}").replace("ErrorCode::", ""),
    }
}

fn kind(code: &ErrorCode) -> BreakageKind {
    match code {
        ErrorCode::DnsTimeout | ErrorCode::ConnectionTimeout => BreakageKind::ConnectTimedOut,
        ErrorCode::ConnectionLimitReached => BreakageKind::NotSent("the call used up its requests"),
        ErrorCode::ConfigurationError => {
            BreakageKind::NotSent("the host cannot use the credential")
        }
        ErrorCode::HttpRequestBodySize(_) => {
            BreakageKind::NotSent("the host sends no body of that size")
        }
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => BreakageKind::TimedOut,
        ErrorCode::DnsError(_)
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::ConnectionRefused
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsAlertReceived(_) => BreakageKind::Unreachable,
        ErrorCode::TlsCertificateError => BreakageKind::Untrusted,
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => BreakageKind::Denied,
        ErrorCode::ConnectionTerminated | ErrorCode::HttpProtocolError => BreakageKind::Interrupted,
        ErrorCode::HttpResponseIncomplete => BreakageKind::Cut,
        ErrorCode::HttpResponseBodySize(size) => BreakageKind::TooLarge(*size),
        ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseHeaderSectionSize(_)
        | ErrorCode::HttpResponseTrailerSize(_)
        | ErrorCode::HttpResponseTrailerSectionSize(_) => BreakageKind::TooLarge(None),
        _ => BreakageKind::Other,
    }
}

/// Read at once, at most. Small reads cost a call into the host each.
const CHUNK: u64 = 256 * 1024;

/// Written at once, at most: well below what one call into the host may carry.
const PIECE: usize = 64 * 1024;

const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
