//! Bytes on their way to where they are wanted: apart because a file, a terminal, a pipe and JSON
//! each ask for something else.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::context::Context;
use super::escape::Pieces;
use super::failure::CommandError;
use super::progress::Meter;
use super::usage::UsageError;
use crate::config::replace::{Readers, Replacement};
use crate::content::Content;
use crate::kind::replaceable;

/// Where content goes.
#[derive(Args, Clone, Debug)]
pub(crate) struct ContentArguments {
    /// Write to this file, which is replaced only when all has arrived
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Write to a terminal whatever it is, and as it is
    #[arg(long)]
    pub(crate) force: bool,
}

/// Content under way, and what was tried to get it.
pub(crate) struct Delivery {
    content: Content,
    tried: String,
}

impl Delivery {
    /// `tried` fits "failed to …".
    pub(crate) fn new(content: Content, tried: impl Into<String>) -> Self {
        Self {
            content,
            tried: tried.into(),
        }
    }

    /// Write it to a file that appears whole or not at all.
    pub(crate) async fn into_file(
        mut self,
        path: &Path,
        meter: &Meter,
    ) -> Result<u64, CommandError> {
        let failed = |action| {
            move |source| CommandError::File {
                action,
                path: path.to_owned(),
                source,
            }
        };
        let meant = replaceable(path).map_err(failed("write"))?;
        let file = Replacement::of(&meant, Readers::All);
        let mut file = file.map_err(failed("create a file beside"))?;
        let (mut written, total) = (0, self.content.size());
        let mut writer = BufWriter::with_capacity(BUFFER, file.file());
        while let Some(piece) = self.next().await? {
            writer.write_all(&piece).map_err(failed("write"))?;
            written += piece.len() as u64;
            meter.bytes(written, total);
        }
        writer.flush().map_err(failed("write"))?;
        drop(writer);
        file.finish().map_err(failed("write"))?;
        Ok(written)
    }

    /// Write it to standard output as it is.
    pub(crate) async fn into_pipe(
        mut self,
        context: &mut Context,
        meter: &Meter,
    ) -> Result<(), CommandError> {
        let (mut written, total) = (0, self.content.size());
        while let Some(piece) = self.next().await? {
            context.output.bytes(&piece)?;
            written += piece.len() as u64;
            meter.bytes(written, total);
        }
        context.output.flush()
    }

    /// Show it on a terminal, if it is text.
    pub(crate) async fn into_terminal(mut self, context: &mut Context) -> Result<(), CommandError> {
        let mut pieces = Pieces::default();
        let mut first = true;
        while let Some(piece) = self.next().await? {
            if std::mem::take(&mut first) && is_binary(&piece) {
                return Err(UsageError::BinaryOnTerminal.into());
            }
            context.output.bytes(pieces.next(&piece).as_bytes())?;
            context.output.flush()?;
        }
        context.output.bytes(pieces.end().as_bytes())?;
        context.output.flush()
    }

    /// Hold it in memory, for JSON.
    pub(crate) async fn into_memory(mut self) -> Result<Vec<u8>, CommandError> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await? {
            if bytes.len() + piece.len() > LARGEST_IN_JSON {
                return Err(UsageError::TooLargeForJson.into());
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    async fn next(&mut self) -> Result<Option<bytes::Bytes>, CommandError> {
        match self.content.next().await {
            None => Ok(None),
            Some(Ok(piece)) => Ok(Some(piece)),
            Some(Err(source)) => Err(CommandError::Content {
                tried: self.tried.clone(),
                source,
                request: Box::new(self.content.report()),
            }),
        }
    }
}

/// What git and other tools go by: text has no zero byte near its beginning.
fn is_binary(piece: &[u8]) -> bool {
    piece.iter().take(8_000).any(|byte| *byte == 0)
}

const BUFFER: usize = 256 * 1024;

const LARGEST_IN_JSON: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_zero_byte_makes_a_file_binary() {
        assert!(is_binary(b"\x7fELF\0\0"));
        assert!(!is_binary("grün\u{1b}[2J".as_bytes()));
    }
}
