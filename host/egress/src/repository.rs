//! How a repository is named: by its identity or by its path, each in one form.
//!
//! It is apart because names come from calls, from configuration and from a forge's answers, and
//! must be equal byte for byte wherever they come from.

use crate::path::encode_segment;

/// A repository that the operator connected: its identity, and the path that it had then.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ConnectedRepository {
    /// Its identity on the forge.
    pub id: String,
    /// Its full path on the forge.
    pub path: String,
}

/// The repository that a call names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RepositoryArgument<'a> {
    /// By its identity.
    Id(&'a str),
    /// By its full path.
    Path(&'a str),
}

impl<'a> RepositoryArgument<'a> {
    /// The name as it is.
    pub fn text(self) -> &'a str {
        match self {
            Self::Id(text) | Self::Path(text) => text,
        }
    }

    /// Whether the name can be one at all.
    ///
    /// # Errors
    ///
    /// What it violates.
    pub fn check(self) -> Result<(), RepositoryNameError> {
        match self {
            Self::Id(id) => check_id(id),
            Self::Path(path) => check_full_path(path),
        }
    }

    /// The one segment that stands for it in a request's path.
    pub(crate) fn segment(self) -> String {
        encode_segment(self.text())
    }
}

/// Why a text names no repository.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryNameError {
    /// Not an identity.
    #[error("an identity has 1 to 128 letters, digits, `_`, `-` and `.`, and is not dots alone")]
    Id,
    /// Not a path.
    #[error(
        "a path has `/` in it, at most 1024 bytes, no control character, and no component that is empty, `.` or `..`"
    )]
    Path,
}

pub(crate) fn check_id(id: &str) -> Result<(), RepositoryNameError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let fits =
        (1..=MAX_ID).contains(&id.len()) && id.bytes().all(allowed) && id != "." && id != "..";
    fits.then_some(()).ok_or(RepositoryNameError::Id)
}

pub(crate) fn check_full_path(path: &str) -> Result<(), RepositoryNameError> {
    let is_component = |component: &str| !matches!(component, "" | "." | "..");
    // Without a `/` a path could be another repository's identity.
    let fits = path.len() <= MAX_PATH
        && path.contains('/')
        && !path.contains(char::is_control)
        && path.split(['/', '\\']).all(is_component);
    fits.then_some(()).ok_or(RepositoryNameError::Path)
}

const MAX_ID: usize = 128;
const MAX_PATH: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_and_paths_have_one_form() {
        for id in ["42", "a.b-c_d", "...", &"x".repeat(128)] {
            assert_eq!(RepositoryArgument::Id(id).check(), Ok(()), "{id}");
        }
        for id in [
            "",
            ".",
            "..",
            "4 2",
            "42\n",
            "a/b",
            "%34",
            "é",
            &"x".repeat(129),
        ] {
            assert_eq!(
                RepositoryArgument::Id(id).check(),
                Err(RepositoryNameError::Id),
                "{id}"
            );
        }
        for path in ["web/shop", "a/b c/é", "a/..b"] {
            assert_eq!(RepositoryArgument::Path(path).check(), Ok(()), "{path}");
        }
        for path in [
            "",
            "a",
            "42",
            "/a",
            "a/",
            "a//b",
            "a/../b",
            "./a",
            "a\\..\\b",
            "a\nb",
            "a\u{85}b",
            &"x".repeat(1025),
        ] {
            assert_eq!(
                RepositoryArgument::Path(path).check(),
                Err(RepositoryNameError::Path),
                "{path}"
            );
        }
    }

    #[test]
    fn a_path_is_bounded() {
        let path = |length: usize| format!("a/{}", "x".repeat(length - 2));
        assert_eq!(RepositoryArgument::Path(&path(1024)).check(), Ok(()));
        let long = path(1025);
        assert_eq!(
            RepositoryArgument::Path(&long).check(),
            Err(RepositoryNameError::Path)
        );
    }

    #[test]
    fn a_path_becomes_one_segment() {
        assert_eq!(
            RepositoryArgument::Path("web/a.b~c d").segment(),
            "web%2Fa.b~c%20d"
        );
        assert_eq!(RepositoryArgument::Id("42").segment(), "42");
    }
}
