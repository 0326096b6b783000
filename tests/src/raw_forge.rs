//! A server that answers with whatever bytes a test wants, when it wants: apart from the stand-in,
//! which speaks proper HTTP and does not tell when a connection closes.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use code_source::egress::ConnectedRepository;
use code_source::{Connection, Secret, TokenSource};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// A server without TLS on the loopback interface.
pub struct RawForge {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    closed: Arc<Semaphore>,
    accepting: JoinHandle<()>,
}

impl RawForge {
    /// A server that answers each request, of which it is given the head, with these bytes.
    pub async fn start<F, A>(answer: F) -> Self
    where
        F: Fn(String) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Vec<u8>> + Send,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (heads, closed) = (
            Arc::<Mutex<Vec<String>>>::default(),
            Arc::new(Semaphore::new(0)),
        );
        let (noted, ended) = (Arc::clone(&heads), Arc::clone(&closed));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, noted, ended) =
                    (answer.clone(), Arc::clone(&noted), Arc::clone(&ended));
                tokio::spawn(async move {
                    converse(stream, answer, &noted).await;
                    ended.add_permits(1);
                });
            }
        });
        Self {
            address,
            heads,
            closed,
            accepting,
        }
    }

    /// Its address, without TLS.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What an operator would configure for it, with a repository whose id is 1.
    pub fn connection(&self) -> Connection {
        let token = TokenSource::Value(Secret::new("a-token-of-some-length"));
        Connection::new("raw", self.url(), token)
            .allow_plain_http(true)
            .private_addresses(["127.0.0.0/8".parse().expect("a range")])
            .repositories([ConnectedRepository {
                id: "1".into(),
                path: "web/shop".into(),
            }])
    }

    /// The heads of the requests that arrived.
    pub fn heads(&self) -> Vec<String> {
        self.heads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Wait until a connection has been closed by the other side, each time for another one.
    pub async fn closed(&self) {
        // The semaphore lives as long as the server and is never closed.
        if let Ok(permit) = self.closed.acquire().await {
            permit.forget();
        }
    }
}

impl Drop for RawForge {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Answer requests until the other side closes the connection.
async fn converse<F, A>(mut stream: TcpStream, answer: F, heads: &Mutex<Vec<String>>)
where
    F: Fn(String) -> A,
    A: Future<Output = Vec<u8>>,
{
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        while let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&received[..end]).into_owned();
            received.drain(..end + 4);
            heads
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(head.clone());
            if stream.write_all(&answer(head).await).await.is_err() {
                return;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(length) => received.extend_from_slice(&buffer[..length]),
        }
    }
}
