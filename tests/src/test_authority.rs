//! A certificate authority that signs whatever a test wants: apart from the stand-in's own, which
//! signs for the stand-in alone.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{DEFAULT_VERSIONS, RootCertStore, ServerConfig, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

/// An authority with a key of its own.
pub struct TestAuthority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
#[derive(Debug)]
pub struct Signed {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// The key, in PKCS #8.
    pub key: PrivatePkcs8KeyDer<'static>,
    /// The certificate in PEM form.
    pub certificate_pem: String,
    /// The key in PEM form.
    pub key_pem: String,
}

impl TestAuthority {
    /// An authority that calls itself so.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let parameters = authority(name);
        Self {
            certificate: parameters.self_signed(&key).expect("a certificate"),
            issuer: Issuer::new(parameters, key),
        }
    }

    /// An authority whose own certificate this one has signed.
    pub fn intermediate(&self, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let parameters = authority(name);
        let signed = parameters.signed_by(&key, &self.issuer);
        Self {
            certificate: signed.expect("a certificate"),
            issuer: Issuer::new(parameters, key),
        }
    }

    /// Its own certificate in PEM form.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Its own certificate.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    /// A certificate for a server with these names and addresses.
    pub fn server(&self, names: &[&str]) -> Signed {
        self.server_with(names, |_| ())
    }

    /// The same with changes.
    pub fn server_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Signed {
        let mut parameters = named("A server", names);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.use_authority_key_identifier_extension = true;
        change(&mut parameters);
        self.sign(&parameters)
    }

    /// A certificate for a client that calls itself so.
    pub fn client(&self, name: &str) -> Signed {
        let mut parameters = named(name, &[]);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&parameters)
    }

    fn client_verifier(&self, must: bool) -> Arc<dyn ClientCertVerifier> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate()).expect("an authority");
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
        let builder = if must {
            builder
        } else {
            builder.allow_unauthenticated()
        };
        builder.build().expect("a verifier")
    }

    fn sign(&self, parameters: &CertificateParams) -> Signed {
        let key = KeyPair::generate().expect("a key");
        let signed = parameters.signed_by(&key, &self.issuer);
        Signed::new(&signed.expect("a certificate"), &key)
    }
}

impl Signed {
    /// A certificate that nobody but itself has signed.
    pub fn by_itself(names: &[&str]) -> Self {
        let key = KeyPair::generate().expect("a key");
        let signed = named("A server", names).self_signed(&key);
        Self::new(&signed.expect("a certificate"), &key)
    }

    /// The same key with another certificate, whether the two fit or not.
    #[must_use]
    pub fn showing(self, certificate: CertificateDer<'static>) -> Self {
        Self {
            certificate,
            ..self
        }
    }

    fn new(certificate: &Certificate, key: &KeyPair) -> Self {
        Self {
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        }
    }

    /// A server that shows this certificate, whatever is wrong with it.
    pub fn server_config(&self) -> ServerConfig {
        self.server_config_with(DEFAULT_VERSIONS, None)
    }

    /// The same with these versions of TLS, and perhaps for a server that asks for a client's
    /// certificate of an authority: because it must have one, or because it would like to.
    pub fn server_config_with(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        clients: Option<(&TestAuthority, bool)>,
    ) -> ServerConfig {
        let builder = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .expect("the versions");
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some((authority, must)) => {
                builder.with_client_cert_verifier(authority.client_verifier(must))
            }
        };
        let key = PrivateKeyDer::from(self.key.clone_key());
        let key = ring::sign::any_supported_type(&key).expect("a key that can sign");
        // Not from the two: the library would look whether they fit.
        let shown = CertifiedKey::new(vec![self.certificate.clone()], key);
        builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)))
    }
}

/// What such a certificate is made of; it is valid since yesterday.
pub fn named(name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
    let mut parameters = CertificateParams::new(names).expect("names");
    let now = OffsetDateTime::now_utc();
    parameters.not_before = now - Duration::days(1);
    parameters.not_after = now + Duration::days(30);
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

fn authority(name: &str) -> CertificateParams {
    let mut parameters = named(name, &[]);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
