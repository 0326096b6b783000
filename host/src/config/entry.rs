//! One connection as the file says it: apart from reading the file, because this is its schema.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use code_source_egress::{Access, ConnectedRepository};
use ipnet::IpNet;
use serde::Deserialize;

use super::limits::LimitsEntry;
use super::text::Text;
use super::token::TokenEntry;
use crate::audit::AuditFile;
use crate::connection::Connection;
use crate::credential::TokenSource;
use crate::error::Error;
use crate::limits::Limits;

/// What the file says of one connection.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConnectionEntry {
    plugin: Option<PluginFile>,
    url: String,
    token: TokenEntry,
    ca_file: Option<PathBuf>,
    access: Option<Vec<Text<Access>>>,
    #[serde(default)]
    repositories: Vec<RepositoryEntry>,
    #[serde(default)]
    private_addresses: Vec<Text<IpNet>>,
    #[serde(default)]
    allow_plain_http: bool,
    concurrency: Option<u32>,
    audit_file: Option<PathBuf>,
    #[serde(default)]
    limits: LimitsEntry,
}

impl ConnectionEntry {
    /// The plugin's file; `None` for the one that is built in.
    #[must_use]
    pub fn plugin(&self) -> Option<&PluginFile> {
        self.plugin.as_ref()
    }

    /// Where the token comes from.
    #[must_use]
    pub fn token(&self) -> TokenSource {
        self.token.source()
    }

    /// The repositories that are connected.
    #[must_use]
    pub fn repositories(&self) -> &[RepositoryEntry] {
        &self.repositories
    }

    /// The connection, ready to be opened under this name.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the audit cannot be opened.
    pub fn connection(&self, name: &str) -> Result<Connection, Error> {
        let mut connection = Connection::new(name, &self.url, self.token())
            .repositories(self.repositories.iter().map(RepositoryEntry::connected))
            .private_addresses(self.private_addresses.iter().map(|range| range.0))
            .allow_plain_http(self.allow_plain_http)
            .limits(self.limits.apply(Limits::default()));
        if let Some(file) = &self.ca_file {
            connection = connection.ca_file(file);
        }
        if let Some(access) = &self.access {
            connection = connection.access(access.iter().map(|access| access.0));
        }
        if let Some(requests) = self.concurrency {
            connection = connection.concurrency(requests);
        }
        if let Some(file) = &self.audit_file {
            connection = connection.audit(Arc::new(AuditFile::open(file)?));
        }
        Ok(connection)
    }

    /// Let relative paths begin at `directory`.
    pub(super) fn rebase(&mut self, directory: &Path) {
        let plugin = self.plugin.as_mut().map(|plugin| &mut plugin.path);
        let files = [
            plugin,
            self.ca_file.as_mut(),
            self.audit_file.as_mut(),
            self.token.file(),
        ];
        for file in files.into_iter().flatten() {
            *file = directory.join(&*file);
        }
    }

    /// The id or path of a repository that stands there twice.
    pub(super) fn repeated_repository(&self) -> Option<&str> {
        self.repositories
            .iter()
            .enumerate()
            .find_map(|(index, one)| {
                self.repositories[..index]
                    .iter()
                    .find_map(|other| match (one, other) {
                        _ if one.id == other.id => Some(one.id.as_str()),
                        _ if one.path == other.path => Some(one.path.as_str()),
                        _ => None,
                    })
            })
    }
}

/// A plugin in a file, and the digest that it has to have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PluginFile {
    /// The component.
    pub path: PathBuf,
    /// Its SHA-256 in hexadecimal. Another file in its place is refused.
    pub sha256: Option<String>,
}

/// A repository that is connected.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RepositoryEntry {
    /// Its identity, as the forge gives it.
    pub id: String,
    /// Its full path.
    pub path: String,
    /// The branch that is read where a command names none; the default branch if left out.
    pub branch: Option<String>,
    /// What it holds. For people and products; nothing is decided by it here.
    pub r#type: Option<RepositoryType>,
}

impl RepositoryEntry {
    fn connected(&self) -> ConnectedRepository {
        ConnectedRepository {
            id: self.id.clone(),
            path: self.path.clone(),
        }
    }
}

/// What a repository holds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RepositoryType {
    /// What runs on a server.
    Backend,
    /// What people see.
    Frontend,
    /// Both, and perhaps more.
    Monorepo,
}
