//! A proxy, and others that only look like one: apart because a proxy, too, is somebody whom the
//! host need not believe.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::listening::{Listening, drain, head};

/// What a proxy does when it is asked for a way.
#[derive(Clone, Debug)]
pub enum Conduct {
    /// Lead there, whatever was asked for.
    Lead(SocketAddr),
    /// Say this, and wait for the other side to close.
    Say(Vec<u8>),
    /// Say this after which no head ends, for as long as somebody listens.
    SayForEver(Vec<u8>),
    /// Repeat what was asked, credentials and all, after this status line.
    Echo(&'static str),
    /// Close without a word.
    Close,
    /// Say nothing.
    Wait,
}

/// A proxy on the loopback interface.
pub struct TestProxy {
    listening: Listening,
    scheme: &'static str,
    heads: Arc<Mutex<Vec<String>>>,
}

impl TestProxy {
    /// A proxy that is spoken to without TLS.
    pub async fn start(conduct: Conduct) -> Self {
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&heads);
        let listening = Listening::start(move |stream| {
            let (conduct, noted) = (conduct.clone(), Arc::clone(&noted));
            async move { serve(stream, conduct, &noted).await }
        });
        Self {
            listening: listening.await,
            scheme: "http",
            heads,
        }
    }

    /// A proxy that is spoken to with TLS.
    pub async fn start_with_tls(conduct: Conduct, config: ServerConfig) -> Self {
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&heads);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listening = Listening::start(move |stream| {
            let (acceptor, conduct) = (acceptor.clone(), conduct.clone());
            let noted = Arc::clone(&noted);
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    let shown = stream.get_ref().1.peer_certificates().is_some();
                    if shown {
                        push(&noted, "a certificate of the client".to_owned());
                    }
                    serve(stream, conduct, &noted).await;
                }
            }
        });
        Self {
            listening: listening.await,
            scheme: "https",
            heads,
        }
    }

    /// Its URL, by its address.
    pub fn url(&self) -> String {
        self.listening.url(self.scheme, self.address().ip())
    }

    /// Its URL by a name.
    pub fn url_as(&self, host: &str) -> String {
        format!("{}://{host}:{}", self.scheme, self.address().port())
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.listening.address
    }

    /// How many connections it took.
    pub fn connections(&self) -> usize {
        self.listening.connections()
    }

    /// What it was asked.
    pub fn heads(&self) -> Vec<String> {
        self.heads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn serve<S>(mut stream: S, conduct: Conduct, noted: &Mutex<Vec<String>>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let Some(asked) = head(&mut stream).await else {
        return;
    };
    push(noted, asked.clone());
    match conduct {
        Conduct::Lead(to) => lead(stream, to).await,
        Conduct::Say(text) => say(stream, &text).await,
        Conduct::SayForEver(text) => while stream.write_all(&text).await.is_ok() {},
        Conduct::Echo(status) => {
            let text = format!("{status} {}\r\n{asked}", asked.replace("\r\n", " "));
            say(stream, text.as_bytes()).await;
        }
        Conduct::Close => (),
        Conduct::Wait => drain(&mut stream).await,
    }
}

async fn say<S: AsyncRead + AsyncWrite + Send + Unpin>(mut stream: S, text: &[u8]) {
    if stream.write_all(text).await.is_ok() && stream.flush().await.is_ok() {
        drain(&mut stream).await;
    }
}

async fn lead<S: AsyncRead + AsyncWrite + Send + Unpin>(mut stream: S, to: SocketAddr) {
    let Ok(mut forge) = TcpStream::connect(to).await else {
        return;
    };
    let opened = b"HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n";
    if stream.write_all(opened).await.is_ok() && stream.flush().await.is_ok() {
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut forge).await;
    }
}

fn push(heads: &Mutex<Vec<String>>, head: String) {
    heads
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(head);
}
