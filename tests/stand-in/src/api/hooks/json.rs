//! A webhook as JSON; apart, because what it must never show stands beside what it does.

use serde_json::{Value, json};

use super::attributes::EVENTS;
use crate::{
    api::Call,
    delivery::now,
    state::{AlertStatus, HookRecord, format_time},
};

/// Everything but the secrets, and whether there are any.
pub(super) fn hook(call: &Call<'_>, hook: &HookRecord) -> Value {
    let alert = hook.alert_status(now());
    let until = hook
        .disabled_until
        .filter(|_| alert == AlertStatus::TemporarilyDisabled);
    let mut answer = json!({
        "id": hook.id,
        "url": hook.url,
        "created_at": format_time(hook.created_at, 0),
        "alert_status": alert.name(),
        "disabled_until": until.map(|until| format_time(until, 0)),
        "url_variables": [],
        "project_id": hook.project,
        "enable_ssl_verification": hook.verify,
        "push_events_branch_filter": hook.branch_filter,
        "branch_filter_strategy": hook.branch_filter_strategy,
    });
    for (name, since) in EVENTS {
        if call.at_least(since.0, since.1) {
            answer[name] = hook.events.get(name).copied().unwrap_or(false).into();
        }
    }
    if call.at_least(16, 10) {
        answer["custom_webhook_template"] = json!(hook.template);
    }
    if call.at_least(17, 1) {
        answer["name"] = json!(hook.name);
        answer["description"] = json!(hook.description);
        let headers = hook.custom_headers.iter();
        answer["custom_headers"] = headers.map(|(name, _)| json!({"key": name})).collect();
    }
    if call.at_least(19, 0) {
        answer["token_present"] = hook.token.is_some().into();
        answer["signing_token_present"] = hook.signing_token.is_some().into();
    }
    answer
}
