//! `plugin approve`: show what is new in a plugin, and pin it; apart from `show` because it writes
//! the configuration file, and only after somebody said so.

use clap::Args;
use code_source_egress::{DeclaredChange, ManifestDifference};
use serde::Serialize;

use crate::cli::approval::{self, Record};
use crate::cli::chosen::{Chosen, Configured};
use crate::cli::confirmation;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::pin;
use crate::cli::table::{Cell, Table, fields};
use crate::cli::usage::UsageError;
use crate::config::PluginFile;
use crate::config::file::{ChangeError, ConfigurationFile};
use crate::plugin::PluginDescription;

/// Arguments of `plugin approve`.
#[derive(Args, Debug)]
#[command(after_help = "\
The digest is written into the configuration file, and what was approved beside it, into \
FILE.approved/CONNECTION.json. Nothing of the plugin runs.

Examples:
  code-source plugin approve --connection acme
  code-source plugin approve --connection acme --yes")]
pub(crate) struct Arguments {
    /// Approve it without asking
    #[arg(long)]
    yes: bool,
}

/// Run `plugin approve`.
pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Result<(), CommandError> {
    let chosen = Chosen::new(&context.options)?;
    let (configured, plugin) = plugin(context, &chosen)?;
    let bytes = approval::read_plugin(&plugin.path).map_err(|error| chosen.failed(error))?;
    let description = PluginDescription::of(&bytes).map_err(|error| chosen.failed(error))?;
    let file = Record::file(configured.configuration.file(), &chosen.name);
    // One that is not understood was approved by nobody.
    let record = Record::read(&file).ok().flatten();
    let mut shape = Shape::new(&chosen, plugin, &description, record.as_ref());
    let is_pinned = shape.pinned.as_deref() == Some(&*description.digest);
    let is_settled = is_pinned && record.is_some_and(|record| record.sha256 == description.digest);
    if !context.output.is_json() {
        context.output.text(shape.for_people())?;
        context.output.flush()?;
    }
    let question = format!(
        "\nApprove this plugin for the connection `{}`?",
        chosen.name
    );
    let agreed =
        is_settled || arguments.yes || (!context.output.is_json() && confirmation::ask(&question)?);
    if agreed && !is_settled {
        let record = Record {
            sha256: description.digest.clone(),
            manifest: description.manifest,
        };
        approve(configured, &chosen.name, &record)?;
    }
    shape.approved = agreed;
    finish(context, &shape)
}

fn plugin<'c>(
    context: &Context,
    chosen: &'c Chosen,
) -> Result<(&'c Configured, &'c PluginFile), CommandError> {
    let in_file = context.options.plugin.is_none();
    let configured = chosen.configured().filter(|_| in_file);
    let plugin = configured.and_then(|configured| Some((configured, configured.entry.plugin()?)));
    plugin.ok_or_else(|| {
        let connection = chosen.name.clone();
        UsageError::NoPlugin { connection }.into()
    })
}

/// Keep what was approved, unless the file says something else by now: an answer is about what was
/// shown, and what somebody wrote meanwhile would be lost.
fn approve(configured: &Configured, connection: &str, record: &Record) -> Result<(), CommandError> {
    let configuration = &configured.configuration;
    let path = configuration.file();
    let text = pin::with_digest(configuration.text(), connection, &record.sha256);
    let text = text.map_err(|source| CommandError::File {
        action: "write the digest into",
        path: path.to_owned(),
        source,
    })?;
    let file = ConfigurationFile::of(configuration).map_err(CommandError::Configuration)?;
    let change = file.begin().map_err(unwritten)?;
    // In this order a failure between the two leaves a plugin that is refused.
    record.write(&Record::file(path, connection))?;
    change.write(&text).map_err(unwritten)
}

fn unwritten(error: ChangeError) -> CommandError {
    match error {
        ChangeError::Changed(path) => CommandError::Changed { path },
        error => CommandError::Unwritten(error),
    }
}

fn finish(context: &mut Context, shape: &Shape) -> Result<(), CommandError> {
    if context.output.is_json() {
        context.output.json_line(shape)?;
        context.output.set_failure_shown();
    }
    if !shape.approved {
        return Err(CommandError::Unapproved {
            connection: shape.connection.clone(),
        });
    }
    if !context.output.is_json() {
        let text = format!("\nApproved for the connection `{}`\n", shape.connection);
        context.output.text(crate::cli::escape::lines(&text))?;
    }
    Ok(())
}

/// JSON of `plugin approve`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The connection.
    connection: String,
    /// The plugin's file.
    path: String,
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// The contract that it speaks.
    contract: String,
    /// SHA-256 of it.
    sha256: String,
    /// The SHA-256 that was pinned before.
    pinned: Option<String>,
    /// The SHA-256 that was approved before.
    previous: Option<String>,
    /// Whether it is approved now.
    approved: bool,
    /// What it asks for that the approved one did not.
    added: Vec<AskedShape>,
    /// What it asks for no longer.
    removed: Vec<AskedShape>,
    /// What it says of itself in other words.
    changed: Vec<ChangedShape>,
}

/// Something that a plugin asks for, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct AskedShape {
    /// The function that asks.
    operation: String,
    /// The endpoint.
    endpoint: String,
    /// What has to be granted for it; `null` where no plugin may have it.
    access: Option<&'static str>,
    /// Why, in the plugin's words.
    why: String,
}

/// A text that a plugin changed, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ChangedShape {
    /// Which.
    key: &'static str,
    /// What it was.
    old: String,
    /// What it is.
    new: String,
}

impl Shape {
    fn new(
        chosen: &Chosen,
        plugin: &PluginFile,
        description: &PluginDescription,
        record: Option<&Record>,
    ) -> Self {
        let manifest = &description.manifest;
        let before = record.map(|record| &record.manifest);
        let difference: ManifestDifference = approval::difference(before, manifest);
        let asked = |all: &[DeclaredChange]| {
            let all = all.iter();
            all.map(|one| AskedShape::new(one, description)).collect()
        };
        Self {
            connection: chosen.name.clone(),
            path: plugin.path.display().to_string(),
            name: manifest.name().to_owned(),
            version: manifest.version().to_owned(),
            contract: manifest.contract().to_owned(),
            sha256: description.digest.clone(),
            pinned: plugin
                .sha256
                .as_ref()
                .map(|pinned| pinned.to_ascii_lowercase()),
            previous: record.map(|record| record.sha256.clone()),
            approved: false,
            added: asked(&difference.added),
            removed: asked(&difference.removed),
            changed: difference
                .changed
                .iter()
                .map(|one| ChangedShape {
                    key: one.key,
                    old: one.old.to_string(),
                    new: one.new.to_string(),
                })
                .collect(),
        }
    }

    fn for_people(&self) -> String {
        let head = fields(&[
            ("Connection", Some(self.connection.clone())),
            ("Plugin", Some(format!("{} {}", self.name, self.version))),
            ("Contract", Some(self.contract.clone())),
            ("File", Some(self.path.clone())),
            ("SHA-256", Some(self.sha256.clone())),
            ("Pinned", self.pinned.clone()),
            ("Approved before", self.previous.clone()),
        ]);
        let asked = |sign: &'static str, all: &[AskedShape]| -> Vec<Vec<Cell>> {
            all.iter().map(|one| one.row(sign)).collect()
        };
        let rows = [asked("+", &self.added), asked("-", &self.removed)].concat();
        let mut text = head;
        if !rows.is_empty() {
            let table = Table::new(&["", "OPERATION", "ENDPOINT", "ACCESS", "WHY"]).page(&rows);
            text.push_str(&format!("\n{table}"));
        }
        if !self.changed.is_empty() {
            let rows: Vec<Vec<Cell>> = self.changed.iter().map(ChangedShape::row).collect();
            let table = Table::new(&["CHANGED", "BEFORE", "NOW"]).page(&rows);
            text.push_str(&format!("\n{table}"));
        }
        if rows.is_empty() && self.changed.is_empty() {
            text.push_str("\nIt asks for the same as before\n");
        }
        text
    }
}

impl AskedShape {
    fn new(one: &DeclaredChange, description: &PluginDescription) -> Self {
        let mut rules = description.profile.rules().iter();
        let rule = rules.find(|rule| *rule.endpoint() == one.endpoint);
        Self {
            operation: one.operation.to_string(),
            endpoint: one.endpoint.to_string(),
            access: rule.map(|rule| rule.access().as_str()),
            why: one.why.to_string(),
        }
    }

    fn row(&self, sign: &'static str) -> Vec<Cell> {
        vec![
            Cell::from(sign),
            Cell::name(&self.operation),
            Cell::from(self.endpoint.as_str()),
            Cell::from(self.access.unwrap_or("none")),
            Cell::from(self.why.as_str()),
        ]
    }
}

impl ChangedShape {
    fn row(&self) -> Vec<Cell> {
        let (old, new) = (Cell::dim(&self.old), Cell::from(self.new.as_str()));
        vec![Cell::name(self.key), old, new]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Configuration;

    #[test]
    fn a_file_that_changed_while_somebody_looked_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let shown = "[connections.acme]\nurl = \"a\"\ntoken = { env = \"T\" }\n\
                     plugin = { path = \"x.wasm\" }\n";
        let configuration = Configuration::parse(shown, &path).unwrap();
        let entry = configuration.connection("acme").unwrap().clone();
        let configured = Configured {
            configuration,
            entry,
        };
        let manifest =
            br#"{"name":"f","version":"1","provider":"p","contract":"x:y@0.1.0","operations":{}}"#;
        let record = Record {
            sha256: "00ff".into(),
            manifest: code_source_egress::Manifest::parse(manifest).unwrap(),
        };
        let meanwhile = format!("{shown}deny = [\"GET /version\"]\n");
        std::fs::write(&path, &meanwhile).unwrap();
        let error = approve(&configured, "acme", &record).unwrap_err();
        let description = error.describe();
        assert_eq!(description.exit_status, 37);
        assert!(
            description.message.contains("changed"),
            "{}",
            description.message
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), meanwhile);
        assert!(
            Record::read(&Record::file(&path, "acme"))
                .unwrap()
                .is_none()
        );
        std::fs::write(&path, shown).unwrap();
        // Nor while somebody else is changing it.
        let other = ConfigurationFile::read(&path).unwrap();
        let change = other.begin().unwrap();
        let busy = approve(&configured, "acme", &record).unwrap_err();
        assert!(
            busy.describe()
                .message
                .contains("somebody else is changing")
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), shown);
        drop(change);
        approve(&configured, "acme", &record).unwrap();
        let pinned = std::fs::read_to_string(&path).unwrap();
        assert!(pinned.contains("sha256 = \"00ff\""), "{pinned}");
    }
}
