//! A socket that takes connections: apart because the odd servers of the tests differ only in
//! what they do with one.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A listening socket, and what it does with its connections, until it is dropped.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Listening {
    /// Listen on the loopback interface.
    pub(crate) async fn start<F, H>(handle: F) -> Self
    where
        F: Fn(TcpStream) -> H + Send + 'static,
        H: Future<Output = ()> + Send + 'static,
    {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), handle).await
    }

    /// Listen at an address of this machine.
    pub(crate) async fn start_at<F, H>(address: SocketAddr, handle: F) -> Self
    where
        F: Fn(TcpStream) -> H + Send + 'static,
        H: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&connections);
        let accepting = tokio::spawn(async move {
            // They end with this task.
            let mut handled = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                handled.spawn(handle(stream));
            }
        });
        Self {
            address,
            connections,
            accepting,
        }
    }

    /// How many connections were taken.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self, scheme: &str, ip: IpAddr) -> String {
        format!("{scheme}://{}", SocketAddr::new(ip, self.address.port()))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Read the head of a request; `None` where the connection ends before it does.
pub(crate) async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut received = Vec::new();
    while !received.ends_with(b"\r\n\r\n") {
        received.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8_lossy(&received).into_owned())
}

/// Read until the other side has had enough, so that closing does not cut what it has yet to read.
pub(crate) async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let _ = tokio::io::copy(stream, &mut tokio::io::sink()).await;
}
