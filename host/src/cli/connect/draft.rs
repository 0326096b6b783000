//! A connection before it is written: apart from asking for it, because what comes from options and
//! what comes from answers is checked and written in the same way.

use std::path::{Path, PathBuf};

use code_source_egress::BaseUrl;
use toml_edit::{Array, InlineTable, Value};

use super::values;
use crate::cli::arguments::GlobalArguments;
use crate::cli::chosen::Chosen;
use crate::cli::failure::CommandError;
use crate::config::file::{ConfigurationFile, is_same};
use crate::config::{Configuration, ConnectionEntry, PluginFile, RepositoryEntry, edit};
use crate::credential::{Secret, TokenSource, is_no_name};

/// What is to be written of a connection. What it does not say stays as it is in the file.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) url: Option<String>,
    pub(super) token: Option<Token>,
    pub(super) ca_file: Option<PathBuf>,
    /// Ranges that were agreed to, beside those of the options.
    pub(super) private_addresses: Vec<String>,
    pub(super) repositories: Option<Vec<RepositoryEntry>>,
    /// Whether the forge is asked for none of it.
    pub(super) is_unchecked: bool,
    options: GlobalArguments,
}

/// Where the token is, or the token itself where it is to be kept beside the configuration. Without
/// `Debug`: a token may stand where its variable should be named.
#[derive(Clone)]
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
            is_unchecked: false,
            options: options.clone(),
        }
    }

    /// Whether it says anything of its own.
    pub(super) fn is_empty(&self, file: &ConfigurationFile) -> bool {
        // What is said again changes nothing, and is said all the same.
        let is_said = self.options.plugin.is_some() || self.options.proxy.is_some();
        !is_said
            && self
                .settings(file)
                .is_ok_and(|settings| settings.is_empty())
    }

    /// What the file says of the connection so far.
    pub(super) fn present<'f>(&self, file: &'f ConfigurationFile) -> Option<&'f ConnectionEntry> {
        file.configuration().connection(&self.name).ok()
    }

    /// Another address. What was agreed to was agreed to for the one before.
    pub(super) fn take_address(&mut self, url: String) {
        if self.url.as_ref().is_some_and(|before| *before != url) {
            self.private_addresses.clear();
            self.repositories = None;
            self.forget_authority();
        }
        self.url = Some(url);
    }

    /// Without the authority that was named in an answer; one that an option names stays.
    pub(super) fn forget_authority(&mut self) {
        self.ca_file.clone_from(&self.options.ca_file);
    }

    /// Whether it leads to another forge than the file does, as far as addresses tell.
    pub(super) fn moves(&self, file: &ConfigurationFile) -> bool {
        let (Some(url), Some(entry)) = (&self.url, self.present(file)) else {
            return false;
        };
        !BaseUrl::parse(entry.url()).is_ok_and(|base| base.to_string() == *url)
    }

    /// The text of the file with it.
    pub(super) fn text(&self, file: &ConfigurationFile) -> Result<String, CommandError> {
        self.text_with(file, &self.settings(file)?)
    }

    fn text_with(
        &self,
        file: &ConfigurationFile,
        settings: &[(&'static str, Value)],
    ) -> Result<String, CommandError> {
        let text = file.configuration().text();
        edit::with_connection(text, &self.name, settings).map_err(|source| CommandError::File {
            action: "change",
            path: file.configuration().file().to_owned(),
            source,
        })
    }

    /// The connection as it is tried out: its token is where it is now, no new record is begun, and
    /// no repository counts as known, for the file may know those of another forge.
    pub(super) fn chosen(&self, file: &ConfigurationFile) -> Result<Chosen, CommandError> {
        let mut settings = self.settings(file)?;
        settings.retain(|(key, _)| !matches!(*key, "audit-file" | "repositories"));
        let present = self.present(file);
        if present.is_some_and(|entry| !entry.repositories().is_empty()) {
            settings.push(("repositories", Array::new().into()));
        }
        let text = self.text_with(file, &settings)?;
        let configuration = Configuration::parse(&text, file.configuration().file())
            .map_err(CommandError::Configuration)?;
        let mut chosen = Chosen::of(configuration, &self.name)?;
        if let Some(Token::Typed(secret)) = &self.token {
            chosen.token = Some(TokenSource::Value(secret.clone()));
        }
        Ok(chosen)
    }

    /// Where a token that was typed is kept: in no file that is there already, for it may be
    /// another's, and until the address is written too it would go to the one before.
    pub(super) fn token_path(&self, file: &ConfigurationFile) -> PathBuf {
        let tokens = file.tokens();
        let name: String = self
            .name
            .chars()
            .map(|character| if is_bare(character) { character } else { '-' })
            .collect();
        let first = tokens.join(&name);
        let others = (2..=MOST_TOKENS).map(|number| tokens.join(format!("{name}-{number}")));
        let mut paths = std::iter::once(first.clone()).chain(others);
        let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
        paths
            .find(|path| is_free(path) && !self.is_anothers(path, file))
            .unwrap_or(first)
    }

    /// The file of the token before, where `connect` wrote it and nobody needs it any more.
    pub(super) fn superseded(&self, file: &ConfigurationFile) -> Option<PathBuf> {
        let TokenSource::File(old) = self.present(file)?.token() else {
            return None;
        };
        let is_kept = match self.token.as_ref()? {
            Token::File(new) => is_same(new, &old),
            Token::Environment(_) | Token::Typed(_) => false,
        };
        let is_free = !is_kept && !self.is_anothers(&old, file);
        (is_free && old.exists() && file.owns_token(&old)).then_some(old)
    }

    /// Whether another connection of the file has its token there.
    fn is_anothers(&self, path: &Path, file: &ConfigurationFile) -> bool {
        let configuration = file.configuration();
        configuration.names().any(|name| {
            let entry = configuration.connection(name).ok();
            let token = entry.map(ConnectionEntry::token);
            name != self.name
                && matches!(token, Some(TokenSource::File(file)) if is_same(&file, path))
        })
    }

    /// Each key with its value, in the order of the documentation.
    pub(super) fn settings(
        &self,
        file: &ConfigurationFile,
    ) -> Result<Vec<(&'static str, Value)>, CommandError> {
        let options = &self.options;
        let mut settings = Vec::new();
        let mut add = |key, value: Option<Value>| settings.extend(value.map(|value| (key, value)));
        add("plugin", self.plugin_value(file)?);
        add("url", self.url.as_ref().map(Value::from));
        add("token", self.token_value(file)?);
        add(
            "ca-file",
            self.ca_file.as_deref().map(values::absolute).transpose()?,
        );
        add("client-certificate", values::client_certificate(options)?);
        if !self.keeps_proxy(file) {
            add("proxy", values::proxy(options)?);
        }
        let ranges = options.private_address.iter().map(ToString::to_string);
        let ranges = ranges.chain(self.private_addresses.iter().cloned());
        add(
            "private-addresses",
            self.more(file, "private-addresses", ranges),
        );
        add(
            "allow-plain-http",
            options.allow_plain_http.then(|| true.into()),
        );
        let access = options.access.iter().map(|one| one.as_str().to_owned());
        add("access", self.more(file, "access", access));
        let origins = options.redirect_origin.iter().cloned();
        add(
            "redirect-origins",
            self.more(file, "redirect-origins", origins),
        );
        let urls = options.webhook_url.iter().cloned();
        add("webhook-urls", self.more(file, "webhook-urls", urls));
        add("secrets", values::secrets(options)?);
        add(
            "audit-file",
            options
                .audit_file
                .as_deref()
                .map(values::absolute)
                .transpose()?,
        );
        let present = values::list_in(file.configuration().text(), &self.name, "repositories");
        let chosen = self.repositories.as_deref();
        let chosen = chosen.map(|all| values::repositories(all, present.as_ref()));
        add("repositories", chosen);
        Ok(settings)
    }

    /// A plugin that the file names already keeps its digest.
    fn plugin_value(&self, file: &ConfigurationFile) -> Result<Option<Value>, CommandError> {
        let Some(path) = self.options.plugin.as_deref() else {
            return Ok(None);
        };
        let digest = self.options.plugin_sha256.as_deref();
        if digest.is_none()
            && self
                .present_plugin(file)
                .is_some_and(|one| is_same(&one.path, path))
        {
            return Ok(None);
        }
        let mut table = InlineTable::new();
        table.insert("path", values::absolute(path)?);
        if let Some(digest) = digest {
            table.insert("sha256", digest.into());
        }
        Ok(Some(table.into()))
    }

    fn present_plugin<'f>(&self, file: &'f ConfigurationFile) -> Option<&'f PluginFile> {
        self.present(file)?.plugin()
    }

    /// Whether the options name the proxy that the file names already, and say nothing else of it.
    fn keeps_proxy(&self, file: &ConfigurationFile) -> bool {
        let present = self.present(file).and_then(ConnectionEntry::proxy_url);
        let options = &self.options;
        present.is_some()
            && options.proxy.as_deref() == present
            && options.proxy_credentials_file.is_none()
    }

    /// What went with a value that the options exchanged, though nobody named it: it was for the one
    /// before, and no other one may have it.
    pub(super) fn losses(&self, file: &ConfigurationFile) -> Vec<&'static str> {
        let options = &self.options;
        let mut losses = Vec::new();
        let was_pinned = self
            .present_plugin(file)
            .is_some_and(|one| one.sha256.is_some());
        let is_pinned = options.plugin_sha256.is_some();
        if was_pinned && !is_pinned && matches!(self.plugin_value(file), Ok(Some(_))) {
            losses.push(
                "the digest of the plugin before was for another file: `code-source plugin approve` pins this one",
            );
        }
        let had_credentials = self
            .present(file)
            .is_some_and(ConnectionEntry::has_proxy_credentials);
        let has_credentials = options.proxy_credentials_file.is_some();
        if had_credentials && !has_credentials && options.proxy.is_some() && !self.keeps_proxy(file)
        {
            losses.push(
                "the credentials were for the proxy before, and are not shown to this one: `--proxy-credentials-file` names those that are",
            );
        }
        losses
    }

    fn token_value(&self, file: &ConfigurationFile) -> Result<Option<Value>, CommandError> {
        let mut table = InlineTable::new();
        match &self.token {
            None => return Ok(None),
            Some(Token::Environment(name)) => table.insert("env", name.into()),
            Some(Token::File(path)) => table.insert("file", values::absolute(path)?),
            Some(Token::Typed(_)) => {
                let path = self.token_path(file);
                // Beside the file, so that the directory can be moved as a whole.
                let beside = file.configuration().file().parent();
                let path = beside
                    .and_then(|beside| path.strip_prefix(beside).ok().map(Path::to_owned))
                    .unwrap_or(path);
                table.insert("file", values::text(&path)?)
            }
        };
        Ok(Some(table.into()))
    }

    /// A list of the file with what is added to it.
    fn more(
        &self,
        file: &ConfigurationFile,
        key: &str,
        texts: impl Iterator<Item = String>,
    ) -> Option<Value> {
        let texts: Vec<String> = texts.collect();
        let present = values::list_in(file.configuration().text(), &self.name, key);
        let begun = || match key {
            // What is left out of a file is that; in a list it has to be said.
            "access" => Array::from_iter(["read"]),
            _ => Array::new(),
        };
        (!texts.is_empty()).then(|| values::with_more(&present.unwrap_or_else(begun), &texts))
    }
}

pub(super) fn is_bare(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// A name for a connection to this host: what distinguishes it from others.
pub(super) fn name_for(host: &str, configuration: &Configuration) -> String {
    let is_address = host.parse::<std::net::Ipv4Addr>().is_ok() || host.contains(':');
    let name = match is_address {
        true => host,
        false => label(host),
    };
    let name: String = name
        .chars()
        .map(|character| if is_bare(character) { character } else { '-' })
        .collect();
    let name = name
        .trim_matches('-')
        .chars()
        .take(LONGEST_NAME / 2)
        .collect::<String>();
    // What stands before the end of a host may look as no name may.
    let name = if name.is_empty() || is_no_name(&name) {
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

/// The label that says whose the host is: the one behind its own name, if that is not the end that
/// everybody has.
fn label(host: &str) -> &str {
    let labels: Vec<&str> = host.split('.').collect();
    let end = match labels.as_slice() {
        [.., second, last] if last.len() == 2 && SHARED.contains(second) => 2,
        _ => 1,
    };
    let own = &labels[..labels.len().saturating_sub(end)];
    own.get(1).or(own.first()).copied().unwrap_or(host)
}

/// What stands before a country's letters, and says nobody's name.
const SHARED: [&str; 8] = ["ac", "co", "com", "edu", "gov", "ne", "net", "org"];

/// One token is there for each time that `connect` was ended at the worst moment.
const MOST_TOKENS: u32 = 1_000;

pub(super) const LONGEST_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_called_what_distinguishes_its_host() {
        let empty = Configuration::parse("", Path::new("config.toml")).unwrap();
        for (host, name) in [
            ("git.acme.example", "acme"),
            ("acme.example", "acme"),
            ("acme.co.uk", "acme"),
            ("git.acme.co.uk", "acme"),
            ("co.uk", "co-uk"),
            ("localhost", "localhost"),
            ("10.0.0.1", "10-0-0-1"),
            ("git.d3k9xq2l1m0p7z.example", "forge"),
        ] {
            assert_eq!(name_for(host, &empty), name, "{host}");
        }
    }
}
