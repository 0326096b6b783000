//! The kinds of failures on the way to a forge: apart because their labels are stable, and
//! because a plugin is told a code and never a detail of the host's network.

use wasmtime_wasi_http::Error as HttpError;

/// What kind of failure it is. Each has a stable label and a code for the plugin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    AddressRefused,
    AuditFailed,
    CertificateBadEncoding,
    CertificateBadSignature,
    CertificateExpired,
    CertificateIsAuthority,
    CertificateNotYetValid,
    CertificateOldVersion,
    CertificateOther,
    CertificatePurpose,
    CertificateRefused,
    CertificateRequired,
    CertificateRevoked,
    CertificateSelfSigned,
    CertificateUnknownExtension,
    CertificateUnknownIssuer,
    CertificateWeakSignature,
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
    NotTls,
    ProxyAuthentication,
    ProxyCredentials,
    ProxyMalformed,
    ProxyRefused,
    ProxyUnreachable,
    RequestCut,
    RequestTooLong,
    TlsCut,
    TlsFailed,
    TlsVersion,
    TooManyRequests,
    WrongOrigin,
}

impl Kind {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::AddressRefused => "address-refused",
            Self::AuditFailed => "audit-failed",
            Self::CertificateBadEncoding => "certificate-bad-encoding",
            Self::CertificateBadSignature => "certificate-bad-signature",
            Self::CertificateExpired => "certificate-expired",
            Self::CertificateIsAuthority => "certificate-is-authority",
            Self::CertificateNotYetValid => "certificate-not-yet-valid",
            Self::CertificateOldVersion => "certificate-old-version",
            Self::CertificateOther => "certificate-invalid",
            Self::CertificatePurpose => "certificate-purpose",
            Self::CertificateRefused => "certificate-refused",
            Self::CertificateRequired => "certificate-required",
            Self::CertificateRevoked => "certificate-revoked",
            Self::CertificateSelfSigned => "certificate-self-signed",
            Self::CertificateUnknownExtension => "certificate-unknown-extension",
            Self::CertificateUnknownIssuer => "certificate-unknown-issuer",
            Self::CertificateWeakSignature => "certificate-weak-signature",
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
            Self::NotTls => "not-tls",
            Self::ProxyAuthentication => "proxy-authentication",
            Self::ProxyCredentials => "proxy-credentials",
            Self::ProxyMalformed => "proxy-malformed",
            Self::ProxyRefused => "proxy-refused",
            Self::ProxyUnreachable => "proxy-unreachable",
            Self::RequestCut => "request-cut",
            Self::RequestTooLong => "request-too-long",
            Self::TlsCut => "tls-cut",
            Self::TlsFailed => "tls-failed",
            Self::TlsVersion => "tls-version",
            Self::TooManyRequests => "too-many-requests",
            Self::WrongOrigin => "wrong-origin",
        }
    }

    /// What the plugin is told.
    pub(crate) fn code(self) -> HttpError {
        match self {
            Self::AddressRefused => HttpError::DestinationIpProhibited,
            Self::AuditFailed => HttpError::InternalError(None),
            Self::CertificateBadEncoding
            | Self::CertificateBadSignature
            | Self::CertificateExpired
            | Self::CertificateIsAuthority
            | Self::CertificateNotYetValid
            | Self::CertificateOldVersion
            | Self::CertificateOther
            | Self::CertificatePurpose
            | Self::CertificateRevoked
            | Self::CertificateSelfSigned
            | Self::CertificateUnknownExtension
            | Self::CertificateUnknownIssuer
            | Self::CertificateWeakSignature
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
            Self::ProxyAuthentication
            | Self::ProxyCredentials
            | Self::ProxyMalformed
            | Self::ProxyRefused
            | Self::ProxyUnreachable => HttpError::DestinationUnavailable,
            Self::RequestTooLong => HttpError::HttpRequestBodySize(None),
            Self::CertificateRefused
            | Self::CertificateRequired
            | Self::NotTls
            | Self::TlsCut
            | Self::TlsFailed
            | Self::TlsVersion => HttpError::TlsProtocolError,
            Self::TooManyRequests => HttpError::ConnectionLimitReached,
            Self::WrongOrigin => HttpError::HttpRequestDenied,
        }
    }
}
