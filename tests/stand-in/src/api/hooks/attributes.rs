//! What a webhook may be told to be; apart, because what is new in a version is silently ignored by
//! the ones before it.

use std::net::IpAddr;

use http::StatusCode;
use serde_json::Value;
use url::{Host, Url};

use crate::{
    api::{Call, parameters::Parameters},
    error::Refusal,
    state::HookRecord,
};

/// Every kind of event that a hook may want, and the version that brought it.
pub(super) const EVENTS: &[(&str, (u32, u32))] = &[
    ("push_events", (16, 0)),
    ("tag_push_events", (16, 0)),
    ("merge_requests_events", (16, 0)),
    ("repository_update_events", (16, 0)),
    ("issues_events", (16, 0)),
    ("confidential_issues_events", (16, 0)),
    ("note_events", (16, 0)),
    ("confidential_note_events", (16, 0)),
    ("pipeline_events", (16, 0)),
    ("wiki_page_events", (16, 0)),
    ("deployment_events", (16, 0)),
    ("feature_flag_events", (16, 0)),
    ("job_events", (16, 0)),
    ("releases_events", (16, 0)),
    ("emoji_events", (16, 2)),
    ("resource_access_token_events", (16, 10)),
    ("milestone_events", (17, 7)),
    ("vulnerability_events", (17, 7)),
];

/// Changes a hook as the request says.
pub(super) fn apply(
    call: &Call<'_>,
    sent: &Parameters,
    hook: &mut HookRecord,
) -> Result<(), Refusal> {
    if let Some(url) = sent.string("url")? {
        hook.url = url;
    }
    check_url(&hook.url, call.features.block_local_hooks)?;
    for (name, since) in EVENTS {
        if let Some(wanted) = sent
            .boolean(name)?
            .filter(|_| call.at_least(since.0, since.1))
        {
            hook.events.insert(name, wanted);
        }
    }
    if let Some(verify) = sent.boolean("enable_ssl_verification")? {
        hook.verify = verify;
    }
    if let Some(token) = sent.string("token")? {
        hook.token = Some(token).filter(|token| !token.is_empty());
    }
    if let Some(filter) = sent.string("push_events_branch_filter")? {
        hook.branch_filter = Some(filter);
    }
    let strategies = ["wildcard", "regex", "all_branches"];
    if let Some(strategy) = sent.one_of("branch_filter_strategy", &strategies)? {
        hook.branch_filter_strategy = strategy;
    }
    if call.at_least(16, 10)
        && let Some(template) = sent.string("custom_webhook_template")?
    {
        hook.template = Some(template);
    }
    if call.at_least(17, 1) {
        apply_names(sent, hook)?;
    }
    if call.at_least(19, 0)
        && let Some(token) = sent.string("signing_token")?
    {
        check_signing_token(&token)?;
        hook.signing_token = Some(token).filter(|token| !token.is_empty());
    }
    Ok(())
}

fn apply_names(sent: &Parameters, hook: &mut HookRecord) -> Result<(), Refusal> {
    if let Some(name) = sent.string("name")? {
        hook.name = Some(name);
    }
    if let Some(description) = sent.string("description")? {
        hook.description = Some(description);
    }
    if let Some(headers) = sent.array("custom_headers")? {
        let text = |header: &Value, name: &str| header[name].as_str().map(str::to_owned);
        hook.custom_headers = headers
            .iter()
            .filter_map(|header| Some((text(header, "key")?, text(header, "value")?)))
            .collect();
    }
    Ok(())
}

/// GitLab wants 32 bytes after the prefix. Its complaint of anything else is not verified.
fn check_signing_token(token: &str) -> Result<(), Refusal> {
    let length = crate::delivery::key(token).map(|key| key.len());
    match token.is_empty() || length == Some(32) {
        true => Ok(()),
        false => Err(unprocessable("Invalid signing token given")),
    }
}

fn check_url(text: &str, block_local: bool) -> Result<(), Refusal> {
    let invalid = || unprocessable("Invalid url given");
    let url = Url::parse(text).map_err(|_| invalid())?;
    let host = url.host().ok_or_else(invalid)?;
    let is_http = matches!(url.scheme(), "http" | "https");
    match is_http && !(block_local && is_local(&host)) {
        true => Ok(()),
        false => Err(invalid()),
    }
}

fn is_local(host: &Host<&str>) -> bool {
    let address = match host {
        Host::Domain(name) => return name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => IpAddr::V6(*address),
    };
    match address {
        IpAddr::V4(address) => {
            address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unspecified() || address.is_unique_local()
        }
    }
}

fn unprocessable(text: &str) -> Refusal {
    Refusal::error(StatusCode::UNPROCESSABLE_ENTITY, text)
}
