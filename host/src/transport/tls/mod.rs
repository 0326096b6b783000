//! TLS with the forge, or with the proxy: which certificates are accepted, which one is shown,
//! and why a handshake failed.

mod certificate;
mod identity;
mod observed;
mod problem;
mod roots;
mod seen;

use std::sync::Arc;
use std::time::Duration;

use code_source_egress::Origin;
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::ServerName;
use tokio::io::AsyncReadExt as _;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use self::observed::{Judge, Shown, observe};
use self::roots::Trusted;
use super::addresses::Peer;
use super::failure::Failure;
use super::stream::Wire;
use crate::error::Error;

pub use self::identity::ClientIdentity;
pub(super) use self::identity::Identity;
#[cfg(all(test, feature = "cli"))]
pub(super) use self::problem::examples::examples;
pub(super) use self::problem::{cause, refused_late};
pub(super) use self::roots::Roots;
pub(crate) use self::seen::{Accepted, Shaken};

/// How to shake hands with one origin. Sessions are kept in here and nowhere else, so that they
/// end with the authorities and the client certificate that they began with.
pub(super) struct Handshake {
    connector: TlsConnector,
    name: ServerName<'static>,
    trusted: Arc<Trusted>,
    has_identity: bool,
}

impl Handshake {
    pub(super) fn new(
        origin: &Origin,
        trusted: &Arc<Trusted>,
        identity: Option<Arc<CertifiedKey>>,
    ) -> Result<Self, Error> {
        let name = ServerName::try_from(origin.server_name()).map_err(unusable)?;
        let has_identity = identity.is_some();
        let configuration = configuration(trusted, identity)?;
        Ok(Self {
            connector: TlsConnector::from(Arc::new(configuration)),
            name,
            trusted: Arc::clone(trusted),
            has_identity,
        })
    }

    /// Shake hands over a connection that has been made.
    pub(super) async fn shake<W: Wire>(
        &self,
        wire: W,
        peer: Peer<'_>,
    ) -> Result<TlsStream<W>, Failure> {
        let handshake = self.connector.connect(self.name.clone(), wire);
        let (outcome, observed) = observe(handshake).await;
        outcome.map_err(|error| {
            problem::explain(&error, &observed, &self.trusted, peer, self.has_identity)
        })
    }

    /// The same, to tell what was seen; the connection is closed afterwards.
    pub(super) async fn shake_and_tell<W: Wire>(&self, wire: W, peer: Peer<'_>) -> Shaken {
        let handshake = self.connector.connect(self.name.clone(), wire);
        let (outcome, observed) = observe(handshake).await;
        let (outcome, chain) = match outcome {
            Ok(mut stream) => {
                let connection = stream.get_ref().1;
                let chain = seen::chain(connection.peer_certificates().unwrap_or_default());
                let accepted = seen::accepted(connection, &self.trusted);
                let refusal = match observed.is_asked {
                    true => self.refusal(&mut stream).await,
                    false => None,
                };
                (refusal.map_or(Ok(accepted), Err), chain)
            }
            Err(error) => {
                let chain = seen::chain(&observed.refused);
                let failure =
                    problem::explain(&error, &observed, &self.trusted, peer, self.has_identity);
                (Err(failure), chain)
            }
        };
        Shaken {
            outcome,
            chain,
            named: seen::named(&self.trusted),
        }
    }
}

impl Handshake {
    /// Whether the server, which asked for a certificate, refuses what it was shown. With TLS 1.3
    /// it says so after the handshake; one that is content waits for a request.
    async fn refusal<W: Wire>(&self, stream: &mut TlsStream<W>) -> Option<Failure> {
        let said = tokio::time::timeout(PATIENCE, stream.read(&mut [0; 1])).await;
        let error = said.ok()?.err()?;
        cause(&error).and_then(|error| refused_late(error, self.has_identity))
    }
}

/// How long a refusal may take to come.
const PATIENCE: Duration = Duration::from_millis(500);

/// TLS 1.2 and up.
fn configuration(
    trusted: &Trusted,
    identity: Option<Arc<CertifiedKey>>,
) -> Result<ClientConfig, Error> {
    let provider = provider();
    let judge = Judge::new(Arc::clone(&trusted.store), &provider)?;
    let mut configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(judge))
        .with_client_cert_resolver(Arc::new(Shown::new(identity)));
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(configuration)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::Tls {
        problem: error.to_string(),
    }
}
