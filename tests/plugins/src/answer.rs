//! What the plugin got for a request: apart because the component writes it and tests read it.

use serde::{Deserialize, Serialize};

/// What the plugin got for a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// An error code instead of an answer, as `wasi:http` writes it: `HTTP-request-denied`.
    Error(String),
    /// An answer.
    Response {
        /// Status.
        status: u16,
        /// Headers in order.
        headers: Vec<(String, String)>,
        /// The body, as far as it came.
        body: String,
        /// The error code with which the body broke; the runtime's words where it gives no code.
        broken: Option<String>,
        /// What followed a body that came whole.
        trailers: Vec<(String, String)>,
    },
    /// The request could not even be made; the part that was not taken.
    Unsendable(String),
}

impl Answer {
    /// The error code, where there is one instead of an answer.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Error(code) => Some(code),
            Self::Response { .. } | Self::Unsendable(_) => None,
        }
    }

    /// The body, where there is an answer, as far as it came.
    pub fn body(&self) -> Option<&str> {
        match self {
            Self::Response { body, .. } => Some(body),
            Self::Error(_) | Self::Unsendable(_) => None,
        }
    }

    /// The error code with which the body broke, where it did.
    pub fn broken(&self) -> Option<&str> {
        match self {
            Self::Response { broken, .. } => broken.as_deref(),
            Self::Error(_) | Self::Unsendable(_) => None,
        }
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let Self::Response { headers, .. } = self else {
            return None;
        };
        let header = headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// The status, where there is an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Response { status, .. } => Some(*status),
            Self::Error(_) | Self::Unsendable(_) => None,
        }
    }

    /// In a word: the status, or what there is instead.
    pub fn label(&self) -> String {
        match self {
            Self::Error(code) => code.clone(),
            Self::Response {
                broken: Some(code), ..
            } => code.clone(),
            Self::Response { status, .. } => status.to_string(),
            Self::Unsendable(part) => format!("unsendable {part}"),
        }
    }
}

/// The name of an error code in `wasi:http` from its name in Rust, with or without a payload.
#[cfg_attr(
    not(any(test, target_family = "wasm")),
    expect(dead_code, reason = "only the component meets error codes")
)]
pub(crate) fn code_name(rust: &str) -> String {
    let name = rust.strip_prefix("ErrorCode::").unwrap_or(rust);
    let name = name.split(['(', ' ']).next().unwrap_or(name);
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_ascii_uppercase() => word.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    let words = words.iter().map(|word| match word.as_str() {
        "Dns" | "Http" | "Ip" | "Tls" | "Uri" => word.to_uppercase(),
        word => word.to_lowercase(),
    });
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_codes_are_written_as_in_the_interface() {
        for (rust, name) in [
            ("ErrorCode::HttpRequestDenied", "HTTP-request-denied"),
            (
                "ErrorCode::DestinationIpProhibited",
                "destination-IP-prohibited",
            ),
            (
                "ErrorCode::HttpResponseBodySize(Some(64))",
                "HTTP-response-body-size",
            ),
            ("ConnectionLimitReached", "connection-limit-reached"),
        ] {
            assert_eq!(code_name(rust), name);
        }
    }
}
