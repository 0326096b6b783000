//! Groups and accounts by their path; apart because their lists of projects tell whether they are
//! there, and nothing else of them has to be read for that.

use futures_util::future::join_all;

use crate::{
    bindings::types::{ErrorCode, Subject},
    call::Call,
    endpoint::Target,
    error::{Failure, Purpose, quote},
    model::Project,
    transport::{Request, Transport},
};

/// Whether GitLab shows a group of that path; none where it cannot be asked.
pub(super) async fn is_group<T: Transport>(
    call: &Call<T>,
    path: &str,
) -> Result<Option<bool>, Failure> {
    is_there(call, "/groups", path).await
}

/// Whether there is an account of that name; none where GitLab cannot be asked.
pub(super) async fn is_account<T: Transport>(
    call: &Call<T>,
    name: &str,
) -> Result<Option<bool>, Failure> {
    is_there(call, "/users", name).await
}

async fn is_there<T: Transport>(
    call: &Call<T>,
    kind: &str,
    name: &str,
) -> Result<Option<bool>, Failure> {
    // GitLab would take it for an identity, and answer of another one.
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let target = Target::new(kind)
        .segment(name)
        .literal("/projects")
        .query("simple", "true")
        .number("per_page", 1);
    let action = format!("looking for `{}`", quote(name));
    let missing = Subject::Other("endpoint".to_owned());
    let purpose = Purpose::new(action, missing);
    let answer = call
        .json::<Vec<Project>>(&Request::json(target), &purpose)
        .await;
    match answer {
        Ok(_) => Ok(Some(true)),
        Err(failure) => match failure.code() {
            ErrorCode::NotFound(Subject::Repository) => Ok(Some(false)),
            ErrorCode::Denied | ErrorCode::Forbidden(_) | ErrorCode::NotFound(_) => Ok(None),
            _ => Err(failure),
        },
    }
}

/// The groups above a path from the outermost on, each with whether GitLab shows it. Of a long path
/// some are left out.
pub(super) async fn groups_above<T: Transport>(
    call: &Call<T>,
    path: &str,
) -> Result<Vec<(String, bool)>, Failure> {
    let mut groups: Vec<_> = path
        .match_indices('/')
        .map(|(end, _)| &path[..end])
        .collect();
    // Those nearest to the repository tell most. GitLab nests groups twenty deep.
    if groups.len() > MOST_GROUPS {
        groups.drain(1..=groups.len() - MOST_GROUPS);
    }
    let asked = join_all(groups.iter().map(|group| is_group(call, group))).await;
    let mut shown = Vec::new();
    for (group, is_shown) in groups.into_iter().zip(asked) {
        if let Some(is_shown) = is_shown? {
            shown.push((group.to_owned(), is_shown));
        }
    }
    Ok(shown)
}

const MOST_GROUPS: usize = 5;
