//! What one value of a body may be.
//!
//! It is apart because values nest, and the body around them does not.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{BodyError, command::has_command, placeholder};
use crate::remedy::line;

/// What a value may be. What is not said does not restrict.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ValueRule {
    kind: Option<Kind>,
    equals: Option<Value>,
    one_of: Option<Vec<Value>>,
    /// A text without a line that the forge takes for a command.
    no_commands: bool,
    /// One of the addresses that the operator lists for webhooks, byte for byte.
    is_webhook_url: bool,
    /// The placeholder of this secret and nothing else: a plugin has no secret of its own.
    secret: Option<Box<str>>,
    /// An object with these keys alone.
    object: Option<BTreeMap<Box<str>, Self>>,
    /// A list whose items are objects with these keys alone.
    each: Option<BTreeMap<Box<str>, Self>>,
}

/// What of the connection a body is held against.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) webhook_urls: &'a [String],
    pub(super) secrets: &'a [String],
}

impl ValueRule {
    /// The name of the secret that stands there, where one does.
    pub(super) fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// What is wrong with the rule itself.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let named = |name: &str| {
            let inside = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
            !name.is_empty() && name.bytes().all(inside)
        };
        if !self.secret().is_none_or(named) {
            return Some("has a secret whose name is not lower-case letters and `-`");
        }
        if self.no_commands && !matches!(self.kind, Some(Kind::String)) {
            return Some("has a value without commands that need not be a text");
        }
        // Secrets are put in where they are found without a search: at the top.
        let hides_secret = |keys: &BTreeMap<_, Self>| keys.values().any(Self::holds_secret);
        let mut inner = self.object.iter().chain(&self.each);
        inner
            .any(hides_secret)
            .then_some("has a secret below the top of its body")
    }

    fn holds_secret(&self) -> bool {
        let mut inner = self.object.iter().chain(&self.each);
        self.secret.is_some() || inner.any(|keys| keys.values().any(Self::holds_secret))
    }

    fn check(&self, key: &str, value: &Value, given: Given<'_>) -> Result<(), BodyError> {
        if !self.fits(value) {
            return Err(BodyError::Value(key.to_owned()));
        }
        if self.no_commands && value.as_str().is_some_and(has_command) {
            return Err(BodyError::Command(key.to_owned()));
        }
        if self.is_webhook_url {
            check_webhook_url(key, value, given)?;
        }
        if let Some(name) = self.secret() {
            check_secret(key, name, value, given)?;
        }
        let refused = || BodyError::Value(key.to_owned());
        if let Some(keys) = &self.object {
            check_keys(keys, value.as_object().ok_or_else(refused)?, given)?;
        }
        if let Some(keys) = &self.each {
            for item in value.as_array().ok_or_else(refused)? {
                check_keys(keys, item.as_object().ok_or_else(refused)?, given)?;
            }
        }
        Ok(())
    }

    fn fits(&self, value: &Value) -> bool {
        self.kind.is_none_or(|kind| kind.fits(value))
            && self.equals.as_ref().is_none_or(|one| one == value)
            && self.one_of.as_ref().is_none_or(|all| all.contains(value))
            && (!self.is_webhook_url || value.is_string())
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Boolean,
    Integer,
    Integers,
    Number,
    String,
    Strings,
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        let is_integer = |value: &Value| value.is_i64() || value.is_u64();
        let each = |fits: fn(&Value) -> bool| {
            let list = value.as_array();
            list.is_some_and(|list| list.iter().all(fits))
        };
        match self {
            Self::Boolean => value.is_boolean(),
            Self::Integer => is_integer(value),
            Self::Integers => each(is_integer),
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
            Self::Strings => each(Value::is_string),
        }
    }
}

pub(super) fn check_keys(
    keys: &BTreeMap<Box<str>, ValueRule>,
    object: &Map<String, Value>,
    given: Given<'_>,
) -> Result<(), BodyError> {
    for (key, value) in object {
        let rule = keys.get(key.as_str());
        let rule = rule.ok_or_else(|| BodyError::Key(key.chars().take(MAX_QUOTED).collect()))?;
        rule.check(key, value, given)?;
    }
    Ok(())
}

fn check_webhook_url(key: &str, value: &Value, given: Given<'_>) -> Result<(), BodyError> {
    let url = value.as_str().unwrap_or_default();
    if given.webhook_urls.iter().any(|one| one == url) {
        return Ok(());
    }
    // The addresses that are listed may hold secrets, and stay out of what a report shows.
    let shown: String = url.chars().take(MAX_URL).collect();
    Err(BodyError::WebhookUrl {
        key: key.to_owned(),
        remedy: line("webhook-urls", [shown].iter()),
    })
}

fn check_secret(key: &str, name: &str, value: &Value, given: Given<'_>) -> Result<(), BodyError> {
    if value.as_str() != Some(&placeholder(name)) {
        return Err(BodyError::OwnSecret {
            key: key.to_owned(),
            name: name.to_owned(),
        });
    }
    if given.secrets.iter().any(|one| one == name) {
        return Ok(());
    }
    Err(BodyError::Secret(name.to_owned()))
}

/// Keys come from the plugin, and are quoted to people.
const MAX_QUOTED: usize = 64;
/// What anybody lists is shorter.
const MAX_URL: usize = 2048;
