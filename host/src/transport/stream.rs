//! A connection as the HTTP client takes it: apart because what it runs over, and how it came to
//! be, is no concern of the bytes in it.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::report::Timings;

/// What bytes run over: a socket, TLS, TLS within TLS.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// How a connection came to be; the HTTP client attaches it to every answer.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// Where it leads; nothing where a proxy chose that.
    pub(super) address: Option<IpAddr>,
    timings: Timings,
    used: Arc<AtomicBool>,
}

impl Made {
    /// The stages for the first request on the connection, none for those that found it made.
    pub(super) fn first_use(&self) -> Timings {
        if self.used.swap(true, Ordering::Relaxed) {
            Timings::default()
        } else {
            self.timings
        }
    }
}

/// A connection that remembers how it was made.
pub(super) struct Stream {
    wire: TokioIo<Box<dyn Wire>>,
    made: Made,
}

impl Stream {
    pub(super) fn new(wire: Box<dyn Wire>, address: Option<IpAddr>, timings: Timings) -> Self {
        Self {
            wire: TokioIo::new(wire),
            made: Made {
                address,
                timings,
                used: Arc::default(),
            },
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.made.clone())
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(context)
    }
}
