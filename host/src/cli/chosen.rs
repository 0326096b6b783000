//! Which connection is meant, and what the options change in it: apart from opening it, because
//! some commands only talk about a connection, and need neither its token nor the network.

mod options;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use code_source_egress::PolicyError;

pub(crate) use self::options::check;
use self::options::secret;
use super::approval;
use super::arguments::GlobalArguments;
use super::failure::CommandError;
use super::notes::Notes;
use super::progress::Meter;
use super::usage::UsageError;
use crate::audit::AuditFile;
use crate::config::{Configuration, ConfigurationError, ConnectionEntry, RepositoryEntry, Step};
use crate::connection::Connection;
use crate::credential::{Secret, TokenSource};
use crate::engine::Engine;
use crate::error::Error;
use crate::plugin::{Plugin, PluginDescription};
use crate::transport::{ClientIdentity, Proxy};

/// The connection that the options name.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) name: String,
    pub(crate) token: Option<TokenSource>,
    url: Option<String>,
    configured: Option<Configured>,
}

/// Where it stands.
#[derive(Debug)]
pub(crate) struct Configured {
    pub(crate) configuration: Configuration,
    pub(crate) entry: ConnectionEntry,
}

impl Chosen {
    /// The connection that the options name, whether a token for it is known or not.
    pub(crate) fn new(options: &GlobalArguments) -> Result<Self, CommandError> {
        check(options)?;
        let token = token(options);
        if let Some(url) = &options.url {
            return Ok(Self {
                name: COMMAND_LINE.into(),
                url: Some(url.clone()),
                token,
                configured: None,
            });
        }
        let (name, configured) = configured(options)?;
        Ok(Self {
            name,
            url: None,
            token: token.or_else(|| Some(configured.entry.token())),
            configured: Some(configured),
        })
    }

    /// A connection of a configuration that may not be written yet.
    pub(crate) fn of(configuration: Configuration, name: &str) -> Result<Self, CommandError> {
        let (name, entry) = entry(&configuration, Some(name))?;
        Ok(Self {
            token: Some(entry.token()),
            name,
            url: None,
            configured: Some(Configured {
                configuration,
                entry,
            }),
        })
    }

    /// The same for a command that needs the token.
    pub(crate) fn with_token(options: &GlobalArguments) -> Result<Self, CommandError> {
        let chosen = Self::new(options)?;
        if chosen.token.is_none() {
            return Err(UsageError::UrlWithoutToken.into());
        }
        Ok(chosen)
    }

    /// Where it stands, if not on the command line.
    pub(crate) fn configured(&self) -> Option<&Configured> {
        self.configured.as_ref()
    }

    /// What the configuration says of its repositories.
    pub(crate) fn repositories(&self) -> Vec<RepositoryEntry> {
        let entry = self.configured.as_ref().map(|configured| &configured.entry);
        entry.map_or_else(Vec::new, |entry| entry.repositories().to_vec())
    }

    /// The connection with everything that a call needs.
    pub(crate) fn connection(&self, options: &GlobalArguments) -> Result<Connection, Error> {
        let connection = match &self.configured {
            Some(configured) => configured.entry.connection(&self.name)?,
            None => self.without_audit(),
        };
        let connection = self.with_options(connection, options);
        Ok(match &options.audit_file {
            Some(file) => connection.audit(Arc::new(AuditFile::open(file)?)),
            None => connection,
        })
    }

    /// The connection as far as it can be judged; no file is opened for it.
    pub(crate) fn outline(&self, options: &GlobalArguments) -> Connection {
        let connection = match &self.configured {
            Some(configured) => configured.entry.without_audit(&self.name),
            None => self.without_audit(),
        };
        self.with_options(connection, options)
    }

    fn without_audit(&self) -> Connection {
        let url = self.url.as_deref().unwrap_or_default();
        // Whoever needs a token has asked for one before.
        let nothing = TokenSource::Value(Secret::new(""));
        Connection::new(&self.name, url, nothing)
    }

    fn with_options(&self, mut connection: Connection, options: &GlobalArguments) -> Connection {
        if let Some(token) = &self.token {
            connection.token = token.clone();
        }
        let ranges = options.private_address.iter();
        connection.private_addresses.extend(ranges);
        let origins = options.redirect_origin.iter().cloned();
        connection.redirect_origins.extend(origins);
        for access in &options.access {
            if !connection.access.contains(access) {
                connection.access.push(*access);
            }
        }
        let urls = options.webhook_url.iter().cloned();
        connection.webhook_urls.extend(urls);
        for (name, file) in options.secret.iter().filter_map(|text| secret(text)) {
            connection = connection.secret(name, TokenSource::File(file.into()));
        }
        connection.allow_plain_http |= options.allow_plain_http;
        if let Some(file) = &options.ca_file {
            connection = connection.ca_file(file);
        }
        if let Some(url) = &options.proxy {
            let credentials = options.proxy_credentials_file.clone();
            let proxy = Proxy::new(url);
            connection = connection.proxy(match credentials {
                Some(file) => proxy.credentials(TokenSource::File(file)),
                None => proxy,
            });
        }
        if let (Some(certificate), Some(key)) = (&options.client_certificate, &options.client_key) {
            connection = connection.client_identity(ClientIdentity {
                certificate: certificate.clone(),
                key: key.clone(),
            });
        }
        if let Some(seconds) = options.timeout {
            connection.limits.call = Duration::from_secs(seconds);
        }
        connection
    }

    /// The plugin that serves it, if it may.
    pub(crate) fn plugin(
        &self,
        options: &GlobalArguments,
        engine: &Engine,
        notes: Notes,
    ) -> Result<Plugin, CommandError> {
        let bytes = self.plugin_bytes(options, notes)?;
        // The first time takes seconds; what was compiled is loaded before anything is drawn.
        let _meter = Meter::new(notes, "compiling the plugin");
        Plugin::from_bytes(engine, &bytes, None).map_err(|source| self.failed(source))
    }

    /// What that plugin says of itself, without running it.
    pub(crate) fn description(
        &self,
        options: &GlobalArguments,
        notes: Notes,
    ) -> Result<PluginDescription, CommandError> {
        let bytes = self.plugin_bytes(options, notes)?;
        PluginDescription::of(&bytes).map_err(|source| self.failed(source))
    }

    fn plugin_bytes(
        &self,
        options: &GlobalArguments,
        notes: Notes,
    ) -> Result<Cow<'static, [u8]>, CommandError> {
        if let Some(path) = &options.plugin {
            let bytes = approval::read_plugin(path).map_err(|error| self.failed(error))?;
            let pinned = options.plugin_sha256.as_deref();
            return match pinned.and_then(|pinned| other_digest(&bytes, pinned)) {
                Some(error) => Err(self.failed(error)),
                None => Ok(bytes.into()),
            };
        }
        let configured = self.configured.as_ref();
        let plugin = configured.and_then(|one| Some((one.entry.plugin()?, &one.configuration)));
        match plugin {
            Some((plugin, configuration)) => {
                approval::approved_bytes(plugin, configuration.file(), &self.name, notes)
                    .map(Cow::Owned)
            }
            None => Plugin::embedded_bytes()
                .map(Cow::Borrowed)
                .ok_or_else(|| self.failed(Error::NoEmbeddedPlugin)),
        }
    }

    /// What kept it from being opened, with the line of the file where it is the file's fault.
    pub(crate) fn failed(&self, source: Error) -> CommandError {
        CommandError::Open {
            tried: format!("open the connection `{}`", self.name),
            at: self.place_of(&source).map(Box::new),
            source,
        }
    }

    /// The line of the configuration file that an error is about, where it is about one.
    pub(crate) fn place_of(&self, error: &Error) -> Option<ConfigurationError> {
        let configured = self.configured.as_ref()?;
        let steps = configured.steps_to(error)?;
        Some(configured.configuration.point(&self.name, &steps, ""))
    }
}

fn other_digest(bytes: &[u8], pinned: &str) -> Option<Error> {
    let found = crate::plugin::digest(bytes);
    (!pinned.eq_ignore_ascii_case(&found)).then(|| Error::Digest {
        found,
        pinned: pinned.to_owned(),
    })
}

impl Configured {
    /// The value of the file that an error is about.
    fn steps_to(&self, error: &Error) -> Option<Vec<Step>> {
        match error {
            Error::Policy(PolicyError::OperatorRule { list, index, .. }) => {
                Some(vec![(*list).into(), (*index).into()])
            }
            Error::Policy(PolicyError::Secret { name, .. }) => {
                Some(vec!["secrets".into(), (**name).into()])
            }
            Error::Policy(
                PolicyError::BaseNamesApi(_) | PolicyError::Host(_) | PolicyError::PlainHttp(_),
            )
            | Error::PlainHttp { .. }
            | Error::RefusedHost { .. }
            | Error::Url(_) => Some(vec!["url".into()]),
            Error::Certificates { path, .. }
            | Error::ClientIdentity { path, .. }
            | Error::File { path, .. } => self.entry.steps_to_file(path),
            Error::Credential { place, .. } => self.entry.steps_to_secret(place),
            _ => None,
        }
    }
}

fn token(options: &GlobalArguments) -> Option<TokenSource> {
    let file = options.token_file.clone().map(TokenSource::File);
    file.or_else(|| options.token_env.clone().map(TokenSource::Environment))
}

/// The configuration file that the options name, or the usual one, where there is a place for it.
pub(crate) fn configuration_file(options: &GlobalArguments) -> Option<PathBuf> {
    let usual = || standard_file("XDG_CONFIG_HOME", ".config", "config.toml");
    options.config.clone().or_else(usual)
}

fn configured(options: &GlobalArguments) -> Result<(String, Configured), CommandError> {
    let file = configuration_file(options);
    // A file that somebody named has to be there; the usual one need not.
    let Some(file) =
        file.filter(|file| options.config.is_some() || file.try_exists().unwrap_or(true))
    else {
        return Err(UsageError::NothingConfigured.into());
    };
    let configuration = Configuration::read(&file).map_err(CommandError::Configuration)?;
    let (name, entry) = entry(&configuration, options.connection.as_deref())?;
    Ok((
        name,
        Configured {
            configuration,
            entry,
        },
    ))
}

fn entry(
    configuration: &Configuration,
    name: Option<&str>,
) -> Result<(String, ConnectionEntry), CommandError> {
    match name {
        Some(name) => configuration
            .connection(name)
            .map(|entry| (name.to_owned(), entry.clone()))
            .map_err(CommandError::Configuration),
        None => configuration
            .only_connection()
            .map(|(name, entry)| (name.to_owned(), entry.clone()))
            .ok_or_else(|| which(configuration)),
    }
}

fn which(configuration: &Configuration) -> CommandError {
    let names: Vec<&str> = configuration.names().collect();
    let file = configuration.file().display().to_string();
    if names.is_empty() {
        return UsageError::NoConnection { file }.into();
    }
    let names = format!("`{}`", names.join("`, `"));
    UsageError::SeveralConnections { file, names }.into()
}

/// A file of ours below a usual directory. As XDG's specification says, relative ones do not count.
pub(crate) fn standard_file(variable: &str, below_home: &str, file: &str) -> Option<PathBuf> {
    let absolute = |path: PathBuf| Some(path).filter(|path| path.is_absolute());
    let base = std::env::var_os(variable)
        .and_then(|value| absolute(value.into()))
        .or_else(|| absolute(std::env::home_dir()?).map(|home| home.join(below_home)))?;
    let directory = base.join("code-source");
    Some(match file {
        "" => directory,
        file => directory.join(file),
    })
}

/// The name of a connection that stands in no file.
const COMMAND_LINE: &str = "command-line";

#[cfg(test)]
mod tests;
