//! Content on its way to the caller: apart from the call, whose plugin is gone when it begins.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Buf as _, Bytes};
use futures_util::stream::{self, Stream};
use sha2::{Digest, Sha256};
use tokio::io::AsyncRead;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::io::StreamReader;
use wasmtime_wasi::p2::{InputStream, StreamError};

use crate::exchange::Exchange;
use crate::object::{ObjectHasher, ObjectName};
use crate::plugin::hex;
use crate::report;

/// The bytes of a file, a blob or an archive, straight from the connection to the forge.
///
/// They never were in the plugin's memory. Reading ends with `None` only where the whole content
/// came, and where it had the size and the hash that were promised; anything else is an error.
/// Dropping it ends the transfer.
pub struct Content {
    stream: Option<Box<dyn InputStream>>,
    exchange: Arc<Exchange>,
    promise: Promise,
    skipped: u64,
    passed: u64,
    hash: Option<Sha256>,
    blob: Option<ObjectHasher>,
    /// An open content counts as a call under way.
    _permit: OwnedSemaphorePermit,
}

/// What the forge said about content before it came, and what of it is wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Promise {
    /// Bytes that come before the wanted ones, where the forge cannot begin in the middle.
    pub(crate) skip: u64,
    /// Bytes that are wanted, where that is known.
    pub(crate) size: Option<u64>,
    /// Whether more may follow, of which nothing is wanted.
    pub(crate) is_part: bool,
    /// SHA-256 of the whole, where the whole is wanted.
    pub(crate) sha256: Option<String>,
    /// Its name in git, where the whole is wanted and git holds it.
    pub(crate) blob: Option<ObjectName>,
}

impl Promise {
    /// A blob of that name, of which only the answer says how long it is.
    pub(crate) fn of_blob(name: &str, length: Option<u64>) -> Self {
        Self {
            size: length,
            blob: ObjectName::parse(name),
            ..Self::default()
        }
    }

    /// Git's names cover the size, so without it there is no telling.
    fn blob_hasher(&self) -> Option<ObjectHasher> {
        let (name, size) = (self.blob?, self.size?);
        Some(ObjectHasher::blob(name.algorithm(), size))
    }
}

impl Content {
    pub(crate) fn new(
        stream: Box<dyn InputStream>,
        exchange: Arc<Exchange>,
        promise: Promise,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let hash = promise.sha256.is_some().then(Sha256::new);
        Self {
            stream: Some(stream),
            exchange,
            blob: promise.blob_hasher(),
            promise,
            skipped: 0,
            passed: 0,
            hash,
            _permit: permit,
        }
    }

    /// The next bytes, or `None` after the last ones.
    ///
    /// # Errors
    ///
    /// [`ContentError`] if it cannot be whole and right any more; nothing follows.
    pub async fn next(&mut self) -> Option<Result<Bytes, ContentError>> {
        let result = loop {
            if self.is_done() {
                break Ok(None);
            }
            let stream = self.stream.as_mut()?;
            stream.ready().await;
            match stream.read(CHUNK) {
                // Ready means that polling is worth while, not that there is something.
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => match self.take(bytes) {
                    Ok(wanted) if wanted.is_empty() && !self.is_done() => {}
                    Ok(wanted) if wanted.is_empty() => break Ok(None),
                    taken => break taken.map(Some),
                },
                Err(StreamError::Closed) => break self.finish().map(|()| None),
                Err(StreamError::LastOperationFailed(_) | StreamError::Trap(_)) => {
                    break Err(self.broken());
                }
            }
        };
        if !matches!(result, Ok(Some(_))) {
            self.stream = None;
        }
        result.transpose()
    }

    /// The bytes as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, ContentError>> + Send {
        stream::unfold(self, |mut content| async {
            let item = content.next().await?;
            Some((item, content))
        })
    }

    /// The bytes as a reader; a [`ContentError`] is inside its errors.
    pub fn into_reader(self) -> impl AsyncRead + Send {
        let stream = Box::pin(self.into_stream());
        StreamReader::new(futures_util::StreamExt::map(stream, |item| {
            item.map_err(io::Error::other)
        }))
    }

    /// How many bytes it has in all, where the forge said so before it sent them.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.promise.size
    }

    /// What the host saw of the request that the content answers, so far.
    #[must_use]
    pub fn report(&self) -> report::Request {
        self.exchange.request()
    }

    /// The wanted part of bytes that came.
    fn take(&mut self, mut bytes: Bytes) -> Result<Bytes, ContentError> {
        let before = (self.promise.skip - self.skipped).min(bytes.len() as u64);
        self.skipped += before;
        // It fits: it is at most the length of these bytes.
        bytes.advance(usize::try_from(before).unwrap_or(usize::MAX));
        if let Some(size) = self.promise.size
            && self.passed + bytes.len() as u64 > size
        {
            if !self.promise.is_part {
                self.passed += bytes.len() as u64;
                return Err(self.size_differs());
            }
            bytes.truncate(usize::try_from(size - self.passed).unwrap_or(usize::MAX));
        }
        self.passed += bytes.len() as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(&bytes);
        }
        if let Some(blob) = &mut self.blob {
            blob.update(&bytes);
        }
        Ok(bytes)
    }

    /// Whether all that is wanted of a larger whole has come.
    fn is_done(&self) -> bool {
        self.promise.is_part && self.promise.size == Some(self.passed)
    }

    fn finish(&mut self) -> Result<(), ContentError> {
        // A stream that ends without its answer having ended is not that answer's.
        if !self.exchange.is_complete() {
            return Err(self.broken());
        }
        if self.promise.size.is_some_and(|size| self.passed != size) {
            return Err(self.size_differs());
        }
        if let (Some(hash), Some(promised)) = (self.hash.take(), &self.promise.sha256) {
            let found = hex(&hash.finalize());
            if !found.eq_ignore_ascii_case(promised) {
                let detail = format!("its SHA-256 is {found}, and {promised} was promised");
                return Err(self.hash_differs(detail));
            }
        }
        if let (Some(blob), Some(promised)) = (self.blob.take(), self.promise.blob) {
            let found = blob.finish();
            if found != promised {
                let detail = format!("its name in git is {found}, and {promised} was promised");
                return Err(self.hash_differs(detail));
            }
        }
        Ok(())
    }

    fn hash_differs(&self, detail: String) -> ContentError {
        ContentError {
            reason: "hash-differs",
            detail,
            after: self.passed,
        }
    }

    fn size_differs(&self) -> ContentError {
        let promised = self.promise.size.unwrap_or_default();
        let detail = format!("{promised} bytes were promised");
        ContentError {
            reason: "size-differs",
            detail,
            after: self.passed,
        }
    }

    /// The stream knows that it broke; the exchange knows why.
    fn broken(&self) -> ContentError {
        let after = self.exchange.passed.load(Ordering::Relaxed);
        match self.exchange.failure() {
            Some(failure) => ContentError {
                reason: failure.reason,
                detail: failure.detail,
                after,
            },
            None => ContentError {
                reason: "cut",
                detail: "the answer was cut".to_owned(),
                after,
            },
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Content")
            .field("promise", &self.promise)
            .field("passed", &self.passed)
            .finish_non_exhaustive()
    }
}

/// Why content is not whole, or not what was promised.
#[derive(Clone, Debug)]
pub struct ContentError {
    reason: &'static str,
    detail: String,
    after: u64,
}

impl ContentError {
    #[cfg(test)]
    pub(crate) fn new(reason: &'static str, detail: &str, after: u64) -> Self {
        Self {
            reason,
            detail: detail.to_owned(),
            after,
        }
    }

    /// Stable name of the reason: `contains-credential`, `cut`, `encoding-broken`, `hash-differs`,
    /// `size-differs`, `stalled`, `too-long`, `too-slow`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// Whether the content came, and is not what was promised: asking again is of no use.
    #[must_use]
    pub fn is_mismatch(&self) -> bool {
        matches!(self.reason, "hash-differs" | "size-differs")
    }

    /// Bytes that had come until then.
    #[must_use]
    pub fn after(&self) -> u64 {
        self.after
    }
}

impl fmt::Display for ContentError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the content is unusable after {} bytes: {}",
            self.after, self.detail
        )
    }
}

impl std::error::Error for ContentError {}

/// Most bytes that are asked for at once.
const CHUNK: usize = 1 << 20;
