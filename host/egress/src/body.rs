//! What the body of a request may hold.
//!
//! It is apart because a body is judged only once it is complete, when everything else about the
//! request has been decided.

mod checked;
mod command;
mod value;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

pub use self::checked::{CheckedBody, placeholder};
use self::value::{Given, ValueRule, check_keys};
use crate::{
    denial::{Denial, Layer, Reason},
    json::{self, ParseError},
};

/// What the body of a rule's requests may hold: a JSON object with these keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BodyRule {
    keys: BTreeMap<Box<str>, ValueRule>,
    #[serde(default)]
    required: Vec<Box<str>>,
    #[serde(default = "default_max_bytes")]
    max_bytes: usize,
}

impl BodyRule {
    /// The largest body in bytes.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// The names of the secrets that such a body may ask for.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.keys.values().filter_map(ValueRule::secret)
    }

    /// What is wrong with the rule itself.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        if !self.required.iter().all(|key| self.keys.contains_key(key)) {
            return Some("requires a body key that it does not list");
        }
        self.keys.values().find_map(ValueRule::problem)
    }

    /// Checks a complete body; `secrets` are the names of those that the connection has.
    pub(crate) fn check(
        &self,
        body: &[u8],
        webhook_urls: &[String],
        secrets: &[String],
    ) -> Result<CheckedBody, BodyError> {
        if body.len() > self.max_bytes {
            return Err(BodyError::TooLarge(self.max_bytes));
        }
        let parsed = json::parse(body).map_err(|error| match error {
            ParseError::Syntax(source) => BodyError::Json(source),
            ParseError::TooMany => BodyError::TooMany,
        })?;
        let Value::Object(object) = parsed else {
            return Err(BodyError::NotAnObject);
        };
        let mut required = self.required.iter();
        if let Some(key) = required.find(|key| !object.contains_key(&***key)) {
            return Err(BodyError::Missing(key.to_string()));
        }
        let given = Given {
            webhook_urls,
            secrets,
        };
        check_keys(&self.keys, &object, given)?;
        let asked = self
            .keys
            .iter()
            .filter(|(key, _)| object.contains_key(&***key));
        let asked = asked.filter_map(|(key, rule)| Some((key.clone(), rule.secret()?.into())));
        Ok(CheckedBody::new(asked.collect(), object))
    }
}

/// Why a body is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error(
        "the body key `{0}` has a line of `/` and a word, which the forge may take for a command"
    )]
    Command(String),
    #[error("the body is not JSON with one meaning")]
    Json(#[source] serde_json::Error),
    #[error("the body key {0:?} is not allowed here")]
    Key(String),
    #[error("the body lacks the key `{0}`")]
    Missing(String),
    #[error("the body is not a JSON object")]
    NotAnObject,
    #[error("the body holds a secret beside a number that is not whole, or longer than 64 bits")]
    Number,
    #[error("the body key `{key}` has a value of its own, and not `{placeholder}`", placeholder = placeholder(.name))]
    OwnSecret { key: String, name: String },
    #[error("the connection has no secret `{0}`, which the body asks for")]
    Secret(String),
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the body holds more than {max} values", max = json::MAX_VALUES)]
    TooMany,
    #[error("the body key `{0}` has a value that is not allowed here")]
    Value(String),
    #[error(
        "the body key `{key}` has an address that is not listed for webhooks; it would have to stand beside those that are listed"
    )]
    WebhookUrl { key: String, remedy: String },
}

impl BodyError {
    pub(crate) fn into_denial(self) -> Denial {
        let deny = |reason, detail: String| Denial::new(Layer::Body, reason, detail);
        match &self {
            Self::Json(source) => deny(Reason::BodyRefused, format!("{self}: {source}")),
            Self::Secret(name) => {
                let remedy = format!("secrets = {{ {name} = {{ file = \"…\" }} }}");
                deny(Reason::SecretNotConfigured, self.to_string()).with_remedy(remedy)
            }
            Self::WebhookUrl { remedy, .. } => {
                deny(Reason::BodyRefused, self.to_string()).with_remedy(&**remedy)
            }
            _ => deny(Reason::BodyRefused, self.to_string()),
        }
    }
}

fn default_max_bytes() -> usize {
    1024 * 1024
}

#[cfg(test)]
mod tests;
