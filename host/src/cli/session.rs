//! From options to an open connection: apart because every command begins with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::arguments::GlobalArguments;
use super::failure::CommandError;
use super::notes::Notes;
use crate::audit::AuditFile;
use crate::config::{Configuration, ConnectionEntry, RepositoryEntry};
use crate::connection::Connection;
use crate::credential::TokenSource;
use crate::engine::Engine;
use crate::error::Error;
use crate::plugin::Plugin;
use crate::source::Source;

/// An open connection, and what the configuration says of its repositories.
pub(crate) struct Session {
    pub(crate) source: Source,
    pub(crate) repositories: Vec<RepositoryEntry>,
    pub(crate) notes: Notes,
}

impl Session {
    /// Open the connection that the options name.
    pub(crate) fn open(options: &GlobalArguments, notes: Notes) -> Result<Self, CommandError> {
        let chosen = choose(options)?;
        let failed = |source| CommandError::Host {
            tried: format!("open the connection `{}`", chosen.name),
            source,
        };
        warn_of_readable_token(&chosen.token, notes);
        let connection = chosen.connection(options).map_err(failed)?;
        let engine = Engine::builder()
            .cache_directory(cache_directory(options))
            .build()
            .map_err(failed)?;
        let plugin = chosen.plugin(options, &engine).map_err(failed)?;
        let source = Source::open(&plugin, connection).map_err(failed)?;
        let repositories = chosen
            .entry
            .map(|entry| entry.repositories().to_vec())
            .unwrap_or_default();
        Ok(Self {
            source,
            repositories,
            notes,
        })
    }
}

/// Where the connection comes from.
struct Chosen {
    name: String,
    url: Option<String>,
    token: TokenSource,
    entry: Option<ConnectionEntry>,
}

impl Chosen {
    fn connection(&self, options: &GlobalArguments) -> Result<Connection, Error> {
        let mut connection = match (&self.entry, &self.url) {
            (Some(entry), _) => entry.connection(&self.name)?,
            (None, url) => Connection::new(
                &self.name,
                url.as_deref().unwrap_or_default(),
                self.token.clone(),
            ),
        };
        connection.token = self.token.clone();
        connection
            .private_addresses
            .extend(&options.private_address);
        connection.allow_plain_http |= options.allow_plain_http;
        if let Some(file) = &options.ca_file {
            connection = connection.ca_file(file);
        }
        if let Some(file) = &options.audit_file {
            connection = connection.audit(Arc::new(AuditFile::open(file)?));
        }
        if let Some(seconds) = options.timeout {
            connection.limits.call = Duration::from_secs(seconds);
        }
        Ok(connection)
    }

    fn plugin(&self, options: &GlobalArguments, engine: &Engine) -> Result<Plugin, Error> {
        if let Some(path) = &options.plugin {
            return Plugin::from_file(engine, path, options.plugin_sha256.as_deref());
        }
        match self.entry.as_ref().and_then(ConnectionEntry::plugin) {
            Some(file) => Plugin::from_file(engine, &file.path, file.sha256.as_deref()),
            None => Plugin::embedded(engine),
        }
    }
}

fn choose(options: &GlobalArguments) -> Result<Chosen, CommandError> {
    let token = token(options);
    if let Some(url) = &options.url {
        let token = token.ok_or_else(|| {
            CommandError::usage(
                "`--url` needs a token",
                "say where the token is: `--token-file FILE` or `--token-env NAME`",
            )
        })?;
        return Ok(Chosen {
            name: COMMAND_LINE.into(),
            url: Some(url.clone()),
            token,
            entry: None,
        });
    }
    let (name, entry) = configured(options)?;
    let token = token.unwrap_or_else(|| entry.token());
    Ok(Chosen {
        name,
        url: None,
        token,
        entry: Some(entry),
    })
}

fn token(options: &GlobalArguments) -> Option<TokenSource> {
    let file = options.token_file.clone().map(TokenSource::File);
    file.or_else(|| options.token_env.clone().map(TokenSource::Environment))
}

fn configured(options: &GlobalArguments) -> Result<(String, ConnectionEntry), CommandError> {
    let file = options
        .config
        .clone()
        .or_else(|| standard_file("XDG_CONFIG_HOME", ".config", "config.toml"));
    // A file that somebody named has to be there; the usual one need not.
    let Some(file) =
        file.filter(|file| options.config.is_some() || file.try_exists().unwrap_or(true))
    else {
        return Err(CommandError::usage(
            "no connection is configured",
            format!(
                "name the forge with `--url URL` and `--token-file FILE`, or write a configuration file; `{HELP}` tells how"
            ),
        ));
    };
    let configuration = Configuration::read(&file).map_err(CommandError::Configuration)?;
    match &options.connection {
        Some(name) => {
            let entry = configuration
                .connection(name)
                .map_err(CommandError::Configuration)?;
            Ok((name.clone(), entry.clone()))
        }
        None => configuration
            .only_connection()
            .map(|(name, entry)| (name.to_owned(), entry.clone()))
            .ok_or_else(|| which(&configuration)),
    }
}

fn which(configuration: &Configuration) -> CommandError {
    let names: Vec<&str> = configuration.names().collect();
    let file = configuration.file().display();
    if names.is_empty() {
        return CommandError::usage(
            format!("`{file}` has no connection"),
            "a connection begins with a line `[connections.NAME]`",
        );
    }
    CommandError::usage(
        format!("`{file}` has several connections, and none was chosen"),
        format!("choose with `--connection`: `{}`", names.join("`, `")),
    )
}

fn cache_directory(options: &GlobalArguments) -> Option<PathBuf> {
    options
        .cache_directory
        .clone()
        .or_else(|| standard_file("XDG_CACHE_HOME", ".cache", ""))
}

/// A file of ours below one of the usual directories. Relative ones do not count, as the XDG Base
/// Directory Specification says.
fn standard_file(variable: &str, below_home: &str, file: &str) -> Option<PathBuf> {
    let absolute = |path: PathBuf| Some(path).filter(|path| path.is_absolute());
    let base = std::env::var_os(variable)
        .and_then(|value| absolute(value.into()))
        .or_else(|| absolute(std::env::home_dir()?).map(|home| home.join(below_home)))?;
    let directory = base.join("code-source");
    Some(if file.is_empty() {
        directory
    } else {
        directory.join(file)
    })
}

/// Mounted secrets are often readable by everybody in their container, so only a person at a
/// terminal is told.
fn warn_of_readable_token(token: &TokenSource, notes: Notes) {
    if let TokenSource::File(path) = token
        && notes.is_terminal()
        && is_readable_by_others(path)
    {
        notes.warning(&format!(
            "everybody on this machine can read the token in `{}`",
            path.display()
        ));
    }
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_: &Path) -> bool {
    false
}

/// The name of a connection that stands in no file.
const COMMAND_LINE: &str = "command-line";

const HELP: &str = "code-source --help";

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn options(config: &str) -> (GlobalArguments, tempfile::NamedTempFile) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(config.as_bytes()).unwrap();
        let config = Some(file.path().to_owned());
        (
            GlobalArguments {
                config,
                ..GlobalArguments::default()
            },
            file,
        )
    }

    const TWO: &str = "[connections.a]\nurl = \"a.example\"\ntoken = { env = \"A\" }\n\
                       [connections.b]\nurl = \"b.example\"\ntoken = { file = \"/b\" }\n";

    #[test]
    fn the_named_connection_is_taken_and_options_come_before_the_file() {
        let (mut options, _file) = options(TWO);
        options.connection = Some("b".into());
        let chosen = choose(&options).unwrap();
        assert_eq!(format!("{:?}", chosen.token), "the file `/b`");
        options.token_env = Some("C".into());
        options.timeout = Some(7);
        options.allow_plain_http = true;
        options.private_address = vec!["10.0.0.0/8".parse().unwrap()];
        let connection = choose(&options).unwrap().connection(&options).unwrap();
        assert_eq!(
            (connection.name.as_str(), connection.url.as_str()),
            ("b", "b.example")
        );
        assert_eq!(
            format!("{:?}", connection.token),
            "the environment variable `C`"
        );
        assert_eq!(connection.limits.call, Duration::from_secs(7));
        assert!(connection.allow_plain_http);
        assert_eq!(connection.private_addresses.len(), 1);
    }

    #[test]
    fn without_a_choice_between_two_the_names_are_told() {
        let (options, _file) = options(TWO);
        let description = choose(&options).err().unwrap().describe();
        assert_eq!(description.exit_status, 2);
        assert_eq!(
            description.hint.unwrap(),
            "choose with `--connection`: `a`, `b`"
        );
    }

    #[test]
    fn an_address_needs_a_token_and_no_file() {
        let mut options = GlobalArguments {
            url: Some("c.example".into()),
            ..Default::default()
        };
        assert_eq!(choose(&options).err().unwrap().describe().exit_status, 2);
        options.token_file = Some("/c".into());
        let connection = choose(&options).unwrap().connection(&options).unwrap();
        assert_eq!(connection.url, "c.example");
    }

    #[test]
    fn a_named_file_that_is_not_there_is_an_error_of_the_configuration() {
        let options = GlobalArguments {
            config: Some("/nowhere/c.toml".into()),
            ..Default::default()
        };
        assert_eq!(choose(&options).err().unwrap().describe().exit_status, 3);
    }
}
