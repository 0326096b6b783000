//! `disconnect`: take away what `connect` wrote; apart from it because nothing is asked of a forge,
//! and what else lies around is left alone.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::approval::Record;
use super::confirmation::{self, ConfirmationArguments};
use super::connect::token_place;
use super::context::Context;
use super::escape;
use super::failure::CommandError;
use super::interrupt::{self, Left};
use super::usage::UsageError;
use crate::config::file::{ConfigurationFile, is_same};
use crate::config::{ConnectionEntry, edit};
use crate::credential::TokenSource;
use crate::sync::Directory;

/// Arguments of `disconnect`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The connection goes out of the configuration file, and with it the token that `connect` kept beside \
it. A token in another place stays, and so does everything at the forge. Directories that `sync` \
filled go only where --synced names them.

Examples:
  code-source disconnect acme
  code-source disconnect acme --synced ./shop --yes")]
pub(crate) struct Arguments {
    /// The connection
    name: String,

    /// Directory that was synced from it, to be removed with all that is in it; may be repeated
    #[arg(long, value_name = "DIRECTORY")]
    synced: Vec<PathBuf>,

    #[command(flatten)]
    confirmation: ConfirmationArguments,
}

/// Run `disconnect`.
pub(crate) fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let file = super::connections::file(&context.options)?;
    let plan = Plan::new(&arguments, &file)?;
    let what = format!("removing the connection `{}`", plan.name);
    if arguments.confirmation.is_asked(context, &what)? {
        confirmation::agreed(&plan.question())?;
    }
    plan.carry_out(&file, &mut interrupt::set_left)?;
    if context.output.is_json() {
        return context.output.json_line(&plan.shape(&file));
    }
    context.output.text(escape::lines(&plan.result()))
}

/// What is removed.
struct Plan {
    name: String,
    token: Option<PathBuf>,
    /// Where a token is that stays.
    kept: Option<String>,
    approval: Option<PathBuf>,
    /// The directories that were synced, each once.
    synced: Vec<(PathBuf, Directory)>,
}

impl Plan {
    fn new(arguments: &Arguments, file: &ConfigurationFile) -> Result<Self, CommandError> {
        let configuration = file.configuration();
        let name = arguments.name.clone();
        let entry = configuration.connection(&name);
        let entry = entry.map_err(CommandError::Configuration)?;
        let token = ours(entry, &name, file);
        let approval = Record::file(configuration.file(), &name);
        let mut synced: Vec<(PathBuf, Directory)> = Vec::new();
        for path in &arguments.synced {
            let is_named = synced
                .iter()
                .any(|(other, _)| is_same_directory(other, path));
            if !is_named {
                synced.push((path.clone(), copy(path, entry)?));
            }
        }
        Ok(Self {
            kept: token.is_none().then(|| entry.token().place()),
            name,
            token,
            approval: approval.exists().then_some(approval),
            synced,
        })
    }

    fn question(&self) -> String {
        let mut text = format!("This is removed:\n\n  the connection `{}`\n", self.name);
        let named = [
            ("its token", &self.token),
            ("what was approved", &self.approval),
        ];
        for (what, path) in named {
            if let Some(path) = path {
                text.push_str(&format!("  {what}, `{}`\n", path.display()));
            }
        }
        for (path, _) in &self.synced {
            let path = path.display();
            text.push_str(&format!("  the directory `{path}` and all in it\n"));
        }
        if let Some(kept) = &self.kept {
            text.push_str(&format!("\nThe token in {kept} stays.\n"));
        }
        text.push_str("\nRemove it?");
        text
    }

    /// What became of it, for whoever was not asked.
    fn result(&self) -> String {
        let mut text = format!("Disconnected `{}`\n", self.name);
        for (path, _) in &self.synced {
            text.push_str(&format!("Removed the directory `{}`\n", path.display()));
        }
        if let Some(kept) = &self.kept {
            text.push_str(&format!("The token in {kept} stays\n"));
        }
        text
    }

    /// First what needs the connection, so that whatever happens it can be done again; then the
    /// connection; last what nobody can use without it. `told` is told what would be left.
    fn carry_out(
        &self,
        file: &ConfigurationFile,
        told: &mut dyn FnMut(Left),
    ) -> Result<(), CommandError> {
        let path = file.configuration().file();
        let text = edit::without_connection(file.configuration().text(), &self.name);
        let text = text.map_err(|source| CommandError::File {
            action: "take the connection out of",
            path: path.to_owned(),
            source,
        })?;
        let mut change = file.begin().map_err(CommandError::Unwritten)?;
        let failed = |source| CommandError::Sync {
            tried: "remove a synced directory".to_owned(),
            source,
        };
        // What could be refused is known before anything goes.
        let mut removals = Vec::new();
        for (path, directory) in &self.synced {
            removals.push((path, directory.removal().map_err(failed)?));
        }
        for (path, removal) in removals {
            told(self.left_within(path));
            removal.complete().map_err(failed)?;
            if path.is_symlink() {
                std::fs::remove_file(path).map_err(|source| CommandError::File {
                    action: "remove the link",
                    path: path.clone(),
                    source,
                })?;
            }
        }
        for path in [&self.token, &self.approval].into_iter().flatten() {
            change.remove_after(path.clone());
        }
        told(self.left_unknown());
        change.write(&text).map_err(CommandError::Unwritten)?;
        told(Left::DONE);
        Ok(())
    }

    fn left_within(&self, directory: &Path) -> Left {
        let (directory, name) = (directory.display(), &self.name);
        let what =
            format!("all or some of `{directory}` is removed, the connection `{name}` is not");
        Left {
            hint: Some(
                "run the command once more, without `--synced` for what is gone already".to_owned(),
            ),
            ..Left::new(what)
        }
    }

    fn left_unknown(&self) -> Left {
        let what = format!(
            "nobody knows whether the connection `{}` is removed",
            self.name
        );
        Left {
            hint: Some("`code-source connections` shows what is there now".to_owned()),
            ..Left::new(what)
        }
    }

    fn shape(&self, file: &ConfigurationFile) -> Shape {
        let show = |path: &Path| path.display().to_string();
        Shape {
            connection: self.name.clone(),
            file: show(file.configuration().file()),
            token_removed: self
                .token
                .as_deref()
                .map(|path| token_place(&TokenSource::File(path.to_owned()))),
            synced_removed: self.synced.iter().map(|(path, _)| show(path)).collect(),
        }
    }
}

/// JSON of `disconnect`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The connection that was removed.
    connection: String,
    /// The configuration file.
    file: String,
    /// The token that was removed; `null` where it stays.
    token_removed: Option<String>,
    /// The directories that were removed.
    synced_removed: Vec<String>,
}

/// The token's file, where `connect` wrote it and nothing else uses it.
fn ours(entry: &ConnectionEntry, name: &str, file: &ConfigurationFile) -> Option<PathBuf> {
    let TokenSource::File(path) = entry.token() else {
        return None;
    };
    let configuration = file.configuration();
    let uses = |other: &str| {
        let other = configuration.connection(other).ok()?.token();
        Some(matches!(other, TokenSource::File(file) if is_same(&file, &path)))
    };
    let is_shared = configuration
        .names()
        .any(|other| other != name && uses(other) == Some(true));
    let is_there = path.symlink_metadata().is_ok();
    (is_there && !is_shared && file.owns_token(&path)).then_some(path)
}

/// A directory that was synced from this connection.
fn copy(path: &Path, entry: &ConnectionEntry) -> Result<Directory, CommandError> {
    let directory = Directory::new(path);
    let base = code_source_egress::BaseUrl::parse(entry.url()).map(|base| base.to_string());
    let is_ours = directory
        .removable()
        .is_some_and(|state| Ok(state.base_url) == base);
    if is_ours {
        return Ok(directory);
    }
    Err(UsageError::NotSynced {
        path: path.display().to_string(),
    }
    .into())
}

/// Whether two paths lead to one directory, also where it is not there any more.
fn is_same_directory(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => is_same(one, other),
    }
}

#[cfg(test)]
mod tests;
