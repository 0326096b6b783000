//! `policy explain`: what would become of a request; apart from the other two because it is about
//! one URL that somebody has, and ends in a verdict.

use clap::Args;
use code_source_egress::{Explanation, Layer, Origin};
use serde::Serialize;

use super::addresses::{self, AddressShape, Peer};
use super::outline::Outline;
use crate::cli::context::Context;
use crate::cli::explain::hint_line;
use crate::cli::failure::CommandError;
use crate::cli::filled::room_of_output;
use crate::cli::remedy;
use crate::cli::table::{Cell, Table, fields};
use crate::credential::TokenSource;
use crate::transport::{Failure, judge_origin};

/// Arguments of `policy explain`.
#[derive(Args, Debug)]
#[command(after_help = "\
The token is not read, and nothing is asked of the network unless --resolve is given. The exit \
status is 0 where the request would leave, and 36 where it would be refused. A repository that other \
commands name counts as connected for them; here it has to stand in the configuration.

Examples:
  code-source policy explain GET https://git.acme.example/api/v4/projects/42/repository/tree
  code-source policy explain POST https://git.acme.example/api/v4/projects/42/repository/commits
  code-source policy explain GET https://git.acme.example/api/v4/version --operation connection.check --resolve")]
pub(crate) struct Arguments {
    /// The method, such as GET
    method: String,

    // Not `url`: that is the option by which a connection is named.
    /// The whole URL
    #[arg(value_name = "URL")]
    address: String,

    /// Judge it as a request of this function, such as git.read-file
    #[arg(long, value_name = "OPERATION")]
    operation: Option<String>,

    /// Look up the name, and judge every address
    #[arg(long)]
    resolve: bool,
}

/// Run `policy explain`.
pub(super) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let outline = Outline::of(context)?;
    let operation = arguments.operation.as_deref();
    let explanation = outline
        .policy
        .explain(&arguments.method, &arguments.address, operation);
    let mut shape = Shape::new(&outline, &arguments, &explanation);
    if let Some(origin) = explanation.origin().filter(|_| shape.allowed) {
        let resolve = arguments.resolve;
        shape.judge_addresses(&outline, origin, resolve).await?;
    }
    if context.output.is_json() {
        context.output.json_line(&shape)?;
    } else {
        context.output.text(shape.for_people())?;
    }
    if shape.allowed {
        Ok(())
    } else {
        Err(CommandError::Refusal)
    }
}

/// JSON of `policy explain`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The method, as it was given.
    method: String,
    /// Scheme, host and port in their one form.
    origin: Option<String>,
    /// Host and port in their one form.
    authority: Option<String>,
    /// The path, where it is in its one form.
    path: Option<String>,
    /// Whether the request would leave.
    allowed: bool,
    /// Every layer, in the order in which they are asked.
    layers: Vec<LayerShape>,
    /// The endpoint of the profile that it is for.
    endpoint: Option<String>,
    /// What the connection has to grant for that endpoint.
    access: Option<&'static str>,
    /// Identity of the connected repository that it is about.
    repository: Option<String>,
    /// The functions that may make it.
    operations: Vec<String>,
    /// Which credential would be added.
    credential: Option<CredentialShape>,
    /// Whether it is reached only where an answer of the forge leads to it.
    redirect_target: bool,
    /// The addresses, where they are known.
    addresses: Vec<AddressShape>,
    /// The first refusal.
    denial: Option<DenialShape>,
}

/// A layer in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct LayerShape {
    /// Its name.
    layer: &'static str,
    /// `passed`, `refused`, or `not-asked`.
    verdict: &'static str,
    /// What it looked at.
    detail: Option<String>,
}

/// A credential in JSON; never the credential itself.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CredentialShape {
    /// The header that carries it.
    header: String,
    /// Where it comes from.
    from: Option<String>,
}

/// A refusal in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct DenialShape {
    /// The layer that refuses.
    layer: &'static str,
    /// Why, in a stable word.
    reason: &'static str,
    /// Why, for people.
    detail: String,
    /// The line of configuration that would change it.
    remedy: Option<String>,
}

impl Shape {
    fn new(outline: &Outline, arguments: &Arguments, explanation: &Explanation) -> Self {
        let endpoint = explanation.endpoint();
        let rules = outline.plugin.profile.rules().iter();
        let rule = rules
            .into_iter()
            .find(|rule| Some(rule.endpoint()) == endpoint);
        let denial = explanation.denial();
        let mut shape = Self {
            method: arguments.method.clone(),
            origin: explanation.origin().map(ToString::to_string),
            authority: explanation.authority().map(str::to_owned),
            path: explanation.path().map(str::to_owned),
            allowed: denial.is_none(),
            layers: Vec::new(),
            endpoint: endpoint.map(ToString::to_string),
            access: rule.map(|rule| rule.access().as_str()),
            repository: explanation.repository().map(str::to_owned),
            operations: explanation.operations().to_vec(),
            credential: explanation.credential().map(|header| CredentialShape {
                header: header.to_owned(),
                from: outline.chosen.token.as_ref().map(TokenSource::place),
            }),
            redirect_target: explanation.redirect_target(),
            addresses: Vec::new(),
            denial: denial.map(|denial| DenialShape {
                layer: denial.layer().label(),
                reason: denial.reason().label(),
                detail: denial.detail().to_owned(),
                remedy: denial.remedy().map(str::to_owned),
            }),
        };
        shape.layers = shape.layers(explanation);
        shape
    }

    fn layers(&self, explanation: &Explanation) -> Vec<LayerShape> {
        let refused = explanation.denial().map(|denial| denial.layer());
        let mut layers = LAYERS.to_vec();
        layers.extend(refused.filter(|layer| !LAYERS.contains(layer)));
        let shape = |layer: Layer| {
            let passed = explanation.passed().contains(&layer);
            let (verdict, detail) = match refused {
                Some(one) if one == layer => (REFUSED, self.denial_detail()),
                _ if passed => (PASSED, self.detail(layer)),
                None if layer == Layer::Operation => {
                    (NOT_ASKED, Some("`--operation` names a function".to_owned()))
                }
                _ => (NOT_ASKED, None),
            };
            LayerShape {
                layer: layer.label(),
                verdict,
                detail,
            }
        };
        layers.into_iter().map(shape).collect()
    }

    fn denial_detail(&self) -> Option<String> {
        self.denial.as_ref().map(|denial| denial.detail.clone())
    }

    /// What a layer that let it through looked at.
    fn detail(&self, layer: Layer) -> Option<String> {
        match layer {
            Layer::Authority => self.authority.clone(),
            Layer::Path => self.path.clone(),
            Layer::Ceiling => self.endpoint.clone(),
            Layer::Access => self.access.map(str::to_owned),
            Layer::Repository => self.repository.clone(),
            _ => None,
        }
    }

    /// Ask the last layer, which is about where the host is: by the rules of the transport, so that
    /// nothing is told to be allowed that would not be dialled.
    async fn judge_addresses(
        &mut self,
        outline: &Outline,
        origin: &Origin,
        resolve: bool,
    ) -> Result<(), CommandError> {
        let (asked, dialled) = (Peer::forge(origin), outline.dialled(origin));
        for peer in [asked, dialled] {
            if let Err(failure) = judge_origin(&outline.addresses, peer.origin, peer.is_proxy) {
                self.addresses = addresses::known(peer, &outline.addresses);
                self.refuse(outline, peer, failure);
                return Ok(());
            }
        }
        if !resolve && addresses::literal(dialled.origin).is_none() {
            let detail = if dialled.is_proxy {
                format!("by proxy: {}", dialled.origin)
            } else {
                "`--resolve` looks up the name".to_owned()
            };
            self.layers.push(address_layer(NOT_ASKED, detail));
            return Ok(());
        }
        let found = addresses::look_up(dialled, &outline.addresses).await;
        self.addresses = found.map_err(|source| CommandError::LookUp {
            name: dialled.origin.server_name(),
            source,
        })?;
        match addresses::judge(dialled, &outline.addresses, &self.addresses) {
            Ok(()) => {
                let detail = self.addresses_in_words(dialled);
                self.layers.push(address_layer(PASSED, detail));
            }
            Err(failure) => self.refuse(outline, dialled, failure),
        }
        Ok(())
    }

    /// What the transport refuses is not allowed, whatever the policy says.
    fn refuse(&mut self, outline: &Outline, peer: Peer<'_>, failure: Failure) {
        let detail = if self.addresses.is_empty() {
            failure.detail.clone()
        } else {
            self.addresses_in_words(peer)
        };
        self.layers.push(address_layer(REFUSED, detail));
        self.allowed = false;
        self.credential = None;
        self.denial = Some(DenialShape {
            layer: Layer::Address.label(),
            reason: failure.kind.label(),
            detail: failure.detail,
            remedy: addresses::remedy(&outline.connection, &self.addresses, failure.remedy),
        });
    }

    fn addresses_in_words(&self, peer: Peer<'_>) -> String {
        let list: Vec<String> = self.addresses.iter().map(verdict_words).collect();
        let by = if peer.is_proxy { "by proxy: " } else { "" };
        format!("{by}{}", list.join(", "))
    }

    fn for_people(&self) -> String {
        let origin = self.origin.as_deref().unwrap_or_default();
        let path = self.path.as_deref().unwrap_or_default();
        let rows: Vec<Vec<Cell>> = self.layers.iter().map(LayerShape::row).collect();
        let table = Table::new(&["LAYER", "VERDICT", "WHAT"]).page(&rows);
        let result = if self.allowed { "allowed" } else { "refused" };
        let denial = self.denial.as_ref();
        let operations = self.operations.join(", ");
        let facts = fields(&[
            ("Result", Some(result.to_owned())),
            (
                "Refused by",
                denial.map(|denial| format!("{}: {}", denial.layer, denial.reason)),
            ),
            ("Endpoint", self.endpoint.clone()),
            ("Access", self.access.map(str::to_owned)),
            ("Repository", self.repository.clone()),
            ("Operations", Some(operations).filter(|all| !all.is_empty())),
            (
                "Credential",
                self.credential.as_ref().map(CredentialShape::words),
            ),
            (
                "Redirect",
                self.redirect_target
                    .then(|| "reached only where an answer of the forge leads to it".to_owned()),
            ),
        ]);
        let head =
            crate::cli::escape::line(&format!("{} {origin}{path}", self.method)).into_owned();
        let hint = denial.and_then(|denial| denial.remedy.as_deref());
        let hint = hint.map(|line| {
            format!(
                "\n{}",
                hint_line(&remedy::with_option(line), room_of_output())
            )
        });
        format!("{head}\n\n{table}\n{facts}{}", hint.unwrap_or_default())
    }
}

impl LayerShape {
    fn row(&self) -> Vec<Cell> {
        let verdict = match self.verdict {
            REFUSED => Cell::styled(REFUSED, anstyle::AnsiColor::Red.on_default()),
            PASSED => Cell::styled(PASSED, anstyle::AnsiColor::Green.on_default()),
            other => Cell::dim(other),
        };
        let detail = Cell::from(self.detail.as_deref().unwrap_or_default());
        vec![Cell::name(self.layer), verdict, detail]
    }
}

impl CredentialShape {
    fn words(&self) -> String {
        let from = self.from.as_deref().unwrap_or("nowhere that is known yet");
        format!("{}, from {from}", self.header)
    }
}

fn verdict_words(one: &AddressShape) -> String {
    let verdict = if one.allowed { "allowed" } else { "refused" };
    format!("{} ({}, {verdict})", one.address, one.class)
}

fn address_layer(verdict: &'static str, detail: String) -> LayerShape {
    LayerShape {
        layer: Layer::Address.label(),
        verdict,
        detail: Some(detail),
    }
}

/// What can be asked of a method and a URL.
const LAYERS: [Layer; 9] = [
    Layer::Authority,
    Layer::Path,
    Layer::Ceiling,
    Layer::Manifest,
    Layer::Operation,
    Layer::Operator,
    Layer::Access,
    Layer::Repository,
    Layer::Query,
];

const NOT_ASKED: &str = "not-asked";
const PASSED: &str = "passed";
const REFUSED: &str = "refused";
