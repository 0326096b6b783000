//! A commit as GitLab writes it; apart because it occurs within several others.

use serde::Deserialize;

use super::{lenient, timestamp};
use crate::bindings::git;

/// A commit.
#[derive(Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Commit {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "lenient")]
    parent_ids: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    message: String,
    #[serde(default, deserialize_with = "lenient")]
    author_name: String,
    #[serde(default, deserialize_with = "lenient")]
    author_email: String,
    #[serde(default, deserialize_with = "lenient")]
    authored_date: String,
    #[serde(default, deserialize_with = "lenient")]
    committer_name: String,
    #[serde(default, deserialize_with = "lenient")]
    committer_email: String,
    #[serde(default, deserialize_with = "lenient")]
    committed_date: String,
    #[serde(default, deserialize_with = "lenient")]
    web_url: String,
}

impl Commit {
    pub(crate) fn into_commit(self) -> git::Commit {
        git::Commit {
            id: self.id,
            parents: self.parent_ids,
            author: signature(self.author_name, self.author_email, &self.authored_date),
            committer: signature(
                self.committer_name,
                self.committer_email,
                &self.committed_date,
            ),
            message: self.message,
            web_url: self.web_url,
        }
    }
}

/// A time that cannot be read is the epoch: git itself has commits with times out of all bounds.
fn signature(name: String, email: String, at: &str) -> git::Signature {
    git::Signature {
        name,
        email,
        at: timestamp(at).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_read_with_its_parents_and_people() {
        let json = r#"{"id":"a1","parent_ids":["b2","c3"],"message":"m\n\nbody","author_name":"A",
            "author_email":"a@x","authored_date":"2012-06-28T03:44:20-07:00","committer_name":"C",
            "committer_email":"c@x","committed_date":"2012-06-28T10:44:21.000Z","web_url":"https://h/c",
            "trailers":{},"stats":null}"#;
        let commit = serde_json::from_str::<Commit>(json)
            .expect("is one")
            .into_commit();
        assert_eq!(commit.parents, ["b2", "c3"]);
        assert_eq!(
            (commit.author.at, commit.committer.at),
            (1_340_880_260, 1_340_880_261)
        );
        assert_eq!(commit.message, "m\n\nbody");
    }

    #[test]
    fn null_and_absent_fields_have_their_defaults() {
        let json = r#"{"id":"a1","message":null,"parent_ids":null,"authored_date":"never"}"#;
        let commit = serde_json::from_str::<Commit>(json)
            .expect("is one")
            .into_commit();
        assert!(commit.parents.is_empty() && commit.message.is_empty());
        assert_eq!(commit.author.at, 0);
    }
}
