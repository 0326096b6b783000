//! Webhooks and what came of their deliveries; apart, because who is told of something does not
//! matter to what happens.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::delivery::Trigger;

/// A project's webhook.
#[derive(Clone)]
pub(crate) struct HookRecord {
    pub(crate) id: u64,
    pub(crate) project: u64,
    pub(crate) url: String,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    /// Sent as it is with every delivery.
    pub(crate) token: Option<String>,
    /// What deliveries are signed with, such as `whsec_…`.
    pub(crate) signing_token: Option<String>,
    pub(crate) verify: bool,
    /// By the name of the attribute, such as `push_events`.
    pub(crate) events: BTreeMap<&'static str, bool>,
    pub(crate) branch_filter: Option<String>,
    pub(crate) branch_filter_strategy: String,
    pub(crate) template: Option<String>,
    pub(crate) custom_headers: Vec<(String, String)>,
    pub(crate) created_at: i64,
    /// Stays the same for all deliveries of this hook.
    pub(crate) uuid: String,
    pub(crate) failures: u32,
    /// When it will be tried again, in true seconds since the epoch.
    pub(crate) disabled_until: Option<i64>,
    /// From oldest to newest.
    pub(crate) log: Vec<DeliveryRecord>,
}

/// A delivery that was tried.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryRecord {
    pub(crate) id: u64,
    pub(crate) url: String,
    pub(crate) trigger: Trigger,
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) request: Value,
    /// What the receiver answered, or `internal error`.
    pub(crate) status: String,
    pub(crate) response_headers: Vec<(String, String)>,
    pub(crate) response_body: String,
    pub(crate) seconds: f64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AlertStatus {
    Disabled,
    Executable,
    TemporarilyDisabled,
}

impl AlertStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Executable => "executable",
            Self::TemporarilyDisabled => "temporarily_disabled",
        }
    }
}

impl HookRecord {
    /// `now` in true seconds since the epoch.
    pub(crate) fn alert_status(&self, now: i64) -> AlertStatus {
        match self.disabled_until {
            _ if self.failures >= FAILURES_TO_DISABLE => AlertStatus::Disabled,
            Some(until) if until > now => AlertStatus::TemporarilyDisabled,
            _ => AlertStatus::Executable,
        }
    }

    /// Notes how a delivery ended. A minute of rest after the fourth failure doubles with every
    /// further one, up to a day.
    pub(crate) fn delivered(&mut self, succeeded: bool, now: i64) {
        if succeeded {
            self.failures = 0;
            self.disabled_until = None;
            return;
        }
        self.failures += 1;
        if let Some(further) = self.failures.checked_sub(FAILURES_TO_REST) {
            let rest = 60_i64
                .checked_shl(further)
                .map_or(DAY, |rest| rest.min(DAY));
            self.disabled_until = Some(now + rest);
        }
    }
}

/// All webhooks of the instance, and the last numbers given.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) records: Vec<HookRecord>,
    last: u64,
    last_delivery: u64,
}

impl Hooks {
    pub(crate) fn of_project(&self, project: u64) -> impl Iterator<Item = &HookRecord> {
        self.records
            .iter()
            .filter(move |hook| hook.project == project)
    }

    pub(crate) fn find(&self, project: u64, id: u64) -> Option<&HookRecord> {
        self.of_project(project).find(|hook| hook.id == id)
    }

    pub(crate) fn find_mut(&mut self, id: u64) -> Option<&mut HookRecord> {
        self.records.iter_mut().find(|hook| hook.id == id)
    }

    /// Adds a hook under the next number.
    pub(crate) fn add(&mut self, mut hook: HookRecord) -> u64 {
        self.last += 1;
        hook.id = self.last;
        self.records.push(hook);
        self.last
    }

    pub(crate) fn next_delivery(&mut self) -> u64 {
        self.last_delivery += 1;
        self.last_delivery
    }
}

const FAILURES_TO_REST: u32 = 4;
const FAILURES_TO_DISABLE: u32 = 40;
const DAY: i64 = 86_400;
