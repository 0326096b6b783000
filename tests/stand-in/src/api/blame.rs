//! Who last changed each line of a file; apart, because it is asked of a file but answered in
//! commits.

use std::ops::RangeInclusive;

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Call, files::File, parameters::missing};
use crate::{error::Refusal, git::Commit, reply::Reply, state::format_time};

pub(crate) fn read(call: &Call<'_>) -> Answer {
    let range = range(call)?;
    let file = File::find(call, true)?;
    if let Some(range) = &range
        && range.start() > range.end()
    {
        let text = "range[start] must be less than or equal to range[end]";
        return Err(Refusal::message(StatusCode::BAD_REQUEST, text));
    }
    let groups = file.repository.blame(&file.commit, &file.path, range)?;
    let mut answers = Vec::with_capacity(groups.len());
    for group in groups {
        let commit = file.repository.commit(&group.commit)?;
        let lines: Vec<_> = group
            .lines
            .iter()
            .map(|line| String::from_utf8_lossy(line))
            .collect();
        let commit = commit.as_deref().map_or(Value::Null, commit_json);
        answers.push(json!({"commit": commit, "lines": lines}));
    }
    Ok(file.describe(Reply::json(StatusCode::OK, &answers)))
}

pub(crate) fn stat(call: &Call<'_>) -> Answer {
    let file = File::find(call, true)?;
    Ok(file.describe(Reply::empty(StatusCode::OK)))
}

/// The lines that are wanted; both ends, where one is named.
fn range(call: &Call<'_>) -> Result<Option<RangeInclusive<u64>>, Refusal> {
    let names = ["range[start]", "range[end]"];
    let is_sent = |name: &&str| call.query.bytes(name).is_some();
    if !names.iter().any(is_sent) {
        return Ok(None);
    }
    let absent: Vec<&str> = names.into_iter().filter(|name| !is_sent(name)).collect();
    if !absent.is_empty() {
        return Err(missing(&absent.join(" is missing, ")));
    }
    let [start, end] = names.map(|name| match call.query.number(name)? {
        None => Err(Refusal::parameter(&format!("{name} is empty"))),
        Some(0) => Err(Refusal::parameter(&format!(
            "{name} does not have a valid value"
        ))),
        Some(number) => Ok(number),
    });
    Ok(Some(RangeInclusive::new(start?, end?)))
}

/// A commit as blame shows it: less than anywhere else.
fn commit_json(commit: &Commit) -> Value {
    let (author, committer) = (&commit.author, &commit.committer);
    json!({
        "id": commit.id,
        "parent_ids": commit.parents,
        "message": commit.message,
        "authored_date": format_time(author.seconds, author.offset_minutes),
        "author_name": author.name,
        "author_email": author.email,
        "committed_date": format_time(committer.seconds, committer.offset_minutes),
        "committer_name": committer.name,
        "committer_email": committer.email,
    })
}
