//! Where a secret is read from, and what is refused there: apart because a mistake in copying a
//! token would otherwise come back as the forge's "unauthorised".

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::Secret;
use super::likeness::looks_secret;
use crate::error::{Error, NOT_SET};

/// Where a token, or another secret, comes from.
#[derive(Clone)]
#[non_exhaustive]
pub enum TokenSource {
    /// An environment variable, read when the connection is opened.
    Environment(String),
    /// A file, read when the connection is opened and again whenever it changed: mounted
    /// secrets are rotated in place.
    File(PathBuf),
    /// The token itself, for an embedder that has a vault of its own.
    Value(Secret),
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.place())
    }
}

impl TokenSource {
    /// Where it is, in words; never what it is, even where it stands in the place of the name.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Environment(_) if self.may_be_secret() => {
                format!("the environment variable {NOT_REPEATED}")
            }
            Self::File(_) if self.may_be_secret() => format!("the file {NOT_REPEATED}"),
            Self::Environment(name) => format!("the environment variable `{name}`"),
            Self::File(path) => format!("the file `{}`", path.display()),
            Self::Value(_) => "the embedder".to_owned(),
        }
    }

    /// Whether what should be the name of a place may be the secret itself: nothing is there, and it
    /// looks like one.
    pub(crate) fn may_be_secret(&self) -> bool {
        match self {
            Self::Environment(name) => is_no_variable(name) || looks_secret(name) && !is_set(name),
            Self::File(path) => {
                let name = path.file_name().map(|name| name.to_string_lossy());
                name.is_some_and(|name| looks_secret(&name)) && is_missing(path)
            }
            Self::Value(_) => true,
        }
    }

    /// Read it, and refuse what cannot be a secret of that form.
    pub(super) fn read(&self, form: Form) -> Result<Secret, Error> {
        let text = match self {
            Self::Environment(name) if is_no_variable(name) => {
                return Err(self.problem(form, NO_VARIABLE));
            }
            Self::Environment(name) => Zeroizing::new(std::env::var(name).map_err(|error| {
                self.problem(
                    form,
                    match error {
                        std::env::VarError::NotPresent => NOT_SET,
                        std::env::VarError::NotUnicode(_) => "it is not text",
                    },
                )
            })?),
            Self::File(path) => {
                let bytes = crate::kind::check_readable(path).and_then(|()| contents(path));
                let bytes = bytes.map_err(|error| self.problem(form, &error.to_string()))?;
                let text = std::str::from_utf8(&bytes);
                Zeroizing::new(
                    text.map_err(|_| self.problem(form, "it is not text"))?
                        .to_owned(),
                )
            }
            Self::Value(secret) => Zeroizing::new(secret.expose().to_owned()),
        };
        // Editors end a file with a line break; anything else around a token is a mistake in
        // copying.
        let token = text.strip_suffix('\n').unwrap_or(&text);
        let token = token.strip_suffix('\r').unwrap_or(token);
        match form.problem(token) {
            Some(problem) => Err(self.problem(form, problem)),
            None => Ok(Secret::new(token)),
        }
    }

    /// What changes when the secret does, as far as that can be seen without reading it.
    pub(super) fn stamp(&self) -> Stamp {
        match self {
            Self::File(path) => std::fs::metadata(path).ok().map(|meta| Changed {
                modified: meta.modified().ok(),
                length: meta.len(),
                #[cfg(unix)]
                file: std::os::unix::fs::MetadataExt::ino(&meta),
            }),
            Self::Environment(_) | Self::Value(_) => None,
        }
    }

    pub(super) fn problem(&self, form: Form, problem: &str) -> Error {
        Error::Credential {
            what: form.name(),
            place: self.place(),
            problem: problem.to_owned(),
        }
    }
}

/// What a secret has to look like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// A secret that the host puts in for a plugin, or verifies deliveries with.
    Secret,
    /// A token.
    Token,
    /// `user:password`, for a proxy.
    UserPassword,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Token => "token",
            Self::UserPassword => "proxy credentials",
        }
    }

    /// Why a text cannot be one.
    pub(crate) fn problem(self, text: &str) -> Option<&'static str> {
        if text.is_empty() {
            return Some("it is empty");
        }
        if text.len() > LONGEST {
            return Some("it is longer than 8 KiB");
        }
        if text.chars().any(char::is_control) {
            return Some("there is white space or a control character in it");
        }
        match self {
            Self::UserPassword => (!text.contains(':')).then_some("it is not `user:password`"),
            Self::Secret | Self::Token if text.chars().any(char::is_whitespace) => {
                Some("there is white space or a control character in it")
            }
            Self::Secret | Self::Token if !text.is_ascii() => {
                Some("there is a character in it that is not ASCII")
            }
            Self::Secret | Self::Token => {
                (text.len() < SHORTEST).then_some("it is shorter than 16 characters")
            }
        }
    }
}

/// Whether a text is no environment variable, and cannot be the name of one as POSIX has them. A
/// variable that is set has whatever name it has: Kubernetes allows `-` and `.` in it.
pub(crate) fn is_no_variable(name: &str) -> bool {
    let is_part = |one: char| one.is_ascii_alphanumeric() || one == '_';
    let is_name = !name.is_empty()
        && name.chars().all(is_part)
        && !name.starts_with(|one: char| one.is_ascii_digit());
    !is_name && !is_set(name)
}

/// Whether nothing is there. What cannot be looked at may be.
fn is_missing(path: &Path) -> bool {
    let there = path.symlink_metadata();
    there.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some()
}

/// What is in a file, as far as it can be a secret: a device has no end.
pub(super) fn contents(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    // All of it from the beginning: what grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + BEYOND));
    let longest = u64::try_from(LONGEST + BEYOND).unwrap_or(u64::MAX);
    File::open(path)?.take(longest).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What is seen of a file from outside; `None` where there is none.
pub(super) type Stamp = Option<Changed>;

/// A mounted secret is exchanged by a link to another file, with any time and often the same length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Changed {
    modified: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    file: u64,
}

/// Said in the place of a name.
const NOT_REPEATED: &str = "whose name is not repeated here, for it may be the secret itself";

/// Said of what is no name of a variable, and may be the secret itself.
const NO_VARIABLE: &str = "what should be its name is not letters, digits and `_`";

/// No server takes a header that is longer.
const LONGEST: usize = 8 << 10;

/// A line break at the end is none of it, and one more byte shows that it is too long.
const BEYOND: usize = 3;

/// Shorter ones could occur in ordinary text and would make masking harmful.
pub(super) const SHORTEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "acmepat-0123456789abcdef";

    fn read(text: &str, form: Form) -> Result<Secret, Error> {
        TokenSource::Value(Secret::new(text)).read(form)
    }

    #[test]
    fn a_token_with_white_space_is_refused_and_a_line_break_at_its_end_is_not() {
        let taken = read(&format!("{TOKEN}\r\n"), Form::Token).unwrap();
        assert_eq!(taken.expose(), TOKEN);
        for bad in [
            "",
            "tiny-one",
            " acmepat-0123456789abcdef",
            "acmepat-01234 56789abcdef",
            "acmepat-0123456789abcd\u{e9}f",
            &"x".repeat(LONGEST + 1),
        ] {
            let error = read(bad, Form::Token).unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
    }

    #[test]
    fn a_secret_in_the_place_of_a_name_is_not_repeated() {
        for secret in [
            TOKEN,
            "acmepat-Ab3_xY-9zKq0LmN5oPrs",
            "acmepat-kR7vQ2mXz9Lw.01.1a2b3c4d5",
            "0123456789abcdef0123456789abcdef01234567",
            "a0b1c2d3e4f5a6b7c8d9",
            "QwErTyUiOpAsDfGhJkLz",
        ] {
            let folder = Path::new("/nowhere").join(secret);
            for source in [
                TokenSource::Environment(secret.to_owned()),
                TokenSource::File(secret.into()),
                TokenSource::File(folder),
            ] {
                let error = source.read(Form::Token).unwrap_err();
                let told = format!("{} {source:?} {error}", source.place());
                assert!(!told.contains(&secret[8..]), "{told}");
            }
        }
    }

    #[test]
    fn a_name_is_told_as_it_is() {
        for name in [
            "FORGE_TOKEN",
            "GITHUB_TOKEN_2",
            "CODE_SOURCE_TOKEN_OF_ACME",
            "_2",
        ] {
            let place = TokenSource::Environment(name.to_owned()).place();
            assert!(place.contains(name), "{place}");
        }
        for name in [
            "/run/secrets/forge-token",
            "token-of-acme-2024.txt",
            "./MyForgeTokenFile.txt",
            "/var/run/secrets/code-source/TOKEN_FOR_STAGING_2",
        ] {
            let place = TokenSource::File(name.into()).place();
            assert!(place.contains(name), "{place}");
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(TOKEN);
        std::fs::write(&file, TOKEN).unwrap();
        assert!(TokenSource::File(file).place().contains(TOKEN));
    }

    #[test]
    fn a_variable_has_a_name_as_posix_has_them() {
        for (name, is_name) in [
            ("A_1", true),
            ("_", true),
            ("", false),
            ("1A", false),
            ("A-B", false),
            ("A B", false),
            ("A=B", false),
            ("A\0B", false),
        ] {
            assert_eq!(!is_no_variable(name), is_name, "{name}");
        }
    }

    #[test]
    fn credentials_of_a_proxy_are_a_name_and_a_password() {
        let taken = read("me:a b\u{e9}\n", Form::UserPassword).unwrap();
        assert_eq!(taken.expose(), "me:a b\u{e9}");
        for bad in ["", "me", "me:\n:x"] {
            assert!(read(bad, Form::UserPassword).is_err(), "{bad:?}");
        }
    }
}
