//! A connection before it is written: apart from asking for it, because what comes from options and
//! what comes from answers is checked and written in the same way.

use std::path::{Path, PathBuf};

use toml_edit::{Array, InlineTable, Value};

use crate::cli::arguments::GlobalArguments;
use crate::cli::chosen::Chosen;
use crate::cli::failure::CommandError;
use crate::config::file::ConfigurationFile;
use crate::config::{Configuration, RepositoryEntry, edit};
use crate::credential::{Secret, TokenSource};

/// What is to be written of a connection. What it does not say stays as it is in the file.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) url: Option<String>,
    pub(super) token: Option<Token>,
    pub(super) ca_file: Option<PathBuf>,
    /// Ranges beside those of the options.
    pub(super) private_addresses: Vec<String>,
    pub(super) repositories: Option<Vec<RepositoryEntry>>,
    options: GlobalArguments,
}

/// Where the token is, or the token itself where it is to be kept beside the configuration.
#[derive(Clone, Debug)]
pub(super) enum Token {
    Environment(String),
    File(PathBuf),
    Typed(Secret),
}

impl Draft {
    /// What the options say.
    pub(super) fn new(options: &GlobalArguments) -> Self {
        let token = options.token_file.clone().map(Token::File);
        Self {
            name: String::new(),
            url: options.url.clone(),
            token: token.or_else(|| options.token_env.clone().map(Token::Environment)),
            ca_file: options.ca_file.clone(),
            private_addresses: Vec::new(),
            repositories: None,
            options: options.clone(),
        }
    }

    /// Whether it says anything of its own.
    pub(super) fn is_empty(&self, file: &ConfigurationFile) -> bool {
        self.settings(file)
            .is_ok_and(|settings| settings.is_empty())
    }

    /// The text of the file with it.
    pub(super) fn text(&self, file: &ConfigurationFile) -> Result<String, CommandError> {
        let settings = self.settings(file)?;
        let text = file.configuration().text();
        edit::with_connection(text, &self.name, &settings).map_err(|source| CommandError::File {
            action: "change",
            path: file.configuration().file().to_owned(),
            source,
        })
    }

    /// The connection as it will be when it is written; its token is where it is now.
    pub(super) fn chosen(&self, file: &ConfigurationFile) -> Result<Chosen, CommandError> {
        let text = self.text(file)?;
        let configuration = Configuration::parse(&text, file.configuration().file())
            .map_err(CommandError::Configuration)?;
        let mut chosen = Chosen::of(configuration, &self.name)?;
        if let Some(Token::Typed(secret)) = &self.token {
            chosen.token = Some(TokenSource::Value(secret.clone()));
        }
        Ok(chosen)
    }

    /// Where a token that was typed is kept.
    pub(super) fn token_path(&self, file: &ConfigurationFile) -> PathBuf {
        let tokens = file.tokens();
        let configuration = file.configuration();
        let is_taken = |path: &Path| {
            configuration.names().any(|name| {
                let entry = configuration.connection(name).ok();
                let token = entry.map(|entry| entry.token());
                name != self.name && matches!(token, Some(TokenSource::File(file)) if file == path)
            })
        };
        let first = tokens.join(&self.name);
        let others = (2..).map(|number| tokens.join(format!("{}-{number}", self.name)));
        let mut paths = std::iter::once(first.clone()).chain(others);
        paths.find(|path| !is_taken(path)).unwrap_or(first)
    }

    /// Each key with its value, in the order of the documentation.
    pub(super) fn settings(
        &self,
        file: &ConfigurationFile,
    ) -> Result<Vec<(&'static str, Value)>, CommandError> {
        let options = &self.options;
        let mut settings = Vec::new();
        let mut add = |key, value: Option<Value>| settings.extend(value.map(|value| (key, value)));
        let plugin = options.plugin.as_deref();
        let plugin = plugin.map(|path| -> Result<_, CommandError> {
            let mut table = InlineTable::new();
            table.insert("path", absolute(path)?);
            if let Some(digest) = &options.plugin_sha256 {
                table.insert("sha256", digest.into());
            }
            Ok(table.into())
        });
        add("plugin", plugin.transpose()?);
        add("url", self.url.as_ref().map(Value::from));
        add("token", self.token_value(file)?);
        add(
            "ca-file",
            self.ca_file.as_deref().map(absolute).transpose()?,
        );
        add("client-certificate", client_certificate(options)?);
        add("proxy", proxy(options)?);
        add("private-addresses", list(&self.ranges(file)));
        add(
            "allow-plain-http",
            options.allow_plain_http.then(|| true.into()),
        );
        add("access", access(options));
        add("redirect-origins", list(&options.redirect_origin));
        add("webhook-urls", list(&options.webhook_url));
        add("secrets", secrets(options)?);
        add(
            "audit-file",
            options.audit_file.as_deref().map(absolute).transpose()?,
        );
        add(
            "repositories",
            self.repositories.as_deref().map(repositories),
        );
        Ok(settings)
    }

    fn token_value(&self, file: &ConfigurationFile) -> Result<Option<Value>, CommandError> {
        let mut table = InlineTable::new();
        match &self.token {
            None => return Ok(None),
            Some(Token::Environment(name)) => table.insert("env", name.into()),
            Some(Token::File(path)) => table.insert("file", absolute(path)?),
            Some(Token::Typed(_)) => {
                let path = self.token_path(file);
                // Beside the file, so that the directory can be moved as a whole.
                let beside = file.configuration().file().parent();
                let path = beside
                    .and_then(|beside| path.strip_prefix(beside).ok().map(Path::to_owned))
                    .unwrap_or(path);
                table.insert("file", text(&path)?)
            }
        };
        Ok(Some(table.into()))
    }

    /// Ranges that an answer added stand beside those of the file, those of options instead of them.
    fn ranges(&self, file: &ConfigurationFile) -> Vec<String> {
        let given: Vec<String> = self
            .options
            .private_address
            .iter()
            .map(ToString::to_string)
            .collect();
        if self.private_addresses.is_empty() {
            return given;
        }
        let entry = file.configuration().connection(&self.name).ok();
        let present = entry
            .map(|entry| entry.private_addresses())
            .unwrap_or_default();
        let mut ranges = if given.is_empty() { present } else { given };
        ranges.extend(self.private_addresses.iter().cloned());
        ranges
    }
}

/// Whether the name can stand in a file as it is: nobody should have to quote it.
pub(super) fn check_name(name: &str) -> Result<(), CommandError> {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(is_bare) {
        return Ok(());
    }
    Err(CommandError::usage(
        format!("`{name}` cannot be the name of a connection"),
        "a name is up to 64 letters, digits, `-` and `_`, such as `acme`",
    ))
}

/// A name for a connection to this host: what distinguishes it from others.
pub(super) fn name_for(host: &str, configuration: &Configuration) -> String {
    let is_address = host.parse::<std::net::Ipv4Addr>().is_ok() || host.contains(':');
    let labels: Vec<&str> = host.split('.').collect();
    let name = match labels.as_slice() {
        _ if is_address => host,
        [_, name, _, ..] => name,
        [name, ..] => name,
        [] => host,
    };
    let is_bare = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let name: String = name
        .chars()
        .map(|character| if is_bare(character) { character } else { '-' })
        .collect();
    let name = name
        .trim_matches('-')
        .chars()
        .take(LONGEST_NAME / 2)
        .collect::<String>();
    let name = if name.is_empty() {
        "forge".to_owned()
    } else {
        name
    };
    let is_taken = |name: &str| configuration.names().any(|known| known == name);
    let mut others = (2..).map(|number| format!("{name}-{number}"));
    match is_taken(&name) {
        true => others.find(|other| !is_taken(other)).unwrap_or(name),
        false => name,
    }
}

fn client_certificate(options: &GlobalArguments) -> Result<Option<Value>, CommandError> {
    let (Some(certificate), Some(key)) = (&options.client_certificate, &options.client_key) else {
        return Ok(None);
    };
    let mut table = InlineTable::new();
    table.insert("certificate", absolute(certificate)?);
    table.insert("key", absolute(key)?);
    Ok(Some(table.into()))
}

fn proxy(options: &GlobalArguments) -> Result<Option<Value>, CommandError> {
    let Some(url) = &options.proxy else {
        return Ok(None);
    };
    let Some(credentials) = &options.proxy_credentials_file else {
        return Ok(Some(url.into()));
    };
    let mut table = InlineTable::new();
    table.insert("url", url.into());
    table.insert("credentials", in_file(credentials)?);
    Ok(Some(table.into()))
}

fn access(options: &GlobalArguments) -> Option<Value> {
    let given = options.access.iter().map(|access| access.as_str());
    let mut all = vec!["read"];
    all.extend(given.filter(|access| *access != "read"));
    (!options.access.is_empty()).then(|| all.into_iter().collect::<Array>().into())
}

fn secrets(options: &GlobalArguments) -> Result<Option<Value>, CommandError> {
    let mut table = InlineTable::new();
    for (name, file) in options
        .secret
        .iter()
        .filter_map(|text| text.split_once('='))
    {
        table.insert(name, in_file(Path::new(file))?);
    }
    Ok((!table.is_empty()).then(|| table.into()))
}

fn repositories(all: &[RepositoryEntry]) -> Value {
    let tables = all.iter().map(|one| {
        let mut table = InlineTable::new();
        table.insert("id", one.id.as_str().into());
        table.insert("path", one.path.as_str().into());
        if let Some(branch) = &one.branch {
            table.insert("branch", branch.into());
        }
        if let Some(kind) = one.r#type {
            table.insert("type", kind.as_str().into());
        }
        table
    });
    let mut array: Array = tables.map(Value::from).collect();
    if all.len() > 1 {
        array
            .iter_mut()
            .for_each(|value| value.decor_mut().set_prefix("\n  "));
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    array.into()
}

fn list(texts: &[String]) -> Option<Value> {
    (!texts.is_empty()).then(|| texts.iter().collect::<Array>().into())
}

fn in_file(path: &Path) -> Result<Value, CommandError> {
    let mut table = InlineTable::new();
    table.insert("file", absolute(path)?);
    Ok(table.into())
}

/// A path as it is from everywhere: those of the file begin at its own directory.
fn absolute(path: &Path) -> Result<Value, CommandError> {
    let absolute = std::path::absolute(path).map_err(|source| CommandError::File {
        action: "find",
        path: path.to_owned(),
        source,
    })?;
    text(&absolute)
}

fn text(path: &Path) -> Result<Value, CommandError> {
    path.to_str().map(Value::from).ok_or_else(|| {
        CommandError::usage(
            format!(
                "the path `{}` cannot be written into the configuration",
                path.display()
            ),
            "the configuration is UTF-8; give the file another name, or reach it by a link",
        )
    })
}

const LONGEST_NAME: usize = 64;
