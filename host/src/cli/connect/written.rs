//! What is shown of a connection before it is written, and after: apart from writing it, which the
//! file does.

use serde::Serialize;

use super::draft::{Draft, Token};
use crate::cli::context::Context;
use crate::cli::escape;
use crate::cli::failure::CommandError;
use crate::cli::interrupt::{self, Left};
use crate::config::edit;
use crate::config::file::ConfigurationFile;
use crate::credential::TokenSource;

/// Exactly what will be written.
pub(super) fn preview(draft: &Draft, file: &ConfigurationFile) -> Result<String, CommandError> {
    let settings = draft.settings(file)?;
    let path = file.configuration().file().display();
    let is_known = file.configuration().connection(&draft.name).is_ok();
    let mut text = String::new();
    if is_known {
        text.push_str(&format!("\nThis changes in `{path}`:\n\n"));
        text.push_str(&format!("  [connections.{}]\n", draft.name));
        for (key, value) in &settings {
            let value = value.to_string();
            let before = edit::value_of(file.configuration().text(), &draft.name, key);
            match before {
                Some(before) if before == value.trim() => continue,
                Some(before) => text.push_str(&marked('-', &format!("{key} = {before}"))),
                None => {}
            }
            text.push_str(&marked('+', &format!("{key} = {}", value.trim())));
        }
    } else {
        text.push_str(&format!("\nThis is written into `{path}`:\n\n"));
        for line in edit::block(&draft.name, &settings).lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if let Some(Token::Typed(_)) = &draft.token {
        let token = draft.token_path(file);
        text.push_str(&format!(
            "\nand the token into `{}`, which only you can read\n",
            token.display()
        ));
    }
    text.push('\n');
    Ok(escape::lines(&text).into_owned())
}

fn marked(mark: char, value: &str) -> String {
    value
        .lines()
        .map(|line| format!("{mark} {line}\n"))
        .collect()
}

/// Write it, and say what to do next.
pub(super) fn finish(
    draft: &Draft,
    file: &ConfigurationFile,
    context: &mut Context,
    was_known: bool,
) -> Result<(), CommandError> {
    let text = draft.text(file)?;
    let mut change = file.begin().map_err(CommandError::Unwritten)?;
    if let Some(Token::Typed(secret)) = &draft.token {
        let path = draft.token_path(file);
        change
            .keep(&path, secret)
            .map_err(CommandError::Unwritten)?;
    }
    change.write(&text).map_err(CommandError::Unwritten)?;
    interrupt::set_left(Left::DONE);
    note_readable(file, context);
    let shape = Shape::new(draft, file, was_known)?;
    if context.output.is_json() {
        return context.output.json_line(&shape);
    }
    let next = shape.next(context, file.configuration().names().count());
    context.output.text(escape::lines(&next))
}

/// The mode of a file that was there is its owner's choice.
fn note_readable(file: &ConfigurationFile, context: &Context) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = file.configuration().file();
    let mode = path
        .metadata()
        .map_or(0, |metadata| metadata.permissions().mode());
    if file.is_there() && mode & 0o044 != 0 {
        context.notes.note(&format!(
            "others can read `{}`: no token is in it, but addresses are",
            path.display()
        ));
    }
}

/// JSON of `connect`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The connection.
    connection: String,
    /// The configuration file.
    file: String,
    /// Whether there was no connection of that name.
    created: bool,
    /// The forge's address.
    url: String,
    /// Where the token is.
    token: String,
    /// Whether the token was written there.
    token_written: bool,
    /// The keys that were written.
    keys: Vec<&'static str>,
    /// The repositories that are connected.
    repositories: Vec<RepositoryShape>,
}

/// A connected repository in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct RepositoryShape {
    /// Its identity.
    id: String,
    /// Its path.
    pub(crate) path: String,
    /// Its branch, where one is named.
    branch: Option<String>,
    /// What it holds, where that is said.
    pub(crate) r#type: Option<&'static str>,
}

impl From<&crate::config::RepositoryEntry> for RepositoryShape {
    fn from(entry: &crate::config::RepositoryEntry) -> Self {
        Self {
            id: entry.id.clone(),
            path: entry.path.clone(),
            branch: entry.branch.clone(),
            r#type: entry.r#type.map(|kind| kind.as_str()),
        }
    }
}

impl Shape {
    fn new(draft: &Draft, file: &ConfigurationFile, was_known: bool) -> Result<Self, CommandError> {
        let path = file.configuration().file();
        let written = ConfigurationFile::read(path).map_err(CommandError::Configuration)?;
        let entry = written.configuration().connection(&draft.name);
        let entry = entry.map_err(CommandError::Configuration)?;
        let settings = draft.settings(file)?;
        Ok(Self {
            connection: draft.name.clone(),
            file: path.display().to_string(),
            created: !was_known,
            url: entry.url().to_owned(),
            token: token_place(&entry.token()),
            token_written: matches!(draft.token, Some(Token::Typed(_))),
            keys: settings.iter().map(|(key, _)| *key).collect(),
            repositories: entry
                .repositories()
                .iter()
                .map(RepositoryShape::from)
                .collect(),
        })
    }

    /// Three commands to try, as they have to be typed here.
    fn next(&self, context: &Context, connections_before: usize) -> String {
        let mut options = String::new();
        if connections_before + usize::from(self.created) > 1 {
            options.push_str(&format!(" --connection {}", self.connection));
        }
        let is_set = std::env::var_os("CODE_SOURCE_CONFIG").is_some();
        if let Some(config) = context.options.config.as_ref().filter(|_| !is_set) {
            options.push_str(&format!(
                " --config {}",
                quoted(&config.display().to_string())
            ));
        }
        let (tree, sync) = match self.repositories.first() {
            Some(RepositoryShape { path, .. }) => {
                let (name, path) = (path.rsplit('/').next().unwrap_or(path), quoted(path));
                let directory = quoted(&format!("./{name}"));
                (format!("tree {path}"), format!("sync {path} {directory}"))
            }
            None => ("repos".to_owned(), "connections".to_owned()),
        };
        let done = if self.created { "Connected" } else { "Changed" };
        let name = &self.connection;
        let all = ["doctor".to_owned(), tree, sync];
        let all: String = all
            .iter()
            .map(|one| format!("  code-source {one}{options}\n"))
            .collect();
        format!("{done} `{name}`. Try next:\n\n{all}")
    }
}

/// Where a token is, as `file:…` or `env:…`.
pub(crate) fn token_place(token: &TokenSource) -> String {
    match token {
        TokenSource::Environment(name) => format!("env:{name}"),
        TokenSource::File(path) => format!("file:{}", path.display()),
        TokenSource::Value(_) => String::new(),
    }
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_a_shell_would_take_it_apart() {
        assert_eq!(quoted("web/shop"), "web/shop");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
