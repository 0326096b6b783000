//! Lists of projects, and one project; apart, because these are read without opening a repository.

use std::sync::Arc;

use http::StatusCode;

use super::{
    Answer, Call,
    project_filter::{Filter, Order, Place, Window},
    project_json::{Detail, write},
};
use crate::{
    error::Refusal,
    page::{Length, Paging, describe_keyset},
    reply::Reply,
    state::{NamespaceKind, ProjectRecord},
};

pub(crate) fn list(call: &Call<'_>) -> Answer {
    list_in(call, Place::Everywhere)
}

pub(crate) fn list_of_group(call: &Call<'_>) -> Answer {
    let id = call.capture_text("id");
    let subgroups = call.query.is_set("include_subgroups")?;
    let found = call.shared.read(|world| {
        let namespace = match id.parse() {
            Ok(number) => world.namespace(number),
            Err(_) => world.namespace_at(&id),
        };
        namespace
            .filter(|namespace| namespace.kind == NamespaceKind::Group)
            .filter(|group| call.viewer.can_see_group(world, group))
            .map(|namespace| namespace.id)
    });
    let id = found.ok_or_else(|| Refusal::not_found("Group"))?;
    list_in(call, Place::Group { id, subgroups })
}

pub(crate) fn list_of_user(call: &Call<'_>) -> Answer {
    let name = call.capture_text("user");
    let found = call.shared.read(|world| {
        let user = match name.parse() {
            Ok(number) => world.user(number),
            Err(_) => world.user_named(&name),
        };
        user.map(|user| user.id)
    });
    let id = found.ok_or_else(|| Refusal::not_found("User"))?;
    list_in(call, Place::User(id))
}

pub(crate) fn read(call: &Call<'_>) -> Answer {
    let project = call.project()?;
    let statistics = call.query.is_set("statistics")?;
    let mut text = Vec::new();
    call.shared.read(|world| {
        write(
            call,
            world,
            &project,
            Detail::Full { statistics },
            &mut text,
        );
    });
    Ok(Reply::ready_json(StatusCode::OK, text.into()))
}

fn list_in(call: &Call<'_>, place: Place) -> Answer {
    let query = &call.query;
    let filter = Filter::parse(call, place)?;
    let order = Order::parse(query)?;
    let paging = Paging::parse(query)?;
    let keyset = query.one_of("pagination", &["keyset", "offset", "legacy"])?;
    let detail = match query.is_set("simple")? || call.viewer.user.is_none() {
        true => Detail::Simple,
        false => Detail::Full {
            statistics: query.is_set("statistics")?,
        },
    };
    let select = |skip, counted| {
        let window = Window {
            skip,
            take: paging.per_page,
            counted,
        };
        call.shared
            .read(|world| filter.select(world, call.viewer, &order, window))
    };

    if keyset.as_deref() == Some("keyset") {
        if !order.by_id {
            let text = "Keyset pagination is not yet available for this type of request";
            return Err(Refusal::error(StatusCode::METHOD_NOT_ALLOWED, text));
        }
        let page = select(0, false).projects;
        // As GitLab: a page that holds anything has a next one, which may turn out to be empty.
        let next = page.last().map(|last| match order.descending {
            true => ("id_before", last.id.to_string()),
            false => ("id_after", last.id.to_string()),
        });
        let next: Vec<_> = next.into_iter().collect();
        return Ok(describe_keyset(call, present(call, &page, detail), &next));
    }

    let limit = call.features.offset_limit;
    if limit > 0 && paging.page.saturating_mul(paging.per_page) > limit {
        let text = format!(
            "Offset pagination has a maximum allowed offset of {limit} for requests that return \
             objects of type Project. Remaining records can be retrieved using keyset pagination."
        );
        return Err(Refusal::error(StatusCode::METHOD_NOT_ALLOWED, &text));
    }
    let page = select(paging.offset(), true);
    let reply = present(call, &page.projects, detail);
    Ok(paging.describe(call, reply, Length::Known(page.total)))
}

fn present(call: &Call<'_>, projects: &[Arc<ProjectRecord>], detail: Detail) -> Reply {
    let mut text = Vec::with_capacity(projects.len() * 4096 + 2);
    text.push(b'[');
    call.shared.read(|world| {
        for (index, project) in projects.iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            write(call, world, project, detail, &mut text);
        }
    });
    text.push(b']');
    Reply::ready_json(StatusCode::OK, text.into())
}
