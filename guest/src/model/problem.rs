//! The bodies of GitLab's errors; apart because they come in seven shapes.

use serde::Deserialize;
use serde_json::Value;

/// What a refusal says. Fields that are missing are empty.
#[derive(Debug, Default)]
pub(crate) struct Problem {
    /// `message`, whatever its shape, as one text.
    pub(crate) message: String,
    /// `error`: a name in OAuth's answers, a text in those of GitLab's router.
    pub(crate) error: String,
    pub(crate) description: String,
    /// Scopes of which one is needed.
    pub(crate) scope: String,
}

impl Problem {
    /// Read a body; one that is not JSON is empty throughout.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let raw: Raw = serde_json::from_slice(body).unwrap_or_default();
        Self {
            message: flatten(&raw.message),
            error: flatten(&raw.error),
            description: flatten(&raw.error_description),
            scope: flatten(&raw.scope),
        }
    }

    /// The part that says most.
    pub(crate) fn text(&self) -> &str {
        [&self.message, &self.description, &self.error]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or("", String::as_str)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw {
    message: Value,
    error: Value,
    error_description: Value,
    scope: Value,
}

/// Texts of a value and of what it contains, and the keys of objects, which name fields.
fn flatten(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let texts: Vec<_> = values.iter().map(flatten).collect();
            texts.join(", ")
        }
        Value::Object(fields) => {
            let texts: Vec<_> = fields
                .iter()
                .map(|(key, value)| match key.as_str() {
                    "error" | "base" => flatten(value),
                    _ => format!("{key} {}", flatten(value)),
                })
                .collect();
            texts.join("; ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_message_is_read() {
        for (body, text) in [
            (
                r#"{"message":"404 Project Not Found"}"#,
                "404 Project Not Found",
            ),
            (r#"{"error":"404 Not Found"}"#, "404 Not Found"),
            (
                r#"{"message":{"path":["is too long","is bad"]}}"#,
                "path is too long, is bad",
            ),
            (r#"{"message":["one","two"]}"#, "one, two"),
            (
                r#"{"message":{"error":"Try again later."}}"#,
                "Try again later.",
            ),
            (
                r#"{"error":"invalid_token","error_description":"Token is expired."}"#,
                "Token is expired.",
            ),
            ("Retry later\n", ""),
            ("null", ""),
        ] {
            assert_eq!(Problem::parse(body.as_bytes()).text(), text, "{body}");
        }
    }
}
