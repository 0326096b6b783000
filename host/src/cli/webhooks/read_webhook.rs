//! `read-webhook`: one webhook, and whether the forge calls it; apart from `list-webhooks`, which
//! uses its shape of a webhook.

use serde::Serialize;

use super::topic;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::progress::Meter;
use crate::cli::repository::RepositoryArgument;
use crate::cli::table::fields;
use crate::cli::words;
use crate::contract::webhooks::{Authentication, Health, Webhook};

/// Arguments of `read-webhook`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"webhooks\"]`.

Examples:
  code-source read-webhook web/shop 12
  code-source read-webhook web/shop 12 --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The webhook, by its identity in the repository
    #[arg(value_name = "WEBHOOK")]
    id: String,
}

/// Run `read-webhook`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let id = &arguments.id;
    let outcome = Meter::during(
        context.notes,
        "asking for the webhook",
        repository.source.read_webhook(&repository.id, id),
    )
    .await;
    let tried = format!("read the webhook `{id}` of `{}`", repository.path);
    let shape = Shape::from(context.notes.answer(tried, outcome)?);
    if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}

/// JSON of a webhook, here, in `list-webhooks` and in `ensure-webhook`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Shape {
    /// Its identity in the repository.
    pub(super) id: String,
    /// Where it leads.
    pub(super) url: String,
    /// What it tells of: `push`, `tag`, `pull-request`, `comment`, or the forge's word.
    pub(super) topics: Vec<String>,
    /// How its deliveries can be checked: `signature`, `token`, `none` or `unknown`.
    authentication: &'static str,
    /// Whether the forge checks the certificate of the place that it leads to.
    verifies_tls: bool,
    /// `enabled`, `suspended`, `disabled`, or the forge's word.
    pub(super) health: String,
    /// When the forge calls it again, where it is suspended and the forge tells.
    suspended_until: Option<String>,
}

impl Shape {
    pub(super) fn for_people(&self) -> String {
        let until = self.suspended_until.as_deref();
        let health = match until {
            Some(until) => format!("{} until {until}", self.health),
            None => self.health.clone(),
        };
        let verifies = if self.verifies_tls { "yes" } else { "no" };
        fields(&[
            ("Webhook", Some(self.id.clone())),
            ("Leads to", Some(self.url.clone())),
            ("Tells of", Some(self.topics.join(", "))),
            ("Health", Some(health)),
            ("Authentication", Some(self.authentication.to_owned())),
            ("Verifies TLS", Some(verifies.to_owned())),
        ])
    }
}

impl From<Webhook> for Shape {
    fn from(webhook: Webhook) -> Self {
        let (health, until) = match webhook.health {
            Health::Enabled => ("enabled".to_owned(), None),
            Health::Suspended(until) => ("suspended".to_owned(), until),
            Health::Disabled => ("disabled".to_owned(), None),
            Health::Other(word) => (word, None),
        };
        Self {
            id: webhook.id,
            url: webhook.url,
            topics: webhook.topics.into_iter().map(topic::word).collect(),
            authentication: match webhook.authentication {
                Authentication::Signature => "signature",
                Authentication::Token => "token",
                Authentication::None => "none",
                Authentication::Unknown => "unknown",
            },
            verifies_tls: webhook.verifies_tls,
            health,
            suspended_until: until.map(words::date_time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::webhooks::Topic;

    #[test]
    fn a_suspended_webhook_says_until_when() {
        let shape = Shape::from(Webhook {
            id: "12".into(),
            url: "https://hooks.acme.example/code".into(),
            topics: vec![Topic::Push, Topic::Other("wiki".into())],
            authentication: Authentication::Signature,
            verifies_tls: true,
            health: Health::Suspended(Some(0)),
        });
        assert_eq!(
            serde_json::to_string(&shape).unwrap(),
            r#"{"id":"12","url":"https://hooks.acme.example/code","topics":["push","wiki"],"authentication":"signature","verifies-tls":true,"health":"suspended","suspended-until":"1970-01-01T00:00:00Z"}"#
        );
        let text = anstream::adapter::strip_str(&shape.for_people()).to_string();
        assert!(
            text.contains("suspended until 1970-01-01T00:00:00Z\n"),
            "{text}"
        );
    }
}
