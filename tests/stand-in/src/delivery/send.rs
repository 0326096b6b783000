//! One request to a receiver; apart, because it knows connections and nothing of what it carries.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use url::Url;

use super::trust::client_config;

pub(super) struct Outgoing {
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    /// Whether a certificate must be good.
    pub(super) verify: bool,
    /// The only authority to be trusted, in PEM.
    pub(super) authority: Option<String>,
}

pub(super) struct Incoming {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// Sends a request and reads the whole answer, or tells why there is none.
pub(super) async fn send(outgoing: &Outgoing) -> Result<Incoming, String> {
    match tokio::time::timeout(PATIENCE, exchange(outgoing)).await {
        Ok(answer) => answer,
        Err(_) => Err("Net::ReadTimeout".to_owned()),
    }
}

async fn exchange(outgoing: &Outgoing) -> Result<Incoming, String> {
    let url = Url::parse(&outgoing.url).map_err(text)?;
    let host = url.host_str().ok_or("no host")?;
    let port = url.port_or_known_default().ok_or("no port")?;
    let name = host.trim_matches(['[', ']']);
    let stream = TcpStream::connect((name, port)).await.map_err(text)?;
    if url.scheme() != "https" {
        return converse(stream, &url, outgoing).await;
    }
    let config = client_config(outgoing.verify, outgoing.authority.as_deref());
    let connector = TlsConnector::from(Arc::new(config.map_err(text)?));
    let server = ServerName::try_from(name.to_owned()).map_err(text)?;
    let stream = connector.connect(server, stream).await.map_err(text)?;
    converse(stream, &url, outgoing).await
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    url: &Url,
    outgoing: &Outgoing,
) -> Result<Incoming, String> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(text)?;
    // What ends the connection shows in the answer.
    tokio::spawn(connection);
    let authority = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut request = http::Request::post(target).header("Host", authority);
    for (name, value) in &outgoing.headers {
        request = request.header(name, value);
    }
    let body = Full::new(Bytes::from(outgoing.body.clone()));
    let request = request.body(body).map_err(text)?;
    let response = sender.send_request(request).await.map_err(text)?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(text)?.to_bytes();
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.to_string(), value)
    });
    Ok(Incoming {
        status: parts.status.as_u16(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// How long GitLab waits for a receiver.
const PATIENCE: Duration = Duration::from_secs(10);
