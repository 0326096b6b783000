//! Servers that take a connection and do not go on as expected: apart because none of them speaks
//! a protocol.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::listening::{Listening, drain};

/// A server that answers the first bytes that it is sent with its own, whatever they are.
pub struct CannedServer {
    listening: Listening,
}

impl CannedServer {
    /// A server that says this, closes its side, and waits for the other one to close.
    pub async fn start(answer: &'static [u8]) -> Self {
        let listening = Listening::start(move |mut stream| async move {
            let mut buffer = [0; 4096];
            if matches!(stream.read(&mut buffer).await, Ok(length) if length > 0)
                && stream.write_all(answer).await.is_ok()
                && stream.shutdown().await.is_ok()
            {
                drain(&mut stream).await;
            }
        });
        Self {
            listening: listening.await,
        }
    }

    /// Its URL, as if it spoke TLS.
    pub fn url(&self) -> String {
        self.listening.url("https", self.listening.address.ip())
    }
}

/// An address of this machine at which nobody listens, nor will while the socket is there.
///
/// # Panics
///
/// If there is no free port.
pub fn closed_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().expect("a socket");
    let any = ([127, 0, 0, 1], 0).into();
    socket.bind(any).expect("a free port");
    let address = socket.local_addr().expect("an address");
    (socket, address)
}

/// Whether this machine speaks IPv6 with itself: containers often do not.
pub fn has_ipv6() -> bool {
    std::net::TcpListener::bind("[::1]:0").is_ok()
}

/// A server that nobody reaches: all its places are taken, and further calls are not answered.
pub struct BlackHole {
    listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl BlackHole {
    /// Listen at the loopback interface, and take all places.
    pub async fn start() -> Self {
        Self::at(([127, 0, 0, 1], 0).into()).await
    }

    /// Listen at an address of this machine, and take all places.
    pub async fn at(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(address).expect("a free port");
        let listener = socket.listen(1).expect("a listening socket");
        let address = listener.local_addr().expect("an address");
        let mut waiting = Vec::new();
        let patience = std::time::Duration::from_millis(200);
        // The system decides how many places one makes.
        while let Ok(connected) = tokio::time::timeout(patience, TcpStream::connect(address)).await
        {
            waiting.push(connected.expect("a place"));
        }
        Self {
            listener,
            _waiting: waiting,
        }
    }

    /// Its URL, as if anybody could come.
    pub fn url(&self) -> String {
        let address = self.listener.local_addr().expect("an address");
        format!("https://{address}")
    }
}
