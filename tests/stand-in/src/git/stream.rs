//! Content that may be larger than memory; apart, because it flows from git's process to the
//! connection without being gathered.

use std::{
    io::{self, Read, Write},
    ops::Range,
    path::{Path, PathBuf},
    process::Stdio,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
    sync::mpsc,
};
use tokio_util::io::ReaderStream;

use super::Repository;
use crate::reply::{Body, whole};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ArchiveFormat {
    Tar,
    TarGz,
    Zip,
}

pub(crate) struct ArchiveRequest {
    pub(crate) commit: String,
    /// The top folder, without a slash.
    pub(crate) prefix: String,
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) exclude: Vec<String>,
    pub(crate) format: ArchiveFormat,
}

/// The two halves of git's smart HTTP protocol for reading.
pub(crate) enum Service {
    Advertise,
    UploadPack(Bytes),
}

impl ArchiveFormat {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Tar | Self::TarGz => "application/octet-stream",
            Self::Zip => "application/zip",
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::TarGz => "tar.gz",
            Self::Zip => "zip",
        }
    }
}

impl Repository {
    /// Shows a blob to `sink` piece by piece.
    pub(crate) fn read_blob(&self, id: &str, sink: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let size = self.header(id)?.map_or(0, |header| header.size);
        if size <= WHOLE_BLOB {
            sink(&self.blob(id)?);
            return Ok(());
        }
        let mut child = self
            .git
            .command(&self.directory)
            .args(["cat-file", "blob", id])
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(output) = child.stdout.as_mut() {
            let mut chunk = vec![0; CHUNK];
            loop {
                match output.read(&mut chunk)? {
                    0 => break,
                    read => sink(&chunk[..read]),
                }
            }
        }
        child.wait().map(drop)
    }

    /// A blob as a body, or the bytes of `range`, which lies within it.
    pub(crate) fn blob_body(&self, id: &str, range: Range<u64>) -> io::Result<Body> {
        let size = self.header(id)?.map_or(0, |header| header.size);
        if size <= WHOLE_BLOB {
            let data = Bytes::from(self.blob(id)?);
            // Both ends are at most the size, which fits into memory.
            return Ok(whole(data.slice(range.start as usize..range.end as usize)));
        }
        let mut command = Command::from(self.git.command(&self.directory));
        command.args(["cat-file", "blob", id]);
        let mut chunks = Box::pin(child_output(command)?);
        let mut left = range.end - range.start;
        let mut skip = range.start;
        let cut = stream::poll_fn(move |context| {
            if left == 0 {
                return std::task::Poll::Ready(None);
            }
            chunks.poll_next_unpin(context).map(|chunk| {
                chunk.map(|chunk| {
                    chunk.map(|mut chunk| {
                        let skipped = skip.min(chunk.len() as u64);
                        skip -= skipped;
                        let mut rest = chunk.split_off(skipped as usize);
                        rest.truncate(left.min(rest.len() as u64) as usize);
                        left -= rest.len() as u64;
                        rest
                    })
                })
            })
        });
        Ok(body(cut))
    }

    /// An archive as a body. The first request writes it to disk on the way, as GitLab does, and
    /// later ones read it there.
    pub(crate) fn archive(&self, request: &ArchiveRequest) -> io::Result<Body> {
        let kept = self.archive_file(request);
        if kept.exists() {
            return Ok(file_body(kept));
        }
        let mut command = self.git.command(&self.directory);
        command
            .arg("archive")
            .arg(format!("--format={}", request.format.extension()))
            .arg(format!("--prefix={}/", request.prefix));
        if request.format == ArchiveFormat::TarGz {
            // Compressing harder would only make the stand-in the slowest part of a measurement.
            command.arg("-1");
        }
        command.arg(&request.commit).arg("--");
        if let Some(path) = &request.path {
            use std::os::unix::ffi::OsStrExt as _;
            command.arg(std::ffi::OsStr::from_bytes(path));
        }
        if !request.exclude.is_empty() {
            command
                .env_remove("GIT_LITERAL_PATHSPECS")
                .args(request.path.is_none().then_some("."))
                .args(
                    request
                        .exclude
                        .iter()
                        .map(|path| format!(":(exclude){path}")),
                );
        }
        keep_and_send(command.into(), kept)
    }

    pub(crate) fn serve(&self, service: Service, protocol: Option<&str>) -> io::Result<Body> {
        let mut command = Command::from(self.git.command(&self.directory));
        command.args(["upload-pack", "--stateless-rpc"]);
        if let Some(protocol) = protocol {
            command.env("GIT_PROTOCOL", protocol);
        }
        match service {
            Service::Advertise => {
                command.arg("--advertise-refs").arg(&self.directory);
                let greeting = Bytes::from_static(b"001e# service=git-upload-pack\n0000");
                let greeting = stream::once(async { Ok(greeting) });
                Ok(body(Box::pin(greeting.chain(child_output(command)?))))
            }
            Service::UploadPack(input) => {
                command.arg(&self.directory).stdin(Stdio::piped());
                child_with_input(command, input)
            }
        }
    }

    fn archive_file(&self, request: &ArchiveRequest) -> PathBuf {
        use sha2::{Digest as _, Sha256};
        let mut hasher = Sha256::new();
        hasher.update(self.directory.as_os_str().as_encoded_bytes());
        for part in [&request.commit, &request.prefix] {
            hasher.update(part);
            hasher.update([0]);
        }
        hasher.update(request.path.as_deref().unwrap_or_default());
        hasher.update(request.exclude.join("\0"));
        let name = super::object::hexadecimal(&hasher.finalize());
        let name = format!("{name}.{}", request.format.extension());
        self.git.scratch().join("archives").join(name)
    }
}

/// Up to this size a blob is read through the long-lived process and held in memory.
const WHOLE_BLOB: u64 = 4 << 20;

const CHUNK: usize = 128 << 10;

fn child_output(mut command: Command) -> io::Result<impl Stream<Item = io::Result<Bytes>>> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let output = child
        .stdout
        .take()
        .ok_or_else(|| io::Error::other("git has no output"))?;
    let chunks = ReaderStream::with_capacity(output, CHUNK);
    // The child lives as long as its output is wanted.
    Ok(chunks.map(move |chunk| {
        let _owner = &child;
        chunk
    }))
}

fn child_with_input(mut command: Command, input: Bytes) -> io::Result<Body> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(mut sink), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("git has no standard streams"));
    };
    tokio::spawn(async move {
        // git may have heard enough before the end of the request.
        let _ = sink.write_all(&input).await;
    });
    let chunks = ReaderStream::with_capacity(output, CHUNK).map(move |chunk| {
        let _owner = &child;
        chunk
    });
    Ok(body(chunks))
}

/// Sends what the command writes and keeps a copy in `kept`, if it ends well.
fn keep_and_send(mut command: Command, kept: PathBuf) -> io::Result<Body> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let folder = kept.parent().unwrap_or_else(|| Path::new("."));
    let mut copy = tempfile::NamedTempFile::new_in(folder)?;
    let mut output = child
        .stdout
        .take()
        .ok_or_else(|| io::Error::other("git has no output"))?;
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(4);
    tokio::spawn(async move {
        loop {
            let mut chunk = bytes::BytesMut::with_capacity(CHUNK);
            let read = output.read_buf(&mut chunk).await;
            let result = match read {
                Ok(0) => break,
                Ok(_) => copy.write_all(&chunk).map(|()| chunk.freeze()),
                Err(error) => Err(error),
            };
            let failed = result.is_err();
            if sender.send(result).await.is_err() || failed {
                return;
            }
        }
        match child.wait().await {
            Ok(status) if status.success() => {
                // Without the copy the next request makes the archive again.
                let _ = copy.persist(kept);
            }
            _ => {
                let error = io::Error::other("git archive failed");
                let _ = sender.send(Err(error)).await;
            }
        }
    });
    Ok(body(stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    })))
}

pub(crate) fn file_body(path: PathBuf) -> Body {
    let opened = async move {
        match tokio::fs::File::open(path).await {
            Ok(file) => ReaderStream::with_capacity(file, CHUNK).left_stream(),
            Err(error) => stream::iter([Err(error)]).right_stream(),
        }
    };
    body(Box::pin(stream::once(opened).flatten()))
}

fn body(chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Body {
    StreamBody::new(chunks.map(|chunk| chunk.map(Frame::data))).boxed_unsync()
}
