//! The certificate that a connection shows of itself: apart because its key is a secret, and
//! because both files are exchanged while they are in use.

use std::path::{Path, PathBuf};

use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::{Error as PemError, PemObject as _};
use zeroize::Zeroizing;

use super::provider;
use super::roots::{certificates, pem_problem};
use crate::error::Error;
use crate::transport::watched::{Reading, Watched};

/// A certificate and its key, with which a connection proves to a forge who it is. Both files are
/// read when the connection is opened, and again whenever one of them changed.
#[derive(Clone, Debug)]
pub struct ClientIdentity {
    /// The certificate and those that vouch for it, in PEM form.
    pub certificate: PathBuf,
    /// Its private key, in PEM form: PKCS #8, PKCS #1 or SEC 1, without a password.
    pub key: PathBuf,
}

/// The newest usable reading of the two files.
pub(in crate::transport) struct Identity {
    key: Watched<CertifiedKey>,
}

impl Identity {
    pub(in crate::transport) fn new(files: ClientIdentity) -> Result<Self, Error> {
        let watched = vec![files.certificate.clone(), files.key.clone()];
        Ok(Self {
            key: Watched::new(watched, move || read(&files))?,
        })
    }

    pub(in crate::transport) fn current(&self) -> Reading<CertifiedKey> {
        self.key.current()
    }
}

fn read(files: &ClientIdentity) -> Result<CertifiedKey, Error> {
    let chain = certificates(&files.certificate)
        .map_err(|problem| unusable(&files.certificate, problem))?;
    let key = key(&files.key).map_err(|problem| unusable(&files.key, problem))?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            let certificate = files.certificate.display();
            let problem = format!("it is not the key of the certificate in `{certificate}`");
            unusable(&files.key, problem)
        }
        TlsError::InvalidCertificate(_) => unusable(
            &files.certificate,
            "its first certificate is not well-formed".to_owned(),
        ),
        // The library's words are about the kind of key, and hold nothing of it.
        other => unusable(&files.key, other.to_string()),
    })
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let bytes = Zeroizing::new(std::fs::read(path).map_err(|error| error.to_string())?);
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| match error {
        PemError::NoItemsFound if is_encrypted(&bytes) => {
            "the key in it is protected with a password".to_owned()
        }
        other => pem_problem(&other),
    })
}

fn is_encrypted(pem: &[u8]) -> bool {
    let label = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";
    pem.windows(label.len()).any(|part| part == label)
}

fn unusable(path: &Path, problem: String) -> Error {
    Error::ClientIdentity {
        path: path.to_owned(),
        problem,
    }
}
