//! The token: read, held, and put into a header, apart so that no other file touches its bytes.

use std::fmt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::SystemTime;

use http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::Error;

/// A secret text. Neither `Debug` nor `Display` shows it, and its memory is cleared when it is
/// dropped; the TLS and HTTP libraries keep copies of their own for a while.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keep `text` as a secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

/// Where a token comes from.
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
    /// Where it is, in words; never what it is.
    fn place(&self) -> String {
        match self {
            Self::Environment(name) => format!("the environment variable `{name}`"),
            Self::File(path) => format!("the file `{}`", path.display()),
            Self::Value(_) => "the embedder".to_owned(),
        }
    }

    fn read(&self) -> Result<Secret, Error> {
        let text = match self {
            Self::Environment(name) => Zeroizing::new(std::env::var(name).map_err(|error| {
                self.problem(match error {
                    std::env::VarError::NotPresent => "it is not set",
                    std::env::VarError::NotUnicode(_) => "it is not text",
                })
            })?),
            Self::File(path) => Zeroizing::new(
                std::fs::read_to_string(path).map_err(|error| self.problem(&error.to_string()))?,
            ),
            Self::Value(secret) => return self.accept(secret.expose()),
        };
        self.accept(&text)
    }

    fn accept(&self, text: &str) -> Result<Secret, Error> {
        // Editors end a file with a line break; anything else around a token is a mistake in
        // copying that would come back as "unauthorised".
        let token = text.strip_suffix('\n').unwrap_or(text);
        let token = token.strip_suffix('\r').unwrap_or(token);
        if token.is_empty() {
            return Err(self.problem("it is empty"));
        }
        if token
            .chars()
            .any(|character| character.is_whitespace() || character.is_control())
        {
            return Err(self.problem("there is white space or a control character in it"));
        }
        if !token.is_ascii() {
            return Err(self.problem("there is a character in it that is not ASCII"));
        }
        if token.len() < SHORTEST {
            return Err(self.problem("it is shorter than 16 characters"));
        }
        Ok(Secret::new(token))
    }

    fn problem(&self, problem: &str) -> Error {
        Error::Credential {
            place: self.place(),
            problem: problem.to_owned(),
        }
    }
}

/// A token as a connection holds it: the newest reading, in the form that the provider asks for.
pub(crate) struct Credential {
    source: TokenSource,
    template: String,
    current: Mutex<Reading>,
}

struct Reading {
    token: Secret,
    changed: Option<SystemTime>,
}

impl Credential {
    /// Read the token. `template` is the header's value with `{token}` in it.
    pub(crate) fn new(source: TokenSource, template: &str) -> Result<Self, Error> {
        let reading = Reading {
            changed: changed(&source),
            token: source.read()?,
        };
        Ok(Self {
            source,
            template: template.to_owned(),
            current: Mutex::new(reading),
        })
    }

    /// The header's value, from the newest token.
    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        let token = self.token()?;
        let text = Zeroizing::new(self.template.replace("{token}", token.expose()));
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| self.source.problem("it does not fit into a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn token(&self) -> Result<Secret, Error> {
        // A poisoned lock holds a whole reading: it is replaced in one assignment.
        let mut current = self
            .current
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let changed = changed(&self.source);
        if changed != current.changed {
            *current = Reading {
                token: self.source.read()?,
                changed,
            };
        }
        Ok(current.token.clone())
    }
}

fn changed(source: &TokenSource) -> Option<SystemTime> {
    match source {
        TokenSource::File(path) => std::fs::metadata(path)
            .and_then(|meta| meta.modified())
            .ok(),
        TokenSource::Environment(_) | TokenSource::Value(_) => None,
    }
}

/// Shorter ones could occur in ordinary text and would make masking harmful.
const SHORTEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "acmepat-0123456789abcdef";

    #[test]
    fn debug_and_display_show_nothing_of_a_secret() {
        let secret = Secret::new(TOKEN);
        assert_eq!(format!("{secret:?} {secret}"), "Secret(…) …");
        let source = TokenSource::Value(secret);
        assert!(!format!("{source:?}").contains("0123"));
        let value = Credential::new(source, "{token}")
            .unwrap()
            .header()
            .unwrap();
        assert_eq!(format!("{value:?}"), "Sensitive");
    }

    #[test]
    fn a_token_with_white_space_is_refused_and_a_line_break_at_its_end_is_not() {
        let read = |text: &str| TokenSource::Value(Secret::new(text)).read();
        assert_eq!(read(&format!("{TOKEN}\r\n")).unwrap().expose(), TOKEN);
        for bad in [
            "",
            "tiny-one",
            " acmepat-0123456789abcdef",
            "acmepat-01234 56789abcdef",
        ] {
            let error = read(bad).unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
    }

    #[test]
    fn a_rotated_file_is_read_again() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), TOKEN).unwrap();
        let source = TokenSource::File(file.path().to_owned());
        let credential = Credential::new(source, "Bearer {token}").unwrap();
        std::fs::write(file.path(), "acmepat-fedcba9876543210\n").unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        file.as_file().set_modified(later).unwrap();
        assert_eq!(
            credential.header().unwrap(),
            "Bearer acmepat-fedcba9876543210"
        );
    }
}
