//! A project as GitLab writes it; apart because it says "no access" and "no code" in several ways.

use serde::Deserialize;

use super::{lenient, timestamp};
use crate::bindings::repositories::{Access, Repository, State, Visibility};

/// A project. Only `id` and `path_with_namespace` have to be there.
#[derive(Debug, Deserialize)]
pub(crate) struct Project {
    pub(crate) id: u64,
    pub(crate) path_with_namespace: String,
    #[serde(default, deserialize_with = "lenient")]
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    web_url: String,
    #[serde(default)]
    http_url_to_repo: Option<String>,
    #[serde(default)]
    pub(crate) default_branch: Option<String>,
    #[serde(default)]
    empty_repo: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    archived: bool,
    /// The older of the two names.
    #[serde(default)]
    marked_for_deletion_at: Option<String>,
    #[serde(default)]
    marked_for_deletion_on: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    visibility: String,
    #[serde(default)]
    repository_access_level: Option<String>,
    #[serde(default)]
    permissions: Option<Permissions>,
    #[serde(default)]
    topics: Option<Vec<String>>,
    /// The older name of `topics`.
    #[serde(default, deserialize_with = "lenient")]
    tag_list: Vec<String>,
    #[serde(default)]
    last_activity_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    shared_with_groups: Vec<Shared>,
}

/// A group that a project is shared with.
#[derive(Debug, Deserialize)]
struct Shared {
    #[serde(default, deserialize_with = "lenient")]
    group_full_path: String,
}

impl Project {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether there is no commit. GitLab tells those who may read the code; a default branch
    /// exists where it does not say.
    pub(crate) fn is_empty(&self) -> bool {
        self.empty_repo.unwrap_or(false)
    }

    /// Whether the code is switched off for everybody.
    pub(crate) fn is_disabled(&self) -> bool {
        self.repository_access_level.as_deref() == Some("disabled")
    }

    pub(crate) fn is_archived(&self) -> bool {
        self.archived
    }

    /// The day on which it was marked for deletion or will be deleted, as the version has it.
    pub(crate) fn deleted_on(&self) -> Option<&str> {
        let day = self.marked_for_deletion_on.as_deref();
        day.or(self.marked_for_deletion_at.as_deref())
    }

    /// Who may see it, in GitLab's word.
    pub(crate) fn visibility(&self) -> &str {
        &self.visibility
    }

    /// The path of the group or the account that it is in.
    pub(crate) fn namespace_path(&self) -> &str {
        let path = self.path_with_namespace.rsplit_once('/');
        path.map_or("", |(namespace, _)| namespace)
    }

    /// The account's levels by its own membership and by that of the group.
    pub(crate) fn levels(&self) -> (Option<u32>, Option<u32>) {
        let level = |membership: &Option<Membership>| {
            let level = membership.as_ref().map(|one| one.access_level);
            level.filter(|level| *level > 0)
        };
        let permissions = self.permissions.as_ref();
        permissions.map_or((None, None), |both| {
            (level(&both.project_access), level(&both.group_access))
        })
    }

    pub(crate) fn is_shared_with(&self, group: &str) -> bool {
        let mut groups = self.shared_with_groups.iter();
        groups.any(|one| one.group_full_path.eq_ignore_ascii_case(group))
    }

    pub(crate) fn into_repository(self) -> Repository {
        let empty = self.is_empty();
        let state = self.state();
        Repository {
            id: self.id.to_string(),
            path: self.path_with_namespace,
            name: self.name,
            description: self.description.filter(|text| !text.is_empty()),
            web_url: self.web_url,
            clone_url: self.http_url_to_repo.filter(|text| !text.is_empty()),
            default_branch: self
                .default_branch
                .filter(|name| !name.is_empty() && !empty),
            empty,
            state,
            visibility: visibility(self.visibility),
            access: self.permissions.map(Permissions::into_access),
            topics: self.topics.unwrap_or(self.tag_list),
            last_activity_at: self.last_activity_at.as_deref().and_then(timestamp),
        }
    }

    fn state(&self) -> State {
        if self.marked_for_deletion_on.is_some() || self.marked_for_deletion_at.is_some() {
            return State::PendingDeletion;
        }
        match self.archived {
            true => State::Archived,
            false => State::Active,
        }
    }
}

/// What the account may do, by membership of the project and of its groups.
#[derive(Debug, Deserialize)]
struct Permissions {
    #[serde(default)]
    project_access: Option<Membership>,
    #[serde(default)]
    group_access: Option<Membership>,
}

#[derive(Debug, Deserialize)]
struct Membership {
    #[serde(default, deserialize_with = "lenient")]
    access_level: u32,
}

impl Permissions {
    /// Both are null for an administrator who is no member, which is not "no access".
    fn into_access(self) -> Access {
        let memberships = [self.project_access, self.group_access];
        let level = memberships
            .into_iter()
            .flatten()
            .map(|m| m.access_level)
            .max();
        match level {
            None | Some(0) => Access::None,
            // 15 is the planner of 17.7 and later, who cannot read code.
            Some(10 | 15) => Access::Guest,
            Some(20) => Access::Reporter,
            Some(30) => Access::Developer,
            Some(40) => Access::Maintainer,
            Some(50 | 60) => Access::Owner,
            Some(level) => Access::Other(level.to_string()),
        }
    }
}

/// What people call a level.
pub(crate) fn role(level: u32) -> String {
    let name = match level {
        5 => "Minimal Access",
        10 => "Guest",
        15 => "Planner",
        20 => "Reporter",
        30 => "Developer",
        40 => "Maintainer",
        50 => "Owner",
        60 => "Administrator",
        other => return format!("a member of level {other}"),
    };
    name.to_owned()
}

fn visibility(word: String) -> Visibility {
    match word.as_str() {
        "public" => Visibility::Public,
        "internal" => Visibility::Internal,
        "private" => Visibility::Private,
        _ => Visibility::Other(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &str) -> Repository {
        let json = format!(r#"{{"id":42,"path_with_namespace":"web/shop"{fields}}}"#);
        let project: Project = serde_json::from_str(&json).expect("is one");
        project.into_repository()
    }

    #[test]
    fn only_identity_and_path_are_needed() {
        let repository = read("");
        assert_eq!(
            (repository.id.as_str(), repository.path.as_str()),
            ("42", "web/shop")
        );
        assert!(matches!(repository.visibility, Visibility::Other(word) if word.is_empty()));
        assert!(repository.access.is_none() && !repository.empty);
        assert!(serde_json::from_str::<Project>(r#"{"id":42}"#).is_err());
    }

    #[test]
    fn null_is_absent() {
        let repository = read(
            r#","name":null,"description":null,"default_branch":null,"empty_repo":null,"archived":null,
            "visibility":null,"permissions":null,"topics":null,"tag_list":null,"last_activity_at":null,
            "web_url":null,"http_url_to_repo":null,"marked_for_deletion_on":null"#,
        );
        assert!(matches!(repository.state, State::Active));
        assert!(repository.topics.is_empty() && repository.default_branch.is_none());
    }

    #[test]
    fn access_is_the_higher_of_both_memberships() {
        let access = |permissions: &str| read(&format!(r#","permissions":{permissions}"#)).access;
        let both = r#"{"project_access":{"access_level":20},"group_access":{"access_level":40}}"#;
        assert!(matches!(access(both), Some(Access::Maintainer)));
        let neither = r#"{"project_access":null,"group_access":null}"#;
        assert!(matches!(access(neither), Some(Access::None)));
        let new = r#"{"project_access":{"access_level":25}}"#;
        assert!(matches!(access(new), Some(Access::Other(level)) if level == "25"));
    }

    #[test]
    fn a_project_to_be_deleted_says_so_under_either_name() {
        for name in ["marked_for_deletion_on", "marked_for_deletion_at"] {
            let repository = read(&format!(r#","archived":true,"{name}":"2026-01-01""#));
            assert!(matches!(repository.state, State::PendingDeletion));
        }
    }

    #[test]
    fn an_empty_repository_has_no_default_branch_whatever_is_configured() {
        let repository = read(r#","empty_repo":true,"default_branch":"main""#);
        assert!(repository.empty && repository.default_branch.is_none());
    }

    #[test]
    fn topics_go_before_their_older_name() {
        assert_eq!(read(r#","tag_list":["a"]"#).topics, ["a"]);
        assert_eq!(read(r#","tag_list":["a"],"topics":["b"]"#).topics, ["b"]);
    }
}
