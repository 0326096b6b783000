//! What kind of file a path leads to: apart because reading and writing each take for granted that it
//! is an ordinary one, and neither says so by itself. A device that is exchanged is a device no more,
//! what a program's output was sent to is lost, and a pipe that nobody writes into is waited for
//! without a word.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// There is something, and no regular file.
#[derive(Debug)]
pub(crate) struct NotRegular;

impl fmt::Display for NotRegular {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("it is there, and is no regular file")
    }
}

impl std::error::Error for NotRegular {}

/// The file that is meant, so that it can be exchanged: links lead to it, and it need not be there
/// yet. Refused where something else is, or where it stands for what a program has open already: that
/// has no name which a new file could take.
#[cfg(feature = "cli")]
pub(crate) fn replaceable(path: &Path) -> io::Result<PathBuf> {
    let (meant, is_open) = target(path)?;
    match path.metadata() {
        Ok(_) if is_open => Err(io::Error::other(NotRegular)),
        Ok(metadata) if metadata.is_file() => Ok(meant),
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Err(io::Error::other(NotRegular)),
        // Whether it can be made is found out by making it.
        Err(_) => Ok(meant),
    }
}

/// Refuse to wait for whoever may some day write into a named pipe. One that is open already, as a
/// shell makes for `<(…)`, has its writer.
pub(crate) fn check_readable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let kind = path.metadata().map(|metadata| metadata.file_type());
        if kind.is_ok_and(|kind| kind.is_fifo()) && !is_open_already(path) {
            return Err(io::Error::other(NotRegular));
        }
    }
    Ok(())
}

/// Whether it stands for what a program has open, such as `/dev/stdin`: the same words are another
/// file the next time.
pub(crate) fn is_open_already(path: &Path) -> bool {
    target(path).is_ok_and(|(_, is_open)| is_open)
}

/// Where links lead, to whatever is there or could be, and whether that is in a directory of what
/// a program has open.
fn target(path: &Path) -> io::Result<(PathBuf, bool)> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let directory = directory_of(&path);
        if directory
            .canonicalize()
            .is_ok_and(|at| is_of_open_files(&at))
        {
            return Ok((path, true));
        }
        let Ok(target) = path.read_link() else {
            return Ok((path, false));
        };
        path = directory.join(target);
    }
    Err(io::Error::other("too many links"))
}

/// `/dev/fd`, which is `/proc/PID/fd` on Linux.
fn is_of_open_files(directory: &Path) -> bool {
    directory == Path::new("/dev/fd") || directory.starts_with("/proc") && directory.ends_with("fd")
}

/// The directory that a file is in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    let directory = path.parent();
    let directory = directory.filter(|directory| !directory.as_os_str().is_empty());
    directory.unwrap_or(Path::new("."))
}

/// As many as Linux follows.
const MOST_LINKS: usize = 40;

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::symlink;

    use super::*;

    fn pipe_in(folder: &Path) -> PathBuf {
        let pipe = folder.join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        pipe
    }

    #[test]
    fn a_named_pipe_is_not_waited_for_and_one_that_is_open_is_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_readable(&pipe_in(folder.path())).is_err());
        assert!(check_readable(&folder.path().join("nothing")).is_ok());
        let (reader, _writer) = io::pipe().unwrap();
        let open = format!("/dev/fd/{}", reader.as_raw_fd());
        assert!(check_readable(Path::new(&open)).is_ok());
    }

    #[test]
    #[cfg(feature = "cli")]
    fn only_a_file_with_a_name_gives_way_to_another() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        let held = std::fs::File::create(&file).unwrap();
        symlink("second", &link).unwrap();
        symlink("file", folder.path().join("second")).unwrap();
        assert_eq!(replaceable(&link).unwrap(), file);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(replaceable(&link).unwrap(), file);
        std::fs::write(&file, "").unwrap();
        let open = format!("/dev/fd/{}", held.as_raw_fd());
        let to_open = folder.path().join("open");
        symlink(&open, &to_open).unwrap();
        for bad in [
            Path::new(&open),
            &to_open,
            Path::new("/dev/null"),
            &pipe_in(folder.path()),
            folder.path(),
        ] {
            assert!(replaceable(bad).is_err(), "{}", bad.display());
        }
        symlink("endless", folder.path().join("endless")).unwrap();
        assert!(replaceable(&folder.path().join("endless")).is_err());
    }
}
