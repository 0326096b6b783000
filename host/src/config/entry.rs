//! One connection as the file says it: apart from reading the file, because this is its schema.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use code_source_egress::{Access, ConnectedRepository, EndpointPattern};
use serde::Deserialize;

use super::limits::LimitsEntry;
#[cfg(feature = "cli")]
use super::place::Step;
use super::proxy::ProxyEntry;
use super::range::Range;
use super::text::Text;
use super::token::TokenEntry;
use crate::audit::AuditFile;
use crate::connection::Connection;
use crate::credential::TokenSource;
use crate::error::Error;
use crate::limits::Limits;
use crate::transport::ClientIdentity;

/// What the file says of one connection.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConnectionEntry {
    plugin: Option<PluginFile>,
    pub(super) url: String,
    token: TokenEntry,
    ca_file: Option<PathBuf>,
    client_certificate: Option<ClientCertificate>,
    pub(super) proxy: Option<ProxyEntry>,
    pub(super) access: Option<Vec<Text<Access>>>,
    #[serde(default)]
    allow: Vec<Text<EndpointPattern>>,
    #[serde(default)]
    deny: Vec<Text<EndpointPattern>>,
    #[serde(default)]
    pub(super) redirect_origins: Vec<String>,
    #[serde(default)]
    pub(super) webhook_urls: Vec<String>,
    #[serde(default)]
    pub(super) secrets: BTreeMap<String, TokenEntry>,
    #[serde(default)]
    pub(super) previous_secrets: BTreeMap<String, TokenEntry>,
    #[serde(default)]
    allow_unauthenticated_deliveries: bool,
    #[serde(default)]
    pub(super) repositories: Vec<RepositoryEntry>,
    #[serde(default)]
    pub(super) private_addresses: Vec<Text<Range>>,
    #[serde(default)]
    allow_plain_http: bool,
    concurrency: Option<NonZeroU32>,
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

    /// The forge's address, as the file says it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The connection, ready to be opened under this name.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the audit cannot be opened.
    pub fn connection(&self, name: &str) -> Result<Connection, Error> {
        let connection = self.without_audit(name);
        Ok(match &self.audit_file {
            Some(file) => connection.audit(Arc::new(AuditFile::open(file)?)),
            None => connection,
        })
    }

    /// The same without its audit: for whoever only wants to know what would be allowed.
    pub(crate) fn without_audit(&self, name: &str) -> Connection {
        let mut connection = Connection::new(name, &self.url, self.token())
            .allow(self.allow.iter().map(|pattern| pattern.0.clone()))
            .deny(self.deny.iter().map(|pattern| pattern.0.clone()))
            .redirect_origins(self.redirect_origins.iter().cloned())
            .webhook_urls(self.webhook_urls.iter().cloned())
            .repositories(self.repositories.iter().map(RepositoryEntry::connected))
            .private_addresses(self.private_addresses.iter().map(|range| range.0.0))
            .allow_plain_http(self.allow_plain_http)
            .allow_unauthenticated_deliveries(self.allow_unauthenticated_deliveries)
            .limits(self.limits.apply(Limits::default()));
        for (secret, place) in &self.secrets {
            connection = connection.secret(secret, place.source());
        }
        for (secret, place) in &self.previous_secrets {
            connection = connection.previous_secret(secret, place.source());
        }
        if let Some(file) = &self.ca_file {
            connection = connection.ca_file(file);
        }
        if let Some(certificate) = &self.client_certificate {
            connection = connection.client_identity(certificate.identity());
        }
        if let Some(proxy) = &self.proxy {
            connection = connection.proxy(proxy.proxy());
        }
        if let Some(access) = &self.access {
            connection = connection.access(access.iter().map(|access| access.0));
        }
        if let Some(requests) = self.concurrency {
            connection = connection.concurrency(requests.get());
        }
        connection
    }

    /// Whether the token may be shown to everybody on the way.
    #[cfg(feature = "cli")]
    pub(crate) fn allows_plain_http(&self) -> bool {
        self.allow_plain_http
    }

    /// The address of the proxy.
    #[cfg(feature = "cli")]
    pub(crate) fn proxy_url(&self) -> Option<&str> {
        self.proxy.as_ref().map(|proxy| proxy.url.as_str())
    }

    /// Whether the proxy is told who comes.
    #[cfg(feature = "cli")]
    pub(crate) fn has_proxy_credentials(&self) -> bool {
        let proxy = self.proxy.as_ref();
        proxy.is_some_and(|proxy| proxy.credentials().is_some())
    }

    /// The value that names a file.
    #[cfg(feature = "cli")]
    pub(crate) fn steps_to_file(&self, file: &Path) -> Option<Vec<Step>> {
        let pair = self.client_certificate.as_ref();
        let named = [
            (self.ca_file.as_deref(), vec!["ca-file"]),
            (self.audit_file.as_deref(), vec!["audit-file"]),
            (
                pair.map(|pair| pair.certificate.as_path()),
                vec!["client-certificate", "certificate"],
            ),
            (
                pair.map(|pair| pair.key.as_path()),
                vec!["client-certificate", "key"],
            ),
        ];
        let found = named.into_iter().find(|(path, _)| *path == Some(file))?;
        Some(found.1.into_iter().map(Step::from).collect())
    }

    /// The value that names the place of a secret, which is given in words.
    #[cfg(feature = "cli")]
    pub(crate) fn steps_to_secret(&self, place: &str) -> Option<Vec<Step>> {
        let is_it = |entry: &TokenEntry| entry.source().place() == place;
        if is_it(&self.token) {
            return Some(vec!["token".into()]);
        }
        let credentials = self.proxy.as_ref().and_then(ProxyEntry::credentials);
        if credentials.is_some_and(is_it) {
            return Some(vec!["proxy".into(), "credentials".into()]);
        }
        let tables = [
            ("secrets", &self.secrets),
            ("previous-secrets", &self.previous_secrets),
        ];
        tables.into_iter().find_map(|(table, secrets)| {
            let (name, _) = secrets.iter().find(|(_, entry)| is_it(entry))?;
            Some(vec![table.into(), name.as_str().into()])
        })
    }

    /// Let relative paths begin at `directory`.
    pub(super) fn rebase(&mut self, directory: &Path) {
        let (certificate, key) = self
            .client_certificate
            .as_mut()
            .map(|pair| (&mut pair.certificate, &mut pair.key))
            .unzip();
        let secrets = self.secrets.values_mut();
        let secrets = secrets.chain(self.previous_secrets.values_mut());
        let secrets = secrets.map(TokenEntry::file);
        let files = [
            self.plugin.as_mut().map(|plugin| &mut plugin.path),
            self.ca_file.as_mut(),
            self.audit_file.as_mut(),
            self.token.file(),
            self.proxy.as_mut().and_then(ProxyEntry::file),
            certificate,
            key,
        ];
        for file in files.into_iter().chain(secrets).flatten() {
            *file = directory.join(&*file);
        }
    }
}

impl fmt::Debug for ConnectionEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address of a webhook is a secret by itself.
        formatter
            .debug_struct("ConnectionEntry")
            .field("url", &self.url)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// What is shown to a forge that asks who comes, before the token.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientCertificate {
    certificate: PathBuf,
    key: PathBuf,
}

impl ClientCertificate {
    fn identity(&self) -> ClientIdentity {
        ClientIdentity {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
        }
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

impl RepositoryType {
    /// The word for it in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Frontend => "frontend",
            Self::Monorepo => "monorepo",
        }
    }
}
