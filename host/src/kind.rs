//! What kind of file a path leads to: apart because reading and writing each take for granted that it
//! is an ordinary one, and neither says so by itself. A device that is exchanged is a device no more,
//! and a pipe that nobody writes into is waited for without a word.

use std::fmt;
use std::io;
use std::path::Path;

/// There is something, and no regular file.
#[derive(Debug)]
pub(crate) struct NotRegular;

impl fmt::Display for NotRegular {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("it is there, and is no regular file")
    }
}

impl std::error::Error for NotRegular {}

/// Refuse to put a file where something else is. A link counts as what it leads to.
#[cfg(feature = "cli")]
pub(crate) fn check_replaceable(path: &Path) -> io::Result<()> {
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Err(io::Error::other(NotRegular)),
        // Whether it can be made is found out by making it.
        Err(_) => Ok(()),
    }
}

/// Refuse to wait for whoever may some day write into a named pipe. One without a name, as a shell
/// makes for `<(…)`, has its writer already.
pub(crate) fn check_readable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let kind = path.metadata().map(|metadata| metadata.file_type());
        if kind.is_ok_and(|kind| kind.is_fifo()) && path.canonicalize().is_ok() {
            return Err(io::Error::other(NotRegular));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_pipe_is_not_waited_for_and_one_without_a_name_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert!(check_readable(&pipe).is_err());
        assert!(check_readable(&folder.path().join("nothing")).is_ok());
        let (reader, _writer) = io::pipe().unwrap();
        let number = std::os::fd::AsRawFd::as_raw_fd(&reader);
        assert!(check_readable(Path::new(&format!("/dev/fd/{number}"))).is_ok());
    }
}
