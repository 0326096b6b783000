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

/// A part of a filter, as GitLab's list knows it.
pub(super) type Parameter = (&'static str, String);

/// Whether the list has the project under these parameters.
pub(super) async fn has<T: Transport>(
    call: &Call<T>,
    id: u64,
    parameters: &[Parameter],
) -> Result<bool, Failure> {
    let mut target = around(id).query("simple", "true");
    for (key, value) in parameters {
        target = target.query(key, value);
    }
    Ok(ask(call, target, id).await?.is_some())
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
    let (_, projects): (_, Vec<Project>) = call.json(&Request::json(target), &purpose).await?;
    // A server that passes over the bounds would list others too.
    Ok(projects.into_iter().find(|project| project.id == id))
}
