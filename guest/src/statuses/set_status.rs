//! `statuses.set-status`; apart as every function of the contract is.

use serde_json::{Map, Value};

use super::checks;
use crate::{
    bindings::{
        statuses::{NewStatus, State, Status},
        types::{ErrorCode, Outcome, RepositoryId},
    },
    call::{Call, Written},
    endpoint::{Project, Target},
    error::Failure,
    git::argument,
    model::CommitStatus,
    transport::{Request, Transport},
    writing,
};

/// Say how a check stands.
///
/// GitLab makes a new status where the one before has ended, so what is said already is not said
/// again.
pub(crate) async fn set_status<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    commit: &str,
    status: &NewStatus,
) -> Result<Outcome, Failure> {
    let project = Project::new(repository)?;
    argument::object_id("commit", commit)?;
    let body = body(status)?;
    let setting = Setting {
        project: &project,
        commit,
        status,
    };
    if setting.is_there(call).await? {
        return Ok(Outcome::Already);
    }
    let target = Target::repository(&project, "/statuses").segment(commit);
    let purpose = checks::purpose("setting", &project, commit);
    match call.write(&Request::post(target, &body), &purpose).await {
        Ok(Written::Done(_)) => Ok(Outcome::Applied),
        Ok(Written::Unsettled(failure)) => {
            let look = async || Ok(setting.is_there(call).await?.then_some(Outcome::Applied));
            writing::settle(call, failure, look).await
        }
        Err(failure) => setting.refused(call, failure).await,
    }
}

/// What a check of a commit is to say.
struct Setting<'a> {
    project: &'a Project,
    commit: &'a str,
    status: &'a NewStatus,
}

impl Setting<'_> {
    /// Whether the check says just that.
    async fn is_there<T: Transport>(&self, call: &Call<T>) -> Result<bool, Failure> {
        let name = Some(self.status.name.as_str());
        let newest = checks::newest(call, self.project, self.commit, name).await?;
        let newest = newest.into_iter().next().map(CommitStatus::into_status);
        Ok(newest.is_some_and(|found| says(&found, self.status)))
    }

    async fn refused<T: Transport>(
        &self,
        call: &Call<T>,
        failure: Failure,
    ) -> Result<Outcome, Failure> {
        let words = writing::words(&failure);
        if words.contains("Cannot transition") {
            // Somebody else may have said the same since we looked.
            return match self.is_there(call).await {
                Ok(true) => Ok(Outcome::Already),
                _ => Err(failure),
            };
        }
        if matches!(self.status.state, State::Skipped) && words.contains("valid value") {
            let need = "a newer GitLab, where a check can be skipped".to_owned();
            return Err(failure.with_code(ErrorCode::Unsupported(need)));
        }
        let failure = checks::explain(call, self.project, self.commit, failure).await;
        Err(writing::explain_refusal(call, self.project, "Developer", failure).await)
    }
}

/// Whether a check says what it is to say. What is not given is left as it is.
fn says(found: &Status, wanted: &NewStatus) -> bool {
    let same = |found: &Option<String>, wanted: &Option<String>| {
        wanted.is_none()
            || found.as_deref().unwrap_or_default() == wanted.as_deref().unwrap_or_default()
    };
    word(&found.state).is_some()
        && word(&found.state) == word(&wanted.state)
        && same(&found.description, &wanted.description)
        && same(&found.target_url, &wanted.target_url)
}

/// The JSON that says it, if it can be right.
fn body(status: &NewStatus) -> Result<Value, Failure> {
    let Some(state) = word(&status.state) else {
        return Err(Failure::invalid("status.state: it is not `other`"));
    };
    if status.name.trim().is_empty() {
        return Err(Failure::invalid("status.name: it is empty"));
    }
    line("status.name", &status.name)?;
    let mut body = Map::new();
    body.insert("state".to_owned(), state.into());
    body.insert("name".to_owned(), status.name.as_str().into());
    if let Some(description) = &status.description {
        line("status.description", description)?;
        body.insert("description".to_owned(), description.as_str().into());
    }
    if let Some(url) = &status.target_url {
        address(url)?;
        body.insert("target_url".to_owned(), url.as_str().into());
    }
    Ok(Value::Object(body))
}

/// Text on one line, of at most 255 characters.
fn line(name: &str, text: &str) -> Result<(), Failure> {
    if text.chars().count() > LONGEST_LINE {
        return Err(Failure::invalid(format!(
            "{name}: it is longer than 255 characters"
        )));
    }
    match text.chars().any(char::is_control) {
        true => Err(Failure::invalid(format!(
            "{name}: it contains a control character"
        ))),
        false => Ok(()),
    }
}

fn address(url: &str) -> Result<(), Failure> {
    let is_odd = |c: char| c.is_control() || c.is_whitespace();
    let begins = ["https://", "http://"]
        .into_iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    match begins.is_some_and(|rest| !rest.is_empty()) && !url.contains(is_odd) {
        true if url.len() <= LONGEST_ADDRESS => Ok(()),
        true => Err(Failure::invalid("status.target-url: it is too long")),
        false => Err(Failure::invalid(
            "status.target-url: it is an address that begins with `https://` or `http://`",
        )),
    }
}

/// GitLab's word for a state.
fn word(state: &State) -> Option<&'static str> {
    match state {
        State::Canceled => Some("canceled"),
        State::Failed => Some("failed"),
        State::Other(_) => None,
        State::Pending => Some("pending"),
        State::Running => Some("running"),
        State::Skipped => Some("skipped"),
        State::Success => Some("success"),
    }
}

const LONGEST_LINE: usize = 255;
const LONGEST_ADDRESS: usize = 2_048;
