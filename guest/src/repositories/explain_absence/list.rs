//! The list of all projects, cut down to one of them; apart because it is the witness of everything
//! else.

use crate::{
    bindings::types::Subject,
    call::Call,
    endpoint::Target,
    error::{Failure, Purpose},
    model::Project,
    transport::{Request, Transport},
};

/// Whether the list has the project under what `restrict` puts into the query.
pub(super) async fn has<T: Transport>(
    call: &Call<T>,
    id: u64,
    restrict: impl FnOnce(Target) -> Target,
) -> Result<bool, Failure> {
    let target = restrict(around(id).query("simple", "true"));
    Ok(ask(call, target, id).await?.is_some())
}

/// The same, where a part of a filter is wanted: one that is left out does not restrict.
pub(super) async fn has_if<T: Transport>(
    call: &Call<T>,
    id: u64,
    is_wanted: bool,
    restrict: impl FnOnce(Target) -> Target,
) -> Result<bool, Failure> {
    match is_wanted {
        true => has(call, id, restrict).await,
        false => Ok(true),
    }
}

/// The project as the list without a filter has it.
pub(super) async fn find<T: Transport>(
    call: &Call<T>,
    id: &str,
) -> Result<Option<Project>, Failure> {
    let id = id
        .parse()
        .map_err(|_| Failure::malformed("an identity that is no number"))?;
    ask(call, around(id), id).await
}

fn around(id: u64) -> Target {
    Target::new("/projects")
        .number("id_after", id.saturating_sub(1))
        .number("id_before", id.saturating_add(1))
        .query("order_by", "id")
}

async fn ask<T: Transport>(
    call: &Call<T>,
    target: Target,
    id: u64,
) -> Result<Option<Project>, Failure> {
    let purpose = Purpose::new("looking for it in the list", Subject::Repository);
    let request = Request::json(target);
    // Several are under way at once, side by side in one future, which has to fit on a stack.
    let answer = Box::pin(call.json(&request, &purpose)).await;
    let (_, projects): (_, Vec<Project>) = answer?;
    // A server that passes over the bounds would list others too.
    Ok(projects.into_iter().find(|project| project.id == id))
}
