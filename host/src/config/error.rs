//! What can be wrong with a configuration file: apart from [`Error`](crate::Error), because none
//! of it happens to an embedder that does not read one.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::place;
use super::snippet::Snippet;

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// It is not understood.
    #[error("`{file}` is not understood: line {line}, column {column}: {problem}{snippet}", file = file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
        /// The line itself, without what could be a secret; with the line break before it.
        snippet: String,
    },
    /// It does not have that connection.
    #[error("no connection `{name}` in `{file}`", file = file.display())]
    NoSuchConnection {
        /// What was asked for.
        name: String,
        /// The file.
        file: PathBuf,
        /// The connections that there are.
        known: Vec<String>,
    },
    /// It cannot be read.
    #[error("cannot read `{file}`", file = file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl ConfigurationError {
    /// What to do about it, where something can be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSuchConnection { known, .. } if known.is_empty() => Some(
                "the file has no connection: one begins with a line `[connections.NAME]`".into(),
            ),
            Self::NoSuchConnection { known, .. } => {
                Some(format!("the connections there: `{}`", known.join("`, `")))
            }
            Self::Malformed { .. } => {
                Some("mend that line; `code-source help` shows a whole file".into())
            }
            Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::InvalidData => {
                Some("the file is not text in UTF-8: save it as that".into())
            }
            Self::Unreadable { source, .. } => Some(
                crate::error::file_hint(source)
                    .unwrap_or("name another file")
                    .into(),
            ),
        }
    }

    /// The line that it is about, for people, where it can be shown.
    #[cfg(feature = "cli")]
    pub(crate) fn snippet(&self) -> Option<&str> {
        match self {
            Self::Malformed { snippet, .. } => Some(snippet.trim_start_matches('\n')),
            Self::NoSuchConnection { .. } | Self::Unreadable { .. } => None,
        }
    }

    pub(super) fn malformed(error: &toml::de::Error, text: &str, file: &Path) -> Self {
        let problem = error.message().trim_end().replace('\n', ", ");
        let span = error.span();
        let span = span.map(|span| place::narrow(text, span, &problem));
        let problem = without_value(&problem);
        Self::at(span, problem, text, file)
    }

    /// What is wrong with what stands at `span`.
    pub(super) fn at(span: Option<Range<usize>>, problem: String, text: &str, file: &Path) -> Self {
        let Snippet {
            line,
            column,
            shown,
        } = Snippet::new(text, span);
        Self::Malformed {
            file: file.to_owned(),
            line,
            column,
            problem,
            snippet: shown.map(|shown| format!("\n{shown}")).unwrap_or_default(),
        }
    }
}

/// What the parser says, without the value that it repeats: one with another form than the key's
/// may well be a secret that somebody put into the wrong place.
fn without_value(problem: &str) -> String {
    for what in ["invalid type: ", "invalid value: ", "unknown variant "] {
        if let Some((before, after)) = problem.split_once(what) {
            // The kind of value stands before the value, which is between quotes of either sort.
            let kind = after.split(['"', '`']).next().unwrap_or_default();
            let kind = kind.split(", expected ").next().unwrap_or_default();
            let said = format!("{before}{what}{kind}");
            let said = said.trim_end_matches([' ', ':']);
            return match after.rsplit_once(", expected ") {
                Some((_, expected)) => format!("{said}, expected {expected}"),
                None => said.to_owned(),
            };
        }
    }
    problem.to_owned()
}
