//! The configuration file while it is changed: apart from reading it, because whoever reads it
//! meanwhile, and whoever changes it too, must meet either all of the change or nothing.

use std::fs::{DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use zeroize::Zeroizing;

use super::replace::{directory_of, persist_names, put_secret, replace};
use super::{Configuration, ConfigurationError};
use crate::credential::Secret;

/// A configuration file as it was read; it need not be there yet.
#[derive(Debug)]
pub(crate) struct ConfigurationFile {
    configuration: Configuration,
    is_there: bool,
}

/// Why a configuration file was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    /// Somebody else is changing it.
    #[error("somebody else is changing `{}` at this moment: nothing was written", .0.display())]
    Busy(PathBuf),
    /// It says something else than when it was read.
    #[error("`{}` was changed while the question was open: nothing was written", .0.display())]
    Changed(PathBuf),
    /// It is changed, and something that it names no longer is still there.
    #[error("`{}` is changed, but `{}` is still there", changed.display(), path.display())]
    Left {
        changed: PathBuf,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// What would be written is not understood.
    #[error(transparent)]
    Malformed(ConfigurationError),
    /// A file or a directory cannot be written.
    #[error("cannot {action} `{}`", path.display())]
    Unwritable {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl ConfigurationFile {
    /// Read the file, if it is there.
    pub(crate) fn read(path: &Path) -> Result<Self, ConfigurationError> {
        match Configuration::read(path) {
            Err(ConfigurationError::Unreadable { source, .. })
                if source.kind() == io::ErrorKind::NotFound =>
            {
                Ok(Self {
                    configuration: Configuration::parse("", path)?,
                    is_there: false,
                })
            }
            read => Ok(Self {
                configuration: read?,
                is_there: true,
            }),
        }
    }

    /// One that was read already, and is changed only if it is still that.
    pub(crate) fn of(read: &Configuration) -> Result<Self, ConfigurationError> {
        Ok(Self {
            configuration: Configuration::parse(read.text(), read.file())?,
            is_there: true,
        })
    }

    /// What it says.
    pub(crate) fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Whether there is one.
    pub(crate) fn is_there(&self) -> bool {
        self.is_there
    }

    /// The directory for tokens that stand in no other place: `FILE.tokens`. No other configuration
    /// file has its tokens there.
    pub(crate) fn tokens(&self) -> PathBuf {
        let mut directory = self.configuration.file().as_os_str().to_owned();
        directory.push(".tokens");
        directory.into()
    }

    /// Whether a token's file is one of those that are kept here, and not somewhere else.
    pub(crate) fn owns_token(&self, path: &Path) -> bool {
        let own = self.tokens().canonicalize();
        own.is_ok_and(|own| directory_of(path).canonicalize().is_ok_and(|at| at == own))
    }

    /// Begin to change it: it is locked, and still what was read.
    pub(crate) fn begin(&self) -> Result<Change<'_>, ChangeError> {
        let mut change = Change {
            file: self,
            lock: None,
            made: Vec::new(),
            secret: None,
            obsolete: Vec::new(),
        };
        let directory = directory_of(self.configuration.file());
        change.make(directory)?;
        // The lock is on the directory: the file itself is exchanged, and may not be there.
        let lock = File::open(directory).map_err(unwritable("open", directory))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(ChangeError::Busy(self.configuration.file().to_owned()));
            }
            locked => locked.map_err(|error| unwritable("lock", directory)(error.into()))?,
        }
        change.lock = Some(lock);
        change.check()?;
        Ok(change)
    }
}

/// Whether two paths lead to one name in one directory, however the directory is written.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path| directory_of(path).canonicalize().ok();
    one == other || (one.file_name() == other.file_name() && real(one) == real(other))
}

/// A change under way. Where it is dropped before its end, nothing of it is left.
pub(crate) struct Change<'f> {
    file: &'f ConfigurationFile,
    lock: Option<File>,
    made: Vec<PathBuf>,
    secret: Option<(PathBuf, Option<Zeroizing<Vec<u8>>>)>,
    obsolete: Vec<PathBuf>,
}

impl Change<'_> {
    /// Keep a secret in a file that nobody else may read, whatever was there before, in a directory
    /// that is for its owner alone.
    pub(crate) fn keep(&mut self, path: &Path, secret: &Secret) -> Result<(), ChangeError> {
        let directory = directory_of(path);
        self.make(directory)?;
        close(directory).map_err(unwritable("close to others the directory", directory))?;
        let before = match std::fs::read(path) {
            Ok(before) => Some(Zeroizing::new(before)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(unwritable("read", path)(source)),
        };
        self.secret = Some((path.to_owned(), before));
        let mut line = Zeroizing::new(Vec::with_capacity(secret.expose().len() + 1));
        line.extend_from_slice(secret.expose().as_bytes());
        line.push(b'\n');
        put_secret(path, &line).map_err(unwritable("write", path))
    }

    /// Remove a file once the configuration no longer names it.
    pub(crate) fn remove_after(&mut self, path: PathBuf) {
        self.obsolete.push(path);
    }

    /// Exchange what the file says, if it is understood and nobody else has changed it.
    pub(crate) fn write(mut self, text: &str) -> Result<(), ChangeError> {
        let path = self.file.configuration.file();
        Configuration::parse(text, path).map_err(ChangeError::Malformed)?;
        self.check()?;
        if text != self.file.configuration.text() || !self.file.is_there {
            replace(path, text.as_bytes()).map_err(unwritable("write", path))?;
        }
        self.made.clear();
        self.secret = None;
        self.remove_obsolete()
    }

    /// All of them, also where one cannot be removed.
    fn remove_obsolete(&mut self) -> Result<(), ChangeError> {
        let mut first = Ok(());
        for path in std::mem::take(&mut self.obsolete) {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => {
                    let changed = self.file.configuration.file().to_owned();
                    first = first.and(Err(ChangeError::Left {
                        changed,
                        path,
                        source,
                    }));
                }
                // The directory goes where nothing else is in it.
                Ok(()) => drop(std::fs::remove_dir(directory_of(&path))),
            }
        }
        first
    }

    /// An answer is about what was shown, and what somebody wrote meanwhile would be lost.
    fn check(&self) -> Result<(), ChangeError> {
        let path = self.file.configuration.file();
        let is_same = match std::fs::read(path) {
            Ok(now) => self.file.is_there && now == self.file.configuration.text().as_bytes(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => !self.file.is_there,
            Err(source) => return Err(unwritable("read again", path)(source)),
        };
        is_same
            .then_some(())
            .ok_or_else(|| ChangeError::Changed(path.to_owned()))
    }

    /// Make a directory and those above it that are missing, for their owner alone.
    fn make(&mut self, directory: &Path) -> Result<(), ChangeError> {
        let missing = directory.ancestors();
        let missing = missing.take_while(|one| !one.as_os_str().is_empty() && !one.exists());
        let mut missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        missing.reverse();
        for one in missing {
            let made = DirBuilder::new().mode(0o700).create(&one);
            made.map_err(unwritable("create", &one))?;
            persist_names(directory_of(&one));
            self.made.push(one);
        }
        Ok(())
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        // It is the way out of a failure already, which is told; what cannot be put back stays.
        match self.secret.take() {
            Some((path, Some(before))) => {
                let _ = put_secret(&path, &before);
            }
            Some((path, None)) => {
                let _ = std::fs::remove_file(path);
            }
            None => {}
        }
        for directory in self.made.iter().rev() {
            let _ = std::fs::remove_dir(directory);
        }
    }
}

fn unwritable(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ChangeError {
    let path = path.to_owned();
    move |source| ChangeError::Unwritable {
        action,
        path,
        source,
    }
}

/// Nobody else may look into the directory, or put something else there.
fn close(directory: &Path) -> io::Result<()> {
    let metadata = directory.symlink_metadata()?;
    if !metadata.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    // Where it is somebody else's, this is refused.
    std::fs::set_permissions(directory, Permissions::from_mode(0o700))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    const TEXT: &str =
        "[connections.acme]\nurl = \"a\"\ntoken = { file = \"config.toml.tokens/acme\" }\n";

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/config.toml");
        let file = ConfigurationFile::read(&path).unwrap();
        let token = file.tokens().join("acme");
        let mut change = file.begin().unwrap();
        change.keep(&token, &Secret::new("0123456789")).unwrap();
        change.write(TEXT).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT);
        assert_eq!(std::fs::read_to_string(&token).unwrap(), "0123456789\n");
        assert_eq!((mode(&path), mode(&token)), (0o600, 0o600));
        let above = [
            token.parent(),
            path.parent(),
            path.parent().unwrap().parent(),
        ];
        assert!(above.iter().flatten().all(|one| mode(one) == 0o700));
    }

    #[test]
    fn of_a_change_that_does_not_come_to_its_end_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/config.toml");
        let file = ConfigurationFile::read(&path).unwrap();
        let mut change = file.begin().unwrap();
        let token = file.tokens().join("acme");
        change.keep(&token, &Secret::new("0123456789")).unwrap();
        assert!(matches!(
            change.write("[connections"),
            Err(ChangeError::Malformed(_))
        ));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        std::fs::create_dir_all(file.tokens()).unwrap();
        std::fs::write(&token, "before").unwrap();
        let mut change = file.begin().unwrap();
        change.keep(&token, &Secret::new("0123456789")).unwrap();
        drop(change);
        assert_eq!(std::fs::read_to_string(&token).unwrap(), "before");
    }

    #[test]
    fn a_token_is_for_its_owner_alone_whatever_was_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = ConfigurationFile::read(&folder.path().join("config.toml")).unwrap();
        let other = folder.path().join("other");
        std::fs::write(&other, "other").unwrap();
        std::fs::create_dir(file.tokens()).unwrap();
        std::fs::set_permissions(file.tokens(), Permissions::from_mode(0o777)).unwrap();
        let (open, link) = (file.tokens().join("open"), file.tokens().join("link"));
        std::fs::write(&open, "before").unwrap();
        std::fs::set_permissions(&open, Permissions::from_mode(0o644)).unwrap();
        symlink(&other, &link).unwrap();
        for token in [&open, &link] {
            let mut change = file.begin().unwrap();
            change.keep(token, &Secret::new("0123456789")).unwrap();
            assert_eq!((mode(token), mode(&file.tokens())), (0o600, 0o700));
        }
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "other");

        std::fs::remove_dir_all(file.tokens()).unwrap();
        symlink(folder.path(), file.tokens()).unwrap();
        let mut change = file.begin().unwrap();
        let kept = change.keep(&open, &Secret::new("0123456789"));
        assert!(matches!(kept, Err(ChangeError::Unwritable { .. })));
    }

    #[test]
    fn two_files_in_one_directory_have_tokens_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name| ConfigurationFile::read(&folder.path().join(name)).unwrap();
        let (production, staging) = (of("config.toml"), of("staging.toml"));
        let token = production.tokens().join("acme");
        assert_ne!(token, staging.tokens().join("acme"));
        let mut change = production.begin().unwrap();
        change.keep(&token, &Secret::new("0123456789")).unwrap();
        assert!(production.owns_token(&token) && !staging.owns_token(&token));
        let roundabout = folder
            .path()
            .join("config.toml.tokens/../config.toml.tokens/acme");
        assert!(production.owns_token(&roundabout));
        assert!(is_same(&roundabout, &token) && !is_same(&token, &production.tokens().join("b")));
    }

    #[test]
    fn what_is_named_no_longer_goes_after_the_file_was_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let file = ConfigurationFile::read(&path).unwrap();
        let (old, new) = (file.tokens().join("acme"), file.tokens().join("acme-2"));
        for end in ["[connections", TEXT] {
            std::fs::create_dir_all(file.tokens()).unwrap();
            std::fs::write(&old, "before").unwrap();
            let mut change = file.begin().unwrap();
            change.keep(&new, &Secret::new("0123456789")).unwrap();
            change.remove_after(old.clone());
            change.remove_after(file.tokens().join("nothing"));
            let is_written = change.write(end).is_ok();
            assert_eq!(
                (is_written, old.exists(), new.exists()),
                (end == TEXT, end != TEXT, end == TEXT)
            );
        }
        let file = ConfigurationFile::read(&path).unwrap();
        let mut change = file.begin().unwrap();
        change.remove_after(file.tokens());
        let left = change.write("").unwrap_err();
        assert!(matches!(left, ChangeError::Left { .. }), "{left}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    }

    #[test]
    fn what_somebody_wrote_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let file = ConfigurationFile::read(&path).unwrap();
        let change = file.begin().unwrap();
        std::fs::write(&path, "# mine\n").unwrap();
        assert!(matches!(change.write(TEXT), Err(ChangeError::Changed(_))));
        assert!(matches!(file.begin().err(), Some(ChangeError::Changed(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine\n");
    }

    #[test]
    fn two_do_not_change_it_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let file = ConfigurationFile::read(&path).unwrap();
        let first = file.begin().unwrap();
        assert!(matches!(file.begin().err(), Some(ChangeError::Busy(_))));
        drop(first);
        file.begin().unwrap().write(TEXT).unwrap();
    }

    #[test]
    fn a_link_leads_to_the_file_that_is_meant_and_its_mode_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (
            folder.path().join("real"),
            folder.path().join("config.toml"),
        );
        std::fs::write(&real, "# mine\n").unwrap();
        std::fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
        symlink("real", &link).unwrap();
        let file = ConfigurationFile::read(&link).unwrap();
        file.begin().unwrap().write(TEXT).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), TEXT);
        assert_eq!(mode(&real), 0o640);
    }
}
