//! What a merge request changes: commits, differences and versions; apart, because all of it is
//! empty until GitLab has prepared it.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Loaded, count_read, load};
use crate::{
    api::{Answer, Call, commit_json, compare},
    error::Refusal,
    git::{DiffLimits, LogOptions},
    page::{Length, Paging},
    reply::Reply,
    state::{DiffVersion, format_time},
};

pub(crate) fn commits(call: &Call<'_>) -> Answer {
    let loaded = load(call)?;
    let paging = Paging::parse(&call.query)?;
    let answers = match loaded.record.unprepared {
        0 => commits_of(call, &loaded, loaded.record.version())?,
        _ => Vec::new(),
    };
    page(call, paging, answers)
}

pub(crate) fn diffs(call: &Call<'_>) -> Answer {
    let loaded = load(call)?;
    let paging = Paging::parse(&call.query)?;
    let answers = match count_read(call, &loaded).unprepared {
        0 => diffs_of(call, &loaded, loaded.record.version())?,
        _ => Vec::new(),
    };
    page(call, paging, answers)
}

pub(crate) fn raw_diffs(call: &Call<'_>) -> Answer {
    // The exact release that brought this is not verified.
    if !call.at_least(17, 8) {
        return Err(Refusal::error(StatusCode::NOT_FOUND, "404 Not Found"));
    }
    let loaded = load(call)?;
    let version = loaded.record.version();
    let text = loaded.repository.raw_diff(&version.base, &version.head)?;
    Ok(Reply::text(StatusCode::OK, text))
}

pub(crate) fn versions(call: &Call<'_>) -> Answer {
    let loaded = load(call)?;
    let paging = Paging::parse(&call.query)?;
    let answers = match count_read(call, &loaded).unprepared {
        0 => loaded
            .record
            .versions
            .iter()
            .rev()
            .map(|version| version_json(&loaded, version))
            .collect::<Result<_, _>>()?,
        _ => Vec::new(),
    };
    page(call, paging, answers)
}

pub(crate) fn version(call: &Call<'_>) -> Answer {
    let loaded = load(call)?;
    let wanted = call.capture_text("version_id");
    let mut versions = loaded.record.versions.iter();
    let version = versions
        .find(|version| version.id.to_string() == wanted)
        .ok_or_else(super::no_record)?;
    let mut answer = version_json(&loaded, version)?;
    answer["commits"] = commits_of(call, &loaded, version)?.into();
    answer["diffs"] = diffs_of(call, &loaded, version)?.into();
    Ok(Reply::json(StatusCode::OK, &answer))
}

fn commits_of(
    call: &Call<'_>,
    loaded: &Loaded,
    version: &DiffVersion,
) -> Result<Vec<Value>, Refusal> {
    let range = format!("{}..{}", version.base, version.head);
    let commits = loaded.repository.log(&range, &LogOptions::default())?;
    Ok(commits
        .iter()
        .map(|commit| commit_json::basic(call, &loaded.project, commit))
        .collect())
}

fn diffs_of(
    call: &Call<'_>,
    loaded: &Loaded,
    version: &DiffVersion,
) -> Result<Vec<Value>, Refusal> {
    let limits = &call.features.diff_limits;
    let (diffs, _) = loaded
        .repository
        .diff(&version.base, &version.head, limits)?;
    let mut answers: Vec<Value> = diffs
        .iter()
        .map(|diff| compare::file(call, diff))
        .collect::<Result<_, _>>()?;
    for answer in &mut answers {
        // Unlike a comparison's, it is known here.
        if let Some(generated) = answer.get_mut("generated_file") {
            *generated = false.into();
        }
    }
    Ok(answers)
}

fn version_json(loaded: &Loaded, version: &DiffVersion) -> Result<Value, Refusal> {
    let (diffs, _) = loaded
        .repository
        .diff(&version.base, &version.head, &DiffLimits::NONE)?;
    Ok(json!({
        "id": version.id,
        "head_commit_sha": version.head,
        "base_commit_sha": version.base,
        "start_commit_sha": version.start,
        "created_at": format_time(version.created_at, 0),
        "merge_request_id": loaded.record.id,
        "state": "collected",
        "real_size": diffs.len().to_string(),
        "patch_id_sha": null,
    }))
}

/// A page of a list that is known in full.
pub(super) fn page(call: &Call<'_>, paging: Paging, answers: Vec<Value>) -> Answer {
    let total = answers.len() as u64;
    let shown: Vec<Value> = answers
        .into_iter()
        .skip(paging.offset() as usize)
        .take(paging.per_page as usize)
        .collect();
    let reply = Reply::json(StatusCode::OK, &shown);
    Ok(paging.describe(call, reply, Length::Known(total)))
}
