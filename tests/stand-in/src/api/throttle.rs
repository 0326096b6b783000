//! The throttle before the API; apart, because it refuses in plain text before anything else is
//! looked at.

use std::{sync::Arc, time::SystemTime};

use http::StatusCode;

use crate::{
    distort::http_date,
    error::Refusal,
    feature::{Features, Throttle},
    record::lock,
    reply::Reply,
    server::Received,
    shared::Shared,
};

pub(crate) fn check(
    shared: &Arc<Shared>,
    features: &Features,
    request: &Received,
) -> Result<(), Refusal> {
    let Some(throttle) = &features.throttle else {
        return Ok(());
    };
    let name = format!("throttle {}", who(request));
    let (used, left) = lock(&shared.counters).count(name, throttle.period);
    if used <= throttle.requests {
        return Ok(());
    }
    let seconds = left.as_secs() + 1;
    let reply = Reply::text(
        StatusCode::TOO_MANY_REQUESTS,
        format!("{}\n", throttle.text),
    );
    Err(state(reply, throttle, used, seconds)
        .with("ratelimit-resettime", http_date(seconds))
        .with("retry-after", seconds.to_string())
        .into())
}

/// Adds the state of the throttle to an ordinary answer, where the instance does that.
pub(crate) fn describe(
    shared: &Arc<Shared>,
    features: &Features,
    request: &Received,
    reply: &mut Reply,
) {
    if !features.rate_limit_headers || !shared.version.at_least(18, 6) {
        return;
    }
    let throttle = features.throttle.clone().unwrap_or(Throttle {
        requests: 7200,
        period: std::time::Duration::from_secs(3600),
        text: String::new(),
    });
    if reply.headers.contains_key("ratelimit-limit") {
        return;
    }
    let name = format!("headers {}", who(request));
    let (used, left) = lock(&shared.counters).count(name, throttle.period);
    let described = state(
        Reply::empty(reply.status),
        &throttle,
        used,
        left.as_secs() + 1,
    );
    reply.headers.extend(described.headers);
}

fn state(reply: Reply, throttle: &Throttle, used: u32, seconds: u64) -> Reply {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    // GitLab shows every limit as one of a minute.
    let per_minute = u64::from(throttle.requests) * 60 / throttle.period.as_secs().max(1);
    let remaining = throttle.requests.saturating_sub(used);
    reply
        .with("ratelimit-limit", per_minute.to_string())
        .with("ratelimit-name", "throttle_authenticated_api")
        .with("ratelimit-observed", used.to_string())
        .with("ratelimit-remaining", remaining.to_string())
        .with("ratelimit-reset", (now + seconds).to_string())
}

fn who(request: &Received) -> String {
    ["private-token", "authorization"]
        .iter()
        .find_map(|name| request.headers.get(*name))
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}
