//! The certificate authority of one stand-in and the certificate it serves with; apart, because
//! nothing else knows X.509.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

use crate::StartError;

/// The certificate that the server shows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Certificate {
    /// Signed by the stand-in's own authority, over since yesterday.
    Expired,
    /// Signed by the stand-in's own authority, valid from tomorrow.
    NotYetValid,
    /// Signed by nobody but itself.
    SelfSigned,
    /// Signed by the stand-in's own authority, for `localhost` and `127.0.0.1`.
    #[default]
    Valid,
    /// Signed by the stand-in's own authority, for `elsewhere.example`.
    WrongName,
}

pub(crate) struct Authority {
    pub(crate) ca_pem: String,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    pub(crate) fn new(certificate: Certificate) -> Result<Self, rcgen::Error> {
        let ca_key = KeyPair::generate()?;
        let ca_parameters = authority_parameters()?;
        let ca_pem = ca_parameters.self_signed(&ca_key)?.pem();
        let issuer = Issuer::new(ca_parameters, ca_key);

        let leaf_key = KeyPair::generate()?;
        let parameters = leaf_parameters(certificate)?;
        let leaf = match certificate {
            Certificate::SelfSigned => parameters.self_signed(&leaf_key)?,
            _ => parameters.signed_by(&leaf_key, &issuer)?,
        };
        Ok(Self {
            ca_pem,
            chain: vec![leaf.der().clone()],
            key: PrivatePkcs8KeyDer::from(leaf_key.serialize_der()).into(),
        })
    }

    pub(crate) fn server_config(&self, http2: bool) -> Result<Arc<ServerConfig>, StartError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())?;
        if http2 {
            config.alpn_protocols.push(b"h2".to_vec());
        }
        config.alpn_protocols.push(b"http/1.1".to_vec());
        Ok(Arc::new(config))
    }
}

fn authority_parameters() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(Vec::new())?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    name(&mut parameters, "Stand-in root");
    Ok(parameters)
}

fn leaf_parameters(certificate: Certificate) -> Result<CertificateParams, rcgen::Error> {
    let names = match certificate {
        Certificate::WrongName => vec!["elsewhere.example".to_owned()],
        _ => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
    };
    let mut parameters = CertificateParams::new(names)?;
    name(&mut parameters, "Stand-in server");
    let (first, last) = match certificate {
        Certificate::Expired => (-30, -1),
        Certificate::NotYetValid => (1, 30),
        _ => (-1, 30),
    };
    let now = OffsetDateTime::now_utc();
    parameters.not_before = now + Duration::days(first);
    parameters.not_after = now + Duration::days(last);
    Ok(parameters)
}

fn name(parameters: &mut CertificateParams, common_name: &str) {
    parameters
        .distinguished_name
        .push(DnType::CommonName, common_name);
}
