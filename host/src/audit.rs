//! The record of what left and what came back: two JSON lines a request, apart because they are
//! written even when everything else fails.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use serde::Serialize;

use crate::error::Error;

/// Where audit lines go.
///
/// A `request` line is written before anything leaves, and a request whose line cannot be
/// written does not leave. A `response` line follows when the answer has ended in whatever way. A
/// `delivery` line is written before a plugin reads a delivery, which it does not if the line cannot
/// be written, and when one is refused. None holds a query, a header, a body, or a value out of a path other than the repository.
pub trait AuditSink: Send + Sync {
    /// Write one line of JSON, without a line break.
    ///
    /// # Errors
    ///
    /// Whatever keeps the line from being kept.
    fn write(&self, line: &str) -> io::Result<()>;
}

/// Audit lines appended to a file, each with one write, so that several processes can share it.
#[derive(Debug)]
pub struct AuditFile(Mutex<Appending>);

#[derive(Debug)]
struct Appending {
    file: File,
    /// Whether the last line may have been written in part.
    is_torn: bool,
}

impl AuditFile {
    /// Append to the file at `path`, made where there is none, readable by its owner only. It may be a
    /// named pipe that somebody reads already.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if it cannot be opened, or nobody reads the pipe.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = opened(&mut options, path).map_err(|source| Error::File {
            action: "open the audit",
            path: path.to_owned(),
            source,
        })?;
        Ok(Self(Mutex::new(Appending {
            file,
            is_torn: false,
        })))
    }
}

/// Open it without waiting for whoever may some day read a named pipe.
fn opened(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags);
        let file =
            options
                .open(path)
                .map_err(|error| match rustix::io::Errno::from_io_error(&error) {
                    Some(rustix::io::Errno::NXIO) => {
                        io::Error::other("nobody reads the named pipe")
                    }
                    _ => error,
                })?;
        // Lines are written whole, however long that takes.
        let flags = rustix::fs::fcntl_getfl(&file)?;
        rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK)?;
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
}

impl AuditSink for AuditFile {
    fn write(&self, line: &str) -> io::Result<()> {
        let poisoned = |_| io::Error::other("an earlier write panicked");
        let mut appending = self.0.lock().map_err(poisoned)?;
        let begin = if appending.is_torn { "\n" } else { "" };
        let written = appending
            .file
            .write_all(format!("{begin}{line}\n").as_bytes());
        appending.is_torn = written.is_err();
        written
    }
}

/// An audit that may lose lines: what cannot be written is logged, and the request leaves all the
/// same. For those to whom work matters more than the record of it.
pub struct LossyAudit<S>(pub S);

impl<S: AuditSink> AuditSink for LossyAudit<S> {
    fn write(&self, line: &str) -> io::Result<()> {
        if let Err(error) = self.0.write(line) {
            tracing::error!("the audit lost a line: {error}");
        }
        Ok(())
    }
}

/// Where audit lines go when nobody says otherwise.
pub(crate) struct Tracing;

impl AuditSink for Tracing {
    fn write(&self, line: &str) -> io::Result<()> {
        tracing::info!(target: "code_source::audit", "{line}");
        Ok(())
    }
}

/// A line of the audit.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Line<'a> {
    /// Before a request leaves, or when it is refused.
    Request {
        time: String,
        id: &'a str,
        call: &'a str,
        operation: &'a str,
        connection: &'a str,
        plugin: &'a str,
        method: &'a str,
        origin: &'a str,
        template: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        repository: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<&'a str>,
        decision: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        layer: Option<&'a str>,
        reason: &'a str,
    },
    /// Before a delivery is given to a plugin, or when it is refused.
    Delivery {
        time: String,
        call: &'a str,
        connection: &'a str,
        plugin: &'a str,
        bytes: usize,
        decision: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        verified: Option<&'a str>,
        reason: &'a str,
    },
    /// When its answer has ended.
    Response {
        time: String,
        id: &'a str,
        call: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        bytes: u64,
        masked: u64,
        end: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'a str>,
        milliseconds: Stages,
    },
}

/// Milliseconds of each stage that happened.
#[derive(Default, Serialize)]
pub(crate) struct Stages {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resolve: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connect: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proxy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_byte: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<f64>,
}

/// Now, as RFC 3339 in UTC with milliseconds.
pub(crate) fn now() -> String {
    let format = time::macros::format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
    );
    // The format asks for nothing that a UTC time does not have.
    time::OffsetDateTime::now_utc()
        .format(format)
        .unwrap_or_default()
}

/// One line, written or not.
pub(crate) fn write(sink: &dyn AuditSink, line: &Line<'_>) -> io::Result<()> {
    sink.write(&serde_json::to_string(line).map_err(io::Error::other)?)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_named_pipe_is_written_to_where_somebody_reads_it_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
        let error = AuditFile::open(&pipe).err().unwrap().to_string();
        assert!(error.contains("pipe"), "{error}");
        // Opened for both, it has a reader and waits for none.
        let mut reader = File::options().read(true).write(true).open(&pipe).unwrap();
        let audit = AuditFile::open(&pipe).unwrap();
        audit.write("a line").unwrap();
        let mut line = [0; 7];
        reader.read_exact(&mut line).unwrap();
        assert_eq!(&line, b"a line\n");
        let flags = rustix::fs::fcntl_getfl(&audit.0.lock().unwrap().file).unwrap();
        assert!(!flags.contains(rustix::fs::OFlags::NONBLOCK));
    }
}
