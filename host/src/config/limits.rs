//! Limits as the file says them: apart from [`Limits`], whose fields have plain units.

use serde::Deserialize;

use super::quantity::{Size, Span};
use super::text::Text;
use crate::limits::Limits;

/// The limits that differ from the usual ones.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LimitsEntry {
    answer_bytes: Option<Text<Size>>,
    between_bytes: Option<Text<Span>>,
    call: Option<Text<Span>>,
    call_bytes: Option<Text<Size>>,
    calls: Option<usize>,
    connect: Option<Text<Span>>,
    content: Option<Text<Span>>,
    content_bytes: Option<Text<Size>>,
    cpu: Option<Text<Span>>,
    first_byte: Option<Text<Span>>,
    header_bytes: Option<Text<Size>>,
    headers: Option<usize>,
    memory: Option<Text<Size>>,
    output_bytes: Option<Text<Size>>,
    request_bytes: Option<Text<Size>>,
    requests: Option<u32>,
    requests_under_way: Option<u32>,
}

impl LimitsEntry {
    /// `usual`, except for what the file says.
    pub(super) fn apply(&self, usual: Limits) -> Limits {
        let span = |entry: Option<Text<Span>>, usual| entry.map_or(usual, |text| text.0.0);
        let size = |entry: Option<Text<Size>>, usual| entry.map_or(usual, |text| text.0.0);
        // A size beyond the address space limits nothing more than the address space does.
        let memory = |entry: Option<Text<Size>>, usual| {
            entry.map_or(usual, |text| {
                usize::try_from(text.0.0).unwrap_or(usize::MAX)
            })
        };
        Limits {
            answer_bytes: size(self.answer_bytes, usual.answer_bytes),
            between_bytes: span(self.between_bytes, usual.between_bytes),
            call: span(self.call, usual.call),
            call_bytes: size(self.call_bytes, usual.call_bytes),
            calls: self.calls.unwrap_or(usual.calls),
            connect: span(self.connect, usual.connect),
            content: span(self.content, usual.content),
            content_bytes: size(self.content_bytes, usual.content_bytes),
            cpu: span(self.cpu, usual.cpu),
            first_byte: span(self.first_byte, usual.first_byte),
            header_bytes: memory(self.header_bytes, usual.header_bytes),
            headers: self.headers.unwrap_or(usual.headers),
            memory: memory(self.memory, usual.memory),
            output_bytes: memory(self.output_bytes, usual.output_bytes),
            request_bytes: size(self.request_bytes, usual.request_bytes),
            requests: self.requests.unwrap_or(usual.requests),
            requests_under_way: self.requests_under_way.unwrap_or(usual.requests_under_way),
        }
    }
}
