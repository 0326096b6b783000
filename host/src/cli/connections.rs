//! `connections`: what is connected; apart from `check` because nothing is asked.

use serde::Serialize;

use super::arguments::GlobalArguments;
use super::chosen;
use super::connect::{RepositoryShape, token_place};
use super::context::Context;
use super::escape;
use super::failure::CommandError;
use super::table::{Cell, Table};
use super::usage::UsageError;
use crate::config::file::ConfigurationFile;

/// Arguments of `connections`: none.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source connections
  code-source connections --config team.toml --json")]
pub(crate) struct Arguments {}

/// Run `connections`.
pub(crate) fn run(_: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let file = file(&context.options)?;
    let shape = Shape::new(&file)?;
    if context.output.is_json() {
        return context.output.json_line(&shape);
    }
    if shape.items.is_empty() {
        context
            .notes
            .note("nothing is connected: `code-source connect` begins");
        return Ok(());
    }
    context.output.text(shape.for_people())
}

/// The configuration file, which need not be there.
pub(crate) fn file(options: &GlobalArguments) -> Result<ConfigurationFile, CommandError> {
    let Some(path) = chosen::configuration_file(options) else {
        return Err(UsageError::NoPlaceForConfiguration.into());
    };
    ConfigurationFile::read(&path).map_err(CommandError::Configuration)
}

/// JSON of `connections`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The configuration file.
    file: String,
    /// The connections, by name.
    items: Vec<ConnectionShape>,
}

/// A connection in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ConnectionShape {
    /// Its name.
    connection: String,
    /// The forge's address.
    url: String,
    /// Where the token is: `file:…` or `env:…`.
    token: String,
    /// The repositories that are connected.
    repositories: Vec<RepositoryShape>,
}

impl Shape {
    fn new(file: &ConfigurationFile) -> Result<Self, CommandError> {
        let configuration = file.configuration();
        let items = configuration.names().map(|name| {
            let entry = configuration
                .connection(name)
                .map_err(CommandError::Configuration)?;
            Ok(ConnectionShape {
                connection: name.to_owned(),
                url: entry.url().to_owned(),
                token: token_place(&entry.token()),
                repositories: entry
                    .repositories()
                    .iter()
                    .map(RepositoryShape::from)
                    .collect(),
            })
        });
        Ok(Self {
            file: configuration.file().display().to_string(),
            items: items.collect::<Result<_, CommandError>>()?,
        })
    }

    fn for_people(&self) -> String {
        let mut rows = Vec::new();
        for item in &self.items {
            let mut name = item.connection.as_str();
            let mut about = [item.url.as_str(), item.token.as_str()];
            let mut repositories = item.repositories.iter();
            let mut repository = repositories.next();
            // Each repository has a row of its own, and what was said above is not said again.
            loop {
                let path = repository.map_or("-", |one| one.path.as_str());
                let kind = repository.and_then(|one| one.r#type).unwrap_or("-");
                let branch = repository.and_then(|one| one.branch.as_deref());
                let [url, token] = about;
                rows.push(vec![
                    Cell::name(name),
                    Cell::from(url),
                    Cell::from(path),
                    Cell::from(kind),
                    Cell::from(branch.unwrap_or("-")),
                    Cell::dim(token),
                ]);
                repository = repositories.next();
                if repository.is_none() {
                    break;
                }
                name = "";
                about = ["", ""];
            }
        }
        let headers = &["NAME", "ADDRESS", "REPOSITORY", "TYPE", "BRANCH", "TOKEN"];
        let table = Table::new(headers).page(&rows);
        format!("{table}\nin {}\n", escape::line(&self.file))
    }
}
