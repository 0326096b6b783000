//! Why a request got no answer: apart because three readers need it in three forms: the report
//! with the cause, the plugin with a code, the audit with a label.

use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;

use wasmtime_wasi_http::Error as HttpError;

use crate::report::{RequestFailure, Stage};

/// Why a request got no answer.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) stage: Stage,
    pub(crate) kind: Kind,
    pub(crate) detail: String,
    pub(crate) remedy: Option<String>,
    /// The address that was dialled, where it came that far.
    pub(crate) address: Option<IpAddr>,
}

/// What kind of failure it is. Each has a stable label and a code for the plugin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    AddressRefused,
    AuditFailed,
    CertificateExpired,
    CertificateNotYetValid,
    CertificateOther,
    CertificateUnknownIssuer,
    CertificateWrongName,
    ConnectFailed,
    ConnectTimeout,
    ConnectionLost,
    CredentialUnusable,
    Encoded,
    FirstByte,
    HeadTooLarge,
    NameNotFound,
    NotHttp,
    RequestCut,
    RequestTooLong,
    TlsFailed,
    TooManyRequests,
    WrongOrigin,
}

impl Failure {
    pub(crate) fn new(stage: Stage, kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            stage,
            kind,
            detail: detail.into(),
            remedy: None,
            address: None,
        }
    }

    pub(crate) fn at(self, address: IpAddr) -> Self {
        Self {
            address: Some(address),
            ..self
        }
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// What the HTTP client says. A failure of our own connector is in it, further down.
    pub(crate) fn from_client(error: &hyper_util::client::legacy::Error) -> Self {
        let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(own) = error.downcast_ref::<Self>() {
                return own.clone();
            }
            if let Some(hyper) = error.downcast_ref::<hyper::Error>() {
                return Self::from_hyper(hyper);
            }
            cause = error.source();
        }
        Self::new(Stage::Exchange, Kind::ConnectionLost, innermost(error))
    }

    fn from_hyper(error: &hyper::Error) -> Self {
        if error.is_parse_too_large() {
            let detail = "the answer's head is too large";
            return Self::new(Stage::Head, Kind::HeadTooLarge, detail);
        }
        if error.is_parse() {
            let detail = format!("the answer is not HTTP: {}", innermost(error));
            return Self::new(Stage::Head, Kind::NotHttp, detail);
        }
        let detail = format!(
            "the connection was lost before an answer: {}",
            innermost(error)
        );
        Self::new(Stage::Exchange, Kind::ConnectionLost, detail)
    }

    /// For the report.
    pub(crate) fn describe(&self) -> RequestFailure {
        RequestFailure {
            stage: self.stage,
            layer: None,
            reason: self.kind.label(),
            detail: self.detail.clone(),
            remedy: self.remedy.clone(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)
    }
}

impl StdError for Failure {}

impl Kind {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::AddressRefused => "address-refused",
            Self::AuditFailed => "audit-failed",
            Self::CertificateExpired => "certificate-expired",
            Self::CertificateNotYetValid => "certificate-not-yet-valid",
            Self::CertificateOther => "certificate-invalid",
            Self::CertificateUnknownIssuer => "certificate-unknown-issuer",
            Self::CertificateWrongName => "certificate-wrong-name",
            Self::ConnectFailed => "connect-failed",
            Self::ConnectTimeout => "connect-timeout",
            Self::ConnectionLost => "connection-lost",
            Self::CredentialUnusable => "credential-unusable",
            Self::Encoded => "encoded",
            Self::FirstByte => "first-byte-timeout",
            Self::HeadTooLarge => "head-too-large",
            Self::NameNotFound => "name-not-found",
            Self::NotHttp => "not-http",
            Self::RequestCut => "request-cut",
            Self::RequestTooLong => "request-too-long",
            Self::TlsFailed => "tls-failed",
            Self::TooManyRequests => "too-many-requests",
            Self::WrongOrigin => "wrong-origin",
        }
    }

    /// What the plugin is told: a code, and never a detail of the host's network.
    pub(crate) fn code(self) -> HttpError {
        match self {
            Self::AddressRefused => HttpError::DestinationIpProhibited,
            Self::AuditFailed => HttpError::InternalError(None),
            Self::CertificateExpired
            | Self::CertificateNotYetValid
            | Self::CertificateOther
            | Self::CertificateUnknownIssuer
            | Self::CertificateWrongName => HttpError::TlsCertificateError,
            Self::ConnectFailed => HttpError::ConnectionRefused,
            Self::ConnectTimeout => HttpError::ConnectionTimeout,
            Self::ConnectionLost => HttpError::ConnectionTerminated,
            Self::CredentialUnusable => HttpError::ConfigurationError,
            Self::Encoded => HttpError::HttpResponseContentCoding(None),
            Self::FirstByte => HttpError::HttpResponseTimeout,
            Self::HeadTooLarge => HttpError::HttpResponseHeaderSectionSize(None),
            Self::NameNotFound => HttpError::DnsError {
                rcode: None,
                info_code: None,
            },
            Self::NotHttp | Self::RequestCut => HttpError::HttpProtocolError,
            Self::RequestTooLong => HttpError::HttpRequestBodySize(None),
            Self::TlsFailed => HttpError::TlsProtocolError,
            Self::TooManyRequests => HttpError::ConnectionLimitReached,
            Self::WrongOrigin => HttpError::HttpRequestDenied,
        }
    }
}

/// The last cause of an error: libraries wrap the one that says something.
pub(crate) fn innermost(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
