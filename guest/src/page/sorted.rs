//! Lists that change while they are read, in the order of a key; apart because places in them are
//! keys, not counts.
//!
//! GitLab numbers the pages of such lists. What is removed from an earlier page moves the rest one
//! place forward, so that the first item of the next page is never seen. After a pause, and when the
//! total changes, the page before is therefore read again; the key tells what is new on it.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Following, LARGEST_PAGE, following, following::page_of, is_divisible, is_worth_halving,
    sequence::check_progress,
};
use crate::{
    call::Call,
    endpoint::Target,
    error::{Failure, Purpose},
    transport::{Request, Transport},
};

/// A place in a list: the key behind which it goes on, and the page where that key stood.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Place<K> {
    #[serde(
        rename = "k",
        default = "none",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) last: Option<K>,
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    following: Option<Following>,
    #[serde(rename = "n")]
    per_page: u32,
    /// Whether the list is not sorted by GitLab, so that it has to be read whole each time.
    #[serde(rename = "w", default)]
    pub(crate) is_whole: bool,
}

impl<K> Default for Place<K> {
    fn default() -> Self {
        Self {
            last: None,
            following: None,
            per_page: LARGEST_PAGE,
            is_whole: false,
        }
    }
}

impl<K> Place<K> {
    /// Behind that key in a list that is read whole.
    pub(crate) fn in_whole(last: K) -> Self {
        Self {
            last: Some(last),
            is_whole: true,
            ..Self::default()
        }
    }

    /// The number of the page, where pages have numbers.
    fn number(&self) -> Option<u32> {
        match &self.following {
            None => Some(1),
            Some(Following::Page(page)) => Some(*page),
            Some(_) => None,
        }
    }

    /// Whether the failure may be that of a token whose item was removed, which GitLab then calls
    /// invalid.
    fn may_be_gone(&self, failure: &Failure) -> bool {
        let is_token = matches!(self.following, Some(Following::Token(_)));
        is_token && self.last.is_some() && failure.status() == Some(400)
    }

    fn halve(&mut self) {
        let per_page = (self.per_page / 2).max(1);
        if let Some(Following::Page(page)) = &mut self.following {
            let passed = u64::from(page.saturating_sub(1)) * u64::from(self.per_page);
            *page = u32::try_from(passed / u64::from(per_page) + 1).unwrap_or(u32::MAX);
        }
        self.per_page = per_page;
    }

    fn step_back(&mut self) {
        if let Some(Following::Page(page)) = &mut self.following {
            *page = page.saturating_sub(1);
        }
    }
}

/// Part of a sorted list.
#[derive(Debug)]
pub(crate) struct Part<D, K> {
    pub(crate) items: Vec<D>,
    pub(crate) next: Option<Place<K>>,
    /// How many the list has, where GitLab tells.
    pub(crate) total: Option<u64>,
}

/// A list of GitLab's that is sorted by a key.
#[derive(Debug)]
pub(crate) struct Sorted<'a, D, K> {
    /// Without the parameters that say which page.
    pub(crate) target: Target,
    pub(crate) purpose: &'a Purpose,
    pub(crate) key: fn(&D) -> K,
}

impl<D: DeserializeOwned, K: Ord + Clone> Sorted<'_, D, K> {
    /// Read up to `limit` items from `place`; `None` if the list turns out not to be sorted.
    pub(crate) async fn read<T: Transport>(
        &self,
        call: &Call<T>,
        mut place: Place<K>,
        limit: usize,
    ) -> Result<Option<Part<D, K>>, Failure> {
        let mut items: Vec<D> = Vec::new();
        let mut total = None;
        let mut is_shifted = place.last.is_some();
        loop {
            let page = self.page(call, &mut place).await?;
            is_shifted |= total.is_some() && page.total != total;
            total = page.total;
            if is_shifted && self.begins_behind(&page.items, &place) {
                place.step_back();
                continue;
            }
            let may_repeat = is_shifted;
            is_shifted = false;
            if !page
                .items
                .is_sorted_by(|a, b| (self.key)(a) < (self.key)(b))
            {
                return Ok(None);
            }
            let had_items = !page.items.is_empty();
            let room = limit - items.len();
            let before = items.len();
            let mut new = page.items.into_iter().filter(|item| {
                place
                    .last
                    .as_ref()
                    .is_none_or(|last| (self.key)(item) > *last)
            });
            items.extend(new.by_ref().take(room));
            let is_cut = new.next().is_some();
            drop(new);
            if had_items && items.len() == before && !is_cut && !may_repeat && page.next.is_some() {
                return Err(Failure::malformed("a later page repeats an earlier one"));
            }
            if let Some(item) = items.last() {
                place.last = Some((self.key)(item));
            }
            let next = match page.next {
                None if !is_cut => None,
                next if is_cut || items.len() == limit => {
                    place.go_on_later(next.filter(|_| !is_cut));
                    Some(place)
                }
                Some(next) => {
                    check_progress(place.following.as_ref(), &next)?;
                    place.following = Some(next);
                    continue;
                }
                None => None,
            };
            return Ok(Some(Part { items, next, total }));
        }
    }

    /// Whether something may stand between the last key and this page.
    fn begins_behind(&self, items: &[D], place: &Place<K>) -> bool {
        let Some(last) = &place.last else {
            return false;
        };
        place.number().is_some_and(|page| page > 1)
            && items.first().is_none_or(|first| (self.key)(first) > *last)
    }

    async fn page<T: Transport>(
        &self,
        call: &Call<T>,
        place: &mut Place<K>,
    ) -> Result<Page<D>, Failure> {
        match self.ask(call, place).await {
            Err(failure) if place.may_be_gone(&failure) => self.rewind(call, place).await,
            result => result,
        }
    }

    /// Pass over the list from its beginning, up to the first page with something behind the key.
    async fn rewind<T: Transport>(
        &self,
        call: &Call<T>,
        place: &mut Place<K>,
    ) -> Result<Page<D>, Failure> {
        place.following = None;
        let mut passed = None;
        loop {
            let page = self.ask(call, place).await?;
            let last = page.items.last().map(self.key);
            if last > place.last {
                return Ok(page);
            }
            let Some(next) = page.next.clone() else {
                return Ok(page);
            };
            if last <= passed {
                return Err(Failure::malformed("a later page repeats an earlier one"));
            }
            passed = last;
            place.following = Some(next);
        }
    }

    async fn ask<T: Transport>(
        &self,
        call: &Call<T>,
        place: &mut Place<K>,
    ) -> Result<Page<D>, Failure> {
        loop {
            let target = page_of(
                self.target.clone(),
                place.following.as_ref(),
                place.per_page,
            );
            let request = Request::page(target, is_divisible(place.per_page));
            match call.json(&request, self.purpose).await {
                Ok((head, items)) => {
                    return Ok(Page {
                        items,
                        next: following(&head)?,
                        total: head.number("x-total"),
                    });
                }
                Err(failure) if is_worth_halving(&failure, place.per_page) => place.halve(),
                Err(failure) => return Err(failure),
            }
        }
    }
}

impl<K> Place<K> {
    /// A token leads to the same place later; a number may not, so the page is read once more.
    fn go_on_later(&mut self, next: Option<Following>) {
        if let Some(next @ (Following::Token(_) | Following::Cursor(_) | Following::Id(_))) = next {
            self.following = Some(next);
        }
    }
}

struct Page<D> {
    items: Vec<D>,
    next: Option<Following>,
    total: Option<u64>,
}

/// `#[serde(default)]` would ask the key for a default that it need not have.
fn none<K>() -> Option<K> {
    None
}
