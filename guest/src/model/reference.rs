//! Branches and tags as GitLab writes them; apart because the two differ in small ways.

use serde::Deserialize;

use super::{Commit, lenient};
use crate::bindings::git::{RefKind, Reference};

/// A branch.
#[derive(Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Branch {
    pub(crate) name: String,
    /// Null where the branch leads to no commit.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) commit: Commit,
    #[serde(default, deserialize_with = "lenient")]
    protected: bool,
    #[serde(default, deserialize_with = "lenient")]
    default: bool,
}

impl Branch {
    pub(crate) fn into_reference(self) -> Reference {
        Reference {
            kind: RefKind::Branch,
            name: self.name,
            commit: self.commit.id,
            protected: self.protected,
            default: self.default,
        }
    }
}

/// A tag.
#[derive(Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    /// What the tag leads to in the end. `target` is the tag's own object where it is annotated.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) commit: Commit,
    /// Its own, which only an annotated one has.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) message: String,
    #[serde(default, deserialize_with = "lenient")]
    protected: bool,
}

impl Tag {
    pub(crate) fn into_reference(self) -> Reference {
        Reference {
            kind: RefKind::Tag,
            name: self.name,
            commit: self.commit.id,
            protected: self.protected,
            default: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annotated_tag_leads_to_its_commit() {
        let json = r#"{"name":"v1","message":"notes","target":"aa","commit":{"id":"bb"},"protected":true}"#;
        let tag = serde_json::from_str::<Tag>(json)
            .expect("is one")
            .into_reference();
        assert_eq!((tag.commit.as_str(), tag.protected), ("bb", true));
    }

    #[test]
    fn a_null_flag_is_false() {
        let json = r#"{"name":"main","commit":{"id":"bb"},"protected":null,"default":true}"#;
        let branch = serde_json::from_str::<Branch>(json)
            .expect("is one")
            .into_reference();
        assert!(branch.default && !branch.protected);
    }

    #[test]
    fn a_reference_to_nothing_has_no_commit() {
        let branch: Branch = serde_json::from_str(r#"{"name":"x","commit":null}"#).expect("is one");
        assert!(branch.commit.id.is_empty());
    }
}
