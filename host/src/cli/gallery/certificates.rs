//! Certificates that are not accepted, each for its reason: apart because there are many reasons, and
//! all of them are shown with what the certificate says of itself.

use super::requests::Row;
use crate::report::{Certificate, Stage};
use crate::transport::Kind;

pub(super) fn certificates() -> Vec<Row> {
    let tls = |kind, what, remedy| (kind, Stage::Tls, what, remedy);
    let authority = Some("ca-file = \"/path/to/the-authority.pem\"");
    let own = Some("client-certificate = { certificate = \"…\", key = \"…\" }");
    vec![
        tls(
            Kind::CertificateBadEncoding,
            "the certificate of `git.acme.example` is not accepted: it is not well-formed",
            None,
        ),
        tls(
            Kind::CertificateBadSignature,
            "the certificate of `git.acme.example` is not accepted: its signature is not that of `CN=Acme CA`, whom it names",
            None,
        ),
        tls(
            Kind::CertificateExpired,
            "the certificate of `git.acme.example` is not accepted: it was valid until 2026-01-01T00:00:00Z, and it is 2026-11-23T02:00:00Z here",
            None,
        ),
        tls(
            Kind::CertificateIsAuthority,
            "the certificate of `git.acme.example` is not accepted: it is an authority's own, which signs those of servers and is none itself",
            None,
        ),
        tls(
            Kind::CertificateNotYetValid,
            "the certificate of `git.acme.example` is not accepted: it is valid from 2027-01-01T00:00:00Z on, and it is 2026-11-23T02:00:00Z here",
            None,
        ),
        tls(
            Kind::CertificateOldVersion,
            "the certificate of `git.acme.example` is not accepted: it is of an old version of X.509",
            None,
        ),
        tls(
            Kind::CertificateOther,
            "the certificate of `git.acme.example` is not accepted: invalid peer certificate",
            None,
        ),
        tls(
            Kind::CertificatePurpose,
            "the certificate of `git.acme.example` is not accepted: it was not made for servers",
            None,
        ),
        tls(
            Kind::CertificateRefused,
            "`git.acme.example` does not accept the connection's certificate: UnknownCA",
            None,
        ),
        tls(
            Kind::CertificateRequired,
            "`git.acme.example` asks for a certificate, and the connection has none to show",
            own,
        ),
        tls(
            Kind::CertificateRevoked,
            "the certificate of `git.acme.example` is not accepted: it was revoked",
            None,
        ),
        tls(
            Kind::CertificateSelfSigned,
            "the certificate of `git.acme.example` is not accepted: it was signed by nobody but itself",
            authority,
        ),
        tls(
            Kind::CertificateUnknownExtension,
            "the certificate of `git.acme.example` is not accepted: it has a critical extension that is not understood",
            None,
        ),
        tls(
            Kind::CertificateUnknownIssuer,
            "the certificate of `git.acme.example` is not accepted: it was signed by an authority that is not trusted, `CN=Acme CA`",
            authority,
        ),
        tls(
            Kind::CertificateWeakSignature,
            "the certificate of `git.acme.example` is not accepted: it was signed in a way that is no longer accepted",
            None,
        ),
        tls(
            Kind::CertificateWrongName,
            "the certificate of `git.acme.example` is not accepted: it is for `old.acme.example`, not for `git.acme.example`",
            None,
        ),
    ]
}

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
