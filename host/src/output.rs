//! What a plugin writes to its output: apart because it is kept short and made harmless.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Keeps the first bytes of what is written and forgets the rest.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    kept: Arc<Mutex<Vec<u8>>>,
    limit: usize,
}

impl Output {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            kept: Arc::default(),
            limit,
        }
    }

    /// As text that a log or a terminal can take: control characters are replaced.
    pub(crate) fn text(&self) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept)
            .chars()
            .map(|character| match character {
                '\n' => '\n',
                other if other.is_control() || reorders(other) => char::REPLACEMENT_CHARACTER,
                other => other,
            })
            .collect()
    }
}

// The two methods that would make a stream of tokio's are never called by a component of WASI
// 0.2; answering them with a sink keeps output out of the host's own streams.
impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.limit.saturating_sub(kept.len()).min(bytes.len());
        kept.extend_from_slice(&bytes[..room]);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE)
    }
}

#[async_trait::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

/// Whether a character changes the order or the lines in which others are shown.
fn reorders(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Bytes that a plugin may write at once.
const WRITE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_cut_and_cannot_steer_a_terminal() {
        let mut output = Output::new(12);
        output.write(Bytes::from_static(b"a\x1b[2J\nb")).unwrap();
        output.write(Bytes::from_static(b"0123456789")).unwrap();
        assert_eq!(output.text(), "a\u{fffd}[2J\nb01234");
    }
}
