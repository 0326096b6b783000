//! Why a handshake failed, in words that a person can act on.

use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError, InvalidMessage};
use rustls_pki_types::UnixTime;
use time::OffsetDateTime;

use super::certificate::{bounded_by, describe, is_said_to_be_of, is_self_signed, rfc3339};
use super::observed::Observed;
use super::roots::Trusted;
use crate::report::{Certificate, Stage};
use crate::transport::addresses::Peer;
use crate::transport::failure::{Failure, innermost};
use crate::transport::kind::Kind;

/// What the TLS library says, where the error is one of its own.
pub(in crate::transport) fn cause(error: &io::Error) -> Option<&TlsError> {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TlsError>())
}

/// What the forge said about our certificate after the handshake, as it does with TLS 1.3.
pub(in crate::transport) fn refused_late(error: &TlsError, has_identity: bool) -> Option<Failure> {
    let TlsError::AlertReceived(alert) = error else {
        return None;
    };
    // Nothing else is answered with one of these once the handshake is over.
    is_about_certificate(*alert).then(|| refused(Stage::Tls, "the forge", *alert, has_identity))
}

/// Why a handshake failed.
pub(super) fn explain(
    error: &io::Error,
    observed: &Observed,
    trusted: &Trusted,
    peer: Peer<'_>,
    has_identity: bool,
) -> Failure {
    let stage = if peer.is_proxy {
        Stage::Proxy
    } else {
        Stage::Tls
    };
    let name = peer.name();
    let (kind, detail) = match cause(error) {
        Some(TlsError::InvalidCertificate(problem)) => {
            return certificate(stage, problem, observed, trusted, peer);
        }
        Some(TlsError::AlertReceived(alert)) if observed.is_asked && is_refusal(*alert) => {
            return refused(stage, &name, *alert, has_identity && !peer.is_proxy);
        }
        Some(TlsError::AlertReceived(AlertDescription::ProtocolVersion)) => too_old(&name),
        // All that is left of it are ways to say that the other side is too old.
        Some(TlsError::PeerIncompatible(problem)) if is_about_version(problem) => too_old(&name),
        Some(TlsError::InvalidMessage(InvalidMessage::InvalidContentType)) => (
            Kind::NotTls,
            format!("{name} does not speak TLS on this port"),
        ),
        None if is_cut(error) => (
            Kind::TlsCut,
            format!("{name} closed the connection in the middle of the TLS handshake"),
        ),
        Some(TlsError::AlertReceived(alert)) => (
            Kind::TlsFailed,
            format!(
                "the TLS handshake with {name} failed: the other side broke it off with the alert `{alert:?}`"
            ),
        ),
        _ => (
            Kind::TlsFailed,
            format!("the TLS handshake with {name} failed: {}", innermost(error)),
        ),
    };
    Failure::new(stage, kind, detail)
}

fn is_about_version(problem: &rustls::PeerIncompatible) -> bool {
    use rustls::PeerIncompatible as Problem;
    matches!(
        problem,
        Problem::ServerDoesNotSupportTls12Or13
            | Problem::ServerTlsVersionIsDisabledByOurConfig
            | Problem::SupportedVersionsExtensionRequired
            | Problem::Tls12NotOffered
            | Problem::Tls12NotOfferedOrEnabled
    )
}

fn too_old(name: &str) -> (Kind, String) {
    let detail = format!("{name} speaks no version of TLS from 1.2 on");
    (Kind::TlsVersion, detail)
}

fn is_cut(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::UnexpectedEof
    )
}

fn is_about_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::AccessDenied
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate
    )
}

/// With TLS 1.2 there was no alert of its own for a certificate that is missing.
fn is_refusal(alert: AlertDescription) -> bool {
    is_about_certificate(alert) || alert == AlertDescription::HandshakeFailure
}

fn refused(stage: Stage, name: &str, alert: AlertDescription, has_identity: bool) -> Failure {
    if has_identity {
        let detail = format!(
            "{name} does not accept the connection's certificate: {}",
            reproach(alert)
        );
        return Failure::new(stage, Kind::CertificateRefused, detail);
    }
    let detail = format!("{name} asks for a certificate, and the connection has none to show");
    let failure = Failure::new(stage, Kind::CertificateRequired, detail);
    match stage {
        // A proxy is shown none.
        Stage::Proxy => failure,
        _ => failure.remedy("client-certificate = { certificate = \"…\", key = \"…\" }"),
    }
}

/// What the other side holds against a certificate.
fn reproach(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateExpired => "it has expired".to_owned(),
        AlertDescription::CertificateRevoked => "it was revoked".to_owned(),
        AlertDescription::UnknownCA => "it does not trust the authority that signed it".to_owned(),
        _ => format!("it answers with the alert `{alert:?}`"),
    }
}

fn certificate(
    stage: Stage,
    problem: &CertificateError,
    observed: &Observed,
    trusted: &Trusted,
    peer: Peer<'_>,
) -> Failure {
    let kind = certificate_kind(problem, observed, trusted);
    let shown = bounded_by(&observed.refused, bound(problem)).map(describe);
    not_accepted(stage, kind, problem, observed, shown, peer)
}

fn not_accepted(
    stage: Stage,
    kind: Kind,
    problem: &CertificateError,
    observed: &Observed,
    shown: Option<Certificate>,
    peer: Peer<'_>,
) -> Failure {
    let what = words(kind, problem, observed, shown.as_ref(), peer);
    let name = peer.name();
    let detail = format!("the certificate of {name} is not accepted: {what}");
    let mut failure = Failure::new(stage, kind, detail);
    failure.certificate = shown.map(Box::new);
    match kind {
        Kind::CertificateSelfSigned | Kind::CertificateUnknownIssuer => {
            failure.remedy("ca-file = \"/path/to/the-authority.pem\"")
        }
        _ => failure,
    }
}

fn certificate_kind(problem: &CertificateError, observed: &Observed, trusted: &Trusted) -> Kind {
    use CertificateError as Problem;
    let shown = &observed.refused;
    match problem {
        Problem::BadEncoding => Kind::CertificateBadEncoding,
        Problem::BadSignature if observed.lacks_key => Kind::CertificateBadSignature,
        Problem::BadSignature
            if shown
                .iter()
                .any(|one| is_said_to_be_of(one, &trusted.named)) =>
        {
            Kind::CertificateBadSignature
        }
        // An authority of the same name with another key signed it: to a person, another authority.
        Problem::BadSignature | Problem::UnknownIssuer => match shown.first() {
            Some(first) if is_self_signed(first) => Kind::CertificateSelfSigned,
            _ => Kind::CertificateUnknownIssuer,
        },
        Problem::Expired | Problem::ExpiredContext { .. } => Kind::CertificateExpired,
        Problem::InvalidPurpose | Problem::InvalidPurposeContext { .. } => Kind::CertificatePurpose,
        Problem::NotValidForName | Problem::NotValidForNameContext { .. } => {
            Kind::CertificateWrongName
        }
        Problem::NotValidYet | Problem::NotValidYetContext { .. } => Kind::CertificateNotYetValid,
        Problem::Revoked => Kind::CertificateRevoked,
        Problem::UnhandledCriticalExtension => Kind::CertificateUnknownExtension,
        Problem::UnsupportedSignatureAlgorithmContext { .. }
        | Problem::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            Kind::CertificateWeakSignature
        }
        Problem::Other(other) => match other.0.downcast_ref::<webpki::Error>() {
            Some(webpki::Error::CaUsedAsEndEntity) => Kind::CertificateIsAuthority,
            Some(webpki::Error::UnsupportedCertVersion) => Kind::CertificateOldVersion,
            Some(webpki::Error::UnsupportedCriticalExtension) => Kind::CertificateUnknownExtension,
            _ => Kind::CertificateOther,
        },
        _ => Kind::CertificateOther,
    }
}

fn words(
    kind: Kind,
    problem: &CertificateError,
    observed: &Observed,
    shown: Option<&Certificate>,
    peer: Peer<'_>,
) -> String {
    let issuer = shown.map_or("", |one| &one.issuer);
    match kind {
        Kind::CertificateBadEncoding => "it is not well-formed".to_owned(),
        Kind::CertificateBadSignature if observed.lacks_key => {
            "the server did not prove that it holds its key".to_owned()
        }
        Kind::CertificateBadSignature => {
            format!("its signature is not that of `{issuer}`, whom it names")
        }
        Kind::CertificateExpired => match shown.and_then(|one| one.not_after.as_deref()) {
            Some(end) => format!("it was valid until {end}{}", clock(problem)),
            None => "it is over".to_owned(),
        },
        Kind::CertificateIsAuthority => {
            "it is an authority's own, which signs those of servers and is none itself".to_owned()
        }
        Kind::CertificateNotYetValid => match shown.and_then(|one| one.not_before.as_deref()) {
            Some(start) => format!("it is valid from {start} on{}", clock(problem)),
            None => "it is not valid yet".to_owned(),
        },
        Kind::CertificateOldVersion => "it is of an old version of X.509".to_owned(),
        Kind::CertificatePurpose => "it was not made for servers".to_owned(),
        Kind::CertificateRevoked => "it was revoked".to_owned(),
        Kind::CertificateSelfSigned => "it was signed by nobody but itself".to_owned(),
        Kind::CertificateUnknownExtension => {
            "it has a critical extension that is not understood".to_owned()
        }
        Kind::CertificateUnknownIssuer => {
            format!("it was signed by an authority that is not trusted, `{issuer}`")
        }
        Kind::CertificateWeakSignature => {
            "it was signed in a way that is no longer accepted".to_owned()
        }
        Kind::CertificateWrongName => wrong_name(shown, peer),
        _ => format!("the TLS library says `{problem}`"),
    }
}

fn wrong_name(shown: Option<&Certificate>, peer: Peer<'_>) -> String {
    let host = peer.origin.server_name();
    let names = shown.map_or(&[][..], |one| &one.names);
    if names.is_empty() {
        return format!("it is not for `{host}`, nor for any other name");
    }
    let few: Vec<_> = names
        .iter()
        .take(FEW)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > FEW { ", …" } else { "" };
    format!("it is for {}{more}, not for `{host}`", few.join(", "))
}

/// The time at which validity was judged: a wrong clock is a common cause.
fn clock(problem: &CertificateError) -> String {
    let time = match problem {
        CertificateError::ExpiredContext { time, .. }
        | CertificateError::NotValidYetContext { time, .. } => *time,
        _ => return String::new(),
    };
    let time = OffsetDateTime::from_unix_timestamp(seconds(time)).ok();
    time.and_then(rfc3339)
        .map_or_else(String::new, |time| format!(", and it is {time} here"))
}

/// The end of validity that was passed, or the beginning that was not.
fn bound(problem: &CertificateError) -> Option<i64> {
    match problem {
        CertificateError::ExpiredContext { not_after, .. } => Some(seconds(*not_after)),
        CertificateError::NotValidYetContext { not_before, .. } => Some(seconds(*not_before)),
        _ => None,
    }
}

fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

/// Names of a certificate that stand in a sentence; the report has more of them.
const FEW: usize = 4;

#[cfg(all(test, feature = "cli"))]
#[path = "problem_examples.rs"]
pub(super) mod examples;
