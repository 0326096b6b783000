//! Exchanging a file's content in one step: apart because whoever reads the file meanwhile must
//! see either the old content or the new one.

use std::fs::{File, Metadata, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::kind::{directory_of, replaceable};

/// Exchange what a file holds, and keep its mode and its owner. A link leads to the file that is
/// meant, which need not be there yet. Anything that is there and no file is left as it is.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    Replacement::of(path, Readers::Owner)?.with(content)
}

/// Put a file there that its owner alone can read, whatever was there before. A link gives way.
pub(crate) fn put_secret(path: &Path, content: &[u8]) -> io::Result<()> {
    if !path.is_symlink() {
        replaceable(path)?;
    }
    let file = beside(path, Readers::Owner)?;
    let path = path.to_owned();
    Replacement { path, file }.with(content)
}

/// Who may read a file where there was none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Readers {
    /// Whoever the user lets read new files.
    All,
    Owner,
}

/// A file in the making, which takes the place of another at its end. Where it is dropped before,
/// nothing of it is left.
pub(crate) struct Replacement {
    path: PathBuf,
    file: NamedTempFile,
}

impl Replacement {
    /// In place of the file that `path` leads to, with the mode and the owner of that one. Anything
    /// that is there and no file is refused.
    pub(crate) fn of(path: &Path, readers: Readers) -> io::Result<Self> {
        let path = replaceable(path)?;
        let file = match path.metadata() {
            Ok(before) => {
                let file = beside(&path, Readers::Owner)?;
                take_over(file.as_file(), &before, readers)?;
                file
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => beside(&path, readers)?,
            Err(error) => return Err(error),
        };
        Ok(Self { path, file })
    }

    /// The same, with the mode that a file has where there was none.
    pub(crate) fn anew(path: &Path, readers: Readers) -> io::Result<Self> {
        let path = replaceable(path)?;
        let file = beside(&path, readers)?;
        Ok(Self { path, file })
    }

    pub(crate) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// It is whole: let it be found, also after a loss of power.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path)?;
        persist_names(directory_of(&self.path));
        Ok(())
    }

    fn with(mut self, content: &[u8]) -> io::Result<()> {
        self.file().write_all(content)?;
        self.finish()
    }
}

/// Let a new file be read by whom the one before is read by.
fn take_over(file: &File, before: &Metadata, readers: Readers) -> io::Result<()> {
    let now = file.metadata()?;
    let owner = (before.uid() != now.uid()).then_some(before.uid());
    let group = (before.gid() != now.gid()).then_some(before.gid());
    let mut mode = before.mode() & 0o777;
    if (owner.is_some() || group.is_some())
        && let Err(error) = fchown(file, owner, group)
    {
        match readers {
            // Whose file it was could not read it any more.
            Readers::Owner => return Err(error),
            // Somebody else's file in a directory that is shared: its group may be taken over all the
            // same. What another group was not let, this one is not.
            Readers::All if group.is_some() && fchown(file, None, group).is_err() => mode &= 0o707,
            Readers::All => {}
        }
    }
    file.set_permissions(Permissions::from_mode(mode))
}

/// A file in the same directory as another, so that renaming it is all that is left to do.
fn beside(path: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".code-source-");
    if let Readers::All = readers {
        builder.permissions(Permissions::from_mode(0o666));
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_keeps_its_mode_and_a_link_its_target() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(mode(&file), 0o640);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_made_for_all_is_read_by_whom_the_file_before_was_read_by() {
        let folder = tempfile::tempdir().unwrap();
        for before in [0o600, 0o755, 0o4711] {
            let file = folder.path().join("file");
            std::fs::write(&file, "old").unwrap();
            std::fs::set_permissions(&file, Permissions::from_mode(before)).unwrap();
            let replacement = Replacement::of(&file, Readers::All).unwrap();
            // What comes is as private as what was there, also on its way.
            assert_eq!(mode(replacement.file.path()), before & 0o777);
            replacement.with(b"new").unwrap();
            assert_eq!(file.metadata().unwrap().mode() & 0o7777, before & 0o777);
        }
    }

    #[test]
    fn a_file_in_the_making_is_beside_its_target_and_gone_when_dropped() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("file");
        let replacement = Replacement::of(&target, Readers::All).unwrap();
        assert_eq!(replacement.file.path().parent(), Some(directory.path()));
        drop(replacement);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_cannot_be_made_is_not_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = replace(&folder.path().join("no/file"), b"new").unwrap_err();
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
        std::fs::set_permissions(&link, Permissions::from_mode(0o644)).unwrap();
        put_secret(&link, b"another").unwrap();
        assert_eq!(std::fs::read(&link).unwrap(), b"another");
        assert_eq!(mode(&link), 0o600);
    }
}
