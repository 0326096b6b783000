//! What is shown of a connection before it is written, and after: apart from writing it, which the
//! file does.

use std::path::Path;

use serde::Serialize;

use super::draft::{Draft, Token};
use super::preview::changes;
use crate::cli::context::Context;
use crate::cli::escape;
use crate::cli::failure::CommandError;
use crate::cli::interrupt::{self, Left};
use crate::config::file::{ChangeError, ConfigurationFile};
use crate::credential::TokenSource;
use crate::shell::quoted;

/// Find out whether the file can be changed, before anything is asked.
pub(super) fn check(file: &ConfigurationFile) -> Result<(), CommandError> {
    // Until it is dropped, the directory is there.
    let _change = file.begin().map_err(CommandError::Unwritten)?;
    let path = file.configuration().file();
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().filter(|one| !one.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let access = rustix::fs::access(directory, rustix::fs::Access::WRITE_OK);
    access.map_err(|error| {
        CommandError::Unwritten(ChangeError::Unwritable {
            action: "write into",
            path: directory.to_owned(),
            source: error.into(),
        })
    })
}

/// Exactly what will be written; `None` where nothing will.
pub(super) fn preview(
    draft: &Draft,
    file: &ConfigurationFile,
) -> Result<Option<String>, CommandError> {
    let (before, after) = (file.configuration().text(), draft.text(file)?);
    if before == after {
        return Ok(None);
    }
    let path = file.configuration().file().display();
    let is_known = draft.present(file).is_some();
    let mut text = String::new();
    match after.strip_prefix(before) {
        Some(appended) if !is_known => {
            text.push_str(&format!("\nThis is written into `{path}`:\n\n"));
            for line in appended.trim().lines() {
                text.push_str(&format!("  {line}\n"));
            }
        }
        _ => {
            text.push_str(&format!("\nThis changes in `{path}`:\n\n"));
            text.push_str(&format!("  [connections.{}]\n", draft.name));
            text.push_str(&changes(before, &after));
        }
    }
    if let Some(Token::Typed(_)) = &draft.token {
        let token = draft.token_path(file);
        text.push_str(&format!(
            "\nand the token into `{}`, which only you can read\n",
            token.display()
        ));
    }
    if let Some(old) = draft.superseded(file) {
        text.push_str(&format!(
            "\n`{}`, with the token before, is removed\n",
            old.display()
        ));
    }
    for loss in draft.losses(file) {
        text.push_str(&format!("\n{loss}\n"));
    }
    text.push('\n');
    Ok(Some(escape::lines(&text).into_owned()))
}

/// Write it, and say what to do next.
pub(super) fn finish(
    draft: &Draft,
    file: &ConfigurationFile,
    context: &mut Context,
    was_known: bool,
) -> Result<(), CommandError> {
    let mut change = file.begin().map_err(CommandError::Unwritten)?;
    let text = draft.text(file)?;
    interrupt::set_left(Left {
        what: "the connection is written, or it is not".into(),
        hint: Some("`code-source connections` tells".to_owned()),
    });
    if let Some(Token::Typed(secret)) = &draft.token {
        let path = draft.token_path(file);
        change
            .keep(&path, secret)
            .map_err(CommandError::Unwritten)?;
    }
    if let Some(old) = draft.superseded(file) {
        change.remove_after(old);
    }
    change.write(&text).map_err(CommandError::Unwritten)?;
    interrupt::set_left(Left::DONE);
    note_mode(file, context);
    let shape = Shape::new(draft, file, was_known)?;
    if context.output.is_json() {
        return context.output.json_line(&shape);
    }
    let is_changed = text != file.configuration().text();
    let next = shape.next(context, file.configuration().names().count(), is_changed);
    context.output.text(escape::lines(&next))
}

/// The mode of a file that was there is its owner's choice.
fn note_mode(file: &ConfigurationFile, context: &Context) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = file.configuration().file();
    let mode = path
        .metadata()
        .map_or(0, |metadata| metadata.permissions().mode());
    let path = path.display();
    if mode & 0o022 != 0 {
        context.notes.warning(&format!(
            "others can write `{path}`, and so can send the token to another address: `chmod go-w` ends that"
        ));
    } else if file.is_there() && mode & 0o044 != 0 {
        context.notes.note(&format!(
            "others can read `{path}`: no token is in it, but addresses are"
        ));
    }
}

/// JSON of `connect`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// Whether it is written now: always, in this shape.
    written: bool,
    /// The connection.
    connection: String,
    /// The configuration file.
    file: String,
    /// Whether there was no connection of that name.
    created: bool,
    /// Whether the forge was asked if it works.
    checked: bool,
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
    pub(crate) branch: Option<String>,
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
            written: true,
            connection: draft.name.clone(),
            file: path.display().to_string(),
            created: !was_known,
            checked: !draft.is_unchecked,
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
    fn next(&self, context: &Context, connections_before: usize, is_changed: bool) -> String {
        let mut options = String::new();
        if connections_before + usize::from(self.created) > 1 {
            options.push_str(&format!(" --connection {}", quoted(&self.connection)));
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
        let done = match (self.created, is_changed, self.checked) {
            (true, _, true) => "Connected",
            (true, _, false) => "Written without a check:",
            (false, true, true) => "Changed",
            (false, true, false) => "Changed without a check:",
            (false, false, _) => "Nothing was to be changed in",
        };
        let name = &self.connection;
        let all = ["doctor".to_owned(), tree, sync];
        let all: String = all
            .iter()
            .map(|one| format!("  code-source {one}{options}\n"))
            .collect();
        format!("{done} `{name}`. Try next:\n\n{all}")
    }
}

/// Where a token is, as `file:…` or `env:…`; without the name where that may be the token itself.
pub(crate) fn token_place(token: &TokenSource) -> String {
    match token {
        TokenSource::Environment(_) if token.may_be_secret() => "env:…".to_owned(),
        TokenSource::File(_) if token.may_be_secret() => "file:…".to_owned(),
        TokenSource::Environment(name) => format!("env:{name}"),
        TokenSource::File(path) => format!("file:{}", path.display()),
        TokenSource::Value(_) => String::new(),
    }
}
