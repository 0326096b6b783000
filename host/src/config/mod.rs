//! The configuration file of connections: apart from [`Connection`], which an embedder can fill
//! from anywhere else.
//!
//! ```toml
//! [connections.acme]
//! url = "https://git.acme.example/forge"
//! token = { file = "/run/secrets/forge-token" }
//! private-addresses = ["10.20.0.0/16"]
//! deny = ["GET /projects/{project}/repository/archive.zip"]
//! secrets = { webhook = { file = "webhook-secret" } }
//! previous-secrets = { webhook = { file = "webhook-secret-before" } }
//! repositories = [{ id = "42", path = "web/shop", branch = "main", type = "monorepo" }]
//! ```

mod check;
#[cfg(feature = "cli")]
pub(crate) mod edit;
mod entry;
mod error;
#[cfg(feature = "cli")]
pub(crate) mod file;
mod limits;
mod place;
mod proxy;
mod quantity;
mod range;
#[cfg(feature = "cli")]
mod removal;
#[cfg(feature = "cli")]
pub(crate) mod replace;
mod snippet;
mod text;
mod token;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[cfg(feature = "cli")]
pub(crate) use self::check::{private_address_problem, webhook_problem};
pub use self::entry::{ConnectionEntry, PluginFile, RepositoryEntry, RepositoryType};
pub use self::error::ConfigurationError;
pub(crate) use self::place::Step;
#[cfg(feature = "cli")]
pub(crate) use self::range::Range;
#[cfg(doc)]
use crate::connection::Connection;

/// The connections of a file, by name.
pub struct Configuration {
    file: PathBuf,
    text: String,
    connections: BTreeMap<String, ConnectionEntry>,
}

impl Configuration {
    /// Read the file at `path`. Paths in it that are relative begin at its directory.
    ///
    /// # Errors
    ///
    /// [`ConfigurationError::Unreadable`] if there is no such file, and what
    /// [`parse`](Self::parse) finds.
    pub fn read(path: &Path) -> Result<Self, ConfigurationError> {
        let read = crate::kind::check_readable(path).and_then(|()| std::fs::read_to_string(path));
        let text = read.map_err(|source| ConfigurationError::Unreadable {
            file: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path)
    }

    /// Read `text` as if it stood in `file`.
    ///
    /// # Errors
    ///
    /// [`ConfigurationError::Malformed`] with the place, for anything that is not understood:
    /// an unknown key is a mistake, and a mistake in what may leave is worse than a refusal.
    pub fn parse(text: &str, file: &Path) -> Result<Self, ConfigurationError> {
        let document: Document = toml::from_str(text)
            .map_err(|error| ConfigurationError::malformed(&error, text, file))?;
        let mut connections = document.connections;
        let directory = file.parent().unwrap_or(Path::new(""));
        for entry in connections.values_mut() {
            entry.rebase(directory);
        }
        let configuration = Self {
            file: file.to_owned(),
            text: text.to_owned(),
            connections,
        };
        configuration.check()?;
        Ok(configuration)
    }

    /// The connection called `name`.
    ///
    /// # Errors
    ///
    /// [`ConfigurationError::NoSuchConnection`], which names those that there are.
    pub fn connection(&self, name: &str) -> Result<&ConnectionEntry, ConfigurationError> {
        self.connections
            .get(name)
            .ok_or_else(|| ConfigurationError::NoSuchConnection {
                name: name.to_owned(),
                file: self.file.clone(),
                known: self.names().map(str::to_owned).collect(),
            })
    }

    /// The only connection, where there is exactly one.
    #[must_use]
    pub fn only_connection(&self) -> Option<(&str, &ConnectionEntry)> {
        let mut connections = self.connections.iter();
        match (connections.next(), connections.next()) {
            (Some((name, entry)), None) => Some((name, entry)),
            _ => None,
        }
    }

    /// The names of the connections, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.connections.keys().map(String::as_str)
    }

    /// The file that it was read from.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What the file says, as it was read.
    #[cfg(feature = "cli")]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The line, from 1, of the value that the steps lead to, where it stands in the file.
    #[cfg(feature = "cli")]
    pub(crate) fn line_of(&self, connection: &str, steps: &[Step]) -> Option<usize> {
        let found = place::find(&self.text, connection, steps)?;
        let before = self.text.get(..found.span.start)?;
        found.is_all.then(|| before.matches('\n').count() + 1)
    }

    /// What is wrong with a value of a connection, shown at its line: the value that the steps
    /// lead to, or what they come closest to.
    pub(crate) fn point(
        &self,
        connection: &str,
        steps: &[Step],
        problem: impl Into<String>,
    ) -> ConfigurationError {
        let span = place::find(&self.text, connection, steps).map(|found| found.span);
        ConfigurationError::at(span, problem.into(), &self.text, &self.file)
    }

    fn check(&self) -> Result<(), ConfigurationError> {
        for (name, entry) in &self.connections {
            check::check(entry)
                .map_err(|mistake| self.point(name, &mistake.steps, mistake.problem))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What the file says may hold what does not belong there, and addresses that are secrets.
        formatter
            .debug_struct("Configuration")
            .field("file", &self.file)
            .field("connections", &self.names().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Document {
    #[serde(default)]
    connections: BTreeMap<String, ConnectionEntry>,
}

#[cfg(test)]
mod tests;
