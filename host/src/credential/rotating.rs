//! A secret that may be exchanged while it is in use: apart because tokens, webhooks' secrets and a
//! proxy's credentials are rotated alike.

use std::fmt;
use std::sync::Mutex;

use super::source::{Form, Stamp};
use super::{Secret, TokenSource};
use crate::error::Error;
use crate::exchange::lock;

/// The newest reading of a secret.
pub(crate) struct Rotating {
    source: TokenSource,
    form: Form,
    current: Mutex<Reading>,
}

struct Reading {
    secret: Secret,
    stamp: Stamp,
}

impl Rotating {
    /// Read it for the first time.
    pub(crate) fn new(source: TokenSource, form: Form) -> Result<Self, Error> {
        // First the stamp: a change in between is then seen the next time.
        let stamp = source.stamp();
        let secret = source.read(form)?;
        Ok(Self {
            source,
            form,
            current: Mutex::new(Reading { secret, stamp }),
        })
    }

    /// The secret as it is now.
    pub(crate) fn current(&self) -> Result<Secret, Error> {
        let mut current = lock(&self.current);
        let stamp = self.source.stamp();
        if stamp != current.stamp {
            *current = Reading {
                secret: self.source.read(self.form)?,
                stamp,
            };
        }
        Ok(current.secret.clone())
    }

    /// What is wrong with it, in words that say where it is.
    pub(crate) fn problem(&self, problem: &str) -> Error {
        self.source.problem(self.form, problem)
    }
}

impl fmt::Debug for Rotating {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_another_took_the_place_of_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let (file, next) = (folder.path().join("token"), folder.path().join("next"));
        std::fs::write(&file, "acmepat-0123456789abcdef").unwrap();
        let rotating = Rotating::new(TokenSource::File(file.clone()), Form::Token).unwrap();
        std::fs::write(&next, "acmepat-fedcba9876543210").unwrap();
        // Even where the time of the change is the same.
        let modified = std::fs::metadata(&file).unwrap().modified().unwrap();
        let opened = std::fs::File::options().write(true).open(&next).unwrap();
        opened.set_modified(modified).unwrap();
        std::fs::rename(&next, &file).unwrap();
        let current = rotating.current().unwrap();
        assert_eq!(current.expose(), "acmepat-fedcba9876543210");
    }

    #[test]
    fn a_file_that_is_gone_is_an_error_and_not_the_old_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "acmepat-0123456789abcdef").unwrap();
        let rotating = Rotating::new(TokenSource::File(file.clone()), Form::Token).unwrap();
        std::fs::remove_file(&file).unwrap();
        let error = rotating.current().unwrap_err().to_string();
        assert!(!error.contains("acmepat"), "{error}");
    }
}
