//! The configuration file while it is changed: apart from reading it, because whoever reads it
//! meanwhile, and whoever changes it too, must meet either all of the change or nothing.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use zeroize::Zeroizing;

use super::replace::replace;
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

    /// What it says.
    pub(crate) fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Whether there is one.
    pub(crate) fn is_there(&self) -> bool {
        self.is_there
    }

    /// The directory for tokens that stand in no other place.
    pub(crate) fn tokens(&self) -> PathBuf {
        self.directory().join(TOKENS)
    }

    /// Begin to change it: it is locked, and still what was read.
    pub(crate) fn begin(&self) -> Result<Change<'_>, ChangeError> {
        let mut change = Change {
            file: self,
            lock: None,
            made: Vec::new(),
            secret: None,
        };
        let directory = self.directory();
        change.make(&directory)?;
        // The lock is on the directory: the file itself is exchanged, and may not be there.
        let lock = File::open(&directory).map_err(unwritable("open", &directory))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(ChangeError::Busy(self.configuration.file().to_owned()));
            }
            locked => locked.map_err(|error| unwritable("lock", &directory)(error.into()))?,
        }
        change.lock = Some(lock);
        change.check()?;
        Ok(change)
    }

    fn directory(&self) -> PathBuf {
        let directory = self.configuration.file().parent();
        let directory = directory.filter(|directory| !directory.as_os_str().is_empty());
        directory.unwrap_or(Path::new(".")).to_owned()
    }
}

/// A change under way. Where it is dropped before its end, nothing of it is left.
pub(crate) struct Change<'f> {
    file: &'f ConfigurationFile,
    lock: Option<File>,
    made: Vec<PathBuf>,
    secret: Option<(PathBuf, Option<Zeroizing<Vec<u8>>>)>,
}

impl Change<'_> {
    /// Keep a secret in a file that nobody else may read.
    pub(crate) fn keep(&mut self, path: &Path, secret: &Secret) -> Result<(), ChangeError> {
        if let Some(directory) = path.parent() {
            self.make(directory)?;
        }
        let before = match std::fs::read(path) {
            Ok(before) => Some(Zeroizing::new(before)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(unwritable("read", path)(source)),
        };
        self.secret = Some((path.to_owned(), before));
        let mut line = Zeroizing::new(Vec::with_capacity(secret.expose().len() + 1));
        line.extend_from_slice(secret.expose().as_bytes());
        line.push(b'\n');
        replace(path, &line).map_err(unwritable("write", path))
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
        Ok(())
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
                let _ = replace(&path, &before);
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

/// Where the tokens lie beside the file.
const TOKENS: &str = "tokens";

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    const TEXT: &str = "[connections.acme]\nurl = \"a\"\ntoken = { file = \"tokens/acme\" }\n";

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
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real", &link).unwrap();
        let file = ConfigurationFile::read(&link).unwrap();
        file.begin().unwrap().write(TEXT).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), TEXT);
        assert_eq!(mode(&real), 0o640);
    }
}
