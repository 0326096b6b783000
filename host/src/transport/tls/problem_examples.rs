//! One of each failed handshake, as it is told: apart because they are made for nobody but the
//! command's tests, which show them side by side as people meet them.

use std::sync::Arc;
use std::time::Duration;

use rustls::{OtherError, RootCertStore};

use super::*;

/// One of each failed handshake with `peer`.
pub(in crate::transport) fn examples(peer: Peer<'_>) -> Vec<Failure> {
    let mut all = broken_off(peer);
    all.extend(certificates(peer));
    all
}

fn trusted() -> Trusted {
    Trusted {
        store: Arc::new(RootCertStore::empty()),
        named: Vec::new(),
    }
}

fn broken_off(peer: Peer<'_>) -> Vec<Failure> {
    let told = |error: io::Error, is_asked, has_identity| {
        let observed = Observed {
            is_asked,
            ..Observed::default()
        };
        explain(&error, &observed, &trusted(), peer, has_identity)
    };
    let alert = |alert| io::Error::other(TlsError::AlertReceived(alert));
    let no_tls = TlsError::InvalidMessage(InvalidMessage::InvalidContentType);
    vec![
        told(io::Error::other(no_tls), false, false),
        told(io::ErrorKind::UnexpectedEof.into(), false, false),
        told(alert(AlertDescription::InternalError), false, false),
        told(alert(AlertDescription::ProtocolVersion), false, false),
        told(alert(AlertDescription::CertificateRequired), true, false),
        told(alert(AlertDescription::UnknownCA), true, true),
        told(alert(AlertDescription::BadCertificate), true, true),
    ]
}

fn certificates(peer: Peer<'_>) -> Vec<Failure> {
    use CertificateError as Problem;
    let other = |error: webpki::Error| Problem::Other(OtherError(Arc::new(error)));
    let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let algorithm = || Problem::UnsupportedSignatureAlgorithmContext {
        signature_algorithm_id: Vec::new(),
        supported_algorithms: Vec::new(),
    };
    let problems = [
        Problem::BadEncoding,
        Problem::ExpiredContext {
            time: at(NOW),
            not_after: at(NOW),
        },
        Problem::NotValidYetContext {
            time: at(NOW),
            not_before: at(NOW),
        },
        Problem::InvalidPurpose,
        Problem::NotValidForName,
        Problem::Revoked,
        Problem::UnhandledCriticalExtension,
        Problem::UnknownIssuer,
        algorithm(),
        other(webpki::Error::CaUsedAsEndEntity),
        other(webpki::Error::UnsupportedCertVersion),
        Problem::ApplicationVerificationFailure,
    ];
    let seen = Observed::default();
    let told = |kind, problem: &Problem, seen: &Observed| {
        not_accepted(Stage::Tls, kind, problem, seen, Some(shown(kind)), peer)
    };
    let mut all: Vec<_> = problems
        .iter()
        .map(|problem| told(certificate_kind(problem, &seen, &trusted()), problem, &seen))
        .collect();
    let unknown = Problem::UnknownIssuer;
    all.push(told(Kind::CertificateSelfSigned, &unknown, &seen));
    let without_key = Observed {
        lacks_key: true,
        ..Observed::default()
    };
    let bad = Problem::BadSignature;
    all.push(told(Kind::CertificateBadSignature, &bad, &seen));
    all.push(told(Kind::CertificateBadSignature, &bad, &without_key));
    all
}

/// A certificate that such a problem can be about.
fn shown(kind: Kind) -> Certificate {
    let (from, to) = match kind {
        Kind::CertificateExpired => ("2025-06-30T00:00:00Z", "2026-06-30T00:00:00Z"),
        Kind::CertificateNotYetValid => ("2026-12-01T00:00:00Z", "2027-12-01T00:00:00Z"),
        _ => ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    };
    let name = match kind {
        Kind::CertificateWrongName => "old.acme.example",
        _ => "git.acme.example",
    };
    let issuer = match kind {
        Kind::CertificateSelfSigned => "CN=git.acme.example",
        _ => "CN=Acme CA",
    };
    Certificate {
        subject: format!("CN={name}"),
        issuer: issuer.into(),
        names: vec![name.into()],
        not_before: Some(from.into()),
        not_after: Some(to.into()),
        fingerprint: "00".repeat(32),
    }
}

/// 2026-11-23T02:00:00Z
const NOW: u64 = 1_795_399_200;
