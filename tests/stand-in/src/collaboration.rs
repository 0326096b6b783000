//! Merge requests and webhooks as tests arrange and see them; apart from the API, which has its own
//! ways to both.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    api::{NewMergeRequest, open_merge_request, pushed},
    error::Refusal,
    event::Push,
    git::Change,
    shared::Shared,
    state::{HookRecord, Project, World},
};

impl Project {
    /// Opens a merge request of the administrator `root` and returns its number. Both branches
    /// must exist.
    pub fn open_merge_request(&self, source: &str, target: &str, title: &str) -> u64 {
        let repository = self
            .repository()
            .unwrap_or_else(|error| panic!("cannot make the repository: {error}"));
        let new = NewMergeRequest {
            author: self.shared.write(|world| world.ensure_user("root")),
            title: title.to_owned(),
            source_branch: source.to_owned(),
            target_branch: target.to_owned(),
            ..NewMergeRequest::default()
        };
        match open_merge_request(&self.shared, &self.record(), &repository, new) {
            Ok(iid) => iid,
            Err(Refusal::Answer(reply)) => {
                panic!("the merge request is refused with {}", reply.status)
            }
            Err(_) => panic!("the merge request cannot be opened"),
        }
    }

    /// Commits as `commit` does, and tells everybody of it as after a push of `root`.
    pub fn push<P: AsRef<[u8]>>(
        &self,
        branch: &str,
        message: &str,
        changes: &[(P, Change)],
    ) -> String {
        let repository = self
            .repository()
            .unwrap_or_else(|error| panic!("cannot make the repository: {error}"));
        let before = repository.commit(&format!("refs/heads/{branch}"));
        let before = before.ok().flatten().map(|commit| commit.id.clone());
        let after = self.commit(branch, message, changes);
        let push = Push {
            project: self.id,
            reference: format!("refs/heads/{branch}"),
            before: before.unwrap_or_else(|| "0".repeat(after.len())),
            after: after.clone(),
            user: self.shared.write(|world| world.ensure_user("root")),
            together: 1,
        };
        if pushed(&self.shared, &repository, push).is_err() {
            panic!("nobody could be told of the push");
        }
        after
    }

    /// The webhooks that it has.
    pub fn hooks(&self) -> Vec<Hook> {
        self.shared.read(|world| {
            let hooks = world.hooks.of_project(self.id);
            hooks.map(Hook::of).collect()
        })
    }
}

/// A webhook, with what the API never shows of it; no `Debug`, so that no secret is printed.
#[derive(Clone)]
#[non_exhaustive]
pub struct Hook {
    /// Its number.
    pub id: u64,
    /// Where it leads.
    pub url: String,
    /// What is sent as `X-Gitlab-Token`.
    pub token: Option<String>,
    /// What deliveries are signed with.
    pub signing_token: Option<String>,
    /// Whether the receiver's certificate must be good.
    pub verify: bool,
    /// The events that it wants, such as `push_events`.
    pub events: Vec<&'static str>,
    /// How often deliveries failed one after the other.
    pub failures: u32,
}

impl Hook {
    fn of(record: &HookRecord) -> Self {
        let events = record.events.iter();
        Self {
            id: record.id,
            url: record.url.clone(),
            token: record.token.clone(),
            signing_token: record.signing_token.clone(),
            verify: record.verify,
            events: events
                .filter(|(_, wanted)| **wanted)
                .map(|(name, _)| *name)
                .collect(),
            failures: record.failures,
        }
    }
}

/// What webhooks were sent.
#[derive(Clone)]
pub struct Deliveries {
    shared: Arc<Shared>,
}

impl Deliveries {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Waits until every webhook was told of everything that happened so far, or could not be.
    pub async fn idle(&self) {
        self.shared.courier.idle().await;
    }

    /// Every delivery that was tried and whose hook still exists, in order.
    pub fn all(&self) -> Vec<Delivery> {
        let mut all = self.shared.read(of_world);
        all.sort_by_key(|delivery| delivery.id);
        all
    }
}

fn of_world(world: &World) -> Vec<Delivery> {
    let hooks = world.hooks.records.iter();
    hooks
        .flat_map(|hook| {
            hook.log.iter().map(|record| Delivery {
                id: record.id,
                hook: hook.id,
                trigger: record.trigger.attribute(),
                headers: record.request_headers.clone(),
                body: record.request.clone(),
                status: record.status.parse().ok(),
                failure: match record.status.parse::<u16>() {
                    Ok(_) => None,
                    Err(_) => Some(record.response_body.clone()),
                },
            })
        })
        .collect()
}

/// A delivery that was tried; no `Debug`, so that no secret is printed.
#[derive(Clone)]
#[non_exhaustive]
pub struct Delivery {
    /// Its number.
    pub id: u64,
    /// The number of its webhook.
    pub hook: u64,
    /// The attribute of the hook that wanted it, such as `push_events`.
    pub trigger: &'static str,
    /// The headers that were sent, secrets included.
    pub headers: Vec<(String, String)>,
    /// What was told.
    pub body: Value,
    /// What the receiver answered with; `None` where no answer came.
    pub status: Option<u16>,
    /// Why no answer came.
    pub failure: Option<String>,
}
