//! An answer as it comes in: apart because nothing of it reaches a plugin that did not pass here.

use std::sync::Arc;

use code_source_egress::Answer;
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime_wasi_http::WasiBody;

use super::Gate;
use super::way::Way;
use crate::answer::{AnswerBody, Bounds, Encoding, Reading, Screen};
use crate::credential::Patterns;
use crate::exchange::{Exchange, IdentityAnswer, Offered, lock};
use crate::report::Stage;
use crate::transport::{Failure, Kind};

impl Gate {
    pub(super) fn incoming(
        &self,
        exchange: &Arc<Exchange>,
        way: &Way<'_>,
        response: Response<Incoming>,
        slot: OwnedSemaphorePermit,
    ) -> Result<Response<WasiBody>, Failure> {
        let (mut parts, body) = response.into_parts();
        let encoding = self.clean(exchange, &mut parts)?;
        self.note_redirect(way, &parts);
        if let Some(inspector) = &self.inspector {
            for (name, value) in &parts.headers {
                inspector.handed(name.as_str().as_bytes());
                inspector.handed(value.as_bytes());
            }
        }
        // What says that it is no content is read by the plugin, whatever the rule expects.
        let is_content = way.answer() == Answer::Content && parts.status.is_success();
        if is_content {
            let length = body.size_hint().exact();
            exchange.offer(Offered {
                is_whole: parts.status == StatusCode::OK,
                length: length.filter(|_| encoding == Encoding::Identity),
            });
        }
        let reading = Reading {
            encoding,
            screen: self.screen(is_content),
            bounds: self.bounds(is_content),
        };
        let inspector = self.inspector.clone();
        let mut body = AnswerBody::new(body, Arc::clone(exchange), reading, slot, inspector);
        if matches!(way, Way::Forge { permit, .. } if permit.is_identity()) {
            let head = IdentityAnswer::head(&parts);
            if parts.status.is_success() {
                body = body.keep_identity(head);
            } else {
                *lock(&self.record.identity) = Some(head);
            }
        }
        Ok(Response::from_parts(parts, body.boxed_unsync()))
    }

    /// Check an answer's head, and leave in it what a plugin may see.
    fn clean(&self, exchange: &Exchange, parts: &mut Parts) -> Result<Encoding, Failure> {
        parts.extensions.clear();
        let bytes: usize = parts
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        if bytes > self.shared.limits.header_bytes {
            return Err(head_too_large(bytes));
        }
        // First of all: what is wrong with a header is told with what is in it.
        exchange.mask(mask(&mut parts.headers, &self.shared.credential.patterns()));
        let encoding = Encoding::of(&parts.headers).map_err(|found| encoded(&found))?;
        if encoding != Encoding::Identity {
            // Both are about the bytes before they were decoded.
            parts.headers.remove(header::CONTENT_ENCODING);
            parts.headers.remove(header::CONTENT_LENGTH);
        }
        Ok(encoding)
    }

    /// A redirect counts as it was masked: a URL with the credential in it leads nowhere.
    fn note_redirect(&self, way: &Way<'_>, parts: &Parts) {
        let Way::Forge { permit, .. } = way else {
            return;
        };
        let location = parts.headers.get(header::LOCATION);
        if let Some(Ok(location)) = location.map(HeaderValue::to_str) {
            let (age, status) = (self.record.age(), parts.status.as_u16());
            self.tickets().issue(age, permit, status, location);
        }
    }

    fn screen(&self, is_content: bool) -> Screen {
        let credential = Arc::clone(&self.shared.credential);
        match is_content {
            true => Screen::content(credential),
            false => Screen::text(credential, self.shared.secret_fields.clone()),
        }
    }

    fn bounds(&self, is_content: bool) -> Bounds {
        let limits = &self.shared.limits;
        Bounds {
            bytes: match is_content {
                true => limits.content_bytes,
                false => limits.answer_bytes,
            },
            own: (limits.answer_bytes, limits.call_bytes),
            between_bytes: limits.between_bytes,
            total: is_content.then_some(limits.content),
        }
    }
}

/// Cover what is secret in headers. A name that holds a secret cannot be covered and stay that
/// name, so the header goes.
fn mask(headers: &mut HeaderMap, patterns: &Patterns) -> usize {
    let mut hits = 0;
    let telling: Vec<_> = headers
        .keys()
        .filter(|name| patterns.names.is_in(name.as_str().as_bytes()))
        .cloned()
        .collect();
    for name in telling {
        hits += 1;
        headers.remove(name);
    }
    for value in headers.values_mut() {
        if patterns.text.is_in(value.as_bytes()) {
            let mut bytes = value.as_bytes().to_vec();
            hits += patterns.text.mask(&mut bytes);
            // Stars take the place of bytes, so it is as good a value as it was.
            *value = HeaderValue::from_bytes(&bytes).unwrap_or(COVERED);
        }
    }
    hits
}

const COVERED: HeaderValue = HeaderValue::from_static("*");

pub(super) fn head_too_large(bytes: usize) -> Failure {
    let detail = format!("the answer's headers have {bytes} bytes");
    Failure::new(Stage::Head, Kind::HeadTooLarge, detail)
}

pub(super) fn encoded(found: &str) -> Failure {
    let detail = format!("the answer is encoded as {found}, which was not asked for");
    Failure::new(Stage::Head, Kind::Encoded, detail)
}

#[cfg(test)]
mod tests {
    use code_source_egress::MaskPatterns;

    use super::*;

    #[test]
    fn secrets_in_values_are_covered_and_in_names_take_the_header_away() {
        let token = "Acmepat-0123456789ABCDEF";
        let patterns = Patterns {
            text: MaskPatterns::new([token.as_bytes()]),
            names: MaskPatterns::new([token.to_ascii_lowercase().as_bytes()]),
        };
        let mut headers = HeaderMap::new();
        headers.insert("x-echo", format!("a {token} b").parse().unwrap());
        headers.append("x-echo", "plain".parse().unwrap());
        let name = format!("x-{token}").to_ascii_lowercase();
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.insert(name, "1".parse().unwrap());
        assert_eq!(mask(&mut headers, &patterns), 2);
        let left: Vec<_> = headers
            .values()
            .map(|value| value.to_str().unwrap())
            .collect();
        assert_eq!(left, [&format!("a {} b", "*".repeat(token.len())), "plain"]);
    }
}
