//! Directories; apart, because how they are paged changed more than once.

use http::StatusCode;

use super::{
    Answer, Call,
    references::{read_token, write_token},
};
use crate::{
    error::Refusal,
    git::Listing,
    page::{Length, Paging, describe_keyset},
    reply::Reply,
};

pub(crate) fn list(call: &Call<'_>) -> Answer {
    let (_, repository) = call.code()?;
    let paging = Paging::parse(&call.query)?;
    let pagination = pagination(call)?;
    let reference = match call.query.text("ref") {
        Some(reference) => reference,
        None => repository.head()?,
    };
    let commit = repository
        .commit(&reference)?
        .ok_or_else(|| Refusal::not_found("Tree"))?;
    let path = call.query.bytes("path").unwrap_or_default();
    let recursive = call.query.is_set("recursive")?;
    let Some(listing) = repository.listing(&commit, path, recursive)? else {
        return missing(call, paging);
    };
    match pagination {
        Pagination::Everything => Ok(Reply::ready_json(
            StatusCode::OK,
            listing.slice(0, usize::MAX),
        )),
        Pagination::Key => by_key(call, &listing, paging),
        Pagination::Number => {
            let page = listing.slice(paging.offset() as usize, paging.per_page as usize);
            let reply = Reply::ready_json(StatusCode::OK, page);
            let length = Length::Known(listing.len() as u64);
            Ok(paging.describe(call, reply, length))
        }
    }
}

enum Pagination {
    Everything,
    Key,
    Number,
}

/// Before 17.1 the server takes no notice of `keyset` here, and answers as without it.
fn pagination(call: &Call<'_>) -> Result<Pagination, Refusal> {
    let mut allowed = vec!["legacy", "keyset"];
    allowed.extend(call.at_least(17, 1).then_some("none"));
    let wanted = call.query.one_of("pagination", &allowed)?;
    match wanted.as_deref() {
        Some("keyset") if call.at_least(17, 1) => Ok(Pagination::Key),
        Some("none") if call.query.is_set("recursive")? => Ok(Pagination::Everything),
        Some("none") => Err(Refusal::parameter(
            "pagination cannot be \"none\" unless \"recursive\" is true",
        )),
        _ => Ok(Pagination::Number),
    }
}

/// Up to 17.6 a path that does not exist is an empty directory.
fn missing(call: &Call<'_>, paging: Paging) -> Answer {
    if call.at_least(17, 7) {
        return Err(Refusal::not_found("invalid revision or path"));
    }
    let reply = Reply::json(StatusCode::OK, &[(); 0]);
    Ok(paging.describe(call, reply, Length::Known(0)))
}

fn by_key(call: &Call<'_>, listing: &Listing, paging: Paging) -> Answer {
    let start = match call.query.text("page_token") {
        None => 0,
        Some(token) => {
            let position = listing.position(&read_token(&token));
            position.ok_or_else(|| Refusal::not_found("invalid page token"))? + 1
        }
    };
    let count = paging.per_page as usize;
    let end = start + count;
    let reply = Reply::ready_json(StatusCode::OK, listing.slice(start, count));
    let next = match listing.path(end - 1) {
        Some(last) if end < listing.len() => vec![("page_token", write_token(call, last))],
        _ => Vec::new(),
    };
    Ok(describe_keyset(call, reply, &next))
}
