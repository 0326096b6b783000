//! A commit as JSON; apart, because branches, tags, commits and comparisons all show it.

use serde_json::{Value, json};

use super::Call;
use crate::{
    error::Refusal,
    git::{Commit, Repository},
    state::{ProjectRecord, format_time},
};

pub(crate) fn basic(call: &Call<'_>, project: &ProjectRecord, commit: &Commit) -> Value {
    let time = |seconds, offset| format_time(seconds, offset);
    let author = &commit.author;
    let committer = &commit.committer;
    let committed = time(committer.seconds, committer.offset_minutes);
    let mut answer = json!({
        "id": commit.id,
        "short_id": &commit.id[..8],
        "created_at": committed,
        "parent_ids": commit.parents,
        "title": commit.title(),
        "message": commit.message,
        "author_name": author.name,
        "author_email": author.email,
        "authored_date": time(author.seconds, author.offset_minutes),
        "committer_name": committer.name,
        "committer_email": committer.email,
        "committed_date": committed,
        "trailers": {},
        "web_url": call
            .shared
            .web_url(&format!("{}/-/commit/{}", project.full_path, commit.id)),
    });
    if call.at_least(16, 4) {
        answer["extended_trailers"] = json!({});
    }
    answer
}

pub(crate) fn with_statistics(
    repository: &Repository,
    commit: &Commit,
    mut answer: Value,
) -> Result<Value, Refusal> {
    let (additions, deletions) = repository.line_statistics(&commit.id)?;
    answer["stats"] = json!({
        "additions": additions,
        "deletions": deletions,
        "total": additions + deletions,
    });
    Ok(answer)
}

/// What only a single commit's answer holds.
pub(crate) fn detailed(project: &ProjectRecord, mut answer: Value) -> Value {
    answer["status"] = Value::Null;
    answer["project_id"] = project.id.into();
    answer["last_pipeline"] = Value::Null;
    answer
}
