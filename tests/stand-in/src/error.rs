//! GitLab's refusals, word for word; apart, because clients tell them apart by these words.

use std::io;

use http::StatusCode;
use serde_json::json;

use crate::reply::Reply;

/// Why a handler has no ordinary answer.
pub(crate) enum Refusal {
    /// GitLab would refuse as well, in this form.
    Answer(Box<Reply>),
    /// The stand-in itself failed.
    Failure(io::Error),
    /// GitLab has no such route, or the stand-in does not play it.
    UnknownRoute,
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Failure(error)
    }
}

impl From<Reply> for Refusal {
    fn from(reply: Reply) -> Self {
        Self::Answer(Box::new(reply))
    }
}

impl Refusal {
    /// `{"message": "404 Project Not Found"}` and its like.
    pub(crate) fn not_found(what: &str) -> Self {
        let text = match what {
            "" => "404 Not Found".to_owned(),
            what => format!("404 {what} Not Found"),
        };
        Self::message(StatusCode::NOT_FOUND, &text)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::message(StatusCode::UNAUTHORIZED, "401 Unauthorized")
    }

    /// The token was known once.
    pub(crate) fn invalid_token(description: &str) -> Self {
        Reply::json(
            StatusCode::UNAUTHORIZED,
            &json!({"error": "invalid_token", "error_description": description}),
        )
        .into()
    }

    /// The token's owner must prove possession of a key, and the request did not.
    pub(crate) fn dpop_missing() -> Self {
        Reply::json(
            StatusCode::UNAUTHORIZED,
            &json!({"error": "dpop_error", "error_description": "DPoP header is missing"}),
        )
        .into()
    }

    pub(crate) fn insufficient_scope(needed: &str) -> Self {
        Reply::json(
            StatusCode::FORBIDDEN,
            &json!({
                "error": "insufficient_scope",
                "error_description":
                    "The request requires higher privileges than provided by the access token.",
                "scope": needed,
            }),
        )
        .into()
    }

    pub(crate) fn insufficient_granular_scope(permission: &str) -> Self {
        let text = format!(
            "Access denied: Your Personal Access Token lacks the required permissions: [{permission}]."
        );
        Reply::json(
            StatusCode::FORBIDDEN,
            &json!({"error": "insufficient_granular_scope", "error_description": text}),
        )
        .into()
    }

    pub(crate) fn forbidden(reason: &str) -> Self {
        let text = match reason {
            "" => "403 Forbidden".to_owned(),
            reason => format!("403 Forbidden - {reason}"),
        };
        Self::message(StatusCode::FORBIDDEN, &text)
    }

    /// A parameter that Grape, the layer below GitLab's handlers, refuses.
    pub(crate) fn parameter(text: &str) -> Self {
        Self::error(StatusCode::BAD_REQUEST, text)
    }

    pub(crate) fn error(status: StatusCode, text: &str) -> Self {
        Reply::json(status, &json!({ "error": text })).into()
    }

    pub(crate) fn message(status: StatusCode, text: &str) -> Self {
        Reply::json(status, &json!({ "message": text })).into()
    }

    /// An application limit: unlike the throttle's, its text is JSON.
    pub(crate) fn application_limit(what: &str) -> Self {
        let text = format!("This {what} has been requested too many times. Try again later.");
        Reply::json(
            StatusCode::TOO_MANY_REQUESTS,
            &json!({"message": {"error": text}}),
        )
        .into()
    }

    pub(crate) fn into_reply(self) -> Reply {
        let (status, key, text) = match self {
            Self::Answer(reply) => return *reply,
            Self::Failure(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "message",
                "500 Internal Server Error",
            ),
            Self::UnknownRoute => (StatusCode::NOT_FOUND, "error", "404 Not Found"),
        };
        Reply::json(status, &json!({ key: text }))
    }
}
