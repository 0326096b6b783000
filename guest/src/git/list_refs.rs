//! `git.list-refs`; apart because GitLab's order of references is not always by name.

use serde::de::DeserializeOwned;

use super::missing;
use crate::{
    bindings::{
        git::{RefKind, Reference, RefsPage},
        types::{ErrorCode, PageEnd, PageRequest, RepositoryId, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    model::{Branch, Tag},
    page::{self, Fingerprint, Part, Place, Position, Sequence, Sorted},
    transport::Transport,
};

/// List branches or tags by name.
pub(crate) async fn list_refs<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    kind: RefKind,
    search: Option<&str>,
    request: &PageRequest,
) -> Result<RefsPage, Failure> {
    let project = Project::new(repository)?;
    let search = search.filter(|search| !search.is_empty());
    let limit = page::limit(request)?;
    let name = match kind {
        RefKind::Branch => "branches",
        RefKind::Tag => "tags",
    };
    let list = Fingerprint::new("git.list-refs", call.base_url())
        .with(repository)
        .with(name)
        .with_option(search);
    let place: Place<String> = page::resume(request, &list)?;
    let purpose = Purpose::new(
        format!("listing {name} of repository {}", project.id()),
        Subject::Reference,
    );
    let listing = Listing {
        target: target(&project, kind),
        purpose: &purpose,
        search,
        limit,
    };
    let read = match kind {
        RefKind::Branch => listing.read(call, place, BRANCHES).await,
        RefKind::Tag => listing.read(call, place, TAGS).await,
    };
    let failure = match read {
        Ok(part) => {
            return Ok(RefsPage {
                end: page::end(part.next.as_ref(), &list),
                items: part.items,
            });
        }
        Err(failure) => missing::explain(call, &project, failure).await,
    };
    match failure.code() {
        ErrorCode::EmptyRepository => Ok(RefsPage {
            items: Vec::new(),
            end: PageEnd::Complete,
        }),
        _ => Err(failure),
    }
}

/// Branches come by name, and know no other order on 16.8. Tags come by time unless asked.
fn target(project: &Project, kind: RefKind) -> Target {
    let target = match kind {
        RefKind::Branch => Target::repository(project, "/repository/branches"),
        RefKind::Tag => Target::repository(project, "/repository/tags")
            .query("order_by", "name")
            .query("sort", "asc"),
    };
    target.query("pagination", "keyset")
}

struct Listing<'a> {
    target: Target,
    purpose: &'a Purpose,
    search: Option<&'a str>,
    limit: usize,
}

/// How a kind of reference is taken from GitLab's JSON.
struct Form<D> {
    name: fn(&D) -> String,
    into_reference: fn(D) -> Reference,
}

const BRANCHES: Form<Branch> = Form {
    name: |branch| branch.name.clone(),
    into_reference: Branch::into_reference,
};

const TAGS: Form<Tag> = Form {
    name: |tag| tag.name.clone(),
    into_reference: Tag::into_reference,
};

impl Listing<'_> {
    async fn read<T: Transport, D: DeserializeOwned + PartialEq>(
        &self,
        call: &Call<T>,
        place: Place<String>,
        form: Form<D>,
    ) -> Result<Part<Reference, String>, Failure> {
        let part = match self.search {
            Some(search) => self.search(call, &place, search, &form).await?,
            None => self.all(call, place, &form).await?,
        };
        // A tag may be of a tree or of a file, and then leads to no commit.
        let references = part.items.into_iter().map(form.into_reference);
        Ok(Part {
            items: references.filter(|one| !one.commit.is_empty()).collect(),
            next: part.next,
            total: part.total,
        })
    }

    async fn all<T: Transport, D: DeserializeOwned + PartialEq>(
        &self,
        call: &Call<T>,
        place: Place<String>,
        form: &Form<D>,
    ) -> Result<Part<D, String>, Failure> {
        let sorted = Sorted {
            target: self.target.clone(),
            purpose: self.purpose,
            key: form.name,
        };
        let part = match place.is_whole {
            true => None,
            false => sorted.read(call, place.clone(), self.limit).await?,
        };
        match part {
            Some(part) => Ok(part),
            // What was passed over in pages that are out of order cannot be told any more.
            None if place.last.is_some() && !place.is_whole => {
                Err(Failure::malformed("the list is not in the order of names"))
            }
            None => self.drain(call, &place, sorted.target, "", form).await,
        }
    }

    /// GitLab takes `^` and `$` at the ends of a search for anchors, and `*` for anything; no
    /// reference has the first and the last in its name.
    async fn search<T: Transport, D: DeserializeOwned + PartialEq>(
        &self,
        call: &Call<T>,
        place: &Place<String>,
        search: &str,
        form: &Form<D>,
    ) -> Result<Part<D, String>, Failure> {
        let plain = search.trim_end_matches('$');
        if search.contains(['^', '*']) {
            return Ok(Part {
                items: Vec::new(),
                next: None,
                total: None,
            });
        }
        let target = match plain.is_empty() {
            true => self.target.clone(),
            false => self.target.clone().query("search", plain),
        };
        self.drain(call, place, target, search, form).await
    }

    /// Read the whole list and sort it: GitLab puts a name that equals the search first.
    async fn drain<T: Transport, D: DeserializeOwned + PartialEq>(
        &self,
        call: &Call<T>,
        place: &Place<String>,
        target: Target,
        part_of_name: &str,
        form: &Form<D>,
    ) -> Result<Part<D, String>, Failure> {
        let sequence = Sequence {
            target,
            purpose: self.purpose,
        };
        let beginning = Position::beginning(usize::MAX);
        let (mut items, _) = sequence.read::<T, D>(call, beginning, usize::MAX).await?;
        items.retain(|item| {
            let name = (form.name)(item);
            name.contains(part_of_name) && place.last.as_ref().is_none_or(|last| name > *last)
        });
        items.sort_by_cached_key(form.name);
        items.dedup_by_key(|item| (form.name)(item));
        let is_cut = items.len() > self.limit;
        items.truncate(self.limit);
        let last = items.last().map(form.name).filter(|_| is_cut);
        Ok(Part {
            items,
            next: last.map(Place::in_whole),
            total: None,
        })
    }
}
