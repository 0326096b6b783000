//! Exchanging a file's content in one step: apart because whoever reads the file meanwhile must
//! see either the old content or the new one.

use std::fs::{File, Metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::{Path, PathBuf};

use crate::kind;

/// Exchange what a file holds, and keep its mode and its owner. A link leads to the file that is
/// meant, which need not be there yet. Anything that is there and no file is left as it is.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    kind::check_replaceable(path)?;
    let path = meant(path)?;
    let before = match path.metadata() {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    exchange(&path, content, before.as_ref())
}

/// Put a file there that its owner alone can read, whatever was there before. A link gives way.
pub(crate) fn put_secret(path: &Path, content: &[u8]) -> io::Result<()> {
    if !path.is_symlink() {
        kind::check_replaceable(path)?;
    }
    exchange(path, content, None)
}

/// Make the names in a directory survive a loss of power, as far as the system lets us.
pub(crate) fn persist_names(directory: &Path) {
    // Not every file system can be told to. What was written is there all the same.
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
}

/// The directory that a file is in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    let directory = path.parent();
    let directory = directory.filter(|directory| !directory.as_os_str().is_empty());
    directory.unwrap_or(Path::new("."))
}

fn exchange(path: &Path, content: &[u8], before: Option<&Metadata>) -> io::Result<()> {
    let directory = directory_of(path);
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    if let Some(before) = before {
        let now = file.as_file().metadata()?;
        let owner = (before.uid() != now.uid()).then_some(before.uid());
        let group = (before.gid() != now.gid()).then_some(before.gid());
        if owner.is_some() || group.is_some() {
            // Whose file it was could not read it any more, or others could.
            fchown(file.as_file(), owner, group)?;
        }
        file.as_file().set_permissions(before.permissions())?;
    }
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    persist_names(directory);
    Ok(())
}

/// Where links lead, to whatever is there or could be.
fn meant(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match path.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            found => return found,
        }
        let Ok(target) = path.read_link() else {
            return Ok(path);
        };
        path = directory_of(&path).join(target);
    }
    Err(io::Error::other("too many links"))
}

/// As many as Linux follows.
const MOST_LINKS: usize = 40;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_keeps_its_mode_and_a_link_its_target() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(mode(&file), 0o640);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_no_file_stays_what_it_is() {
        use std::os::unix::fs::FileTypeExt as _;

        let folder = tempfile::tempdir().unwrap();
        let (pipe, link) = (folder.path().join("pipe"), folder.path().join("link"));
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
        symlink("pipe", &link).unwrap();
        for path in [&pipe, &link] {
            let error = replace(path, b"new").unwrap_err();
            assert_eq!(error.to_string(), "it is there, and is no regular file");
        }
        assert!(put_secret(&pipe, b"new").is_err());
        assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
        assert!(replace(folder.path(), b"new").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_link_to_what_is_not_there_yet_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("real")).unwrap();
        let link = folder.path().join("link");
        symlink("second", &link).unwrap();
        symlink("real/file", folder.path().join("second")).unwrap();
        replace(&link, b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        let real = folder.path().join("real/file");
        assert_eq!(std::fs::read(real).unwrap(), b"new");
    }

    #[test]
    fn a_secret_takes_neither_the_mode_nor_the_link_that_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let (other, link) = (folder.path().join("other"), folder.path().join("acme"));
        std::fs::write(&other, "old").unwrap();
        symlink("other", &link).unwrap();
        put_secret(&link, b"secret").unwrap();
        assert_eq!(std::fs::read(&other).unwrap(), b"old");
        std::fs::set_permissions(&link, std::fs::Permissions::from_mode(0o644)).unwrap();
        put_secret(&link, b"another").unwrap();
        assert_eq!(std::fs::read(&link).unwrap(), b"another");
        assert_eq!(mode(&link), 0o600);
    }
}
