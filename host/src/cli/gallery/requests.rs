//! Requests that were refused or got no whole answer, as the host's report has them: apart from the
//! plugin's answers, which know nothing of the network.

use super::certificates::{CERTIFICATES, certificate};
use super::{Example, examples};
use crate::cli::failure::CommandError;
use crate::contract::types::{Error, ErrorCode};
use crate::outcome::Failure as CallFailure;
use crate::report::{Report, Request, RequestFailure, Stage, State, Timings};
use crate::transport::{Failure, Kind};

pub(super) fn all() -> Vec<Example> {
    let mut all: Vec<Example> = failures()
        .into_iter()
        .map(|(kind, stage, detail, remedy)| {
            let mut failure = Failure::new(stage, kind, detail);
            failure.remedy = remedy.map(str::to_owned);
            let is_shown = !matches!(kind, Kind::CertificateRefused | Kind::CertificateRequired);
            if is_shown && kind.label().starts_with("certificate-") {
                failure.certificate = Some(Box::new(certificate()));
            }
            (
                format!("request: {kind:?}"),
                call(code(kind), failure.describe()),
            )
        })
        .collect();
    all.extend(bodies());
    all.extend(policies());
    all
}

pub(super) type Row = (Kind, Stage, &'static str, Option<&'static str>);

fn failures() -> Vec<Row> {
    [NETWORK, CERTIFICATES].concat()
}

/// The details are the host's words, as its tests pin them.
const NETWORK: &[Row] = &[
    (
        Kind::AddressRefused,
        Stage::Address,
        "no address of `git.acme.example` may be dialled: the address 10.20.0.7 is private and may not be dialled",
        Some("private-addresses = [\"10.20.0.7/32\"]"),
    ),
    (
        Kind::AddressRefused,
        Stage::Address,
        "`metadata.google.internal` is the name of a cloud's metadata service",
        None,
    ),
    (
        Kind::AuditFailed,
        Stage::Audit,
        "the audit could not be written: no space left on device",
        None,
    ),
    (
        Kind::ConnectFailed,
        Stage::Connect,
        "no connection to port 443: connection refused",
        None,
    ),
    (
        Kind::ConnectTimeout,
        Stage::Connect,
        "the TCP connection of `git.acme.example` was not done within 10 s",
        None,
    ),
    (
        Kind::ConnectionLost,
        Stage::Exchange,
        "connection reset by peer",
        None,
    ),
    (
        Kind::CredentialUnusable,
        Stage::Credential,
        "cannot use the token from the file `/run/secrets/forge-token`: it is empty",
        None,
    ),
    (
        Kind::Encoded,
        Stage::Head,
        "the answer is encoded as br, which was not asked for",
        None,
    ),
    (
        Kind::FirstByte,
        Stage::Exchange,
        "no answer began within 70 s",
        None,
    ),
    (
        Kind::HeadTooLarge,
        Stage::Head,
        "the answer's headers have 90000 bytes",
        None,
    ),
    (
        Kind::NameNotFound,
        Stage::Resolve,
        "the name `git.acme.example` cannot be looked up: it has no address",
        None,
    ),
    (
        Kind::NotHttp,
        Stage::Exchange,
        "invalid HTTP version parsed",
        None,
    ),
    (
        Kind::NotTls,
        Stage::Tls,
        "`git.acme.example` does not speak TLS on this port",
        None,
    ),
    (
        Kind::ProxyAuthentication,
        Stage::Proxy,
        "the proxy `proxy:3128` asks for credentials (status 407)",
        Some("proxy = { url = \"http://proxy:3128\", credentials = { file = \"…\" } }"),
    ),
    (
        Kind::ProxyAuthentication,
        Stage::Proxy,
        "the proxy `proxy:3128` does not accept the connection's credentials (status 407)",
        None,
    ),
    (
        Kind::ProxyCredentials,
        Stage::Proxy,
        "cannot use the credentials of the proxy from the file `proxy`: there is no colon in it",
        None,
    ),
    (
        Kind::ProxyMalformed,
        Stage::Proxy,
        "the proxy `proxy:3128` does not answer like one: it closed the connection",
        None,
    ),
    (
        Kind::ProxyRefused,
        Stage::Proxy,
        "the proxy `proxy:3128` refuses to lead to the forge: it answered 403",
        None,
    ),
    (
        Kind::ProxyUnreachable,
        Stage::Connect,
        "no connection to port 3128 of the proxy: connection refused",
        None,
    ),
    (
        Kind::RequestCut,
        Stage::Limit,
        "the plugin did not end the request's body",
        None,
    ),
    (
        Kind::RequestTooLong,
        Stage::Limit,
        "the request's body is longer than 8388608 bytes",
        None,
    ),
    (
        Kind::TlsCut,
        Stage::Tls,
        "`git.acme.example` closed the connection in the middle of the TLS handshake",
        None,
    ),
    (
        Kind::TlsFailed,
        Stage::Tls,
        "the TLS handshake with `git.acme.example` failed: received fatal alert: InternalError",
        None,
    ),
    (
        Kind::TlsVersion,
        Stage::Tls,
        "`git.acme.example` speaks no version of TLS from 1.2 on",
        None,
    ),
    (
        Kind::TooManyRequests,
        Stage::Limit,
        "the call has made 1000 requests, and no more are allowed",
        None,
    ),
    (
        Kind::WrongOrigin,
        Stage::Policy,
        "`elsewhere.example` is not the connection's origin",
        None,
    ),
];

/// A kind that is new does not compile before somebody has thought of its example.
#[test]
fn every_kind_of_failure_has_an_example() {
    let with: Vec<Kind> = failures().into_iter().map(|(kind, ..)| kind).collect();
    let all = examples! { Kind:
        Kind::AddressRefused => [Kind::AddressRefused], Kind::AuditFailed => [Kind::AuditFailed],
        Kind::CertificateBadEncoding => [Kind::CertificateBadEncoding],
        Kind::CertificateBadSignature => [Kind::CertificateBadSignature],
        Kind::CertificateExpired => [Kind::CertificateExpired],
        Kind::CertificateIsAuthority => [Kind::CertificateIsAuthority],
        Kind::CertificateNotYetValid => [Kind::CertificateNotYetValid],
        Kind::CertificateOldVersion => [Kind::CertificateOldVersion],
        Kind::CertificateOther => [Kind::CertificateOther],
        Kind::CertificatePurpose => [Kind::CertificatePurpose],
        Kind::CertificateRefused => [Kind::CertificateRefused],
        Kind::CertificateRequired => [Kind::CertificateRequired],
        Kind::CertificateRevoked => [Kind::CertificateRevoked],
        Kind::CertificateSelfSigned => [Kind::CertificateSelfSigned],
        Kind::CertificateUnknownExtension => [Kind::CertificateUnknownExtension],
        Kind::CertificateUnknownIssuer => [Kind::CertificateUnknownIssuer],
        Kind::CertificateWeakSignature => [Kind::CertificateWeakSignature],
        Kind::CertificateWrongName => [Kind::CertificateWrongName],
        Kind::ConnectFailed => [Kind::ConnectFailed], Kind::ConnectTimeout => [Kind::ConnectTimeout],
        Kind::ConnectionLost => [Kind::ConnectionLost],
        Kind::CredentialUnusable => [Kind::CredentialUnusable], Kind::Encoded => [Kind::Encoded],
        Kind::FirstByte => [Kind::FirstByte], Kind::HeadTooLarge => [Kind::HeadTooLarge],
        Kind::NameNotFound => [Kind::NameNotFound], Kind::NotHttp => [Kind::NotHttp],
        Kind::NotTls => [Kind::NotTls], Kind::ProxyAuthentication => [Kind::ProxyAuthentication],
        Kind::ProxyCredentials => [Kind::ProxyCredentials],
        Kind::ProxyMalformed => [Kind::ProxyMalformed], Kind::ProxyRefused => [Kind::ProxyRefused],
        Kind::ProxyUnreachable => [Kind::ProxyUnreachable], Kind::RequestCut => [Kind::RequestCut],
        Kind::RequestTooLong => [Kind::RequestTooLong], Kind::TlsCut => [Kind::TlsCut],
        Kind::TlsFailed => [Kind::TlsFailed], Kind::TlsVersion => [Kind::TlsVersion],
        Kind::TooManyRequests => [Kind::TooManyRequests], Kind::WrongOrigin => [Kind::WrongOrigin],
    };
    for kind in all {
        assert!(with.contains(&kind), "{kind:?}");
    }
}

fn bodies() -> Vec<Example> {
    let rows = [
        ("cut", "the answer was cut"),
        ("encoding-broken", "the answer's compression is broken"),
        ("stalled", "no byte came for 30 s"),
        ("too-long", "the answer is longer than 67108864 bytes"),
        (
            "contains-credential",
            "the answer holds the connection's credential",
        ),
    ];
    let example = |(reason, detail)| {
        let failure = RequestFailure::new(Stage::Body, reason, detail);
        (
            format!("body: {reason}"),
            call(ErrorCode::Malformed(String::new()), failure),
        )
    };
    rows.into_iter().map(example).collect()
}

fn policies() -> Vec<Example> {
    let rows = [
        (
            "operator",
            "endpoint-denied",
            "the operator denies `GET /projects/{project}/repository/archive.zip`",
            Some("deny = []"),
        ),
        (
            "access",
            "access-not-granted",
            "`POST /projects/{project}/repository/branches` needs the access `branches`",
            Some("access = [\"read\", \"branches\"]"),
        ),
        (
            "ceiling",
            "endpoint-not-in-profile",
            "no endpoint of the profile is like that",
            None,
        ),
    ];
    let example = |(layer, reason, detail, remedy): (&'static str, _, _, Option<&str>)| {
        let failure = RequestFailure {
            layer: Some(layer),
            remedy: remedy.map(str::to_owned),
            ..RequestFailure::new(Stage::Policy, reason, detail)
        };
        (format!("policy: {layer}"), call(ErrorCode::Denied, failure))
    };
    rows.into_iter().map(example).collect()
}

/// What a plugin makes of what it is told.
fn code(kind: Kind) -> ErrorCode {
    use wasmtime_wasi_http::Error as Told;
    match kind.code() {
        Told::TlsCertificateError => ErrorCode::Untrusted,
        Told::ConnectionTimeout | Told::HttpResponseTimeout => ErrorCode::Timeout,
        Told::HttpRequestDenied | Told::DestinationIpProhibited => ErrorCode::Denied,
        Told::ConnectionRefused
        | Told::ConnectionTerminated
        | Told::DestinationUnavailable
        | Told::DnsError { .. }
        | Told::TlsProtocolError => ErrorCode::Unreachable,
        told => ErrorCode::Other(format!("the request failed: {told:?}")),
    }
}

fn call(code: ErrorCode, failure: RequestFailure) -> CommandError {
    let request = Request {
        id: "1.1".into(),
        method: "GET".into(),
        origin: "https://git.acme.example".into(),
        template: "/version".into(),
        address: (failure.stage >= Stage::Tls).then_some([10, 20, 0, 7].into()),
        via_proxy: false,
        status: None,
        bytes: 0,
        masked: 0,
        clock: None,
        timings: Timings::default(),
        state: State::Failed(failure),
    };
    let answer = Error {
        code,
        message: "listing the projects: no answer (TlsProtocolError)".into(),
        hint: Some("look at the network".into()),
        remedied_by: None,
        status: None,
        request_id: None,
        retry_after: None,
    };
    CommandError::Call {
        tried: "list the repositories".into(),
        failure: Box::new(CallFailure::Answer(answer)),
        report: Box::new(Report {
            requests: vec![request],
            ..Report::default()
        }),
    }
}
