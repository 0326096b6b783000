//! `pull-requests.list-pull-requests`; apart because places in this list are times.
//!
//! GitLab numbers the pages of this list, and an item that leaves it, such as one that is closed while
//! the open ones are listed, moves the rest forward. So no page but the first is asked for: each time
//! of what was created up to the last item that was seen. Only where more items than a page holds were
//! created in one millisecond does the second page follow.

use serde::{Deserialize, Serialize};

use super::{
    argument,
    place::{Doing, explain},
};
use crate::{
    bindings::{
        pull_requests::{Filter, Page, State},
        types::{PageRequest, RepositoryId, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    model::{MergeRequest, in_milliseconds, timestamp_text},
    page::{self, Fingerprint, LARGEST_PAGE},
    transport::{Request, Transport},
};

/// List the pull requests that a filter describes, the newest first.
pub(crate) async fn list_pull_requests<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page, Failure> {
    let project = Project::new(repository)?;
    let limit = page::limit(request)?;
    let target = target(&project, filter)?;
    let list = Fingerprint::new("pull-requests.list-pull-requests", call.base_url())
        .with(&String::from(target.clone()));
    let behind: Behind = page::resume(request, &list)?;
    let action = format!("listing pull requests of repository {}", project.id());
    let purpose = Purpose::new(action, Subject::Repository);
    let listing = Listing { target, purpose };
    match listing.read(call, behind, limit).await {
        Ok((items, next)) => {
            let items = items.into_iter().map(MergeRequest::into_pull_request);
            Ok(Page {
                items: items.collect::<Result<_, _>>()?,
                end: page::end(next.as_ref(), &list),
            })
        }
        Err(failure) => Err(explain(call, &project, Doing::Reading, failure).await),
    }
}

fn target(project: &Project, filter: &Filter) -> Result<Target, Failure> {
    let mut target = Target::repository(project, "/merge_requests")
        .query("scope", "all")
        .query("order_by", "created_at")
        .query("sort", "desc");
    if let Some(state) = &filter.state {
        target = target.query("state", word(state)?);
    }
    for (name, key, branch) in [
        ("source-branch", "source_branch", &filter.source_branch),
        ("target-branch", "target_branch", &filter.target_branch),
    ] {
        if let Some(branch) = branch {
            argument::branch(name, branch)?;
            target = target.query(key, branch);
        }
    }
    if let Some(author) = &filter.author {
        let is_odd = author.is_empty() || author.len() > 255 || author.contains(char::is_control);
        if is_odd {
            return Err(Failure::invalid("filter.author: it is no account's name"));
        }
        target = target.query("author_username", author);
    }
    if let Some(seconds) = filter.updated_after {
        let text = timestamp_text(seconds.saturating_mul(1_000));
        let text = text.ok_or_else(|| Failure::invalid("filter.updated-after: it is no time"))?;
        target = target.query("updated_after", &text);
    }
    Ok(target)
}

fn word(state: &State) -> Result<&'static str, Failure> {
    match state {
        State::Open => Ok("opened"),
        State::Merged => Ok("merged"),
        State::Closed => Ok("closed"),
        State::Locked => Ok("locked"),
        State::Other(_) => Err(Failure::invalid(
            "filter.state: it is `open`, `merged`, `closed` or `locked`",
        )),
    }
}

/// What was seen: everything that was created after a moment, and some of what was created then.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Behind {
    /// In milliseconds; `None` at the beginning.
    #[serde(rename = "t")]
    created: Option<i64>,
    /// Numbers of those that were created in that very millisecond.
    #[serde(rename = "i")]
    seen: Vec<u64>,
}

impl Behind {
    fn has(&self, created: i64, number: u64) -> bool {
        self.created
            .is_some_and(|last| created > last || (created == last && self.seen.contains(&number)))
    }

    fn pass(&mut self, created: i64, number: u64) {
        if self.created != Some(created) {
            self.created = Some(created);
            self.seen.clear();
        }
        self.seen.push(number);
    }
}

struct Listing {
    target: Target,
    purpose: Purpose,
}

impl Listing {
    async fn read<T: Transport>(
        &self,
        call: &Call<T>,
        mut behind: Behind,
        limit: usize,
    ) -> Result<(Vec<MergeRequest>, Option<Behind>), Failure> {
        let mut items = Vec::new();
        let mut per_page = LARGEST_PAGE;
        let mut number = 1;
        loop {
            let (page, is_last) = match self.page(call, &behind, number, per_page).await {
                Err(failure) if page::is_worth_halving(&failure, per_page) => {
                    (number, per_page) = (1, per_page / 2);
                    continue;
                }
                page => page?,
            };
            let begun = items.len();
            for (created, merge_request) in page {
                if behind.has(created, merge_request.iid) {
                    continue;
                }
                if items.len() == limit {
                    return Ok((items, Some(behind)));
                }
                behind.pass(created, merge_request.iid);
                items.push(merge_request);
            }
            if is_last {
                return Ok((items, None));
            }
            if behind.seen.len() > MOST_AT_ONCE {
                return Err(Failure::malformed(
                    "more merge requests than a cursor holds were created at once",
                ));
            }
            number = match items.len() == begun {
                true => number + 1,
                false => 1,
            };
            // More than what a cursor holds cannot stand before something new.
            if number > 2 + 2 * MOST_AT_ONCE as u64 / u64::from(per_page.max(1)) {
                return Err(Failure::malformed("page after page has nothing new"));
            }
        }
    }

    /// A page of what was created up to the last item, with the moments when.
    async fn page<T: Transport>(
        &self,
        call: &Call<T>,
        behind: &Behind,
        number: u64,
        per_page: u32,
    ) -> Result<(Vec<(i64, MergeRequest)>, bool), Failure> {
        let mut target = self.target.clone().number("per_page", per_page.into());
        if let Some(created) = behind.created {
            // GitLab compares microseconds, of which it tells the milliseconds.
            let bound = timestamp_text(created.saturating_add(1));
            let bound = bound.ok_or_else(|| Failure::invalid("page.cursor: it is damaged"))?;
            target = target.query("created_before", &bound);
        }
        if number > 1 {
            target = target.number("page", number);
        }
        let request = Request::page(target, page::is_divisible(per_page));
        let (head, page): (_, Vec<MergeRequest>) = call.json(&request, &self.purpose).await?;
        let malformed = |what: &str| Failure::malformed(what).with_head(&head);
        let mut dated = Vec::with_capacity(page.len());
        for merge_request in page {
            let created = in_milliseconds(&merge_request.created_at)
                .ok_or_else(|| malformed("`created_at` of a merge request"))?;
            dated.push((created, merge_request));
        }
        // A list in another order could not be followed by time without losing some of it.
        match dated.is_sorted_by(|(a, _), (b, _)| a >= b) {
            true => Ok((dated, page::following(&head)?.is_none())),
            false => Err(malformed("the merge requests are not the newest first")),
        }
    }
}

/// Numbers that a cursor holds.
const MOST_AT_ONCE: usize = 1_500;
