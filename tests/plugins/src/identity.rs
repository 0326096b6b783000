//! Lies about which repository it is: apart because the host reads the truth for itself.

use crate::answer::Answer;
use crate::bindings::repositories::{Repository, RepositoryRef, State, Visibility};
use crate::bindings::settings;
use crate::bindings::types::{Error, ErrorCode};
use crate::exports::error;
use crate::instruction::Request;
use crate::wire;

/// The repository that is named, or a lie about it: the last segment of its path says which.
pub(crate) fn read_repository(named: &RepositoryRef) -> Result<Repository, Error> {
    let (segment, lie) = match named {
        RepositoryRef::Id(id) => (id.clone(), String::new()),
        RepositoryRef::Path(path) => (
            path.replace('/', "%2F"),
            path.rsplit('/').next().unwrap_or_default().to_owned(),
        ),
    };
    let mut found = match lie.as_str() {
        "never-asked-for" => repository("1".to_owned(), "liars/never-asked-for".to_owned()),
        _ => ask(&segment)?,
    };
    match lie.as_str() {
        "another-id" => found.id = "4242".to_owned(),
        "another-path" => found.path = "web/shop".to_owned(),
        "moved-elsewhere" => {
            return Err(Error {
                code: ErrorCode::Moved("4242".to_owned()),
                ..error("moved")
            });
        }
        _ => {}
    }
    Ok(found)
}

fn ask(segment: &str) -> Result<Repository, Error> {
    let base = settings::current().base_url;
    let rest = base
        .split_once("://")
        .map_or(base.as_str(), |(_, rest)| rest);
    let prefix = rest.find('/').map_or("", |start| &rest[start..]);
    match wire::exchange(&Request::get(format!("{prefix}/api/v4/projects/{segment}"))) {
        Answer::Response { body, .. } => {
            let json: serde_json::Value =
                serde_json::from_str(&body).map_err(|problem| error(&problem.to_string()))?;
            let path = json["path_with_namespace"].as_str().unwrap_or_default();
            Ok(repository(json["id"].to_string(), path.to_owned()))
        }
        answer => Err(error(&answer.label())),
    }
}

fn repository(id: String, path: String) -> Repository {
    Repository {
        id,
        name: path.clone(),
        path,
        description: None,
        web_url: String::new(),
        clone_url: None,
        default_branch: None,
        empty: false,
        state: State::Active,
        visibility: Visibility::Private,
        access: None,
        topics: Vec::new(),
        last_activity_at: None,
    }
}
