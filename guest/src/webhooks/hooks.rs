//! The webhooks of a repository; apart because most functions here look for one.

use crate::{
    bindings::types::Subject,
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    model::Hook,
    page::{Place, Position, Sequence, Sorted},
    transport::{Request, Transport},
};

/// The role that GitLab asks for.
pub(super) const ROLE: &str = "Maintainer";

/// What is done to all, in words.
pub(super) const LISTING: &str = "listing webhooks";

/// The identity of a webhook, checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct HookId<'a>(&'a str);

impl<'a> HookId<'a> {
    pub(super) fn new(id: &'a str) -> Result<Self, Failure> {
        let is_number = !id.is_empty() && id.len() <= 19 && id.bytes().all(|b| b.is_ascii_digit());
        match is_number {
            true => Ok(Self(id)),
            false => Err(Failure::invalid("id: a webhook's identity is a number")),
        }
    }

    /// The address of the webhook.
    pub(super) fn target(self, project: &Project) -> Target {
        target(project).segment(self.0)
    }

    /// What is done to it, in words.
    pub(super) fn purpose(self, doing: &str, project: &Project) -> Purpose {
        let action = format!(
            "{doing} the webhook {} of repository {}",
            self.0,
            project.id()
        );
        Purpose::new(action, Subject::Webhook)
    }
}

/// The address of the list.
pub(super) fn target(project: &Project) -> Target {
    Target::repository(project, "/hooks")
}

/// Read one.
pub(super) async fn read<T: Transport>(
    call: &Call<T>,
    project: &Project,
    id: HookId<'_>,
) -> Result<Hook, Failure> {
    let purpose = id.purpose("reading", project);
    let request = Request::json(id.target(project));
    let (_, hook): (_, Hook) = call.json(&request, &purpose).await?;
    // Leading zeros are no part of a number.
    match id.0.parse() == Ok(hook.id) {
        true => Ok(hook),
        false => {
            let place = format!("{}: the answer is about another one", purpose.action);
            Err(Failure::malformed(place))
        }
    }
}

/// Read all, by identity. GitLab allows some hundred; a list of far more makes no sense.
pub(super) async fn all<T: Transport>(
    call: &Call<T>,
    project: &Project,
) -> Result<Vec<Hook>, Failure> {
    let purpose = Purpose::new(
        format!("{LISTING} of repository {}", project.id()),
        Subject::Repository,
    );
    let sorted = Sorted {
        target: target(project),
        purpose: &purpose,
        key: |hook: &Hook| hook.id,
    };
    if let Some(part) = sorted.read(call, Place::default(), TOO_MANY).await? {
        return bounded(part.items, &purpose);
    }
    // GitLab promises no order.
    let sequence = Sequence {
        target: sorted.target,
        purpose: &purpose,
    };
    let beginning = Position::beginning(TOO_MANY);
    let (mut hooks, _) = sequence.read::<T, Hook>(call, beginning, TOO_MANY).await?;
    hooks.sort_by_key(|hook| hook.id);
    hooks.dedup_by_key(|hook| hook.id);
    bounded(hooks, &purpose)
}

fn bounded(hooks: Vec<Hook>, purpose: &Purpose) -> Result<Vec<Hook>, Failure> {
    match hooks.len() < TOO_MANY {
        true => Ok(hooks),
        false => Err(Failure::malformed(format!(
            "{}: the list has no end",
            purpose.action
        ))),
    }
}

const TOO_MANY: usize = 10_000;
