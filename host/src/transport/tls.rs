//! Which certificates are accepted, and why one was not.

use std::io;
use std::path::Path;
use std::sync::Arc;

use code_source_egress::Origin;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::failure::{Failure, Kind, innermost};
use crate::error::Error;
use crate::report::Stage;

/// A certificate and its key, with which a connection proves to a forge who it is.
#[derive(Clone, Debug)]
pub struct ClientIdentity {
    /// The certificate and those that vouch for it, in PEM form.
    pub certificate: std::path::PathBuf,
    /// Its private key, in PEM form.
    pub key: std::path::PathBuf,
}

/// TLS 1.2 and up, trusting the system's authorities and those in `ca_file`. Sessions are kept
/// in this configuration and nowhere else.
pub(super) fn configuration(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore::empty();
    // Some of a system's certificates may be unreadable or too old for the library; that is no
    // reason not to use the others.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        add(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Tls {
            problem: error.to_string(),
        })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(configuration))
}

fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), Error> {
    let unusable = |problem: String| Error::Certificates {
        path: path.to_owned(),
        problem,
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(innermost(&error)))?;
    if certificates.is_empty() {
        return Err(unusable("there is none in it".to_owned()));
    }
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|error| unusable(error.to_string()))?;
    }
    Ok(())
}

/// Why a handshake failed, in words that a person can act on.
pub(super) fn failure(error: &io::Error, origin: &Origin) -> Failure {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(problem)) = inner else {
        let detail = format!("the TLS handshake failed: {}", innermost(error));
        return Failure::new(Stage::Tls, Kind::TlsFailed, detail);
    };
    let kind = match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Kind::CertificateExpired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Kind::CertificateNotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Kind::CertificateWrongName
        }
        // An authority of the same name with another key signed it: to a person, another authority.
        CertificateError::BadSignature | CertificateError::UnknownIssuer => {
            Kind::CertificateUnknownIssuer
        }
        _ => Kind::CertificateOther,
    };
    let what = match kind {
        Kind::CertificateUnknownIssuer => {
            "it was signed by an authority that is not trusted".to_owned()
        }
        _ => problem.to_string(),
    };
    let detail = format!(
        "the certificate of `{}` is not accepted: {what}",
        origin.authority()
    );
    let failure = Failure::new(Stage::Tls, kind, detail);
    match kind {
        Kind::CertificateUnknownIssuer => {
            failure.remedy("ca-file = \"/path/to/the-authority.pem\"")
        }
        _ => failure,
    }
}
