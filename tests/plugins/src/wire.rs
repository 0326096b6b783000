//! Requests as they are described, however wrong, and all that comes back: apart because it is
//! the one file on `wasi:http`.

use std::collections::BTreeMap;

use wasi::http::outgoing_handler;
use wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method,
    OutgoingBody, OutgoingRequest, Scheme, http_error_code,
};
use wasi::io::streams::{InputStream, StreamError};

use crate::answer::{Answer, code_name};
use crate::bindings::settings;
use crate::instruction::Request;

/// A request that was sent.
pub(crate) type Sent = Result<FutureIncomingResponse, Answer>;

/// An answer whose body nobody has read from yet.
pub(crate) struct Incoming {
    pub(crate) response: IncomingResponse,
    /// Before the body, which has to outlive it.
    pub(crate) stream: InputStream,
    pub(crate) body: IncomingBody,
}

/// Send a request and read its answer.
pub(crate) fn exchange(request: &Request) -> Answer {
    read(send(request))
}

/// Send a request many times, and count the answers by their labels.
pub(crate) fn repeat(request: &Request, times: u32, at_once: bool) -> BTreeMap<String, u32> {
    let answers: Vec<Answer> = if at_once {
        let sent: Vec<Sent> = (0..times).map(|_| send(request)).collect();
        sent.into_iter().map(read).collect()
    } else {
        (0..times).map(|_| exchange(request)).collect()
    };
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.label()).or_default() += 1;
    }
    counts
}

/// Begin a request so many times without ending its body, then send another one and read its
/// answer.
pub(crate) fn hold(held: &Request, times: u32, then: &Request) -> Answer {
    let held: Vec<_> = (0..times).map(|_| begin(held)).collect();
    if let Some(Err(answer)) = held.iter().find(|begun| begun.is_err()) {
        return answer.clone();
    }
    let answer = exchange(then);
    // Only now: dropping a body would end its request.
    drop(held);
    answer
}

/// Send a request, with its body, without waiting for the answer.
pub(crate) fn send(request: &Request) -> Sent {
    let (future, body) = begin(request)?;
    if let Some(body) = body {
        let trailers = match request.trailers.as_slice() {
            [] => None,
            trailers => Some(fields(trailers)?),
        };
        let _ = OutgoingBody::finish(body, trailers);
    }
    Ok(future)
}

/// Send a request, with what its body begins with, and leave the body open.
pub(crate) fn begin(
    request: &Request,
) -> Result<(FutureIncomingResponse, Option<OutgoingBody>), Answer> {
    let outgoing = prepare(request)?;
    let body = match &request.body {
        Some(text) => {
            let body = outgoing.body().map_err(|()| unsendable("body"))?;
            Some((body, text.as_bytes()))
        }
        None => None,
    };
    let future = outgoing_handler::handle(outgoing, None).map_err(|code| failed(&code))?;
    let body = body.map(|(body, bytes)| {
        write(&body, bytes);
        body
    });
    Ok((future, body))
}

/// The head of a request.
fn prepare(request: &Request) -> Result<OutgoingRequest, Answer> {
    let outgoing = OutgoingRequest::new(fields(&request.headers)?);
    let (scheme, authority) = origin();
    let scheme = request.scheme.clone().unwrap_or(scheme);
    let authority = request.authority.clone().unwrap_or(authority);
    outgoing
        .set_method(&method(&request.method))
        .map_err(|()| unsendable("method"))?;
    outgoing
        .set_scheme(Some(&as_scheme(&scheme)))
        .map_err(|()| unsendable("scheme"))?;
    outgoing
        .set_authority(Some(&authority))
        .map_err(|()| unsendable("authority"))?;
    outgoing
        .set_path_with_query(Some(&request.path_with_query))
        .map_err(|()| unsendable("path"))?;
    Ok(outgoing)
}

fn fields(entries: &[(String, String)]) -> Result<Fields, Answer> {
    let entries: Vec<_> = entries
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
        .collect();
    Fields::from_list(&entries).map_err(|error| unsendable(&format!("headers: {error:?}")))
}

fn unsendable(part: &str) -> Answer {
    Answer::Unsendable(part.to_owned())
}

/// Wait for the head of an answer.
pub(crate) fn open(sent: Sent) -> Result<Incoming, Answer> {
    let future = sent?;
    let response = loop {
        match future.get() {
            Some(Ok(Ok(response))) => break response,
            Some(Ok(Err(code))) => return Err(failed(&code)),
            Some(Err(())) => return Err(Answer::Unsendable("twice".to_owned())),
            None => future.subscribe().block(),
        }
    };
    let taken = || Answer::Unsendable("body taken".to_owned());
    let body = response.consume().map_err(|()| taken())?;
    let stream = body.stream().map_err(|()| taken())?;
    Ok(Incoming {
        response,
        stream,
        body,
    })
}

/// Wait for an answer and read it to its end.
fn read(sent: Sent) -> Answer {
    let incoming = match open(sent) {
        Ok(incoming) => incoming,
        Err(answer) => return answer,
    };
    let headers = incoming.response.headers().entries();
    let (mut body, mut broken) = (Vec::new(), None);
    loop {
        match incoming.stream.blocking_read(1 << 16) {
            Ok(bytes) => body.extend(bytes),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => {
                let code = http_error_code(&error).map(|code| code_name(&format!("{code:?}")));
                broken = Some(code.unwrap_or_else(|| error.to_debug_string()));
                break;
            }
        }
    }
    let status = incoming.response.status();
    Answer::Response {
        status,
        headers: texts(headers),
        body: String::from_utf8_lossy(&body).into_owned(),
        trailers: match broken {
            Some(_) => Vec::new(),
            None => trailers(incoming),
        },
        broken,
    }
}

/// What follows a body that has ended.
fn trailers(incoming: Incoming) -> Vec<(String, String)> {
    drop(incoming.stream);
    let future = IncomingBody::finish(incoming.body);
    loop {
        match future.get() {
            Some(Ok(Ok(Some(trailers)))) => return texts(trailers.entries()),
            Some(_) => return Vec::new(),
            None => future.subscribe().block(),
        }
    }
}

fn texts(entries: Vec<(String, Vec<u8>)>) -> Vec<(String, String)> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    entries
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}

/// Write a body as far as somebody takes it.
fn write(body: &OutgoingBody, bytes: &[u8]) {
    if let Ok(stream) = body.write() {
        // A host that refuses the request reads no further, which its answer tells.
        let _ = bytes
            .chunks(4096)
            .try_for_each(|chunk| stream.blocking_write_and_flush(chunk));
    }
}

fn failed(code: &ErrorCode) -> Answer {
    Answer::Error(code_name(&format!("{code:?}")))
}

/// Scheme and authority of the forge.
fn origin() -> (String, String) {
    let base = settings::current().base_url;
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", &base));
    let authority = rest.split('/').next().unwrap_or(rest);
    (scheme.to_owned(), authority.to_owned())
}

fn method(name: &str) -> Method {
    match name {
        "CONNECT" => Method::Connect,
        "DELETE" => Method::Delete,
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "OPTIONS" => Method::Options,
        "PATCH" => Method::Patch,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "TRACE" => Method::Trace,
        other => Method::Other(other.to_owned()),
    }
}

fn as_scheme(name: &str) -> Scheme {
    match name {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    }
}
