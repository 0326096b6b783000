//! Which authorities are trusted: apart because their file may be exchanged while a connection is
//! open.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{Error as PemError, PemObject as _};

use crate::error::Error;
use crate::transport::watched::{Reading, Watched};

/// The system's authorities and those of a file, which is read again when it changes.
pub(in crate::transport) struct Roots {
    trusted: Watched<Trusted>,
}

/// One reading of them.
pub(in crate::transport) struct Trusted {
    pub(super) store: Arc<RootCertStore>,
    /// The certificates of the file, to tell who signed another one.
    pub(super) named: Vec<CertificateDer<'static>>,
}

impl Roots {
    pub(in crate::transport) fn new(ca_file: Option<PathBuf>) -> Result<Self, Error> {
        let mut system = RootCertStore::empty();
        // Some of a system's certificates may be unreadable or too old for the library; that is
        // no reason not to use the others.
        system.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let files = ca_file.iter().cloned().collect();
        let read = move || Trusted::read(&system, ca_file.as_deref());
        Ok(Self {
            trusted: Watched::new(files, read)?,
        })
    }

    pub(in crate::transport) fn current(&self) -> Reading<Trusted> {
        self.trusted.current()
    }
}

impl Trusted {
    fn read(system: &RootCertStore, ca_file: Option<&Path>) -> Result<Self, Error> {
        let mut store = system.clone();
        let mut named = Vec::new();
        if let Some(path) = ca_file {
            let unusable = |problem: String| Error::Certificates {
                path: path.to_owned(),
                problem,
            };
            named = certificates(path).map_err(unusable)?;
            for certificate in &named {
                store
                    .add(certificate.clone())
                    .map_err(|error| unusable(error.to_string()))?;
            }
        }
        Ok(Self {
            store: Arc::new(store),
            named,
        })
    }
}

/// All the certificates of a file, of which there is at least one.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    crate::kind::check_readable(path).map_err(|error| error.to_string())?;
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| pem_problem(&error))?;
    if certificates.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(certificates)
}

/// What is wrong with a file, without the library's quotations from it.
pub(super) fn pem_problem(error: &PemError) -> String {
    match error {
        PemError::Io(error) => error.to_string(),
        PemError::NoItemsFound => "it holds nothing of that kind in PEM form".to_owned(),
        _ => "it is not well-formed PEM".to_owned(),
    }
}
