//! What a check says, as GitLab writes it; apart because its states have GitLab's own names.

use serde::Deserialize;

use super::{lenient, timestamp};
use crate::bindings::statuses::{State, Status};

/// What a check says.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct CommitStatus {
    /// Later ones have larger numbers.
    pub(crate) id: u64,
    pub(crate) name: String,
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    description: String,
    #[serde(default, deserialize_with = "lenient")]
    target_url: String,
    #[serde(default, deserialize_with = "lenient")]
    created_at: String,
}

impl CommitStatus {
    /// The contract's form of it.
    pub(crate) fn into_status(self) -> Status {
        Status {
            name: self.name,
            state: state(&self.status),
            description: some(self.description),
            target_url: some(self.target_url),
            created_at: timestamp(&self.created_at),
        }
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn state(word: &str) -> State {
    match word {
        "canceled" => State::Canceled,
        // A check that has only been made waits to begin, as one that waits for its turn does.
        "created" | "pending" => State::Pending,
        "failed" => State::Failed,
        "running" => State::Running,
        "skipped" => State::Skipped,
        "success" => State::Success,
        other => State::Other(crate::error::quote(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Status> {
        let status = serde_json::from_str::<CommitStatus>(json).ok()?;
        Some(status.into_status())
    }

    #[test]
    fn every_state_of_gitlabs_has_its_own() {
        let state = |word: &str| {
            let json = format!(r#"{{"id":1,"name":"a","status":"{word}"}}"#);
            read(&json).expect("it is one").state
        };
        assert!(matches!(state("created"), State::Pending));
        assert!(matches!(state("pending"), State::Pending));
        assert!(matches!(state("running"), State::Running));
        assert!(matches!(state("success"), State::Success));
        assert!(matches!(state("failed"), State::Failed));
        assert!(matches!(state("canceled"), State::Canceled));
        assert!(matches!(state("skipped"), State::Skipped));
        for word in ["manual", "waiting_for_resource", "canceling", "new one"] {
            assert!(matches!(state(word), State::Other(other) if other == word));
        }
    }

    #[test]
    fn what_may_be_missing_may_be_null_too() {
        let json = r#"{"id":1,"name":"a","status":"failed","description":null,"target_url":null,
            "created_at":null,"allow_failure":false}"#;
        let status = read(json).expect("it is one");
        assert_eq!((status.description, status.target_url), (None, None));
        assert_eq!(status.created_at, None);
    }

    #[test]
    fn a_status_without_a_name_a_state_or_a_number_is_none() {
        for json in [
            r#"{"name":"a","status":"failed"}"#,
            r#"{"id":1,"status":"failed"}"#,
            r#"{"id":1,"name":"a"}"#,
            r#"{"id":"1","name":"a","status":"failed"}"#,
            r#"{"id":1,"name":null,"status":"failed"}"#,
        ] {
            assert!(read(json).is_none(), "{json}");
        }
    }
}
