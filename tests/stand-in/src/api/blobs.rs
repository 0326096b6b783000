//! Blobs by their id; apart, because nothing of them can change.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::{Answer, Call};
use crate::{error::Refusal, git::Repository, record::lock, reply::Reply};

pub(crate) fn read(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let (id, size) = find(call, &repository)?;
    check_limit(call, project.id, size)?;
    let answer = json!({
        "size": size,
        "encoding": "base64",
        "content": STANDARD.encode(repository.blob(&id)?),
        "sha": id,
    });
    Ok(Reply::json(StatusCode::OK, &answer))
}

pub(crate) fn raw(call: &Call<'_>) -> Answer {
    let (_, repository) = call.code()?;
    let (id, size) = find(call, &repository)?;
    send(call, &repository, &id, size)
}

/// Sends a blob's bytes, or the range of them that was asked for where the instance knows ranges.
pub(crate) fn send(call: &Call<'_>, repository: &Repository, id: &str, size: u64) -> Answer {
    let range = match call.features.ranges {
        true => wanted_range(&call.request.headers, size),
        false => None,
    };
    let (status, range) = match range {
        None => (StatusCode::OK, 0..size),
        Some(Some(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(None) => {
            return Ok(Reply::empty(StatusCode::RANGE_NOT_SATISFIABLE)
                .with("content-range", format!("bytes */{size}")));
        }
    };
    let body = repository.blob_body(id, range.clone())?;
    let mut reply = Reply::stream(status, "text/plain; charset=utf-8", body)
        .with("cache-control", "no-store, must-revalidate, max-age=0")
        .with("content-disposition", "inline")
        .with("etag", format!("\"{id}\""));
    reply.header(
        header::CONTENT_LENGTH,
        (range.end - range.start).to_string(),
    );
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        reply = reply.with("content-range", text);
    }
    Ok(reply)
}

/// GitLab would rather send large content raw than as JSON.
pub(crate) fn check_limit(call: &Call<'_>, project: u64, size: u64) -> Result<(), Refusal> {
    if size <= LARGE_BLOB {
        return Ok(());
    }
    let name = format!("large blob {:?} {project}", call.viewer.user);
    let minute = Duration::from_secs(60);
    let (used, _) = lock(&call.shared.counters).count(name, minute);
    match used <= call.features.large_blobs_per_minute {
        true => Ok(()),
        false => Err(Refusal::application_limit("endpoint")),
    }
}

const LARGE_BLOB: u64 = 10 << 20;

fn find(call: &Call<'_>, repository: &Repository) -> Result<(String, u64), Refusal> {
    let missing = || Refusal::not_found("Blob");
    let header = repository
        .header(&call.capture_text("sha"))?
        .ok_or_else(missing)?;
    match header.kind.as_str() {
        "blob" => Ok((header.id, header.size)),
        _ => Err(missing()),
    }
}

/// `None` without a range, `Some(None)` for one that lies outside.
fn wanted_range(headers: &HeaderMap, size: u64) -> Option<Option<std::ops::Range<u64>>> {
    let text = headers.get(header::RANGE)?.to_str().ok()?;
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let last: Option<u64> = match last {
        "" => None,
        text => Some(text.parse().ok()?),
    };
    let (start, end) = match (first, last) {
        ("", None) => return None,
        ("", Some(count)) => (size.saturating_sub(count), size),
        (text, last) => {
            let end = last.map_or(size, |last| last.saturating_add(1).min(size));
            (text.parse().ok()?, end)
        }
    };
    Some((start < end).then_some(start..end))
}
