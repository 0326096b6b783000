//! A merge request as GitLab writes it; apart because a list tells less of it than its own address.

use serde::Deserialize;

use super::{lenient, timestamp};
use crate::{
    bindings::{
        pull_requests::{Mergeability, PullRequest, State},
        types::ObjectId,
    },
    error::{Failure, quote},
    git::argument::is_object_id,
};

/// A merge request.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct MergeRequest {
    pub(crate) iid: u64,
    #[serde(default, deserialize_with = "lenient")]
    title: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) description: String,
    state: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) draft: bool,
    #[serde(default, deserialize_with = "lenient")]
    author: Author,
    pub(crate) source_branch: String,
    pub(crate) target_branch: String,
    /// Null where the fork is gone.
    #[serde(default)]
    pub(crate) source_project_id: Option<u64>,
    /// The newest commit that is proposed.
    #[serde(default, deserialize_with = "lenient")]
    sha: String,
    #[serde(default, deserialize_with = "lenient")]
    merge_commit_sha: String,
    #[serde(default, deserialize_with = "lenient")]
    squash_commit_sha: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) detailed_merge_status: String,
    /// Why merging failed the last time.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) merge_error: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) labels: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    web_url: String,
    pub(crate) created_at: String,
    #[serde(default, deserialize_with = "lenient")]
    updated_at: String,
    /// Not in lists, and null while GitLab makes the difference.
    #[serde(default)]
    diff_refs: Option<DiffRefs>,
    /// Files that change: a number, `1000+` over a limit, and null while GitLab counts.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) changes_count: String,
}

/// The commits that a merge request's difference is made of.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub(crate) struct DiffRefs {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) base_sha: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) start_sha: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) head_sha: String,
}

/// A difference that GitLab made of a merge request.
#[derive(Debug, Deserialize)]
pub(crate) struct DiffVersion {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) head_commit_sha: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) base_commit_sha: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) state: String,
}

/// Whether a project takes merge requests.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    #[serde(deserialize_with = "lenient")]
    pub(crate) archived: bool,
    merge_requests_enabled: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    merge_requests_access_level: String,
}

impl Settings {
    pub(crate) fn has_no_merge_requests(&self) -> bool {
        self.merge_requests_enabled == Some(false) || self.merge_requests_access_level == "disabled"
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Author {
    #[serde(default, deserialize_with = "lenient")]
    username: String,
}

impl MergeRequest {
    pub(crate) fn state(&self) -> State {
        match self.state.as_str() {
            "opened" => State::Open,
            "merged" => State::Merged,
            "closed" => State::Closed,
            "locked" => State::Locked,
            other => State::Other(quote(other)),
        }
    }

    /// The title without the mark of a draft.
    pub(crate) fn title(&self) -> &str {
        match self.draft {
            true => without_draft_mark(&self.title),
            false => &self.title,
        }
    }

    /// The newest commit that is proposed, where GitLab knows it.
    pub(crate) fn head(&self) -> Option<&str> {
        let told = self.diff_refs.as_ref().map_or("", |refs| &refs.head_sha);
        [self.sha.as_str(), told]
            .into_iter()
            .find(|id| !id.is_empty())
    }

    /// The three commits of the difference, once GitLab knows all of them.
    pub(crate) fn diff_refs(&self) -> Option<&DiffRefs> {
        let refs = self.diff_refs.as_ref()?;
        let ids = [&refs.base_sha, &refs.start_sha, &refs.head_sha];
        ids.iter().all(|id| is_object_id(id)).then_some(refs)
    }

    pub(crate) fn mergeability(&self) -> Mergeability {
        match self.detailed_merge_status.as_str() {
            "mergeable" => Mergeability::Mergeable,
            "" | "approvals_syncing" | "checking" | "preparing" | "unchecked" => {
                Mergeability::Unknown
            }
            other => Mergeability::Blocked(quote(other)),
        }
    }

    /// A project that merges without a merge commit has the squashed commit, or the head itself.
    fn merged_as(&self) -> Option<&str> {
        let ids = [&self.merge_commit_sha, &self.squash_commit_sha, &self.sha];
        ids.into_iter()
            .find(|id| !id.is_empty())
            .map(String::as_str)
    }

    pub(crate) fn into_pull_request(self) -> Result<PullRequest, Failure> {
        let state = self.state();
        let is_merged = matches!(state, State::Merged);
        let mergeability = matches!(state, State::Open).then(|| self.mergeability());
        let refs = self.diff_refs.clone().unwrap_or_default();
        Ok(PullRequest {
            number: self.iid,
            title: self.title().to_owned(),
            head: object_id("sha", self.head())?,
            base: object_id("diff_refs.base_sha", Some(&refs.base_sha))?,
            merged_as: match is_merged {
                true => object_id("merge_commit_sha", self.merged_as())?,
                false => None,
            },
            created_at: time("created_at", &self.created_at)?,
            updated_at: match timestamp(&self.updated_at) {
                Some(updated_at) => updated_at,
                None => time("created_at", &self.created_at)?,
            },
            state,
            mergeability,
            body: self.description,
            draft: self.draft,
            author: self.author.username,
            source_branch: self.source_branch,
            source_repository: self.source_project_id.map(|id| id.to_string()),
            target_branch: self.target_branch,
            labels: self.labels,
            web_url: self.web_url,
        })
    }
}

/// Empty is unknown; anything else has to be a commit's name.
fn object_id(field: &str, id: Option<&str>) -> Result<Option<ObjectId>, Failure> {
    match id.unwrap_or_default() {
        "" => Ok(None),
        id if is_object_id(id) => Ok(Some(id.to_owned())),
        _ => Err(malformed(field)),
    }
}

fn time(field: &str, text: &str) -> Result<i64, Failure> {
    timestamp(text).ok_or_else(|| malformed(field))
}

fn malformed(field: &str) -> Failure {
    Failure::malformed(format!("`{field}` of a merge request"))
}

/// What follows GitLab's marks of a draft, of which a title may have several.
pub(crate) fn without_draft_mark(title: &str) -> &str {
    let mut rest = title.trim_start();
    while let Some(behind) = behind_draft_mark(rest) {
        rest = behind.trim_start();
    }
    rest
}

fn behind_draft_mark(title: &str) -> Option<&str> {
    DRAFT_MARKS.iter().find_map(|mark| {
        let (begin, behind) = title.split_at_checked(mark.len())?;
        begin.eq_ignore_ascii_case(mark).then_some(behind)
    })
}

const DRAFT_MARKS: &[&str] = &["draft:", "[draft]", "(draft)"];

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = r#"{"iid":7,"state":"opened","source_branch":"a","target_branch":"b","created_at":"2026-01-01T00:00:00Z"}"#;

    fn read(changes: &[(&str, serde_json::Value)]) -> MergeRequest {
        let mut json: serde_json::Value = serde_json::from_str(LEAST).expect("is JSON");
        for (field, value) in changes {
            json[*field] = value.clone();
        }
        serde_json::from_value(json).expect("is one")
    }

    #[test]
    fn few_fields_are_needed_and_null_is_absent() {
        let pull_request = read(&[]).into_pull_request().expect("is whole");
        assert_eq!((pull_request.number, pull_request.head), (7, None));
        let mut json: serde_json::Value = serde_json::from_str(LEAST).expect("is JSON");
        for field in [
            "title",
            "description",
            "draft",
            "author",
            "source_project_id",
            "sha",
            "merge_commit_sha",
            "squash_commit_sha",
            "detailed_merge_status",
            "merge_error",
            "labels",
            "web_url",
            "updated_at",
            "diff_refs",
            "changes_count",
        ] {
            json[field] = serde_json::Value::Null;
        }
        let merge_request: MergeRequest = serde_json::from_value(json.clone()).expect("is one");
        let pull_request = merge_request.into_pull_request().expect("is whole");
        assert!(matches!(
            pull_request.mergeability,
            Some(Mergeability::Unknown)
        ));
        for field in [
            "iid",
            "state",
            "source_branch",
            "target_branch",
            "created_at",
        ] {
            let mut json = json.clone();
            json.as_object_mut().expect("is an object").remove(field);
            let problem = serde_json::from_value::<MergeRequest>(json).expect_err("it is needed");
            assert!(problem.to_string().contains(field), "{problem}");
        }
    }

    #[test]
    fn what_is_no_commits_name_is_malformed() {
        for field in ["sha", "diff_refs"] {
            let value = match field {
                "sha" => "HEAD".into(),
                _ => serde_json::json!({ "base_sha": "HEAD" }),
            };
            let failure = read(&[(field, value)]).into_pull_request();
            assert!(
                failure
                    .expect_err("it is no name")
                    .message()
                    .contains(field)
            );
        }
    }

    #[test]
    fn merged_as_is_the_merge_commit_or_the_squashed_one_or_the_head() {
        let (a, b, c) = ("a".repeat(40), "b".repeat(40), "c".repeat(40));
        let mut fields = vec![
            ("state", "merged".into()),
            ("sha", c.clone().into()),
            ("squash_commit_sha", b.clone().into()),
            ("merge_commit_sha", a.clone().into()),
        ];
        for expected in [a, b, c] {
            let pull_request = read(&fields).into_pull_request().expect("is whole");
            assert_eq!(pull_request.merged_as, Some(expected));
            fields.pop();
        }
        let open = read(&[("merge_commit_sha", "d".repeat(40).into())]);
        assert_eq!(open.into_pull_request().expect("is whole").merged_as, None);
    }

    #[test]
    fn unknown_words_pass_on() {
        let odd = read(&[("state", "frozen".into())]);
        assert!(matches!(odd.state(), State::Other(word) if word == "frozen"));
        let blocked = read(&[("detailed_merge_status", "moon_phase".into())]);
        assert!(
            matches!(blocked.mergeability(), Mergeability::Blocked(word) if word == "moon_phase")
        );
        for word in ["checking", "unchecked", "preparing", ""] {
            let unknown = read(&[("detailed_merge_status", word.into())]);
            assert!(matches!(unknown.mergeability(), Mergeability::Unknown));
        }
    }

    #[test]
    fn the_mark_of_a_draft_is_no_part_of_its_title() {
        for title in [
            "Draft: x",
            "draft:x",
            "[Draft] x",
            "(DRAFT)x",
            "Draft: [draft] x",
        ] {
            assert_eq!(without_draft_mark(title), "x", "{title}");
        }
        for title in ["Drafty: x", "x Draft: y", "WIP: x", "Dräft: x", "ä"] {
            assert_eq!(without_draft_mark(title), title);
        }
        let marked = read(&[("title", "Draft: x".into()), ("draft", false.into())]);
        assert_eq!(marked.title(), "Draft: x");
    }
}
