//! Branches and tags; apart, because both are listed from the same references and paged alike.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Call, commit_json};
use crate::{
    error::Refusal,
    git::{RefKind, Reference, Repository},
    page::{Length, Paging, describe_keyset},
    reply::Reply,
    state::{ProjectRecord, format_time},
};

pub(crate) fn branches(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let head = repository.head()?;
    let mut found = repository.references(RefKind::Branch)?;
    found.retain(matcher(call));
    order(call, &repository, &mut found, "name_asc")?;
    page(call, &found, |reference| {
        branch_json(call, &project, &repository, &head, reference)
    })
}

pub(crate) fn branch(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let head = repository.head()?;
    let reference = find(call, &repository, RefKind::Branch, "branch")?
        .ok_or_else(|| Refusal::not_found("Branch"))?;
    let answer = branch_json(call, &project, &repository, &head, &reference)?;
    Ok(Reply::json(StatusCode::OK, &answer))
}

pub(crate) fn has_branch(call: &Call<'_>) -> Answer {
    let (_, repository) = call.code()?;
    match find(call, &repository, RefKind::Branch, "branch")? {
        Some(_) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        None => Ok(Reply::empty(StatusCode::NOT_FOUND)),
    }
}

pub(crate) fn tags(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let mut found = repository.references(RefKind::Tag)?;
    found.retain(matcher(call));
    let by = call
        .query
        .one_of("order_by", &["name", "updated", "version"])?
        .unwrap_or_else(|| "updated".to_owned());
    let sort = call
        .query
        .one_of("sort", &["asc", "desc"])?
        .unwrap_or_else(|| "desc".to_owned());
    order(call, &repository, &mut found, &format!("{by}_{sort}"))?;
    page(call, &found, |reference| {
        tag_json(call, &project, &repository, reference)
    })
}

pub(crate) fn tag(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let reference = find(call, &repository, RefKind::Tag, "tag_name")?
        .ok_or_else(|| Refusal::not_found("Tag"))?;
    let answer = tag_json(call, &project, &repository, &reference)?;
    Ok(Reply::json(StatusCode::OK, &answer))
}

fn find(
    call: &Call<'_>,
    repository: &Repository,
    kind: RefKind,
    capture: &str,
) -> Result<Option<Reference>, Refusal> {
    Ok(repository.reference(kind, &call.capture_text(capture))?)
}

/// `search`: a part of the name, `^` for its beginning, `$` for its end.
fn matcher(call: &Call<'_>) -> impl Fn(&Reference) -> bool {
    let search = call.query.text("search").unwrap_or_default().to_lowercase();
    move |reference| {
        let name = reference.name.to_lowercase();
        match (search.strip_prefix('^'), search.strip_suffix('$')) {
            (Some(start), Some(_)) => start.strip_suffix('$') == Some(name.as_str()),
            (Some(start), None) => name.starts_with(start),
            (None, Some(end)) => name.ends_with(end),
            (None, None) => name.contains(&search),
        }
    }
}

fn order(
    call: &Call<'_>,
    repository: &Repository,
    references: &mut [Reference],
    default: &str,
) -> Result<(), Refusal> {
    let by = match call.query.text("sort") {
        Some(sort) if sort.contains('_') => sort,
        _ => default.to_owned(),
    };
    if by.starts_with("updated") {
        let mut dated = Vec::with_capacity(references.len());
        for reference in references.iter() {
            let commit = match &reference.commit {
                Some(id) => repository.commit(id)?,
                None => None,
            };
            dated.push((
                commit.map_or(0, |commit| commit.committer.seconds),
                reference.clone(),
            ));
        }
        dated.sort_by_key(|(seconds, _)| *seconds);
        for (slot, (_, reference)) in references.iter_mut().zip(dated) {
            *slot = reference;
        }
    }
    if by.ends_with("desc") {
        references.reverse();
    }
    Ok(())
}

fn page(
    call: &Call<'_>,
    found: &[Reference],
    present: impl Fn(&Reference) -> Result<Value, Refusal>,
) -> Answer {
    let paging = Paging::parse(&call.query)?;
    let keyset = call.query.one_of("pagination", &["keyset", "legacy"])?;
    let keyset = keyset.as_deref() == Some("keyset");
    let start = match (keyset, call.query.text("page_token")) {
        (true, Some(token)) => {
            let name = read_token(&token);
            let at = found.iter().position(|reference| reference.name == name);
            at.map(|at| at + 1)
                .ok_or_else(|| Refusal::parameter("page_token is invalid"))?
        }
        (true, None) => 0,
        (false, _) => paging.offset() as usize,
    };
    let start = start.min(found.len());
    let end = (start + paging.per_page as usize).min(found.len());
    let answers: Vec<Value> = found[start..end]
        .iter()
        .map(present)
        .collect::<Result<_, _>>()?;
    let reply = Reply::json(StatusCode::OK, &answers);
    if !keyset {
        return Ok(paging.describe(call, reply, Length::Known(found.len() as u64)));
    }
    let next = (start < end && end < found.len())
        .then(|| ("page_token", write_token(call, &found[end - 1].name)));
    let next: Vec<_> = next.into_iter().collect();
    Ok(describe_keyset(call, reply, &next))
}

/// A name's token: the name itself at first, in later versions wrapped.
pub(crate) fn write_token(call: &Call<'_>, name: &str) -> String {
    match call.at_least(17, 7) {
        true => STANDARD.encode(json!({ "file_name": name }).to_string()),
        false => name.to_owned(),
    }
}

pub(crate) fn read_token(token: &str) -> String {
    let wrapped = STANDARD
        .decode(token)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    match wrapped
        .as_ref()
        .and_then(|value| value["file_name"].as_str())
    {
        Some(name) => name.to_owned(),
        None => token.to_owned(),
    }
}

pub(crate) fn branch_json(
    call: &Call<'_>,
    project: &ProjectRecord,
    repository: &Repository,
    head: &str,
    reference: &Reference,
) -> Result<Value, Refusal> {
    let is_default = reference.name == head;
    let commit = reference.commit.as_deref().unwrap_or_default();
    let merged = match repository.commit(&format!("refs/heads/{head}"))? {
        Some(tip) if !is_default => repository.is_ancestor(commit, &tip.id)?,
        _ => false,
    };
    let url = format!("{}/-/tree/{}", project.full_path, reference.name);
    Ok(json!({
        "name": reference.name,
        "commit": commit_of(call, project, repository, reference)?,
        "merged": merged,
        "protected": project.is_protected(&reference.name),
        "developers_can_push": false,
        "developers_can_merge": false,
        "can_push": call.can_push_to(project, &reference.name),
        "default": is_default,
        "web_url": call.shared.web_url(&url),
    }))
}

pub(crate) fn tag_json(
    call: &Call<'_>,
    project: &ProjectRecord,
    repository: &Repository,
    reference: &Reference,
) -> Result<Value, Refusal> {
    let mut answer = json!({
        "name": reference.name,
        "message": reference.message.as_deref().unwrap_or_default(),
        "target": reference.target,
        "commit": commit_of(call, project, repository, reference)?,
        "release": null,
        "protected": false,
    });
    if call.at_least(16, 11) {
        let moment = reference.tagged_at.map(|seconds| format_time(seconds, 0));
        answer["created_at"] = moment.into();
    }
    Ok(answer)
}

fn commit_of(
    call: &Call<'_>,
    project: &ProjectRecord,
    repository: &Repository,
    reference: &Reference,
) -> Result<Value, Refusal> {
    let Some(id) = &reference.commit else {
        return Ok(Value::Null);
    };
    let commit = repository.commit(id)?;
    Ok(commit.map_or(Value::Null, |commit| {
        commit_json::basic(call, project, &commit)
    }))
}
