//! Paging: GitLab's parameters and headers; apart, because every list has them and clients live by
//! their details.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::{api::Call, error::Refusal, query::Query, reply::Reply};

/// Which page is wanted, by number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    pub(crate) page: u64,
    pub(crate) per_page: u64,
}

/// How much is known of a list's length.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Length {
    /// All of it.
    Known(u64),
    /// Only whether there is a next page.
    Unknown { more: bool },
}

impl Paging {
    pub(crate) fn parse(query: &Query) -> Result<Self, Refusal> {
        let page = query.number("page")?.unwrap_or(1);
        let per_page = query.number("per_page")?.unwrap_or(20);
        if page == 0 {
            return Err(Refusal::parameter("page does not have a valid value"));
        }
        if per_page == 0 {
            return Err(Refusal::parameter("per_page has a value not allowed"));
        }
        Ok(Self {
            page,
            per_page: per_page.min(100),
        })
    }

    pub(crate) fn offset(self) -> u64 {
        (self.page - 1).saturating_mul(self.per_page)
    }

    /// Adds the headers of paging by number.
    pub(crate) fn describe(self, call: &Call<'_>, mut reply: Reply, length: Length) -> Reply {
        let limit = call.features.count_limit;
        let (next, last) = match length {
            Length::Known(total) => {
                let last = total.div_ceil(self.per_page).max(1);
                let next = (self.page < last).then(|| self.page + 1);
                (next, (total <= limit).then_some((total, last)))
            }
            Length::Unknown { more } => (more.then(|| self.page + 1), None),
        };
        let previous = (self.page > 1).then(|| self.page - 1);
        let text = |page: Option<u64>| page.map(|page| page.to_string()).unwrap_or_default();
        let link = |page: u64, relation: &str| {
            let page = [
                ("page", page.to_string()),
                ("per_page", self.per_page.to_string()),
            ];
            format!("<{}>; rel=\"{relation}\"", call.page_url(&page))
        };
        let mut links = Vec::new();
        links.extend(previous.map(|page| link(page, "prev")));
        links.extend(next.map(|page| link(page, "next")));
        links.push(link(1, "first"));
        if let Some((total, pages)) = last {
            links.push(link(pages, "last"));
            reply = reply
                .with("x-total", total.to_string())
                .with("x-total-pages", pages.to_string());
        }
        reply
            .with("x-per-page", self.per_page.to_string())
            .with("x-page", self.page.to_string())
            .with("x-next-page", text(next))
            .with("x-prev-page", text(previous))
            .with("link", links.join(", "))
    }
}

/// Adds the only header of paging by key.
pub(crate) fn describe_keyset(call: &Call<'_>, reply: Reply, next: &[(&str, String)]) -> Reply {
    match next.is_empty() {
        true => reply,
        false => reply.with("link", format!("<{}>; rel=\"next\"", call.page_url(next))),
    }
}

/// Escapes as Ruby's `CGI.escape`, which writes every `Link`.
pub(crate) fn escape(bytes: &[u8]) -> String {
    percent_encode(bytes, UNRESERVED)
        .to_string()
        .replace("%20", "+")
}

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'*');
