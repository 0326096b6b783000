//! What is seen during one handshake: apart because the library that decides keeps to itself
//! which certificate it refused, and whether one of ours was asked for. All connections of a
//! [`Handshake`](super::Handshake) share its configuration and its sessions, so that the notes of
//! one of them cannot be kept there.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::unusable;
use crate::error::Error;
use crate::exchange::lock;

/// What was seen.
#[derive(Default)]
pub(super) struct Observed {
    /// The certificates that were refused, the server's own first.
    pub(super) refused: Vec<CertificateDer<'static>>,
    /// Whether the certificate was accepted, and the server does not hold its key.
    pub(super) lacks_key: bool,
    /// Whether the server asked for a certificate of ours.
    pub(super) is_asked: bool,
}

tokio::task_local! {
    static SEEN: Arc<Mutex<Observed>>;
}

/// Carry out a handshake, and tell what was seen.
pub(super) async fn observe<F: Future>(handshake: F) -> (F::Output, Observed) {
    let seen = Arc::<Mutex<Observed>>::default();
    let outcome = SEEN.scope(Arc::clone(&seen), handshake).await;
    let observed = std::mem::take(&mut *lock(&seen));
    (outcome, observed)
}

fn note(change: impl FnOnce(&mut Observed)) {
    // Outside of a handshake there is nobody to tell.
    let _ = SEEN.try_with(|seen| change(&mut lock(seen)));
}

/// The library's own verifier, which decides; what it refuses is noted.
#[derive(Debug)]
pub(super) struct Judge {
    verifier: Arc<WebPkiServerVerifier>,
}

impl Judge {
    pub(super) fn new(
        roots: Arc<RootCertStore>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, Error> {
        if roots.is_empty() {
            return Err(unusable(
                "no authority is trusted: the system has none, and no `ca-file` names one",
            ));
        }
        let builder = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider));
        Ok(Self {
            verifier: builder.build().map_err(unusable)?,
        })
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let verdict = self
            .verifier
            .verify_server_cert(certificate, others, name, ocsp, now);
        if verdict.is_err() {
            let shown = std::iter::once(certificate).chain(others);
            let refused = shown.map(|one| one.clone().into_owned()).collect();
            note(|seen| seen.refused = refused);
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let verdict = self
            .verifier
            .verify_tls12_signature(message, certificate, signature);
        proven(certificate, verdict)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let verdict = self
            .verifier
            .verify_tls13_signature(message, certificate, signature);
        proven(certificate, verdict)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

fn proven(
    certificate: &CertificateDer<'_>,
    verdict: Result<HandshakeSignatureValid, TlsError>,
) -> Result<HandshakeSignatureValid, TlsError> {
    if verdict.is_err() {
        note(|seen| {
            seen.lacks_key = true;
            seen.refused = vec![certificate.clone().into_owned()];
        });
    }
    verdict
}

/// The certificate that is shown to whoever asks, if there is one.
pub(super) struct Shown {
    key: Option<Arc<CertifiedKey>>,
}

impl Shown {
    pub(super) fn new(key: Option<Arc<CertifiedKey>>) -> Self {
        Self { key }
    }
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        note(|seen| seen.is_asked = true);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shown").finish_non_exhaustive()
    }
}
