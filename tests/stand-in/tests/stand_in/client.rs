//! A client that sends one request over one connection; apart, because every claim uses it.

use std::{io, sync::Arc};

use bytes::Bytes;
use code_source_stand_in::StandIn;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt as _, Empty, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

pub(crate) struct Client<'a> {
    forge: &'a StandIn,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// What came of the body, and whether it came to its end.
    pub(crate) body: Bytes,
    pub(crate) complete: bool,
}

impl<'a> Client<'a> {
    pub(crate) fn new(forge: &'a StandIn) -> Self {
        Self::with_token(forge, &forge.admin_token())
    }

    pub(crate) fn with_token(forge: &'a StandIn, token: &str) -> Self {
        Self {
            forge,
            token: Some(token.to_owned()),
            headers: Vec::new(),
        }
    }

    pub(crate) fn anonymous(forge: &'a StandIn) -> Self {
        Self {
            forge,
            token: None,
            headers: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Reads what is below `/api/v4`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path).await.unwrap()
    }

    pub(crate) async fn send(&self, method: Method, path: &str) -> io::Result<Answer> {
        let url = format!("{}/api/v4{path}", self.forge.url());
        self.follow(method, &url).await
    }

    /// Sends JSON to what is below `/api/v4`.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send_json(Method::POST, path, body).await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path).await.unwrap()
    }

    pub(crate) async fn send_json(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> io::Result<Answer> {
        let kind = "application/json";
        self.send_body(method, path, kind, body.to_string()).await
    }

    pub(crate) async fn send_body(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: impl Into<Bytes>,
    ) -> io::Result<Answer> {
        let url = format!("{}/api/v4{path}", self.forge.url());
        self.exchange(method, &url, Some((kind, body.into()))).await
    }

    /// Reads the page that a `Link` names as the next one.
    pub(crate) async fn next(&self, answer: &Answer) -> Option<Answer> {
        let url = answer.next()?;
        Some(self.follow(Method::GET, &url).await.unwrap())
    }

    /// All items of a list, page by page.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let mut answer = self.get(path).await;
        let mut items = Vec::new();
        loop {
            assert_eq!(answer.status, 200, "{:?}", answer.body);
            items.extend(answer.json().as_array().unwrap().iter().cloned());
            match self.next(&answer).await {
                Some(next) => answer = next,
                None => return items,
            }
        }
    }

    async fn follow(&self, method: Method, url: &str) -> io::Result<Answer> {
        self.exchange(method, url, None).await
    }

    async fn exchange(
        &self,
        method: Method,
        url: &str,
        body: Option<(&str, Bytes)>,
    ) -> io::Result<Answer> {
        let (_, rest) = url.split_once("://").unwrap();
        let (authority, target) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let mut request = http::Request::builder()
            .method(method)
            .uri(target)
            .header("host", authority);
        if let Some(token) = &self.token {
            request = request.header("private-token", token);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some((kind, _)) = &body {
            request = request.header("content-type", *kind);
        }
        let body = body.map(|(_, body)| body).unwrap_or_default();
        let request = request.body(Full::new(body)).unwrap();
        let stream = TcpStream::connect(self.forge.address()).await?;
        let stream = TokioIo::new(encrypt(self.forge.ca_pem(), stream, b"http/1.1").await?);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(connection);
        let response = sender
            .send_request(request)
            .await
            .map_err(io::Error::other)?;
        Ok(read(response).await)
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn next(&self) -> Option<String> {
        let link = self.header("link")?;
        let link = link
            .split(", ")
            .find(|link| link.ends_with("rel=\"next\""))?;
        Some(link[1..link.find('>')?].to_owned())
    }

    /// Status and body in one line, for claims about refusals.
    pub(crate) fn refusal(&self) -> String {
        format!("{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

/// Asks for the version through HTTP/2.
pub(crate) async fn version_over_http2(forge: &StandIn) -> Answer {
    let stream = TcpStream::connect(forge.address()).await.unwrap();
    let stream = encrypt(forge.ca_pem(), stream, b"h2").await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let request = http::Request::get(format!("{}/api/v4/version", forge.url()))
        .header("private-token", forge.admin_token())
        .body(Empty::<Bytes>::new())
        .unwrap();
    read(sender.send_request(request).await.unwrap()).await
}

pub(crate) async fn encrypt(
    ca_pem: &str,
    stream: TcpStream,
    protocol: &[u8],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap();
    roots.add(certificate).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

async fn read(response: http::Response<hyper::body::Incoming>) -> Answer {
    let (parts, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    let complete = loop {
        match incoming.frame().await {
            None => break true,
            Some(Ok(frame)) => body.extend(frame.into_data().unwrap_or_default()),
            Some(Err(_)) => break false,
        }
    };
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: body.into(),
        complete,
    }
}
