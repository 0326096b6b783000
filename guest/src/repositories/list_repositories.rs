//! `repositories.list-repositories`; apart because a long list is read by many requests at once.

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde::{Deserialize, Serialize};

use super::{
    filter::Wanted,
    list_owned,
    windows::{Ask, Plan, Window},
};
use crate::{
    bindings::{
        repositories::{Filter, Page},
        types::{PageRequest, Subject},
    },
    call::Call,
    connection::not_here,
    endpoint::Target,
    error::{Failure, Purpose},
    model::Project,
    page::{self, following, is_divisible, is_worth_halving},
    transport::{Request, Transport},
};

/// List repositories in the order of their ids.
pub(crate) async fn list_repositories<T: Transport>(
    call: &Call<T>,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page, Failure> {
    let wanted = Wanted::new(filter)?;
    let limit = page::limit(request)?;
    match wanted.owner {
        Some(owner) => list_owned::list(call, &wanted, owner, request, limit).await,
        None => list_all(call, &wanted, request, limit).await,
    }
}

/// Where the list of all projects goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Behind {
    #[serde(rename = "i")]
    after: u64,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    density: Option<u32>,
}

async fn list_all<T: Transport>(
    call: &Call<T>,
    wanted: &Wanted<'_>,
    request: &PageRequest,
    limit: usize,
) -> Result<Page, Failure> {
    let list = wanted.fingerprint(call.base_url());
    let behind: Behind = page::resume(request, &list)?;
    if behind.after > LARGEST_ID || behind.density == Some(0) {
        return Err(Failure::invalid("page.cursor: it is damaged"));
    }
    let lister = Lister {
        call,
        target: wanted
            .apply_to_all(Target::new("/projects"))
            .query("pagination", "keyset")
            .query("order_by", "id")
            .query("sort", "asc"),
        purpose: Purpose::new(LISTING, Subject::Repository),
    };
    let mut plan = Plan::new(behind.after, behind.density, limit);
    let total = lister.work(&mut plan, behind.after > 0).await?;
    let density = plan.density();
    let (mut items, mut next) = plan.finish();
    if items.len() > limit {
        items.truncate(limit);
        next = items.last().map(|project| project.id);
    }
    let next = next.map(|after| Behind { after, density });
    Ok(Page {
        items: into_items(items, wanted),
        end: page::end(next.as_ref(), &list),
        total: wanted.counted(total),
    })
}

/// Turn projects into repositories, without those that GitLab found by other words than are wanted.
pub(super) fn into_items(
    projects: Vec<Project>,
    wanted: &Wanted<'_>,
) -> Vec<crate::bindings::repositories::Repository> {
    let projects = projects.into_iter();
    let projects = projects.filter(|project| wanted.matches(project));
    projects.map(Project::into_repository).collect()
}

const LISTING: &str = "listing repositories";

struct Lister<'a, T> {
    call: &'a Call<T>,
    target: Target,
    purpose: Purpose,
}

impl<T: Transport> Lister<'_, T> {
    /// Ask for what the plan wants, as much at once as is allowed, and tell the total where GitLab
    /// does. `is_begun` tells whether the list was there already: a list that every GitLab has is
    /// missing only where there is no GitLab.
    async fn work(
        &self,
        plan: &mut Plan<Project>,
        mut is_begun: bool,
    ) -> Result<Option<u64>, Failure> {
        let mut total = None;
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < self.call.concurrency()
                && let Some(ask) = plan.next()
            {
                under_way.push(self.ask(ask));
            }
            let Some(answered) = under_way.next().await else {
                return Ok(total);
            };
            let answered = answered.map_err(|failure| match is_begun {
                false if failure.is_not_found() => not_here(failure, LISTING),
                _ => failure,
            })?;
            is_begun = true;
            // Within a window GitLab counts the window.
            if answered.window.before.is_none() && answered.window.after == 0 {
                total = answered.total;
            }
            plan.answer(&answered.window, answered.projects, answered.has_more);
        }
    }

    async fn ask(&self, ask: Ask) -> Result<Answered, Failure> {
        let mut per_page = ask.per_page;
        loop {
            match self.page(&ask.window, per_page).await {
                Err(failure) if is_worth_halving(&failure, per_page) => per_page /= 2,
                result => return result,
            }
        }
    }

    async fn page(&self, window: &Window, per_page: u32) -> Result<Answered, Failure> {
        let mut target = self.target.clone().number("per_page", u64::from(per_page));
        if window.after > 0 {
            target = target.number("id_after", window.after);
        }
        if let Some(before) = window.before {
            target = target.number("id_before", before);
        }
        let request = Request::page(target, is_divisible(per_page));
        let (head, projects): (_, Vec<Project>) = self.call.json(&request, &self.purpose).await?;
        check(&projects, window).map_err(|failure| failure.with_head(&head))?;
        let has_more = following(&head)?.is_some();
        if projects.is_empty() && has_more {
            return Err(Failure::malformed("an empty page that is not the last").with_head(&head));
        }
        let projects = projects.into_iter().map(|project| (project.id, project));
        Ok(Answered {
            window: window.clone(),
            projects: projects.collect(),
            has_more,
            total: head.number("x-total"),
        })
    }
}

struct Answered {
    window: Window,
    projects: Vec<(u64, Project)>,
    has_more: bool,
    total: Option<u64>,
}

/// A server that passes over a bound or the order would make the list repeat or lose items.
fn check(projects: &[Project], window: &Window) -> Result<(), Failure> {
    let mut last = window.after;
    for project in projects {
        let is_within = window.before.is_none_or(|before| project.id < before);
        if project.id <= last || !is_within {
            return Err(Failure::malformed(
                "the list of projects is not in the order asked for",
            ));
        }
        last = project.id;
    }
    Ok(())
}

/// GitLab's ids fit into a signed number; arithmetic on larger ones would overflow.
const LARGEST_ID: u64 = i64::MAX as u64;
