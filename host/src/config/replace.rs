//! Exchanging a file's content in one step: apart because whoever reads the file meanwhile must
//! see either the old content or the new one.

use std::fs::{File, Metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::kind::{directory_of, replaceable};

/// Exchange what a file holds, and keep its mode and its owner. A link leads to the file that is
/// meant, which need not be there yet. Anything that is there and no file is left as it is.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = replaceable(path)?;
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
        replaceable(path)?;
    }
    exchange(path, content, None)
}

/// Who may read a new file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Readers {
    /// Whoever the user lets read new files.
    All,
    Owner,
}

/// A file in the same directory as another, so that renaming it is all that is left to do. It is
/// removed where it is dropped.
pub(crate) fn beside(path: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".code-source-");
    #[cfg(unix)]
    if let Readers::All = readers {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let made = builder.tempfile_in(directory_of(path));
    // The error says at its end which file it was, and nobody has asked for that one.
    made.map_err(|error| match error.to_string().rsplit_once(" at path ") {
        Some((problem, _)) => io::Error::new(error.kind(), problem),
        None => error,
    })
}

/// Make the names in a directory survive a loss of power, as far as the system lets us.
pub(crate) fn persist_names(directory: &Path) {
    // Not every file system can be told to. What was written is there all the same.
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
}

fn exchange(path: &Path, content: &[u8], before: Option<&Metadata>) -> io::Result<()> {
    let mut file = beside(path, Readers::Owner)?;
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
    persist_names(directory_of(path));
    Ok(())
}

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
    fn a_temporary_file_is_beside_its_target_and_gone_when_dropped() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("file");
        let temporary = beside(&target, Readers::All).unwrap();
        assert_eq!(temporary.path().parent(), Some(directory.path()));
        drop(temporary);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_cannot_be_made_is_not_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = beside(&folder.path().join("no/file"), Readers::Owner).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(
            error.to_string(),
            io::Error::from_raw_os_error(rustix::io::Errno::NOENT.raw_os_error()).to_string()
        );
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
