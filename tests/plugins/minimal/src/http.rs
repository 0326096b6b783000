//! Requests to the forge; apart because it is the only file that asks `wasi:http`.

use serde::de::DeserializeOwned;
use wasi::http::outgoing_handler;
use wasi::http::types::{
    ErrorCode as HttpError, Fields, IncomingBody, IncomingResponse, OutgoingRequest, Scheme,
};
use wasi::io::streams::{InputStream, StreamError};

use crate::bindings::settings;
use crate::bindings::types::{CredentialProblem, Denial, Error, ErrorCode, Stranger, Subject};
use crate::shelf::failure;

/// What stands at an address of the API, as JSON. `missing` is what a 404 means there.
pub(crate) fn json<T: DeserializeOwned>(address: &str, missing: Subject) -> Result<T, Error> {
    let (_body, stream) = get(address, missing)?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(CHUNK) {
            Ok(chunk) if bytes.len() + chunk.len() > LARGEST => {
                return Err(failure(ErrorCode::TooLarge(LARGEST as u64)));
            }
            Ok(chunk) => bytes.extend(chunk),
            Err(StreamError::Closed) => break,
            // Never half a list that looks like a whole one.
            Err(StreamError::LastOperationFailed(_)) => return Err(malformed("its body was cut")),
        }
    }
    serde_json::from_slice(&bytes).map_err(|problem| malformed(&problem.to_string()))
}

/// What stands at an address, as a stream that the plugin does not read.
pub(crate) fn content(address: &str, missing: Subject) -> Result<InputStream, Error> {
    let (body, stream) = get(address, missing)?;
    // Dropping it would end the stream; the host frees it with the instance.
    std::mem::forget(body);
    Ok(stream)
}

/// Text as one segment of a path, or as a value in a query: everything but RFC 3986's unreserved
/// characters is encoded, and a host refuses any other spelling.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Ask for an address of the API. The body comes before its stream because what is declared first
/// is dropped last, and a body may not go before its stream.
fn get(address: &str, missing: Subject) -> Result<(IncomingBody, InputStream), Error> {
    let request = outgoing(address).ok_or_else(|| malformed("the host refused the request"))?;
    let answer = outgoing_handler::handle(request, None).map_err(|code| not_sent(&code))?;
    let response = loop {
        match answer.get() {
            Some(Ok(Ok(response))) => break response,
            Some(Ok(Err(code))) => return Err(not_sent(&code)),
            Some(Err(())) => return Err(malformed("it was taken before")),
            None => answer.subscribe().block(),
        }
    };
    // A page for people is a proxy's, or a sign-in's, whatever its status.
    let kind = media_type(&response);
    if kind == "text/html" {
        return Err(failure(ErrorCode::NotTheApi(Stranger::Other(kind))));
    }
    if response.status() != 200 {
        return Err(refused(&response, missing));
    }
    let body = response
        .consume()
        .map_err(|()| malformed("it has no body"))?;
    let stream = body.stream().map_err(|()| malformed("it has no body"))?;
    Ok((body, stream))
}

/// A request without a credential: the host adds it where the request may leave.
fn outgoing(address: &str) -> Option<OutgoingRequest> {
    let base = settings::current().base_url;
    let (scheme, rest) = base.split_once("://")?;
    let scheme = match scheme {
        "http" => Scheme::Http,
        _ => Scheme::Https,
    };
    let (authority, prefix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&scheme)).ok()?;
    request.set_authority(Some(authority)).ok()?;
    let path = format!("{prefix}{API}{address}");
    request.set_path_with_query(Some(&path)).ok()?;
    Some(request)
}

/// What kind of content an answer says that it has, without its parameters.
fn media_type(response: &IncomingResponse) -> String {
    let values = response.headers().get("content-type");
    let value = values.first().map(|value| String::from_utf8_lossy(value));
    let value = value.unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

/// What a status means. A forge that says more in its body would be quoted here.
fn refused(response: &IncomingResponse, missing: Subject) -> Error {
    let status = response.status();
    let code = match status {
        401 => ErrorCode::Unauthenticated(CredentialProblem::Invalid),
        403 => ErrorCode::Forbidden(Denial::Role(String::new())),
        404 => ErrorCode::NotFound(missing),
        429 => ErrorCode::RateLimited,
        500..=599 => ErrorCode::Unavailable,
        other => ErrorCode::Other(format!("the shelf answered with status {other}")),
    };
    Error {
        status: Some(status),
        ..failure(code)
    }
}

/// Why no answer came, as far as a plugin is told: the host's report knows more.
fn not_sent(code: &HttpError) -> Error {
    failure(match code {
        HttpError::HttpRequestDenied | HttpError::DestinationIpProhibited => ErrorCode::Denied,
        HttpError::TlsCertificateError => ErrorCode::Untrusted,
        HttpError::ConnectionTimeout | HttpError::HttpResponseTimeout => ErrorCode::Timeout,
        _ => ErrorCode::Unreachable,
    })
}

fn malformed(problem: &str) -> Error {
    failure(ErrorCode::Malformed(format!("an answer: {problem}")))
}

/// Path of the API below the forge's own.
const API: &str = "/api/v4";

/// Read at once, at most.
const CHUNK: u64 = 64 * 1024;

/// What an answer may hold, at most: a plugin's memory is bounded.
const LARGEST: usize = 8 << 20;
