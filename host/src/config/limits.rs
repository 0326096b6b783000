//! Limits as the file says them: apart from [`Limits`], whose fields have plain units.

use std::num::{NonZeroU32, NonZeroUsize};

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
    calls: Option<NonZeroUsize>,
    connect: Option<Text<Span>>,
    content: Option<Text<Span>>,
    content_bytes: Option<Text<Size>>,
    cpu: Option<Text<Span>>,
    first_byte: Option<Text<Span>>,
    header_bytes: Option<Text<Size>>,
    handles: Option<NonZeroUsize>,
    headers: Option<NonZeroUsize>,
    hostcall_bytes: Option<Text<Size>>,
    memory: Option<Text<Size>>,
    output_bytes: Option<Text<Size>>,
    request_bytes: Option<Text<Size>>,
    requests: Option<NonZeroU32>,
    requests_under_way: Option<NonZeroU32>,
    table_elements: Option<NonZeroUsize>,
}

impl LimitsEntry {
    /// `limits`, except for what the file says.
    pub(super) fn apply(&self, mut limits: Limits) -> Limits {
        let span = |entry: &Option<Text<Span>>| entry.map(|text| text.0.0);
        set(&mut limits.between_bytes, span(&self.between_bytes));
        set(&mut limits.call, span(&self.call));
        set(&mut limits.connect, span(&self.connect));
        set(&mut limits.content, span(&self.content));
        set(&mut limits.cpu, span(&self.cpu));
        set(&mut limits.first_byte, span(&self.first_byte));
        let size = |entry: &Option<Text<Size>>| entry.map(|text| text.0.0);
        set(&mut limits.answer_bytes, size(&self.answer_bytes));
        set(&mut limits.call_bytes, size(&self.call_bytes));
        set(&mut limits.content_bytes, size(&self.content_bytes));
        set(&mut limits.request_bytes, size(&self.request_bytes));
        // A size beyond the address space limits nothing more than the address space does.
        let memory = |entry: &Option<Text<Size>>| {
            entry.map(|text| usize::try_from(text.0.0).unwrap_or(usize::MAX))
        };
        set(&mut limits.header_bytes, memory(&self.header_bytes));
        set(&mut limits.hostcall_bytes, memory(&self.hostcall_bytes));
        set(&mut limits.memory, memory(&self.memory));
        set(&mut limits.output_bytes, memory(&self.output_bytes));
        set(&mut limits.calls, self.calls.map(NonZeroUsize::get));
        set(&mut limits.handles, self.handles.map(NonZeroUsize::get));
        set(&mut limits.headers, self.headers.map(NonZeroUsize::get));
        set(&mut limits.requests, self.requests.map(NonZeroU32::get));
        let under_way = self.requests_under_way.map(NonZeroU32::get);
        set(&mut limits.requests_under_way, under_way);
        let elements = self.table_elements.map(NonZeroUsize::get);
        set(&mut limits.table_elements, elements);
        limits
    }
}

fn set<T>(limit: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *limit = said;
    }
}
