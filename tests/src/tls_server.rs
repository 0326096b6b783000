//! A server with any TLS configuration that answers everything alike: apart from the stand-in,
//! whose certificate and whose manners are good.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::{HandshakeKind, ServerConfig};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::listening::{Listening, drain, head};

/// A server that answers every request with an empty list.
pub struct TlsServer {
    listening: Listening,
    handshakes: Arc<Mutex<Vec<SeenHandshake>>>,
    heads: Arc<Mutex<Vec<String>>>,
}

/// What a server saw of one handshake that came to its end.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SeenHandshake {
    /// The client's certificate, if it showed one.
    pub client: Option<Vec<u8>>,
    /// Whether it went on with an earlier session.
    pub is_resumed: bool,
}

impl TlsServer {
    /// A server at `127.0.0.1` that keeps its connections.
    pub async fn start(config: ServerConfig) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), config, true).await
    }

    /// A server that closes each connection after one answer.
    pub async fn start_closing(config: ServerConfig) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), config, false).await
    }

    /// A server at an address of this machine.
    pub async fn start_at(address: SocketAddr, config: ServerConfig, keeps: bool) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let handshakes = Arc::<Mutex<Vec<SeenHandshake>>>::default();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let (seen, noted) = (Arc::clone(&handshakes), Arc::clone(&heads));
        let listening = Listening::start_at(address, move |stream| {
            let (acceptor, seen, noted) = (acceptor.clone(), Arc::clone(&seen), Arc::clone(&noted));
            async move {
                let Some(mut stream) = accept(&acceptor, stream).await else {
                    return;
                };
                push(&seen, handshake(&stream));
                while let Some(head) = head(&mut stream).await {
                    push(&noted, head);
                    if stream.write_all(answer(keeps)).await.is_err() || !keeps {
                        let _ = stream.shutdown().await;
                        return;
                    }
                    let _ = stream.flush().await;
                }
            }
        });
        Self {
            listening: listening.await,
            handshakes,
            heads,
        }
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.listening.address
    }

    /// Its URL, by its address.
    pub fn url(&self) -> String {
        self.listening.url("https", self.address().ip())
    }

    /// Its URL by another name or address.
    pub fn url_as(&self, host: &str) -> String {
        format!("https://{host}:{}", self.address().port())
    }

    /// Its URL by another address.
    pub fn url_at(&self, address: IpAddr) -> String {
        self.listening.url("https", address)
    }

    /// How many connections it took, whatever came of them.
    pub fn connections(&self) -> usize {
        self.listening.connections()
    }

    /// The handshakes that came to their end.
    pub fn handshakes(&self) -> Vec<SeenHandshake> {
        copy(&self.handshakes)
    }

    /// The heads of the requests that arrived.
    pub fn heads(&self) -> Vec<String> {
        copy(&self.heads)
    }
}

async fn accept(acceptor: &TlsAcceptor, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
    match acceptor.accept(stream).into_fallible().await {
        Ok(stream) => Some(stream),
        Err((_, mut stream)) => {
            let _ = stream.shutdown().await;
            drain(&mut stream).await;
            None
        }
    }
}

fn handshake(stream: &TlsStream<TcpStream>) -> SeenHandshake {
    let session = stream.get_ref().1;
    let shown = session.peer_certificates().and_then(<[_]>::first);
    SeenHandshake {
        client: shown.map(|certificate| certificate.to_vec()),
        is_resumed: session.handshake_kind() == Some(HandshakeKind::Resumed),
    }
}

fn answer(keeps: bool) -> &'static [u8] {
    if keeps {
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]"
    } else {
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\
          connection: close\r\n\r\n[]"
    }
}

fn push<T>(list: &Mutex<Vec<T>>, item: T) {
    list.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(item);
}

fn copy<T: Clone>(list: &Mutex<Vec<T>>) -> Vec<T> {
    list.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
