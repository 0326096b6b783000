//! Parts of lists; apart because a list that ends early without saying so loses data.

mod cursor;
mod following;
mod sequence;
mod sorted;

use crate::{
    bindings::types::{ErrorCode, PageEnd, PageRequest},
    error::Failure,
    page::cursor::decode,
    retry,
};

pub(crate) use cursor::Fingerprint;
pub(crate) use following::{Following, following};
pub(crate) use sequence::{Position, Sequence};
pub(crate) use sorted::{Part, Place, Sorted};

/// Items that a caller wants at most.
pub(crate) fn limit(page: &PageRequest) -> Result<usize, Failure> {
    match page.limit {
        None => Ok(100),
        Some(limit @ 1..=1_000) => Ok(limit as usize),
        Some(_) => Err(Failure::invalid("page.limit: it is from 1 to 1,000")),
    }
}

/// Where a caller goes on, or the beginning.
pub(crate) fn resume<P>(page: &PageRequest, list: &Fingerprint) -> Result<P, Failure>
where
    P: serde::de::DeserializeOwned + Default,
{
    match &page.cursor {
        None => Ok(P::default()),
        Some(cursor) => decode(cursor, list),
    }
}

/// How a page ends whose successor begins at `next`.
pub(crate) fn end<P: serde::Serialize>(next: Option<&P>, list: &Fingerprint) -> PageEnd {
    match next {
        Some(place) => PageEnd::More(cursor::encode(place, list)),
        None => PageEnd::Complete,
    }
}

/// Pages of GitLab have 100 items at most.
pub(crate) const LARGEST_PAGE: u32 = 100;

/// Below this a page that GitLab cannot answer is not made smaller.
const SMALLEST_PAGE: u32 = 10;

/// Whether a page may be asked for in halves.
pub(crate) fn is_divisible(per_page: u32) -> bool {
    per_page > SMALLEST_PAGE
}

/// Whether a smaller page may succeed where this one failed.
pub(crate) fn is_worth_halving(failure: &Failure, per_page: u32) -> bool {
    let is_too_large = matches!(failure.code(), ErrorCode::TooLarge(_));
    let is_overwhelmed = failure.status().is_some_and(retry::is_overwhelmed);
    is_divisible(per_page) && (is_too_large || is_overwhelmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_from_one_to_a_thousand() {
        let ask = |limit| {
            limit_of(PageRequest {
                cursor: None,
                limit,
            })
        };
        assert_eq!(ask(None), Some(100));
        assert_eq!(ask(Some(1)), Some(1));
        assert_eq!(ask(Some(1_000)), Some(1_000));
        assert_eq!(ask(Some(0)), None);
        assert_eq!(ask(Some(1_001)), None);
    }

    fn limit_of(page: PageRequest) -> Option<usize> {
        limit(&page).ok()
    }
}
