//! Commits and their differences; apart, because a history is not counted before it is paged.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Call, commit_json, compare};
use crate::{
    error::Refusal,
    git::{Commit, LogOptions, RefKind, Repository},
    page::{Length, Paging},
    reply::Reply,
    state::parse_time,
};

pub(crate) fn list(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let paging = Paging::parse(&call.query)?;
    let reference = match call.query.text("ref_name") {
        Some(name) => name,
        None => repository.head()?,
    };
    let all = call.query.is_set("all")?;
    let start = repository.commit(&reference)?;
    let range = match (all, &start) {
        (true, _) => "--all".to_owned(),
        (false, Some(commit)) => commit.id.clone(),
        (false, None) if project.empty => String::new(),
        (false, None) => return Err(Refusal::not_found("Commit")),
    };
    let mut commits = match range.as_str() {
        "" => Vec::new(),
        range => repository.log(range, &options(call, paging)?)?,
    };
    let more = commits.len() as u64 > paging.per_page;
    commits.truncate(paging.per_page as usize);
    let statistics = call.query.is_set("with_stats")?;
    let mut answers = Vec::with_capacity(commits.len());
    for commit in &commits {
        let answer = commit_json::basic(call, &project, commit);
        answers.push(match statistics {
            true => commit_json::with_statistics(&repository, commit, answer)?,
            false => answer,
        });
    }
    let reply = Reply::json(StatusCode::OK, &answers);
    Ok(paging.describe(call, reply, Length::Unknown { more }))
}

pub(crate) fn read(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let commit = find(call, &repository)?;
    let answer = commit_json::basic(call, &project, &commit);
    let answer = match call.query.flag("stats")? {
        Some(false) => answer,
        _ => commit_json::with_statistics(&repository, &commit, answer)?,
    };
    let answer = commit_json::detailed(&project, answer);
    Ok(Reply::json(StatusCode::OK, &answer))
}

pub(crate) fn diff(call: &Call<'_>) -> Answer {
    let (_, repository) = call.code()?;
    let commit = find(call, &repository)?;
    let paging = Paging::parse(&call.query)?;
    let base = match commit.parents.first() {
        Some(parent) => parent.clone(),
        None => repository.empty_tree()?,
    };
    let (diffs, _) = repository.diff(&base, &commit.id, &call.features.diff_limits)?;
    let answers: Vec<Value> = diffs
        .iter()
        .skip(paging.offset() as usize)
        .take(paging.per_page as usize)
        .map(|diff| compare::file(call, diff))
        .collect::<Result<_, _>>()?;
    let reply = Reply::json(StatusCode::OK, &answers);
    Ok(paging.describe(call, reply, Length::Known(diffs.len() as u64)))
}

pub(crate) fn references(call: &Call<'_>) -> Answer {
    let (_, repository) = call.code()?;
    let commit = find(call, &repository)?;
    let paging = Paging::parse(&call.query)?;
    let wanted = call.query.one_of("type", &["branch", "tag", "all"])?;
    let mut answers = Vec::new();
    for (kind, name) in [(RefKind::Branch, "branch"), (RefKind::Tag, "tag")] {
        if wanted
            .as_deref()
            .is_some_and(|wanted| wanted != "all" && wanted != name)
        {
            continue;
        }
        for reference in repository.references(kind)? {
            let Some(tip) = &reference.commit else {
                continue;
            };
            if repository.is_ancestor(&commit.id, tip)? {
                answers.push(json!({"type": name, "name": reference.name}));
            }
        }
    }
    let total = answers.len() as u64;
    let page: Vec<Value> = answers
        .into_iter()
        .skip(paging.offset() as usize)
        .take(paging.per_page as usize)
        .collect();
    let reply = Reply::json(StatusCode::OK, &page);
    Ok(paging.describe(call, reply, Length::Known(total)))
}

fn find(call: &Call<'_>, repository: &Repository) -> Result<Arc<Commit>, Refusal> {
    repository
        .commit(&call.capture_text("sha"))?
        .ok_or_else(|| Refusal::not_found("Commit"))
}

fn options(call: &Call<'_>, paging: Paging) -> Result<LogOptions, Refusal> {
    let query = &call.query;
    let mut options = Vec::new();
    for (name, option) in [("since", "--since"), ("until", "--until")] {
        if let Some(text) = query.text(name) {
            let moment = parse_time(&text)
                .ok_or_else(|| Refusal::parameter(&format!("{name} is invalid")))?;
            options.push(format!("{option}={moment}"));
        }
    }
    if query.is_set("first_parent")? {
        options.push("--first-parent".to_owned());
    }
    if query.one_of("order", &["default", "topo"])?.as_deref() == Some("topo") {
        options.push("--topo-order".to_owned());
    }
    if let Some(author) = query.text("author") {
        options.push(format!("--author={author}"));
    }
    Ok(LogOptions {
        skip: paging.offset(),
        // One more tells whether there is a next page.
        limit: Some(paging.per_page as usize + 1),
        path: query
            .bytes("path")
            .filter(|path| !path.is_empty())
            .map(<[u8]>::to_vec),
        options,
    })
}
