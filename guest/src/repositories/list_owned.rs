//! The repositories of one group or account; apart because GitLab lists them in numbered pages.

use serde::{Deserialize, Serialize};

use super::{filter::Wanted, list_repositories::into_items};
use crate::{
    bindings::{
        repositories::Page,
        types::{PageRequest, Subject},
    },
    call::Call,
    endpoint::Target,
    error::{Failure, Purpose, quote},
    model::Project,
    page::{self, Part, Place, Sorted},
    transport::Transport,
};

/// List what is in a group at any depth, or else what an account owns.
pub(super) async fn list<T: Transport>(
    call: &Call<T>,
    wanted: &Wanted<'_>,
    owner: &str,
    request: &PageRequest,
    limit: usize,
) -> Result<Page, Failure> {
    let list = wanted.fingerprint(call.base_url());
    let behind: Option<Behind> = page::resume(request, &list)?;
    let (kind, part) = match behind {
        Some(Behind { kind, place }) => {
            (kind, read(call, wanted, owner, kind, place, limit).await?)
        }
        None => first(call, wanted, owner, limit).await?,
    };
    let next = part.next.map(|place| Behind { kind, place });
    Ok(Page {
        items: into_items(part.items, wanted),
        end: page::end(next.as_ref(), &list),
        total: wanted.counted(part.total),
    })
}

/// Groups and accounts share one space of names, so at most one of the two exists.
async fn first<T: Transport>(
    call: &Call<T>,
    wanted: &Wanted<'_>,
    owner: &str,
    limit: usize,
) -> Result<(Kind, Part<Project, u64>), Failure> {
    let begin = Place::default;
    match read(call, wanted, owner, Kind::Group, begin(), limit).await {
        Ok(part) => Ok((Kind::Group, part)),
        // An account's name has no slash.
        Err(failure) if failure.is_not_found() && !owner.contains('/') => {
            let part = read(call, wanted, owner, Kind::User, begin(), limit).await?;
            Ok((Kind::User, part))
        }
        Err(failure) => Err(failure),
    }
}

async fn read<T: Transport>(
    call: &Call<T>,
    wanted: &Wanted<'_>,
    owner: &str,
    kind: Kind,
    place: Place<u64>,
    limit: usize,
) -> Result<Part<Project, u64>, Failure> {
    let target = match kind {
        // What is shared with the group is in another one.
        Kind::Group => Target::new("/groups")
            .segment(owner)
            .literal("/projects")
            .query("include_subgroups", "true")
            .query("with_shared", "false"),
        Kind::User => Target::new("/users").segment(owner).literal("/projects"),
    };
    let target = wanted
        .apply_but_search(target)
        .query("order_by", "id")
        .query("sort", "asc");
    let action = format!("listing the repositories of `{}`", quote(owner));
    let purpose = Purpose::new(action, Subject::Repository);
    let sorted = Sorted {
        target,
        purpose: &purpose,
        key: |project: &Project| project.id,
    };
    match sorted.read(call, place, limit).await? {
        Some(part) => Ok(part),
        None => Err(Failure::malformed(
            "the list of projects is not in the order asked for",
        )),
    }
}

/// Where the list of an owner's projects goes on.
#[derive(Debug, Serialize, Deserialize)]
struct Behind {
    #[serde(rename = "o")]
    kind: Kind,
    #[serde(flatten)]
    place: Place<u64>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Kind {
    #[serde(rename = "g")]
    Group,
    #[serde(rename = "u")]
    User,
}
