//! Requests that were refused or got no whole answer, as the host's report has them: apart from the
//! plugin's answers, which know nothing of the network.
//!
//! The host's words are made where they are made for people; what the plugin makes of what it is
//! told is repeated here, for a plugin runs nowhere but in its sandbox.

use code_source_egress::{BaseUrl, ConnectedRepository, Manifest, Operator, Policy, Profile};
use wasmtime_wasi_http::Error as Told;

use super::{Example, examples};
use crate::cli::failure::CommandError;
use crate::contract::types::{Error, ErrorCode};
use crate::outcome::Failure as CallFailure;
use crate::report::{Report, Request, RequestFailure, Stage, State, Timings};
use crate::transport::{Failure, Kind};
use crate::{answer, gate, transport};

pub(super) fn all() -> Vec<Example> {
    let mut all: Vec<Example> = failures()
        .into_iter()
        .map(|failure| {
            let name = format!("request: {:?}", failure.kind);
            (name, call(&failure.kind.code(), failure.describe()))
        })
        .collect();
    let bodies = answer::examples().into_iter().map(|(failure, told)| {
        let name = format!("body: {}", failure.reason);
        (name, call(&told, failure))
    });
    all.extend(bodies);
    all.extend(denials());
    all
}

fn failures() -> Vec<Failure> {
    let mut all = transport::examples();
    all.extend(gate::examples());
    all
}

/// A kind that is new does not compile before somebody has thought of its example.
#[test]
fn every_kind_of_failure_has_an_example() {
    let with: Vec<Kind> = failures().into_iter().map(|failure| failure.kind).collect();
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

/// What each layer of the policy says.
fn denials() -> Vec<Example> {
    let denied = |(method, url, operation): (&str, &str, Option<&str>)| {
        let url = format!("https://git.acme.example{url}");
        let explanation = policy().explain(method, &url, operation);
        let denial = explanation.denial().expect("it is refused");
        let remedy = explanation.remedy().or(denial.remedy());
        let failure = RequestFailure {
            layer: Some(denial.layer().label()),
            remedy: remedy.map(str::to_owned),
            ..RequestFailure::new(Stage::Policy, denial.reason().label(), denial.detail())
        };
        let name = format!("policy: {}: {}", denial.layer(), failure.reason);
        (name, call(&Told::HttpRequestDenied, failure))
    };
    REFUSED.iter().copied().map(denied).collect()
}

fn policy() -> Policy {
    let operator = Operator {
        access: vec![code_source_egress::Access::Read],
        repositories: vec![ConnectedRepository {
            id: "42".into(),
            path: "web/shop".into(),
        }],
        deny: vec!["GET /things/{thing}/archive".parse().expect("a pattern")],
        ..Operator::default()
    };
    let profile = Profile::parse(PROFILE).expect("a profile");
    let manifest = Manifest::parse(MANIFEST.as_bytes()).expect("a manifest");
    let base = BaseUrl::parse("https://git.acme.example").expect("an address");
    Policy::new(&profile, &manifest, &base, operator).expect("they fit")
}

/// Requests, each refused by another layer or for another reason.
const REFUSED: &[(&str, &str, Option<&str>)] = &[
    ("GET", ".evil.example/api/v9/version", None),
    ("GET", "/api/v9/things/../users", None),
    ("GET", "/users", None),
    ("GET", "/api/v9/users", None),
    ("GET", "/api/v9/things/42/secrets", None),
    ("GET", "/api/v9/things/42/tags", None),
    ("GET", "/api/v9/things/42/tree", Some("connection.check")),
    ("GET", "/api/v9/things/42/archive", None),
    ("POST", "/api/v9/things/42/commits", None),
    ("GET", "/api/v9/things/43/tree", None),
    ("GET", "/api/v9/things/42/tree?secret=1", None),
];

/// A made-up forge.
const PROFILE: &str = r#"
provider = "acme"
api-path = "/api/v9"
credential = { header = "X-Acme-Key", value = "Key {token}" }
identity = { endpoint = "GET /things/{thing}", placeholder = "thing", id = "number", path = "full_name" }
rules = [
  { endpoint = "GET /version", access = "read", answer = "json" },
  { endpoint = "GET /things/{thing}", access = "read", answer = "json" },
  { endpoint = "GET /things/{thing}/tree", access = "read", answer = "json", query = ["ref"] },
  { endpoint = "GET /things/{thing}/tags", access = "read", answer = "json" },
  { endpoint = "GET /things/{thing}/archive", access = "read", answer = "json" },
  { endpoint = "POST /things/{thing}/commits", access = "commits", answer = "json", body = { keys = { branch = { kind = "string" } }, required = ["branch"] } },
]
refused = [{ segments = ["secrets"], reason = "it reads secrets" }]
"#;

/// A plugin for it that does not use all of it.
const MANIFEST: &str = r#"{
  "name": "plugin", "version": "1.0.0", "provider": "acme", "contract": "jitera:code-source@0.1.0",
  "operations": {
    "connection.check": [{ "endpoint": "GET /version", "why": "the version" }],
    "repositories.read-repository": [{ "endpoint": "GET /things/{thing}", "why": "the thing" }],
    "git.list-tree": [{ "endpoint": "GET /things/{thing}/tree", "why": "the tree" }],
    "git.read-archive": [{ "endpoint": "GET /things/{thing}/archive", "why": "the archive" }],
    "changes.create-commit": [{ "endpoint": "POST /things/{thing}/commits", "why": "the commit" }]
  }
}"#;

/// What the built-in plugin makes of what it is told: the case, and its words.
fn plugin_says(told: &Told) -> (ErrorCode, String) {
    let (code, what) = match told {
        Told::TlsCertificateError => (ErrorCode::Untrusted, "the TLS certificate was not accepted"),
        Told::ConnectionTimeout => (ErrorCode::Timeout, "no connection within the time allowed"),
        Told::ConnectionReadTimeout | Told::HttpResponseTimeout => {
            (ErrorCode::Timeout, "no answer within the time allowed")
        }
        Told::HttpRequestDenied | Told::DestinationIpProhibited => {
            (ErrorCode::Denied, "the host does not allow the request")
        }
        Told::ConnectionRefused
        | Told::DestinationUnavailable
        | Told::DnsError { .. }
        | Told::TlsProtocolError => (ErrorCode::Unreachable, "no connection to the forge"),
        Told::ConnectionTerminated | Told::HttpProtocolError => {
            (ErrorCode::Unreachable, "the connection broke")
        }
        Told::HttpResponseIncomplete => (
            ErrorCode::Malformed("the answer was cut".into()),
            "the answer ended early",
        ),
        Told::HttpResponseBodySize(Some(most)) => {
            (ErrorCode::TooLarge(*most), "the answer is too large")
        }
        Told::HttpResponseHeaderSectionSize(_) => (
            ErrorCode::Malformed("the answer is over a limit of the host".into()),
            "the answer is too large",
        ),
        told => (ErrorCode::Other(format!("{told:?}")), "the request failed"),
    };
    (code, format!("listing the projects: {what} ({told:?})"))
}

fn call(told: &Told, failure: RequestFailure) -> CommandError {
    let (code, message) = plugin_says(told);
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
        message,
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
