//! Webhooks of a project; apart, because only who maintains it may know of them.

mod attributes;
pub(super) mod events;
mod json;
pub(super) mod trigger;

use std::{collections::BTreeMap, sync::Arc};

use http::StatusCode;
use serde_json::Value;

use super::{Answer, Call, parameters::missing};
use crate::{
    delivery::unique,
    error::Refusal,
    page::{Length, Paging},
    reply::Reply,
    state::{AccessLevel, HookRecord, ProjectRecord},
};

pub(super) fn list(call: &Call<'_>) -> Answer {
    let project = visible(call)?;
    let paging = Paging::parse(&call.query)?;
    let hooks: Vec<Value> = call.shared.read(|world| {
        let hooks = world.hooks.of_project(project.id);
        hooks.map(|hook| json::hook(call, hook)).collect()
    });
    let total = hooks.len() as u64;
    let page: Vec<Value> = hooks
        .into_iter()
        .skip(paging.offset() as usize)
        .take(paging.per_page as usize)
        .collect();
    let reply = Reply::json(StatusCode::OK, &page);
    Ok(paging.describe(call, reply, Length::Known(total)))
}

pub(super) fn read(call: &Call<'_>) -> Answer {
    let project = visible(call)?;
    let hook = find(call, &project)?;
    Ok(Reply::json(StatusCode::OK, &json::hook(call, &hook)))
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let project = call.writable_project(AccessLevel::Maintainer)?;
    let sent = call.parameters()?;
    let url = sent.string("url")?.ok_or_else(|| missing("url"))?;
    let mut hook = HookRecord {
        id: 0,
        project: project.id,
        url,
        name: None,
        description: None,
        token: None,
        signing_token: None,
        verify: true,
        events: BTreeMap::from([("push_events", true)]),
        branch_filter: None,
        branch_filter_strategy: "wildcard".to_owned(),
        template: None,
        custom_headers: Vec::new(),
        created_at: 0,
        uuid: String::new(),
        failures: 0,
        disabled_until: None,
        log: Vec::new(),
    };
    attributes::apply(call, &sent, &mut hook)?;
    let hook = call.shared.write(|world| {
        hook.created_at = world.moment();
        let id = world.hooks.add(hook);
        let hook = world.hooks.find_mut(id)?;
        hook.uuid = unique("hook", id);
        Some(hook.clone())
    });
    let hook = hook.ok_or_else(no_record)?;
    Ok(Reply::json(StatusCode::CREATED, &json::hook(call, &hook)))
}

pub(super) fn update(call: &Call<'_>) -> Answer {
    let project = call.writable_project(AccessLevel::Maintainer)?;
    let before = find(call, &project)?;
    let sent = call.parameters()?;
    let mut hook = before.clone();
    attributes::apply(call, &sent, &mut hook)?;
    if hook.url != before.url {
        // Whoever changed the address may not know what the old receiver knew.
        if !sent.has("token") {
            hook.token = None;
        }
        hook.failures = 0;
        hook.disabled_until = None;
    }
    let answer = json::hook(call, &hook);
    call.shared.write(|world| {
        if let Some(kept) = world.hooks.find_mut(hook.id) {
            // A delivery may have been logged since.
            hook.log = std::mem::take(&mut kept.log);
            *kept = hook;
        }
    });
    Ok(Reply::json(StatusCode::OK, &answer))
}

pub(super) fn remove(call: &Call<'_>) -> Answer {
    let project = call.writable_project(AccessLevel::Maintainer)?;
    let hook = find(call, &project)?;
    call.shared
        .write(|world| world.hooks.records.retain(|other| other.id != hook.id));
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// The project, for those who may know of its hooks.
fn visible(call: &Call<'_>) -> Result<Arc<ProjectRecord>, Refusal> {
    let project = call.project()?;
    let maintains = call
        .shared
        .read(|world| call.viewer.can_administer(world, &project));
    match maintains {
        true => Ok(project),
        false => Err(Refusal::forbidden("")),
    }
}

fn find(call: &Call<'_>, project: &ProjectRecord) -> Result<HookRecord, Refusal> {
    let text = call.capture_text("hook_id");
    let id = text
        .parse()
        .map_err(|_| Refusal::parameter("hook_id is invalid"))?;
    let found = call
        .shared
        .read(|world| world.hooks.find(project.id, id).cloned());
    found.ok_or_else(no_record)
}

/// Rails' words where a number names nothing.
fn no_record() -> Refusal {
    Refusal::message(StatusCode::NOT_FOUND, "404 Not found")
}

/// An endpoint that this version does not have yet.
fn not_yet() -> Refusal {
    Refusal::error(StatusCode::NOT_FOUND, "404 Not Found")
}
