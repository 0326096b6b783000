//! The configuration file while it is changed: apart from reading it, because whoever reads it
//! meanwhile, and whoever changes it too, must meet either all of the change or nothing.

use std::fs::{DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use zeroize::Zeroizing;

use super::replace::{persist_names, put_secret, replace};
use super::{Configuration, ConfigurationError};
use crate::credential::Secret;
use crate::kind::{directory_of, replaceable};

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
    #[error("`{}` was changed meanwhile: nothing was written", .0.display())]
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
        let path = self.configuration.file();
        replaceable(path).map_err(unwritable("write", path))?;
        let directory = directory_of(path);
        change.make(directory)?;
        // The lock is on the directory: the file itself is exchanged, and may not be there.
        let lock = File::open(directory).map_err(unwritable("open", directory))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(ChangeError::Busy(path.to_owned()));
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
    let is_one_name = one.file_name() == other.file_name();
    // Directories that are not there have nothing in common.
    one == other || (is_one_name && real(one).is_some_and(|at| real(other) == Some(at)))
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
mod tests;
