//! What a request to commit asks for; apart from doing it, because GitLab had Grape read it once and
//! reads it by itself now, and complains in other words since.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    Call,
    commit_create::{Action, Wanted},
    parameters::{Parameters, missing},
    reference_writes::bad,
};
use crate::{error::Refusal, reply::Reply};

/// Who complains of parameters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wording {
    /// The layer below the handlers: `{"error": "branch is missing"}`.
    Grape,
    /// The handler: `{"message": "400 Bad request - branch is required"}`.
    Own,
}

impl Wording {
    pub(super) fn of(call: &Call<'_>) -> Self {
        // That it changed is certain, with which version it did is not.
        match call.at_least(18, 3) {
            true => Self::Own,
            false => Self::Grape,
        }
    }

    /// The parameters; a body that is no JSON is the only thing that can be wrong with all of them.
    pub(super) fn read(self, call: &Call<'_>) -> Result<Parameters, Refusal> {
        call.parameters().map_err(|refusal| match self {
            Self::Grape => refusal,
            Self::Own => {
                let body = json!({"message": "Invalid json", "error": "Invalid json"});
                Reply::json(StatusCode::BAD_REQUEST, &body).into()
            }
        })
    }

    /// The parameter, or one of its parts, was not sent.
    fn absent(self, name: &str) -> Refusal {
        match self {
            Self::Grape => missing(name),
            Self::Own => bad_request(&format!("{name} is required")),
        }
    }

    /// The parameter was sent, but with nothing in it.
    fn blank(self, name: &str) -> Refusal {
        match self {
            Self::Grape => Refusal::parameter(&format!("{name} is empty")),
            Self::Own => self.absent(name),
        }
    }

    fn both(self, text: &str) -> Refusal {
        match self {
            Self::Grape => Refusal::parameter(text),
            Self::Own => bad_request(text),
        }
    }

    fn not_one_of(self, name: &str, choice: &str) -> Refusal {
        match self {
            Self::Grape => Refusal::parameter(&format!("{name} does not have a valid value")),
            Self::Own => bad_request(&format!("{name} must be {choice}")),
        }
    }
}

impl Wanted {
    pub(super) fn parse(parameters: &Parameters, wording: Wording) -> Result<Self, Refusal> {
        let absent = parameters.absent(&["branch", "commit_message", "actions"]);
        match (absent.first(), wording) {
            (None, _) => {}
            (Some(_), Wording::Grape) => return Err(missing(&absent.join(" is missing, "))),
            (Some(first), Wording::Own) => return Err(wording.absent(first)),
        }
        let branch = parameters.required_string("branch")?;
        let message = parameters.required_string("commit_message")?;
        let actions = parameters.array("actions")?.unwrap_or_default();
        for (name, is_blank) in [
            ("branch", branch.trim().is_empty()),
            ("commit_message", message.trim().is_empty()),
            ("actions", actions.is_empty()),
        ] {
            if is_blank {
                return Err(wording.blank(name));
            }
        }
        let start_branch = parameters.string("start_branch")?;
        let start_sha = parameters.string("start_sha")?;
        if start_branch.is_some() && start_sha.is_some() {
            return Err(wording.both("start_branch, start_sha are mutually exclusive"));
        }
        Ok(Self {
            branch,
            message,
            start_branch,
            start_sha,
            force: parameters.is_set("force")?,
            author: (
                parameters.string("author_name")?,
                parameters.string("author_email")?,
            ),
            statistics: parameters.boolean("stats")?.unwrap_or(true),
            actions: actions
                .iter()
                .enumerate()
                .map(|(index, action)| Action::parse(index, action, wording))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Action {
    fn parse(index: usize, value: &Value, wording: Wording) -> Result<Self, Refusal> {
        let name = |key: &str| format!("actions[{index}][{key}]");
        let Value::Object(values) = value else {
            return Err(Refusal::parameter("actions is invalid"));
        };
        let fields = Parameters::from(values.clone());
        let needs = |key: &str, kind: &str| match (fields.has(key), wording) {
            (true, _) => Ok(()),
            (false, Wording::Own) if !kind.is_empty() => Err(bad_request(&format!(
                "{} is required for {kind} action",
                name(key)
            ))),
            (false, _) => Err(wording.absent(&name(key))),
        };
        let is_blank =
            |key: &str| -> Result<bool, Refusal> { Ok(fields.string(key)?.as_deref() == Some("")) };
        for key in ["action", "file_path"] {
            needs(key, "")?;
            if wording == Wording::Own && is_blank(key)? {
                return Err(wording.absent(&name(key)));
            }
        }
        let kind = fields.string("action")?.unwrap_or_default();
        if !["create", "update", "move", "delete", "chmod"].contains(&kind.as_str()) {
            let choice = "one of: create, update, move, delete, chmod";
            return Err(wording.not_one_of(&name("action"), choice));
        }
        let encoding = fields.string("encoding")?;
        if encoding
            .as_deref()
            .is_some_and(|name| !["text", "base64"].contains(&name))
        {
            return Err(wording.not_one_of(&name("encoding"), "text or base64"));
        }
        match kind.as_str() {
            "move" => needs("previous_path", &kind)?,
            "update" => needs("content", &kind)?,
            "chmod" => needs("execute_filemode", &kind)?,
            _ => {}
        }
        let content = match (fields.string("content")?, encoding.as_deref()) {
            (Some(text), Some("base64")) => Some(decode(&text)?),
            (content, _) => content.map(String::into_bytes),
        };
        Ok(Self {
            kind,
            path: fields.string("file_path")?.unwrap_or_default(),
            previous_path: fields.string("previous_path")?,
            content,
            last_commit: fields.string("last_commit_id")?,
            executable: fields.is_set("execute_filemode")?,
        })
    }
}

pub(super) fn decode(text: &str) -> Result<Vec<u8>, Refusal> {
    // Ruby's encoder breaks lines, and clients that imitate it do so as well.
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD
        .decode(text)
        .map_err(|_| bad("illegal base64 data at input byte 0"))
}

fn bad_request(reason: &str) -> Refusal {
    bad(&format!("400 Bad request - {reason}"))
}
