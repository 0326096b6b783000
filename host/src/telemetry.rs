//! What a process that traces gets to see: apart because its names are OpenTelemetry's, and not
//! ours to choose.
//!
//! A call is a span, and each of its requests a span below it, from the moment when it is decided
//! about and ready to leave until the last byte of the answer. The names are those of the
//! [semantic conventions for HTTP clients](https://opentelemetry.io/docs/specs/semconv/http/http-spans/),
//! with one difference: there is no `url.full`, which would hold customers' names and what they
//! search for. `url.template` stands in its place.

use tracing::Span;
use tracing::field::Empty;

use crate::exchange::{CallRecord, Head};
use crate::report::Request;

/// One call of an exported function.
pub(crate) fn call(id: &str, operation: &str, connection: &str, plugin: &str) -> Span {
    tracing::info_span!(
        target: TARGET,
        "call",
        otel.name = operation,
        otel.kind = "internal",
        code_source.call = id,
        code_source.connection = connection,
        code_source.operation = operation,
        code_source.plugin = plugin,
    )
}

/// One request of a call, whether it leaves or not.
pub(crate) fn request(call: &CallRecord, id: &str, head: &Head<'_>) -> Span {
    let (scheme, rest) = head.origin.split_once("://").unwrap_or(("", head.origin));
    let (host, port) = split_port(scheme, rest);
    tracing::info_span!(
        target: TARGET,
        parent: call.span(),
        "request",
        otel.name = format!("{} {}", head.method, head.template).trim_end(),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = if head.method == "other" { "_OTHER" } else { head.method },
        http.response.status_code = Empty,
        http.response.body.size = Empty,
        network.peer.address = Empty,
        server.address = host,
        server.port = i64::from(port),
        url.scheme = scheme,
        url.template = head.template,
        "error.type" = Empty,
        code_source.request = id,
        code_source.repository = head.repository,
        code_source.masked = Empty,
    )
}

/// The request has ended, in one of the audit's ways.
pub(crate) fn ended(span: &Span, request: &Request, end: &str, reason: Option<&str>) {
    if let Some(status) = request.status {
        span.record("http.response.status_code", i64::from(status));
    }
    if let Some(address) = request.address {
        span.record("network.peer.address", tracing::field::display(address));
    }
    // Bridges know signed numbers alone; others would arrive as texts.
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    span.record("http.response.body.size", number(request.bytes));
    span.record("code_source.masked", number(request.masked));
    // The conventions: a status from 400 on is an error of a client's request, and its own type.
    let status = request.status.filter(|status| *status >= 400);
    match (end, reason, status) {
        ("complete", _, None) => return,
        (_, Some(reason), _) => span.record("error.type", reason),
        (_, None, Some(status)) => span.record("error.type", tracing::field::display(status)),
        (end, None, None) => span.record("error.type", end),
    };
    span.record("otel.status_code", "ERROR");
}

fn split_port<'o>(scheme: &str, authority: &'o str) -> (&'o str, u16) {
    let usual = if scheme == "http" { 80 } else { 443 };
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().unwrap_or(usual)),
        _ => (authority, usual),
    }
}

const TARGET: &str = "code_source";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_told_apart_from_addresses() {
        assert_eq!(split_port("https", "forge.example"), ("forge.example", 443));
        assert_eq!(split_port("http", "forge.example"), ("forge.example", 80));
        assert_eq!(split_port("https", "[::1]:8443"), ("[::1]", 8443));
        assert_eq!(split_port("https", "[::1]"), ("[::1]", 443));
    }
}
