//! Comparisons; apart, because how they are cut short is all that clients get wrong.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Call, commit_json};
use crate::{
    error::Refusal,
    git::{FileDiff, LogOptions, Overflow, quoted},
    reply::Reply,
};

pub(crate) fn compare(call: &Call<'_>) -> Answer {
    let required = |name: &str| {
        call.query
            .text(name)
            .ok_or_else(|| Refusal::parameter(&format!("{name} is missing")))
    };
    let (from, to) = match (required("from"), required("to")) {
        (Err(_), Err(_)) => return Err(Refusal::parameter("from is missing, to is missing")),
        (from, to) => (from?, to?),
    };
    let (project, repository) = call.code()?;
    let straight = call.query.is_set("straight")?;
    let missing = || Refusal::not_found("Ref");
    let base = repository.commit(&from)?.ok_or_else(missing)?;
    let head = repository.commit(&to)?.ok_or_else(missing)?;
    let start = match straight {
        true => Some(base.clone()),
        false => repository.merge_base(&[base.id.clone(), head.id.clone()])?,
    };
    let options = LogOptions {
        options: vec!["--reverse".to_owned()],
        ..LogOptions::default()
    };
    let commits = repository.log(&format!("{}..{}", base.id, head.id), &options)?;
    let (diffs, overflow) = match &start {
        Some(start) => repository.diff(&start.id, &head.id, &call.features.diff_limits)?,
        None => (Vec::new(), Overflow::No),
    };
    let commits: Vec<Value> = commits
        .iter()
        .map(|commit| commit_json::basic(call, &project, commit))
        .collect();
    let diffs: Vec<Value> = diffs
        .iter()
        .map(|diff| file(call, diff))
        .collect::<Result<_, _>>()?;
    let dots = if straight { ".." } else { "..." };
    let shown = start.as_ref().unwrap_or(&base);
    let page = format!(
        "{}/-/compare/{}{dots}{}",
        project.full_path, shown.id, head.id
    );
    Ok(Reply::json(
        StatusCode::OK,
        &json!({
            "commit": commits.last(),
            "commits": commits,
            "diffs": diffs,
            "compare_timeout": overflow == Overflow::Yes,
            "compare_same_ref": base.id == head.id,
            "web_url": call.shared.web_url(&page),
        }),
    ))
}

pub(crate) fn merge_base(call: &Call<'_>) -> Answer {
    let mut names = call.query.all("refs[]");
    if let Some(text) = call.query.text("refs") {
        names.extend(text.split(',').map(str::to_owned));
    }
    let (project, repository) = call.code()?;
    if names.len() < 2 {
        let text = match names.is_empty() {
            true => return Err(Refusal::parameter("refs is missing")),
            false => "Provide at least 2 refs",
        };
        return Err(bad_request(text));
    }
    let mut commits = Vec::new();
    let mut unknown = Vec::new();
    for name in names {
        match repository.commit(&name)? {
            Some(commit) => commits.push(commit.id.clone()),
            None => unknown.push(name),
        }
    }
    if !unknown.is_empty() {
        let noun = if unknown.len() == 1 { "ref" } else { "refs" };
        let text = format!("Could not find {noun}: {}", unknown.join(", "));
        return Err(bad_request(&text));
    }
    match repository.merge_base(&commits)? {
        Some(commit) => Ok(Reply::json(
            StatusCode::OK,
            &commit_json::basic(call, &project, &commit),
        )),
        None => Err(Refusal::not_found("Merge Base")),
    }
}

/// A file's difference as JSON.
pub(crate) fn file(call: &Call<'_>, diff: &FileDiff) -> Result<Value, Refusal> {
    let old_path = String::from_utf8_lossy(&diff.old_path);
    let new_path = String::from_utf8_lossy(&diff.new_path);
    let mut patch = String::from_utf8_lossy(&diff.patch).into_owned();
    let has_hunks = patch.starts_with("@@");
    if has_hunks && call.at_least(16, 5) && call.query.is_set("unidiff")? {
        patch = format!("{}{patch}", file_header(diff, &old_path, &new_path));
    }
    let mut answer = json!({
        "diff": patch,
        "new_path": new_path,
        "old_path": old_path,
        "a_mode": mode(&diff.old_mode),
        "b_mode": mode(&diff.new_mode),
        "new_file": diff.is_new,
        "renamed_file": diff.is_renamed,
        "deleted_file": diff.is_deleted,
    });
    if call.at_least(16, 9) {
        answer["generated_file"] = Value::Null;
    }
    if call.at_least(18, 4) {
        answer["collapsed"] = diff.collapsed.into();
        answer["too_large"] = diff.too_large.into();
    }
    Ok(answer)
}

fn file_header(diff: &FileDiff, old_path: &str, new_path: &str) -> String {
    let name = |absent: bool, path: String| match absent {
        true => "/dev/null".to_owned(),
        false if path.contains(['"', '\\', '\n', '\t']) => quoted(&path),
        false => path,
    };
    format!(
        "--- {}\n+++ {}\n",
        name(diff.is_new, format!("a/{old_path}")),
        name(diff.is_deleted, format!("b/{new_path}")),
    )
}

fn bad_request(text: &str) -> Refusal {
    Refusal::message(StatusCode::BAD_REQUEST, text)
}

/// GitLab shows the mode of what is not there as a single zero.
fn mode(mode: &str) -> &str {
    match mode {
        "000000" => "0",
        mode => mode,
    }
}
