//! Faults carried out: on the way in instead of an answer, on the way out upon one; apart from
//! their description because this half speaks HTTP.

use std::{io, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, StatusCode, header};
use http_body::{Body as _, Frame};
use http_body_util::{BodyExt as _, BodyStream, StreamBody};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::{
    fault::{Effect, LinkLie, RetryAfter},
    odd,
    reply::{Body, Reply},
};

/// An answer that takes the place of the true one, if the effect is one.
pub(crate) fn replacement(effect: &Effect, base: &str, headers: &HeaderMap) -> Option<Reply> {
    Some(match effect {
        Effect::BadGateway => html(StatusCode::BAD_GATEWAY, "502 Bad Gateway"),
        Effect::Html => html(StatusCode::OK, "A page for people"),
        Effect::EchoCredential => echo(headers),
        Effect::RedirectTo(url) => Reply::empty(StatusCode::FOUND).with("location", url),
        Effect::SignInPage => sign_in(),
        Effect::WebFirewall => html(StatusCode::FORBIDDEN, "Attention Required!")
            .with("server", "cloudflare")
            .with("cf-ray", "8f0e1d2c3b4a5968-FRA"),
        Effect::SignInRedirect => {
            Reply::empty(StatusCode::FOUND).with("location", format!("{base}/users/sign_in"))
        }
        Effect::Status(status, body, headers) => status_reply(*status, body, headers),
        Effect::TooManyRequests { json, retry_after } => too_many_requests(*json, *retry_after),
        _ => return None,
    })
}

/// Carries out what happens to the true answer.
pub(crate) fn distort(effect: &Effect, mut reply: Reply, url: &str) -> Reply {
    match effect {
        Effect::CutBodyAfter(limit) => {
            keep_length(&mut reply);
            reply.body = limited(reply.body, *limit, End::Error);
        }
        Effect::OddJson(number) => {
            reply.headers.remove(header::CONTENT_LENGTH);
            reply.body = odd_json(reply.body, *number);
        }
        Effect::LyingLink(lie) => lie_about_pages(&mut reply.headers, lie, url),
        Effect::SlowBody(size, pause) => {
            keep_length(&mut reply);
            reply.body = slow(reply.body, *size, *pause);
        }
        Effect::StallBodyAfter(limit) => {
            keep_length(&mut reply);
            reply.body = limited(reply.body, *limit, End::Never);
        }
        Effect::WrongContentLength(difference) => {
            let length = reply.body.size_hint().exact().unwrap_or(0);
            let length = length.saturating_add_signed(*difference);
            reply.header(header::CONTENT_LENGTH, length.to_string());
            reply.body = limited(reply.body, length, End::Error);
        }
        _ => {}
    }
    reply
}

pub(crate) fn html(status: StatusCode, title: &str) -> Reply {
    let page = format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    );
    Reply::typed(status, "text/html; charset=utf-8", page.into())
}

/// GitLab's page to sign in, as far as anybody looks at it.
fn sign_in() -> Reply {
    let page = "<!DOCTYPE html>\n<html><head><title>Sign in · GitLab</title></head><body><form action=\"/users/sign_in\" \
                method=\"post\"><input name=\"user[login]\"><input type=\"password\"></form></body></html>\n";
    Reply::typed(StatusCode::OK, "text/html; charset=utf-8", page.into())
}

fn echo(headers: &HeaderMap) -> Reply {
    let credential = ["private-token", "authorization"]
        .iter()
        .find_map(|name| headers.get(*name))
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let credential = credential.trim_start_matches("Bearer ");
    Reply::json(
        StatusCode::OK,
        &serde_json::json!({"message": format!("you sent {credential}"), "token": credential}),
    )
    .with("x-echo", credential)
}

fn status_reply(status: u16, body: &str, headers: &[(&'static str, String)]) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = Reply::text(status, body.to_owned());
    for (name, value) in headers {
        reply = reply.with(name, value);
    }
    reply
}

fn too_many_requests(json: bool, retry_after: RetryAfter) -> Reply {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let reply = match json {
        true => Reply::json(
            status,
            &serde_json::json!({"message": {"error":
                "This endpoint has been requested too many times. Try again later."}}),
        ),
        false => Reply::text(status, "Retry later\n"),
    };
    match retry_after {
        RetryAfter::Date(seconds) => reply.with("retry-after", http_date(seconds)),
        RetryAfter::Missing => reply,
        RetryAfter::Seconds(seconds) => reply.with("retry-after", seconds.to_string()),
    }
}

/// The form of dates in HTTP, so many seconds from now.
pub(crate) fn http_date(seconds: u64) -> String {
    let moment = OffsetDateTime::now_utc() + Duration::from_secs(seconds);
    // Every moment within four-digit years can be written so.
    let text = moment.format(&Rfc2822).unwrap_or_default();
    text.replace("+0000", "GMT")
}

fn lie_about_pages(headers: &mut HeaderMap, lie: &LinkLie, url: &str) {
    let next = match lie {
        LinkLie::Missing => {
            headers.remove(header::LINK);
            headers.remove("x-next-page");
            return;
        }
        LinkLie::OtherOrigin(origin) => {
            let path = url::Url::parse(url).map(|url| url[url::Position::BeforePath..].to_owned());
            format!("{origin}{}", path.unwrap_or_default())
        }
        LinkLie::SamePage => url.to_owned(),
    };
    if let Ok(value) = format!("<{next}>; rel=\"next\"").parse() {
        headers.insert(header::LINK, value);
    }
    if let Some(page) = headers.get("x-page").cloned() {
        headers.insert("x-next-page", page);
    }
}

/// The body with another value in one place, if it is JSON.
fn odd_json(body: Body, number: u64) -> Body {
    from_chunks(stream::once(async move {
        let bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let Ok(json) = serde_json::from_slice(&bytes) else {
            return Ok(bytes);
        };
        Ok(odd::replaced(json, number).to_string().into())
    }))
}

/// Says the true length, which the body that follows will not keep.
fn keep_length(reply: &mut Reply) {
    if let Some(length) = reply.body.size_hint().exact() {
        reply.header(header::CONTENT_LENGTH, length.to_string());
    }
}

/// How a body ends that is longer than its limit.
#[derive(Clone, Copy)]
enum End {
    Error,
    Never,
}

fn limited(body: Body, limit: u64, end: End) -> Body {
    let chunks = data(body).scan(Some(limit), move |left, chunk| {
        let result = match (chunk, left.as_mut()) {
            (_, None) => None,
            (Err(error), _) => Some(Err(error)),
            (Ok(mut chunk), Some(room)) => {
                if chunk.len() as u64 > *room {
                    // The chunk is longer, so the room fits into memory.
                    chunk.truncate(*room as usize);
                    *left = None;
                } else {
                    *room -= chunk.len() as u64;
                }
                Some(Ok(chunk))
            }
        };
        std::future::ready(result)
    });
    let tail = match end {
        End::Error => stream::once(break_off()).left_stream(),
        End::Never => stream::pending().right_stream(),
    };
    from_chunks(chunks.chain(tail))
}

/// Fails, but not before the bytes that came first had time to leave: the connection drops what
/// it still holds when a body fails.
async fn break_off() -> io::Result<Bytes> {
    tokio::time::sleep(Duration::from_millis(20)).await;
    Err(io::ErrorKind::ConnectionReset.into())
}

fn slow(body: Body, size: usize, pause: Duration) -> Body {
    let pieces = data(body).flat_map(move |chunk| {
        let pieces: Vec<io::Result<Bytes>> = match chunk {
            Ok(chunk) => (0..chunk.len())
                .step_by(size.max(1))
                .map(|start| Ok(chunk.slice(start..chunk.len().min(start + size.max(1)))))
                .collect(),
            Err(error) => vec![Err(error)],
        };
        stream::iter(pieces)
    });
    from_chunks(pieces.then(move |piece| async move {
        tokio::time::sleep(pause).await;
        piece
    }))
}

fn data(body: Body) -> impl futures_util::Stream<Item = io::Result<Bytes>> + Send {
    BodyStream::new(body).filter_map(|frame| {
        std::future::ready(match frame {
            Ok(frame) => frame.into_data().ok().map(Ok),
            Err(error) => Some(Err(error)),
        })
    })
}

fn from_chunks(
    chunks: impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Body {
    StreamBody::new(chunks.map(|chunk| chunk.map(Frame::data))).boxed_unsync()
}
