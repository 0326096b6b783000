//! What webhooks are told of a push; apart, because its list of commits is cut.

use std::{io, sync::Arc};

use serde_json::{Value, json};

use super::{commit, project, repository};
use crate::{
    delivery::checkout,
    event::{Push, is_zero},
    git::{Commit, DiffLimits, FileDiff, LogOptions, Repository},
    shared::Shared,
    state::ProjectRecord,
};

pub(in super::super) fn push(shared: &Arc<Shared>, push: &Push) -> io::Result<Option<Value>> {
    let found = shared.read(|world| {
        let record = world.project(push.project)?.clone();
        let body = project(shared, world, &record);
        let user = world.user(push.user).cloned();
        Some((record, body, user))
    });
    let Some((record, project, user)) = found else {
        return Ok(None);
    };
    let git = record.repository.open()?;
    let commits = commits(git, &record, push)?;
    let mut shown = Vec::new();
    // The newest are shown, from old to new.
    for one in commits.iter().take(COMMITS).rev() {
        let mut body = commit(shared, &record, one);
        let paths = paths(git, one)?;
        for (name, paths) in ["added", "modified", "removed"].into_iter().zip(paths) {
            body[name] = paths.into();
        }
        shown.push(body);
    }
    let kind = if push.branch().is_some() {
        "push"
    } else {
        "tag_push"
    };
    let checkout = match checkout(&push.after) {
        // What an annotated tag is about is its commit.
        Some(after) => git.commit(after)?.map(|commit| commit.id.clone()),
        None => None,
    };
    let protected = push.branch().is_some_and(|name| record.is_protected(name));
    let user = user.as_ref();
    Ok(Some(json!({
        "object_kind": kind,
        "event_name": kind,
        "before": push.before,
        "after": push.after,
        "ref": push.reference,
        "ref_protected": protected,
        "checkout_sha": checkout,
        "message": message(git, push)?,
        "user_id": push.user,
        "user_name": user.map(|user| &user.name),
        "user_username": user.map(|user| &user.username),
        "user_email": null,
        "user_avatar": null,
        "project_id": record.id,
        "project": project,
        "commits": shown,
        "total_commits_count": commits.len(),
        "push_options": {},
        "repository": repository(shared, &record),
    })))
}

/// What a push brought, newest first. A new branch brings what the default one does not have.
fn commits(git: &Repository, project: &ProjectRecord, push: &Push) -> io::Result<Vec<Arc<Commit>>> {
    let Some(branch) = push.branch().filter(|_| !is_zero(&push.after)) else {
        return match checkout(&push.after) {
            Some(after) => Ok(git.commit(after)?.into_iter().collect()),
            None => Ok(Vec::new()),
        };
    };
    let default = git.commit(&format!("refs/heads/{}", project.default_branch))?;
    let range = match default {
        _ if !push.begins() => format!("{}..{}", push.before, push.after),
        Some(default) if branch != project.default_branch => {
            format!("{}..{}", default.id, push.after)
        }
        _ => push.after.clone(),
    };
    git.log(&range, &LogOptions::default())
}

/// The paths that a commit added, modified and removed. A renamed file is both of the outer.
fn paths(git: &Repository, commit: &Commit) -> io::Result<[Vec<String>; 3]> {
    let before = match commit.parents.first() {
        Some(parent) => parent.clone(),
        None => git.empty_tree()?,
    };
    let (diffs, _) = git.diff(&before, &commit.id, &DiffLimits::NONE)?;
    let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    let mut paths = [Vec::new(), Vec::new(), Vec::new()];
    for FileDiff {
        old_path,
        new_path,
        is_new,
        is_renamed,
        is_deleted,
        ..
    } in &diffs
    {
        if *is_new || *is_renamed {
            paths[0].push(text(new_path));
        }
        if *is_deleted || *is_renamed {
            paths[2].push(text(old_path));
        }
        if !is_new && !is_renamed && !is_deleted {
            paths[1].push(text(new_path));
        }
    }
    Ok(paths)
}

/// An annotated tag's message.
fn message(git: &Repository, push: &Push) -> io::Result<Option<String>> {
    if push.branch().is_some() || checkout(&push.after).is_none() {
        return Ok(None);
    }
    let Some((header, content)) = git.contents(&push.after)? else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&content);
    let message = text.split_once("\n\n").map(|(_, message)| message);
    Ok(message
        .filter(|_| header.kind == "tag")
        .map(|message| message.trim_end().to_owned()))
}

/// More are not shown, only counted.
const COMMITS: usize = 20;
