//! `plugin show`: what a plugin is and asks for; apart from `approve` because it changes nothing,
//! and shows any plugin.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::cli::approval::{self, Record};
use crate::cli::chosen::{Chosen, Configured};
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::session;
use crate::cli::table::{Cell, Table, fields};
use crate::cli::usage::UsageError;
use crate::error::Error;
use crate::plugin::Plugin;

/// Arguments of `plugin show`: none.
#[derive(Args, Debug)]
#[command(after_help = "\
Nothing of the plugin runs. Without `--plugin` and without a connection that has one, it is the \
plugin that this command was built with.

Examples:
  code-source plugin show
  code-source plugin show --plugin forge.wasm --json")]
pub(crate) struct Arguments {}

/// Run `plugin show`.
pub(super) fn run(_: &Arguments, context: &mut Context) -> Result<(), CommandError> {
    let found = Found::of(context)?;
    let engine = session::engine(&context.options).map_err(unusable)?;
    let plugin = Plugin::from_bytes(&engine, &found.bytes, None).map_err(unusable)?;
    let shape = Shape::new(&plugin, &found);
    if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}

/// A plugin, and what is known of it beside its bytes.
struct Found {
    bytes: Cow<'static, [u8]>,
    path: Option<PathBuf>,
    pinned: Option<String>,
    approved: Option<String>,
}

impl Found {
    fn of(context: &Context) -> Result<Self, CommandError> {
        let options = &context.options;
        if let Some(path) = &options.plugin {
            return Ok(Self {
                bytes: approval::read_plugin(path).map_err(unusable)?.into(),
                path: Some(path.clone()),
                pinned: options.plugin_sha256.clone(),
                approved: None,
            });
        }
        // Without any configuration there is still the built-in plugin to show.
        let chosen = match Chosen::new(options) {
            Ok(chosen) => Some(chosen),
            Err(CommandError::Usage(
                UsageError::NothingConfigured | UsageError::NoConnection { .. },
            )) => None,
            Err(error) => return Err(error),
        };
        let configured = chosen.as_ref().and_then(Chosen::configured);
        match (configured, chosen.as_ref()) {
            (Some(configured), Some(chosen)) if configured.entry.plugin().is_some() => {
                Self::of_connection(configured, &chosen.name)
            }
            _ => Self::built_in(),
        }
    }

    fn of_connection(configured: &Configured, connection: &str) -> Result<Self, CommandError> {
        let Some(plugin) = configured.entry.plugin() else {
            return Self::built_in();
        };
        let record = Record::file(configured.configuration.file(), connection);
        Ok(Self {
            bytes: approval::read_plugin(&plugin.path)
                .map_err(unusable)?
                .into(),
            path: Some(plugin.path.clone()),
            pinned: plugin.sha256.clone(),
            // One that is not understood was approved by nobody.
            approved: Record::read(&record)
                .ok()
                .flatten()
                .map(|record| record.sha256),
        })
    }

    fn built_in() -> Result<Self, CommandError> {
        let bytes = Plugin::embedded_bytes().ok_or_else(|| unusable(Error::NoEmbeddedPlugin))?;
        Ok(Self {
            bytes: bytes.into(),
            path: None,
            pinned: None,
            approved: None,
        })
    }
}

fn unusable(source: Error) -> CommandError {
    CommandError::Open {
        tried: "load the plugin".to_owned(),
        source,
        at: None,
    }
}

/// JSON of `plugin show`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// The kind of forge that it is for.
    provider: String,
    /// The contract that it speaks.
    contract: String,
    /// Where people read about it.
    documentation: Option<String>,
    /// Its file; `null` for the one that is built in.
    path: Option<String>,
    /// SHA-256 of it.
    sha256: String,
    /// The SHA-256 that it has to have.
    pinned: Option<String>,
    /// The SHA-256 that was approved last.
    approved: Option<String>,
    /// What it imports.
    imports: Vec<String>,
    /// Its functions, with what each asks for.
    operations: Vec<OperationShape>,
}

/// A function of a plugin in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct OperationShape {
    /// Its name.
    operation: String,
    /// What it asks for.
    endpoints: Vec<EndpointShape>,
}

/// What a function asks for, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct EndpointShape {
    /// The endpoint.
    endpoint: String,
    /// What has to be granted for it; `null` where no plugin may have it.
    access: Option<&'static str>,
    /// Why, in the plugin's words.
    why: String,
}

impl Shape {
    fn new(plugin: &Plugin, found: &Found) -> Self {
        let manifest = plugin.manifest();
        let access = |endpoint: &code_source_egress::Endpoint| {
            let mut rules = plugin.profile().rules().iter();
            let rule = rules.find(|rule| rule.endpoint() == endpoint)?;
            Some(rule.access().as_str())
        };
        let operations = manifest.operations().map(|(name, all)| OperationShape {
            operation: name.to_owned(),
            endpoints: all
                .iter()
                .map(|one| EndpointShape {
                    endpoint: one.endpoint().to_string(),
                    access: access(one.endpoint()),
                    why: one.why().to_owned(),
                })
                .collect(),
        });
        Self {
            name: manifest.name().to_owned(),
            version: manifest.version().to_owned(),
            provider: manifest.provider().to_owned(),
            contract: manifest.contract().to_owned(),
            documentation: manifest.documentation().map(str::to_owned),
            path: found.path.as_ref().map(|path| path.display().to_string()),
            sha256: plugin.digest().to_owned(),
            pinned: found.pinned.clone(),
            approved: found.approved.clone(),
            imports: plugin.imports(),
            operations: operations.collect(),
        }
    }

    fn for_people(&self) -> String {
        let same = |other: &Option<String>| {
            other.as_ref().map(|other| {
                if other.eq_ignore_ascii_case(&self.sha256) {
                    "yes".to_owned()
                } else {
                    format!("no: that is {other}")
                }
            })
        };
        let built_in = || "the one that is built in".to_owned();
        let head = fields(&[
            ("Plugin", Some(format!("{} {}", self.name, self.version))),
            ("Provider", Some(self.provider.clone())),
            ("Contract", Some(self.contract.clone())),
            ("Read more", self.documentation.clone()),
            ("File", self.path.clone().or_else(|| Some(built_in()))),
            ("SHA-256", Some(self.sha256.clone())),
            ("Pinned", same(&self.pinned)),
            ("Approved", same(&self.approved)),
            ("Imports", Some(self.imports.join(", "))),
        ]);
        let rows: Vec<Vec<Cell>> = self
            .operations
            .iter()
            .flat_map(|one| one.endpoints.iter().map(|endpoint| endpoint.row(one)))
            .collect();
        let table = Table::new(&["OPERATION", "ENDPOINT", "ACCESS", "WHY"]).page(&rows);
        format!("{head}\n{table}")
    }
}

impl EndpointShape {
    fn row(&self, operation: &OperationShape) -> Vec<Cell> {
        vec![
            Cell::name(&operation.operation),
            Cell::from(self.endpoint.as_str()),
            Cell::from(self.access.unwrap_or("none")),
            Cell::dim(&self.why),
        ]
    }
}
