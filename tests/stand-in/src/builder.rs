//! What must be known before the stand-in starts; apart from what tests change while it runs.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
};

use rustls::ServerConfig;

use crate::{
    StandIn,
    authority::{Authority, Certificate},
    delivery,
    git::Git,
    server,
    shared::Shared,
    version::{InvalidVersion, Version},
};

/// A stand-in to be started.
#[derive(Clone, Debug)]
pub struct Builder {
    version: String,
    prefix: String,
    external_url: Option<String>,
    certificate: Certificate,
    tls: bool,
    http2: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            version: "18.6.0-ee".to_owned(),
            prefix: String::new(),
            external_url: None,
            certificate: Certificate::default(),
            tls: true,
            http2: true,
        }
    }
}

impl Builder {
    /// Plays this version, such as `16.8.0`; `18.6.0-ee` where nothing is said.
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// Serves below this path, such as `/gitlab`.
    pub fn path_prefix(mut self, prefix: &str) -> Self {
        self.prefix = match prefix.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        self
    }

    /// Shows this origin, such as `http://other.example`, in links instead of the true one.
    pub fn external_url(mut self, url: &str) -> Self {
        self.external_url = Some(url.trim_end_matches('/').to_owned());
        self
    }

    /// Shows this certificate.
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = certificate;
        self
    }

    /// Speaks HTTP without TLS.
    pub fn plain_http(mut self) -> Self {
        self.tls = false;
        self
    }

    /// Offers HTTP/1.1 only.
    pub fn http1_only(mut self) -> Self {
        self.http2 = false;
        self
    }

    /// Starts it on a free port of the loopback interface.
    pub async fn start(self) -> Result<StandIn, StartError> {
        let version: Version = self.version.parse()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("stand-in")
            .enable_all()
            .build()?;
        // Making keys takes a while, which is no reason to hold up the caller's other tasks.
        let (certificate, tls, http2) = (self.certificate, self.tls, self.http2);
        let credentials = runtime.spawn_blocking(move || credentials(certificate, tls, http2));
        let (ca_pem, config) = credentials.await.map_err(io::Error::other)??;

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let origin = origin(address, self.tls);
        let external = self.external_url.unwrap_or_else(|| origin.clone());
        let shared = Shared::new(version, self.prefix, origin, external, Git::new()?);
        let shared = Arc::new(shared);
        runtime.spawn(server::serve(listener, config, shared.clone()));
        runtime.spawn(delivery::run(shared.clone()));
        Ok(StandIn::new(shared, runtime, address, ca_pem))
    }
}

/// Why the stand-in did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No certificate could be made.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The machine refused something.
    #[error("cannot set up the server")]
    Io(#[from] io::Error),
    /// TLS cannot be set up with the certificate.
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
    /// The version makes no sense.
    #[error("cannot play this version")]
    Version(#[from] InvalidVersion),
}

fn credentials(
    certificate: Certificate,
    tls: bool,
    http2: bool,
) -> Result<(String, Option<Arc<ServerConfig>>), StartError> {
    let authority = Authority::new(certificate)?;
    let config = tls.then(|| authority.server_config(http2)).transpose()?;
    Ok((authority.ca_pem, config))
}

fn origin(address: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://localhost:{}", address.port())
}
