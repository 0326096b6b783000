//! What a certificate says of itself, for people: apart because it is read only after the
//! certificate was refused, and decides nothing.

use std::net::IpAddr;

use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use crate::report::Certificate;

/// Read a certificate. One that cannot be read still has a fingerprint.
pub(super) fn describe(der: &CertificateDer<'_>) -> Certificate {
    let mut described = Certificate {
        subject: String::new(),
        issuer: String::new(),
        names: Vec::new(),
        not_before: None,
        not_after: None,
        fingerprint: fingerprint(der),
    };
    if let Some(certificate) = parse(der) {
        let validity = certificate.validity();
        described.subject = cut(&certificate.subject().to_string());
        described.issuer = cut(&certificate.issuer().to_string());
        described.names = names(&certificate);
        described.not_before = rfc3339(validity.not_before.to_datetime());
        described.not_after = rfc3339(validity.not_after.to_datetime());
    }
    described
}

/// Whether it names itself as the one who signed it.
pub(super) fn is_self_signed(der: &CertificateDer<'_>) -> bool {
    parse(der).is_some_and(|one| one.subject().as_raw() == one.issuer().as_raw())
}

/// Whether it names, by its key, one of these authorities as the one who signed it.
pub(super) fn is_said_to_be_of(
    der: &CertificateDer<'_>,
    authorities: &[CertificateDer<'_>],
) -> bool {
    let Some(certificate) = parse(der) else {
        return false;
    };
    let Some(key) = issuers_key(&certificate) else {
        return false;
    };
    authorities.iter().filter_map(parse).any(|authority| {
        authority.subject().as_raw() == certificate.issuer().as_raw()
            && own_key(&authority) == Some(key)
    })
}

/// The one of these certificates that begins or ends at this time, where it is not the first.
pub(super) fn bounded_by<'a>(
    shown: &'a [CertificateDer<'static>],
    time: Option<i64>,
) -> Option<&'a CertificateDer<'static>> {
    let is_bounded = |der: &&CertificateDer<'_>| {
        parse(der).is_some_and(|one| {
            let validity = one.validity();
            let bounds = [validity.not_before, validity.not_after];
            bounds.map(|bound| Some(bound.timestamp())).contains(&time)
        })
    };
    shown.iter().find(is_bounded).or(shown.first())
}

/// A name out of a trust anchor, which holds it without its tag and length.
pub(super) fn name_of(content: &[u8]) -> String {
    let name = [sequence_head(content.len()), content.to_vec()].concat();
    let parsed = X509Name::from_der(&name);
    parsed.map_or_else(|_| String::new(), |(_, name)| cut(&name.to_string()))
}

/// The tag and the length of a DER sequence.
fn sequence_head(length: usize) -> Vec<u8> {
    let bytes = length.to_be_bytes();
    let significant = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    match significant {
        [] => vec![0x30, 0],
        [short @ 0..0x80] => vec![0x30, *short],
        // At most eight bytes, so that their number fits beside the mark.
        long => [&[0x30, 0x80 | long.len() as u8][..], long].concat(),
    }
}

/// A time as people and programs read it.
pub(super) fn rfc3339(time: OffsetDateTime) -> Option<String> {
    time.format(&Rfc3339).ok()
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(der)
        .ok()
        .map(|(_, certificate)| certificate)
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let names = extension.value.general_names.iter();
    let names = names.filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(cut(name)),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    });
    names.take(MOST_NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

fn issuers_key<'a>(certificate: &X509Certificate<'a>) -> Option<&'a [u8]> {
    certificate
        .extensions()
        .iter()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(issuer) => {
                issuer.key_identifier.as_ref().map(|key| key.0)
            }
            _ => None,
        })
}

fn own_key<'a>(certificate: &X509Certificate<'a>) -> Option<&'a [u8]> {
    certificate
        .extensions()
        .iter()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(key) => Some(key.0),
            _ => None,
        })
}

fn fingerprint(der: &CertificateDer<'_>) -> String {
    let digest = Sha256::digest(der);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A certificate may hold 64 KiB of anything.
fn cut(text: &str) -> String {
    text.chars().take(MOST_CHARACTERS).collect()
}

const MOST_CHARACTERS: usize = 256;
const MOST_NAMES: usize = 32;
