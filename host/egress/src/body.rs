//! What the body of a request may hold.
//!
//! It is apart because a body is judged only once it is complete, when everything else about the
//! request has been decided.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::json;

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

    /// What is wrong with the rule itself.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let mut required = self.required.iter();
        let listed = required.all(|key| self.keys.contains_key(key));
        (!listed).then_some("requires a body key that it does not list")
    }

    /// Checks a complete body.
    pub(crate) fn check(&self, body: &[u8], webhook_urls: &[String]) -> Result<(), BodyError> {
        if body.len() > self.max_bytes {
            return Err(BodyError::TooLarge(self.max_bytes));
        }
        let Value::Object(object) = json::parse(body).map_err(BodyError::Json)? else {
            return Err(BodyError::NotAnObject);
        };
        if let Some(key) = self
            .required
            .iter()
            .find(|key| !object.contains_key(&***key))
        {
            return Err(BodyError::Missing(key.to_string()));
        }
        check_keys(&self.keys, &object, webhook_urls)
    }
}

/// What a value may be. What is not said does not restrict.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct ValueRule {
    kind: Option<Kind>,
    equals: Option<Value>,
    one_of: Option<Vec<Value>>,
    /// One of the addresses that the operator lists for webhooks, byte for byte.
    is_webhook_url: bool,
    /// A list whose items are objects with these keys alone.
    each: Option<BTreeMap<Box<str>, Self>>,
}

impl ValueRule {
    fn check(&self, key: &str, value: &Value, webhook_urls: &[String]) -> Result<(), BodyError> {
        let is_webhook_url = || {
            value
                .as_str()
                .is_some_and(|url| webhook_urls.iter().any(|one| one == url))
        };
        let fits = self.kind.is_none_or(|kind| kind.fits(value))
            && self
                .equals
                .as_ref()
                .is_none_or(|expected| expected == value)
            && self
                .one_of
                .as_ref()
                .is_none_or(|values| values.contains(value))
            && (!self.is_webhook_url || is_webhook_url());
        if !fits {
            return Err(BodyError::Value(key.to_owned()));
        }
        match &self.each {
            Some(keys) => check_items(key, keys, value, webhook_urls),
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Boolean,
    Integer,
    String,
    Strings,
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::String => value.is_string(),
            Self::Strings => value
                .as_array()
                .is_some_and(|list| list.iter().all(Value::is_string)),
        }
    }
}

/// Why a body is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is not JSON with one meaning")]
    Json(#[source] serde_json::Error),
    #[error("the body key {0:?} is not allowed here")]
    Key(String),
    #[error("the body lacks the key `{0}`")]
    Missing(String),
    #[error("the body is not a JSON object")]
    NotAnObject,
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the body key `{0}` has a value that is not allowed here")]
    Value(String),
}

fn check_keys(
    keys: &BTreeMap<Box<str>, ValueRule>,
    object: &Map<String, Value>,
    webhook_urls: &[String],
) -> Result<(), BodyError> {
    for (key, value) in object {
        let rule = keys.get(key.as_str());
        let rule = rule.ok_or_else(|| BodyError::Key(key.chars().take(MAX_QUOTED).collect()))?;
        rule.check(key, value, webhook_urls)?;
    }
    Ok(())
}

fn check_items(
    key: &str,
    keys: &BTreeMap<Box<str>, ValueRule>,
    value: &Value,
    webhook_urls: &[String],
) -> Result<(), BodyError> {
    let refused = || BodyError::Value(key.to_owned());
    for item in value.as_array().ok_or_else(refused)? {
        check_keys(keys, item.as_object().ok_or_else(refused)?, webhook_urls)?;
    }
    Ok(())
}

fn default_max_bytes() -> usize {
    1024 * 1024
}

/// Keys come from the plugin, and are quoted to people.
const MAX_QUOTED: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = r#"
        max-bytes = 200
        required = ["title"]
        [keys]
        title = { kind = "string" }
        count = { kind = "integer" }
        labels = { kind = "strings" }
        verify = { equals = true }
        state = { one-of = ["open", "closed"] }
        url = { is-webhook-url = true }
        steps = { each = { kind = { one-of = ["make", "drop"] }, text = {} } }
    "#;

    fn check(body: &str) -> Result<(), String> {
        let rule: BodyRule = toml::from_str(RULE).unwrap();
        assert_eq!(rule.problem(), None);
        let urls = ["https://hooks.example/in", "https://hooks.example/out"].map(str::to_owned);
        rule.check(body.as_bytes(), &urls)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_body_with_listed_keys_and_fitting_values_passes() {
        for body in [
            r#"{"title":"x"}"#,
            r#" {"title":"x","count":18446744073709551615,"labels":["a"],"verify":true,"state":"open"} "#,
            r#"{"title":"x","url":"https://hooks.example/in"}"#,
            r#"{"title":"x","steps":[{"kind":"make","text":{"any":1}},{"kind":"drop"}]}"#,
        ] {
            assert_eq!(check(body), Ok(()), "{body}");
        }
    }

    #[test]
    fn whatever_else_is_refused() {
        for (body, part) in [
            ("", "not JSON"),
            ("title=x", "not JSON"),
            (r#"{"title":"x","title":"y"}"#, "not JSON"),
            (
                r#"{"title":"x","steps":[{"text":{"a":1,"a":2}}]}"#,
                "not JSON",
            ),
            (r#"[{"title":"x"}]"#, "not a JSON object"),
            (r#"null"#, "not a JSON object"),
            (r#"{"count":3}"#, "lacks the key `title`"),
            (
                r#"{"title":"x","_method":"DELETE"}"#,
                "\"_method\" is not allowed",
            ),
            (
                r#"{"title":"x","custom_headers":[]}"#,
                "\"custom_headers\" is not allowed",
            ),
            (
                r#"{"title":"x","steps":[{"start":"y"}]}"#,
                "\"start\" is not allowed",
            ),
            (r#"{"title":3}"#, "`title` has a value"),
            (r#"{"title":"x","count":1.5}"#, "`count` has a value"),
            (r#"{"title":"x","labels":["a",1]}"#, "`labels` has a value"),
            (r#"{"title":"x","verify":false}"#, "`verify` has a value"),
            (r#"{"title":"x","verify":"true"}"#, "`verify` has a value"),
            (r#"{"title":"x","state":"merged"}"#, "`state` has a value"),
            (
                r#"{"title":"x","url":"https://other.example/in"}"#,
                "`url` has a value",
            ),
            (
                r#"{"title":"x","url":["https://hooks.example/in"]}"#,
                "`url` has a value",
            ),
            (r#"{"title":"x","steps":{}}"#, "`steps` has a value"),
            (r#"{"title":"x","steps":["make"]}"#, "`steps` has a value"),
            (
                r#"{"title":"x","steps":[{"kind":"burn"}]}"#,
                "`kind` has a value",
            ),
        ] {
            let error = check(body).unwrap_err();
            assert!(error.contains(part), "{body}: {error}");
        }
        let filled = |length: usize| format!(r#"{{"title":"{}"}}"#, "x".repeat(length - 12));
        assert_eq!(check(&filled(200)), Ok(()));
        let long = filled(201);
        assert_eq!(
            check(&long).unwrap_err(),
            "the body is larger than 200 bytes"
        );
    }

    #[test]
    fn a_rule_that_requires_what_it_does_not_list_is_a_mistake() {
        let rule: BodyRule =
            toml::from_str("required = [\"a\", \"b\"]\nkeys = { a = {} }").unwrap();
        assert!(rule.problem().is_some());
    }
}
