//! Telling webhooks of events: in the background, one after the other for each hook, over real
//! connections; apart, because nothing that happens waits for who is told of it.

mod courier;
mod filter;
mod payload;
mod send;
mod sign;
mod trust;

use std::{io, sync::Arc, time::Instant};

use serde_json::Value;

use self::send::Outgoing;
pub(crate) use self::{
    courier::{Courier, Parcel, run},
    sign::{key, unique},
};
use crate::{
    event::{Event, is_zero},
    shared::Shared,
    state::{AlertStatus, DeliveryRecord, HookRecord},
};

/// Queues what webhooks are to be told of an event.
pub(crate) fn notify(shared: &Arc<Shared>, event: &Event) {
    let project = match event {
        Event::MergeRequest(event) => event.project,
        Event::Note(event) => event.project,
        Event::Push(push) => push.project,
    };
    let has_hooks = shared.read(|world| world.hooks.of_project(project).next().is_some());
    if !has_hooks {
        return;
    }
    match describe(shared, event) {
        Ok(Some((trigger, body))) => spread(shared, project, trigger, event, &body),
        Ok(None) => {}
        Err(error) => {
            let text = format!("cannot describe an event for webhooks: {error}");
            shared.record.unexpected(text);
        }
    }
}

/// What webhooks are told that want this kind of event.
pub(crate) fn describe(
    shared: &Arc<Shared>,
    event: &Event,
) -> io::Result<Option<(Trigger, Value)>> {
    Ok(match event {
        Event::MergeRequest(event) => {
            payload::merge_request(shared, event)?.map(|body| (Trigger::MergeRequest, body))
        }
        Event::Note(event) => payload::note(shared, event)?,
        // GitLab tells nobody of a push of very many references.
        Event::Push(push) if push.together > PUSH_EVENT_HOOKS_LIMIT => None,
        Event::Push(push) => {
            let trigger = match push.branch() {
                Some(_) => Trigger::Push,
                None => Trigger::TagPush,
            };
            payload::push(shared, push)?.map(|body| (trigger, body))
        }
    })
}

fn spread(shared: &Arc<Shared>, project: u64, trigger: Trigger, event: &Event, body: &Value) {
    let branch = match event {
        Event::Push(push) => push.branch(),
        _ => None,
    };
    let event_id = shared.courier.name();
    let hooks: Vec<HookRecord> = shared.read(|world| {
        let hooks = world.hooks.of_project(project);
        let wanted = hooks.filter(|hook| hook.events.get(trigger.attribute()) == Some(&true));
        wanted.cloned().collect()
    });
    for hook in hooks {
        let passes = match branch.map(|branch| filter::passes(&hook, branch)) {
            None => true,
            Some(Some(passes)) => passes,
            Some(None) => {
                let text = "webhooks are not filtered by regular expressions here";
                shared.record.unexpected(text.to_owned());
                false
            }
        };
        if passes {
            shared.courier.queue(Parcel {
                hook: hook.id,
                trigger,
                event_id: event_id.clone(),
                body: body.clone(),
            });
        }
    }
}

/// Delivers to a hook that is not disabled, and notes how it went. `None` where nothing was sent.
pub(crate) async fn deliver(
    shared: &Arc<Shared>,
    parcel: &Parcel,
    regardless: bool,
) -> Option<DeliveryRecord> {
    let hook = shared.read(|world| {
        let mut hooks = world.hooks.records.iter();
        hooks.find(|hook| hook.id == parcel.hook).cloned()
    })?;
    if !regardless && hook.alert_status(now()) != AlertStatus::Executable {
        return None;
    }
    let body = filter::shaped(&hook, &parcel.body);
    let outgoing = Outgoing {
        url: hook.url.clone(),
        headers: sign::headers(shared, &hook, parcel, &body),
        body,
        verify: hook.verify,
        authority: shared.features().hook_authority,
    };
    let begun = Instant::now();
    let answer = send::send(&outgoing).await;
    let seconds = begun.elapsed().as_secs_f64();
    let succeeded = answer
        .as_ref()
        .is_ok_and(|answer| (200..400).contains(&answer.status));
    let (status, response_headers, response_body) = match answer {
        Ok(answer) => (answer.status.to_string(), answer.headers, answer.body),
        Err(reason) => ("internal error".to_owned(), Vec::new(), reason),
    };
    shared.write(|world| {
        let id = world.hooks.next_delivery();
        let record = DeliveryRecord {
            id,
            url: hook.url.clone(),
            trigger: parcel.trigger,
            request_headers: outgoing.headers,
            request: parcel.body.clone(),
            status,
            response_headers,
            response_body,
            seconds,
        };
        if let Some(hook) = world.hooks.find_mut(parcel.hook) {
            hook.delivered(succeeded, now());
            hook.log.push(record.clone());
        }
        Some(record)
    })
}

/// What a hook is told of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Trigger {
    ConfidentialNote,
    MergeRequest,
    Note,
    Push,
    TagPush,
}

impl Trigger {
    /// The attribute of a hook that wants it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::ConfidentialNote => "confidential_note_events",
            Self::MergeRequest => "merge_requests_events",
            Self::Note => "note_events",
            Self::Push => "push_events",
            Self::TagPush => "tag_push_events",
        }
    }

    /// What the header of a delivery calls it.
    fn header(self) -> &'static str {
        match self {
            Self::ConfidentialNote => "Confidential Note Hook",
            Self::MergeRequest => "Merge Request Hook",
            Self::Note => "Note Hook",
            Self::Push => "Push Hook",
            Self::TagPush => "Tag Push Hook",
        }
    }
}

/// True seconds since the epoch, unlike the times of what happens in the forge: receivers compare
/// them with their own clock.
pub(crate) fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}

/// The commit that a push is about; `None` where it deleted something.
fn checkout(after: &str) -> Option<&str> {
    Some(after).filter(|after| !is_zero(after))
}

/// Where nobody changed it.
const PUSH_EVENT_HOOKS_LIMIT: usize = 3;
