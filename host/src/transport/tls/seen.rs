//! What a handshake showed, for people who have to find out about it: apart because it is looked at
//! after the decision, and decides nothing.

use rustls::ClientConnection;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};

use super::certificate::{describe, name_of};
use super::provider;
use super::roots::Trusted;
use crate::report::Certificate;
use crate::transport::failure::Failure;

/// What a handshake came to, and the certificates that were shown in it, the server's own first.
pub(crate) struct Shaken {
    pub(crate) outcome: Result<Accepted, Failure>,
    pub(crate) chain: Vec<Certificate>,
    /// The authorities of the connection's own file, by their names.
    pub(crate) named: Vec<String>,
}

/// What was agreed on.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    /// Such as `TLS 1.3`.
    pub(crate) protocol: String,
    /// The cipher suite, as its registry calls it.
    pub(crate) cipher: String,
    /// The authority that vouched for the certificate.
    pub(crate) anchor: Option<Anchor>,
}

/// An authority that is trusted.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    pub(crate) subject: String,
    /// Whether it stands in the connection's own file, and not among the system's.
    pub(crate) is_named: bool,
}

impl Shaken {
    pub(crate) fn failed(failure: Failure) -> Self {
        Self {
            outcome: Err(failure),
            chain: Vec::new(),
            named: Vec::new(),
        }
    }
}

/// The certificates that were shown, in words.
pub(super) fn chain(shown: &[CertificateDer<'_>]) -> Vec<Certificate> {
    shown.iter().take(MOST_CERTIFICATES).map(describe).collect()
}

/// The authorities of the connection's own file.
pub(super) fn named(trusted: &Trusted) -> Vec<String> {
    let named = trusted.named.iter().take(MOST_CERTIFICATES);
    named.map(|one| describe(one).subject).collect()
}

/// What a connection that was made agreed on.
pub(super) fn accepted(connection: &ClientConnection, trusted: &Trusted) -> Accepted {
    let protocol = connection.protocol_version();
    let protocol = protocol.and_then(|version| version.as_str()).unwrap_or("?");
    let cipher = connection.negotiated_cipher_suite();
    let cipher = cipher.and_then(|suite| suite.suite().as_str());
    let chain = connection.peer_certificates().unwrap_or_default();
    Accepted {
        protocol: protocol.replace("TLSv", "TLS ").replace('_', "."),
        cipher: cipher.unwrap_or("?").to_owned(),
        anchor: anchor(chain, trusted),
    }
}

/// The authority at the end of the path from the server's certificate, found as the library that
/// accepted it finds it.
fn anchor(chain: &[CertificateDer<'_>], trusted: &Trusted) -> Option<Anchor> {
    let (own, others) = chain.split_first()?;
    let own = webpki::EndEntityCert::try_from(own).ok()?;
    let path = own
        .verify_for_usage(
            provider().signature_verification_algorithms.all,
            &trusted.store.roots,
            others,
            UnixTime::now(),
            webpki::KeyUsage::server_auth(),
            None,
            None,
        )
        .ok()?;
    let anchor = path.anchor();
    Some(Anchor {
        subject: name_of(&anchor.subject),
        is_named: trusted.named.iter().any(|one| is_of(anchor, one)),
    })
}

fn is_of(anchor: &TrustAnchor<'_>, certificate: &CertificateDer<'_>) -> bool {
    webpki::anchor_from_trusted_cert(certificate).is_ok_and(|one| one == *anchor)
}

/// A server may show any number of them.
const MOST_CERTIFICATES: usize = 10;
