//! What webhooks are told; apart from the API's own shapes, which differ in every detail.

mod merge_request;
mod note;
mod push;

use serde_json::{Value, json};
use time::OffsetDateTime;

pub(super) use self::{merge_request::merge_request, note::note, push::push};
use crate::{
    git::Commit,
    shared::Shared,
    state::{ProjectRecord, Visibility, World, format_time},
};

fn project(shared: &Shared, world: &World, project: &ProjectRecord) -> Value {
    let page = shared.web_url(&project.full_path);
    let (ssh, http) = addresses(shared, project);
    let namespace = world
        .namespace(project.namespace)
        .map(|namespace| namespace.name.as_str());
    json!({
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "web_url": page,
        "avatar_url": null,
        "git_ssh_url": ssh,
        "git_http_url": http,
        "namespace": namespace,
        "visibility_level": visibility(project),
        "path_with_namespace": project.full_path,
        "default_branch": project.default_branch,
        "ci_config_path": null,
        "homepage": page,
        "url": ssh,
        "ssh_url": ssh,
        "http_url": http,
    })
}

fn repository(shared: &Shared, project: &ProjectRecord) -> Value {
    let (ssh, http) = addresses(shared, project);
    json!({
        "name": project.name,
        "url": ssh,
        "description": project.description,
        "homepage": shared.web_url(&project.full_path),
        "git_http_url": http,
        "git_ssh_url": ssh,
        "visibility_level": visibility(project),
    })
}

fn user(world: &World, id: u64) -> Value {
    let Some(user) = world.user(id) else {
        return Value::Null;
    };
    json!({
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "avatar_url": null,
        // GitLab shows an address only where its owner made it public.
        "email": "[REDACTED]",
    })
}

fn commit(shared: &Shared, project: &ProjectRecord, commit: &Commit) -> Value {
    let page = format!("{}/-/commit/{}", project.full_path, commit.id);
    let author = &commit.author;
    let timestamp = format_time(author.seconds, author.offset_minutes);
    json!({
        "id": commit.id,
        "message": commit.message,
        "title": commit.title(),
        "timestamp": timestamp.replace(".000", "").replace('Z', "+00:00"),
        "url": shared.web_url(&page),
        "author": {"name": author.name, "email": author.email},
    })
}

/// A moment as Ruby prints it.
fn moment(seconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = time.to_hms();
    format!("{} {hour:02}:{minute:02}:{second:02} UTC", time.date())
}

fn visibility(project: &ProjectRecord) -> u64 {
    match project.visibility {
        Visibility::Private => 0,
        Visibility::Internal => 10,
        Visibility::Public => 20,
    }
}

fn addresses(shared: &Shared, project: &ProjectRecord) -> (String, String) {
    let (_, authority) = shared.external_origin.split_once("://").unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    (
        format!("git@{host}:{}.git", project.full_path),
        format!("{}.git", shared.web_url(&project.full_path)),
    )
}
