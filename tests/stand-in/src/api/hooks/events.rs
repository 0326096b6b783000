//! What came of a webhook's deliveries; apart, because it is younger than webhooks themselves.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{find, not_yet, visible};
use crate::{
    api::{Answer, Call},
    page::{Length, Paging},
    reply::Reply,
    state::DeliveryRecord,
};

pub(crate) fn list(call: &Call<'_>) -> Answer {
    if !call.at_least(17, 3) {
        return Err(not_yet());
    }
    let project = visible(call)?;
    let hook = find(call, &project)?;
    let paging = Paging::parse(&call.query)?;
    let wanted = call.query.text("status");
    let is_wanted = |record: &&DeliveryRecord| match wanted.as_deref() {
        None => true,
        Some("successful") => record.status.starts_with('2'),
        Some("client_failure") => record.status.starts_with('4'),
        Some("server_failure") => {
            record.status.starts_with('5') || record.status == "internal error"
        }
        Some(status) => record.status == status,
    };
    let records: Vec<&DeliveryRecord> = hook.log.iter().rev().filter(is_wanted).collect();
    let page: Vec<Value> = records
        .iter()
        .skip(paging.offset() as usize)
        .take(paging.per_page as usize)
        .map(|record| event(record))
        .collect();
    let reply = Reply::json(StatusCode::OK, &page);
    Ok(paging.describe(call, reply, Length::Known(records.len() as u64)))
}

fn event(record: &DeliveryRecord) -> Value {
    json!({
        "id": record.id,
        "url": record.url,
        "trigger": record.trigger.attribute(),
        "request_headers": headers(&record.request_headers),
        "request_data": record.request,
        "response_headers": headers(&record.response_headers),
        "response_body": record.response_body,
        "execution_duration": record.seconds,
        "response_status": record.status,
    })
}

/// Headers by name, the secrets among them covered.
fn headers(headers: &[(String, String)]) -> Value {
    let shown = headers.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "X-Gitlab-Token" => "[REDACTED]",
            _ => value.as_str(),
        };
        (name.clone(), Value::from(value))
    });
    shown.collect::<Map<_, _>>().into()
}
