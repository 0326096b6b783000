//! A forge over TLS that keeps every byte it is sent and answers with any: apart from the stand-in,
//! which would neither tell the bytes nor send wrong ones.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::{HandshakeKind, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::listening::Listening;
use crate::site::Site;

/// A server over TLS, and all that it was sent.
pub struct WireServer {
    listening: Listening,
    received: Arc<Mutex<Received>>,
}

/// A request as it came over the wire.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct WireRequest {
    /// Request line and headers, without the empty line behind them.
    pub head: String,
    /// As many bytes behind them as the headers announce.
    pub body: Vec<u8>,
    /// On which connection it came, and whether that went on with an earlier TLS session.
    pub connection: (usize, bool),
}

/// A piece of an answer. Each is flushed before the next one.
#[derive(Clone, Debug)]
pub enum Piece {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The connection closes.
    Close,
    /// These bytes again and again, until the other side has had enough.
    Endless(Vec<u8>),
    /// Nothing more, for as long as the other side waits.
    Silence,
}

#[derive(Default)]
struct Received {
    bytes: Vec<u8>,
    requests: Vec<WireRequest>,
}

impl WireServer {
    /// A server with a certificate of the site's authority, for `localhost` and `*.acme.example`.
    pub async fn start<F>(site: &Site, answer: F) -> Self
    where
        F: Fn(&WireRequest) -> Vec<Piece> + Clone + Send + Sync + 'static,
    {
        let names = ["localhost", "127.0.0.1", "*.acme.example"];
        Self::start_with(site.authority.server(&names).server_config(), answer).await
    }

    /// A server with any TLS configuration.
    pub async fn start_with<F>(config: ServerConfig, answer: F) -> Self
    where
        F: Fn(&WireRequest) -> Vec<Piece> + Clone + Send + Sync + 'static,
    {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let received = Arc::<Mutex<Received>>::default();
        let (noted, count) = (Arc::clone(&received), Arc::<AtomicUsize>::default());
        let listening = Listening::start(move |stream| {
            let (acceptor, answer, noted) = (acceptor.clone(), answer.clone(), Arc::clone(&noted));
            let number = count.fetch_add(1, Ordering::SeqCst);
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    let resumed = Some(HandshakeKind::Resumed);
                    let is_resumed = stream.get_ref().1.handshake_kind() == resumed;
                    converse(stream, (number, is_resumed), &answer, &noted).await;
                }
            }
        });
        Self {
            listening: listening.await,
            received,
        }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.url_as("localhost")
    }

    /// Its URL by another name or address.
    pub fn url_as(&self, host: &str) -> String {
        format!("https://{host}:{}", self.port())
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.listening.address.port()
    }

    /// How many connections it took, whatever came of them.
    pub fn connections(&self) -> usize {
        self.listening.connections()
    }

    /// The requests that arrived, whole.
    pub fn requests(&self) -> Vec<WireRequest> {
        let received = self.received.lock();
        received
            .unwrap_or_else(PoisonError::into_inner)
            .requests
            .clone()
    }

    /// Every byte that arrived, of all connections.
    pub fn bytes(&self) -> Vec<u8> {
        let received = self.received.lock();
        received
            .unwrap_or_else(PoisonError::into_inner)
            .bytes
            .clone()
    }
}

impl WireRequest {
    /// The method and the target.
    pub fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.strip_suffix(" HTTP/1.1").unwrap_or(line)
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        let header = headers.find(|(own, _)| own.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value)
    }

    /// The names of the headers, sorted.
    pub fn names(&self) -> Vec<String> {
        let lines = self.head.lines().skip(1);
        let mut names: Vec<_> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        names.sort_unstable();
        names
    }
}

impl Piece {
    /// An answer with its length.
    pub fn answer(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<Self> {
        let body = body.as_ref();
        let mut bytes = head(status, headers);
        bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes());
        bytes.extend_from_slice(body);
        vec![Self::Bytes(bytes)]
    }

    /// A good answer in JSON.
    pub fn json(body: impl AsRef<[u8]>) -> Vec<Self> {
        Self::answer("200 OK", &[("content-type", "application/json")], body)
    }

    /// A good answer in these chunks, which are sent one after the other.
    pub fn chunked<'a>(
        headers: &[(&str, &str)],
        chunks: impl IntoIterator<Item = &'a [u8]>,
        trailers: &[(&str, &str)],
    ) -> Vec<Self> {
        let mut start = head("200 OK", headers);
        start.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
        let mut pieces = vec![Self::Bytes(start)];
        for chunk in chunks {
            let mut bytes = format!("{:x}\r\n", chunk.len()).into_bytes();
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
            pieces.push(Self::Bytes(bytes));
        }
        let lines = trailers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let end = format!("0\r\n{}\r\n", lines.collect::<String>());
        pieces.push(Self::Bytes(end.into_bytes()));
        pieces
    }

    /// The beginning of a good answer of a length that is not told, which ends with the connection.
    pub fn begin(headers: &[(&str, &str)]) -> Self {
        let mut bytes = head("200 OK", headers);
        bytes.extend_from_slice(b"connection: close\r\n\r\n");
        Self::Bytes(bytes)
    }
}

fn head(status: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    format!("HTTP/1.1 {status}\r\n{}", lines.collect::<String>()).into_bytes()
}

/// Answer requests until either side closes the connection.
async fn converse(
    mut stream: TlsStream<TcpStream>,
    connection: (usize, bool),
    answer: &impl Fn(&WireRequest) -> Vec<Piece>,
    received: &Mutex<Received>,
) {
    let mut pending = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        while let Some(mut request) = take(&mut pending) {
            request.connection = connection;
            note(received, |all| all.requests.push(request.clone()));
            for piece in answer(&request) {
                if send(&mut stream, &piece).await.is_none() {
                    return;
                }
            }
        }
        let Ok(length @ 1..) = stream.read(&mut buffer).await else {
            return;
        };
        pending.extend_from_slice(&buffer[..length]);
        note(received, |all| {
            all.bytes.extend_from_slice(&buffer[..length]);
        });
    }
}

fn note(received: &Mutex<Received>, change: impl FnOnce(&mut Received)) {
    change(&mut received.lock().unwrap_or_else(PoisonError::into_inner));
}

/// The first request of these bytes, once it is whole.
fn take(pending: &mut Vec<u8>) -> Option<WireRequest> {
    let end = pending.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&pending[..end]).into_owned();
    let mut request = WireRequest {
        head,
        ..WireRequest::default()
    };
    let length = request.header("content-length").unwrap_or("0");
    let whole = end + 4 + length.parse::<usize>().expect("a length");
    request.body = pending.get(end + 4..whole)?.to_vec();
    pending.drain(..whole);
    Some(request)
}

/// Send a piece; `None` where nothing more can follow.
async fn send(stream: &mut TlsStream<TcpStream>, piece: &Piece) -> Option<()> {
    match piece {
        Piece::Bytes(bytes) => {
            stream.write_all(bytes).await.ok()?;
            stream.flush().await.ok()
        }
        Piece::Close => {
            let _ = stream.shutdown().await;
            None
        }
        Piece::Endless(bytes) => loop {
            stream.write_all(bytes).await.ok()?;
        },
        Piece::Silence => {
            // Whoever waits closes the connection in the end.
            let _ = stream.read(&mut [0]).await;
            None
        }
    }
}
