//! `policy check`: what a plugin asks for, and what of it a connection grants; apart from `check`
//! because it compares what is written, and asks no forge.

use clap::Args;
use code_source_egress::{CutEndpoint, CutReason, Endpoint, EndpointPattern, Rule};
use serde::Serialize;

use super::outline::Outline;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::table::{Cell, Table, fields};
use crate::config::Step;

/// Arguments of `policy check`: none.
#[derive(Args, Debug)]
#[command(after_help = "\
What the connection cuts is what its operator wants: the exit status is 0. It is 3 where a line of \
the configuration cannot mean anything, such as a pattern that covers no endpoint, and 7 where the \
plugin asks for more than any plugin for its forge may have.

Examples:
  code-source policy check
  code-source policy check --connection acme --json")]
pub(crate) struct Arguments {}

/// Run `policy check`.
pub(super) fn run(_: &Arguments, context: &mut Context) -> Result<(), CommandError> {
    let outline = Outline::of(context)?;
    let shape = Shape::new(&outline);
    if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}

/// JSON of `policy check`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The connection.
    connection: String,
    /// The plugin's name.
    plugin: String,
    /// Its version.
    version: String,
    /// Its SHA-256.
    sha256: String,
    /// Everything that it asks for.
    endpoints: Vec<EndpointShape>,
    /// What the configuration says to no effect.
    without_effect: Vec<WithoutEffect>,
}

/// An endpoint that a plugin asks for, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct EndpointShape {
    /// The function that asks for it.
    operation: String,
    /// The endpoint.
    endpoint: String,
    /// What has to be granted for it.
    access: &'static str,
    /// Whether it is granted.
    granted: bool,
    /// What cuts it.
    cut: Option<CutShape>,
}

/// What cuts an endpoint, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CutShape {
    /// The key of the configuration: `access`, `allow` or `deny`.
    by: &'static str,
    /// Why, for people.
    detail: String,
    /// The line of the configuration file, where it stands there.
    line: Option<usize>,
}

/// Something that is said to no effect, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct WithoutEffect {
    /// The key of the configuration.
    key: &'static str,
    /// What it says there.
    value: String,
    /// Why that has none.
    detail: &'static str,
    /// The line of the configuration file, where it stands there.
    line: Option<usize>,
}

impl Shape {
    fn new(outline: &Outline) -> Self {
        let manifest = &outline.plugin.manifest;
        Self {
            connection: outline.chosen.name.clone(),
            plugin: manifest.name().to_owned(),
            version: manifest.version().to_owned(),
            sha256: outline.plugin.digest.clone(),
            endpoints: endpoints(outline),
            without_effect: without_effect(outline),
        }
    }

    fn for_people(&self) -> String {
        let granted = self.endpoints.iter().filter(|one| one.granted).count();
        let head = fields(&[
            ("Connection", Some(self.connection.clone())),
            ("Plugin", Some(format!("{} {}", self.plugin, self.version))),
            ("SHA-256", Some(self.sha256.clone())),
            (
                "Granted",
                Some(format!("{granted} of {}", self.endpoints.len())),
            ),
        ]);
        let rows: Vec<Vec<Cell>> = self.endpoints.iter().map(EndpointShape::row).collect();
        let table = Table::new(&["OPERATION", "ENDPOINT", "ACCESS", "GRANTED"]).page(&rows);
        let mut text = format!("{head}\n{table}");
        if !self.without_effect.is_empty() {
            let rows: Vec<_> = self.without_effect.iter().map(WithoutEffect::row).collect();
            let table = Table::new(&["WITHOUT EFFECT", "SAYS", "WHY"]).page(&rows);
            text.push_str(&format!("\n{table}"));
        }
        text
    }
}

impl EndpointShape {
    fn row(&self) -> Vec<Cell> {
        let verdict = match &self.cut {
            None => Cell::from("yes"),
            Some(cut) => {
                let text = format!("no: {}{}", cut.detail, at_line(cut.line));
                Cell::styled(&text, anstyle::AnsiColor::Yellow.on_default())
            }
        };
        vec![
            Cell::name(&self.operation),
            Cell::from(self.endpoint.as_str()),
            Cell::from(self.access),
            verdict,
        ]
    }
}

impl WithoutEffect {
    fn row(&self) -> Vec<Cell> {
        let why = format!("{}{}", self.detail, at_line(self.line));
        let (key, value) = (Cell::name(self.key), Cell::from(self.value.as_str()));
        vec![key, value, Cell::from(why.as_str())]
    }
}

fn at_line(line: Option<usize>) -> String {
    line.map(|line| format!(" (line {line})"))
        .unwrap_or_default()
}

fn endpoints(outline: &Outline) -> Vec<EndpointShape> {
    let cut = outline.policy.cut();
    let cut_of = |operation: &str, endpoint: &Endpoint| {
        cut.iter()
            .find(|one| one.operation() == operation && one.endpoint() == endpoint)
    };
    let asked = outline.plugin.manifest.operations();
    let asked = asked.flat_map(|(name, all)| all.iter().map(move |one| (name, one.endpoint())));
    asked
        .map(|(operation, endpoint)| {
            let cut = cut_of(operation, endpoint);
            EndpointShape {
                operation: operation.to_owned(),
                endpoint: endpoint.to_string(),
                access: rule(outline, endpoint).map_or("", |rule| rule.access().as_str()),
                granted: cut.is_none(),
                cut: cut.map(|cut| CutShape::new(outline, cut)),
            }
        })
        .collect()
}

impl CutShape {
    fn new(outline: &Outline, cut: &CutEndpoint) -> Self {
        let (by, steps): (_, Vec<Step>) = match cut.reason() {
            CutReason::Denied(pattern) => {
                let place = place_of(&outline.connection.deny, pattern);
                ("deny", vec!["deny".into(), place.into()])
            }
            CutReason::NotAllowed => ("allow", vec!["allow".into()]),
            _ => ("access", vec!["access".into()]),
        };
        Self {
            by,
            detail: cut.reason().to_string(),
            line: line_of(outline, &steps),
        }
    }
}

fn place_of(patterns: &[EndpointPattern], pattern: &EndpointPattern) -> usize {
    let mut patterns = patterns.iter();
    patterns.position(|one| one == pattern).unwrap_or_default()
}

fn without_effect(outline: &Outline) -> Vec<WithoutEffect> {
    let connection = &outline.connection;
    let asked: Vec<&Rule> = outline
        .plugin
        .manifest
        .operations()
        .flat_map(|(_, all)| all.iter())
        .filter_map(|one| rule(outline, one.endpoint()))
        .collect();
    let mut found = Vec::new();
    let mut note = |key, index: usize, value: String, detail| {
        let line = line_of(outline, &[Step::from(key), index.into()]);
        found.push(WithoutEffect {
            key,
            value,
            detail,
            line,
        });
    };
    for (index, access) in connection.access.iter().enumerate() {
        if asked.iter().all(|rule| rule.access() != *access) {
            note("access", index, access.to_string(), NOT_ASKED);
        }
    }
    for (key, patterns) in [("allow", &connection.allow), ("deny", &connection.deny)] {
        for (index, pattern) in patterns.iter().enumerate() {
            if !asked.iter().any(|rule| pattern.covers(rule.endpoint())) {
                note(key, index, pattern.to_string(), NOT_ASKED);
            }
        }
    }
    if !asked.iter().any(|rule| rule.may_redirect()) {
        for (index, origin) in connection.redirect_origins.iter().enumerate() {
            note("redirect-origins", index, origin.clone(), NO_REDIRECT);
        }
    }
    if !asked
        .iter()
        .any(|rule| rule.access() == code_source_egress::Access::Webhooks)
    {
        for index in 0..connection.webhook_urls.len() {
            note("webhook-urls", index, "…".to_owned(), NO_WEBHOOK);
        }
    }
    found
}

fn rule<'o>(outline: &'o Outline, endpoint: &Endpoint) -> Option<&'o Rule> {
    let mut rules = outline.plugin.profile.rules().iter();
    rules.find(|rule| rule.endpoint() == endpoint)
}

fn line_of(outline: &Outline, steps: &[Step]) -> Option<usize> {
    let configured = outline.chosen.configured()?;
    let configuration = &configured.configuration;
    configuration.line_of(&outline.chosen.name, steps)
}

const NOT_ASKED: &str = "the plugin asks for nothing of that";
const NO_REDIRECT: &str = "the plugin asks for nothing that may lead elsewhere";
const NO_WEBHOOK: &str = "the plugin registers no webhooks";
