//! Certificates that are not accepted, each for its reason: apart because there are many reasons, and
//! all of them are shown with what the certificate says of itself.

use super::requests::Row;
use crate::report::{Certificate, Stage};
use crate::transport::Kind;

pub(super) const CERTIFICATES: &[Row] = &[
    (
        Kind::CertificateBadEncoding,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it is not well-formed",
        None,
    ),
    (
        Kind::CertificateBadSignature,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: its signature is not that of `CN=Acme CA`, whom it names",
        None,
    ),
    (
        Kind::CertificateExpired,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it was valid until 2026-01-01T00:00:00Z, and it is 2026-11-23T02:00:00Z here",
        None,
    ),
    (
        Kind::CertificateIsAuthority,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it is an authority's own, which signs those of servers and is none itself",
        None,
    ),
    (
        Kind::CertificateNotYetValid,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it is valid from 2027-01-01T00:00:00Z on, and it is 2026-11-23T02:00:00Z here",
        None,
    ),
    (
        Kind::CertificateOldVersion,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it is of an old version of X.509",
        None,
    ),
    (
        Kind::CertificateOther,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: invalid peer certificate",
        None,
    ),
    (
        Kind::CertificatePurpose,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it was not made for servers",
        None,
    ),
    (
        Kind::CertificateRefused,
        Stage::Tls,
        "`git.acme.example` does not accept the connection's certificate: UnknownCA",
        None,
    ),
    (
        Kind::CertificateRequired,
        Stage::Tls,
        "`git.acme.example` asks for a certificate, and the connection has none to show",
        OWN,
    ),
    (
        Kind::CertificateRevoked,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it was revoked",
        None,
    ),
    (
        Kind::CertificateSelfSigned,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it was signed by nobody but itself",
        AUTHORITY,
    ),
    (
        Kind::CertificateUnknownExtension,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it has a critical extension that is not understood",
        None,
    ),
    (
        Kind::CertificateUnknownIssuer,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it was signed by an authority that is not trusted, `CN=Acme CA`",
        AUTHORITY,
    ),
    (
        Kind::CertificateWeakSignature,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it was signed in a way that is no longer accepted",
        None,
    ),
    (
        Kind::CertificateWrongName,
        Stage::Tls,
        "the certificate of `git.acme.example` is not accepted: it is for `old.acme.example`, not for `git.acme.example`",
        None,
    ),
];

const AUTHORITY: Option<&str> = Some("ca-file = \"/path/to/the-authority.pem\"");

const OWN: Option<&str> = Some("client-certificate = { certificate = \"…\", key = \"…\" }");

pub(super) fn certificate() -> Certificate {
    Certificate {
        subject: "CN=git.acme.example".into(),
        issuer: "CN=Acme CA".into(),
        names: vec!["git.acme.example".into()],
        not_before: Some("2025-01-01T00:00:00Z".into()),
        not_after: Some("2027-01-01T00:00:00Z".into()),
        fingerprint: "00".repeat(32),
    }
}
