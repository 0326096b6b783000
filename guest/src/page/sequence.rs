//! Lists that do not change, such as a commit's tree; apart because places in them can be counted.

use std::collections::VecDeque;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Following, LARGEST_PAGE, following, following::page_of, is_divisible, is_worth_halving,
};
use crate::{
    call::Call,
    endpoint::Target,
    error::{Failure, Purpose},
    transport::{Request, Transport},
};

/// A place in a list of GitLab's: a page of it, and how many of its items are behind us.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Position {
    #[serde(rename = "f", skip_serializing_if = "Option::is_none", default)]
    following: Option<Following>,
    #[serde(rename = "n")]
    per_page: u32,
    #[serde(rename = "s")]
    skip: usize,
}

impl Position {
    /// The beginning, read in pages of a size that suits the caller.
    pub(crate) fn beginning(limit: usize) -> Self {
        let per_page = u32::try_from(limit).unwrap_or(LARGEST_PAGE);
        Self {
            following: None,
            per_page: per_page.clamp(1, LARGEST_PAGE),
            skip: 0,
        }
    }

    /// Whether the page is the first one, which no other has led to.
    pub(crate) fn is_on_first_page(&self) -> bool {
        self.following.is_none()
    }

    /// The same place in pages of half the size. Only numbered pages move by that.
    fn halved(&self) -> Self {
        let per_page = (self.per_page / 2).max(1);
        let (following, skip) = match self.following {
            Some(Following::Page(page)) => {
                let before = u64::from(page.max(1) - 1) * u64::from(self.per_page);
                let passed = before.saturating_add(self.skip as u64);
                let page = u32::try_from(passed / u64::from(per_page) + 1).unwrap_or(u32::MAX);
                let skip = (passed % u64::from(per_page)) as usize;
                (Some(Following::Page(page)), skip)
            }
            _ => (self.following.clone(), self.skip),
        };
        Self {
            following,
            per_page,
            skip,
        }
    }
}

/// A list of GitLab's whose order and content are fixed.
#[derive(Debug)]
pub(crate) struct Sequence<'a> {
    /// Without the parameters that say which page.
    pub(crate) target: Target,
    pub(crate) purpose: &'a Purpose,
}

impl Sequence<'_> {
    /// Read up to `limit` items from `position`, and tell where the list goes on.
    pub(crate) async fn read<T: Transport, D: DeserializeOwned + PartialEq>(
        &self,
        call: &Call<T>,
        mut position: Position,
        limit: usize,
    ) -> Result<(Vec<D>, Option<Position>), Failure> {
        self.read_on(call, &mut position, limit).await
    }

    /// The same; where it fails, `position` is on the page that failed.
    pub(crate) async fn read_on<T: Transport, D: DeserializeOwned + PartialEq>(
        &self,
        call: &Call<T>,
        position: &mut Position,
        limit: usize,
    ) -> Result<(Vec<D>, Option<Position>), Failure> {
        let mut collected: Vec<D> = Vec::new();
        let mut ahead = Ahead::default();
        loop {
            let (items, next) = match ahead.pages.pop_front() {
                Some(page) => page,
                None => self.page::<T, D>(call, position).await?,
            };
            let skipped = position.skip.min(items.len());
            let room = limit - collected.len();
            let page_begins = items.first();
            if skipped == 0 && page_begins.is_some() && page_begins == collected.first() {
                return Err(Failure::malformed("the list begins again on a later page"));
            }
            let left = items.len() - skipped;
            collected.extend(items.into_iter().skip(skipped).take(room));
            if left > room {
                position.skip = position.skip.saturating_add(room);
                return Ok((collected, Some(position.clone())));
            }
            let Some(next) = next else {
                return Ok((collected, None));
            };
            check_progress(position.following.as_ref(), &next)?;
            *position = Position {
                following: Some(next),
                per_page: position.per_page,
                skip: position.skip - skipped,
            };
            if collected.len() == limit {
                return Ok((collected, Some(position.clone())));
            }
            if ahead.pages.is_empty() {
                self.read_ahead(call, position, limit - collected.len(), &mut ahead)
                    .await;
            }
        }
    }

    /// Ask for several numbered pages at once, each time for twice as many, so that what is asked for
    /// behind the end is never more than what was found. A page that fails is left to `page`.
    async fn read_ahead<T: Transport, D: DeserializeOwned>(
        &self,
        call: &Call<T>,
        position: &Position,
        wanted: usize,
        ahead: &mut Ahead<D>,
    ) {
        let Some(Following::Page(first)) = position.following else {
            return;
        };
        let pages = wanted.div_ceil(position.per_page.max(1) as usize);
        let count = (ahead.last_count * 2).clamp(1, pages.min(call.concurrency()));
        ahead.last_count = count;
        if count < 2 {
            return;
        }
        let asked = (0..count).map(|behind| {
            let behind = u32::try_from(behind).unwrap_or(u32::MAX);
            let following = Following::Page(first.saturating_add(behind));
            self.page_once::<T, D>(call, Some(following), position.per_page)
        });
        let answered = join_all(asked).await;
        ahead.pages = answered.into_iter().map_while(Result::ok).collect();
    }

    /// Ask for a page, in smaller parts where GitLab cannot answer it whole.
    async fn page<T: Transport, D: DeserializeOwned>(
        &self,
        call: &Call<T>,
        position: &mut Position,
    ) -> Result<(Vec<D>, Option<Following>), Failure> {
        loop {
            let following = position.following.clone();
            match self.page_once(call, following, position.per_page).await {
                Err(failure) if is_worth_halving(&failure, position.per_page) => {
                    *position = position.halved();
                }
                result => return result,
            }
        }
    }

    async fn page_once<T: Transport, D: DeserializeOwned>(
        &self,
        call: &Call<T>,
        page: Option<Following>,
        per_page: u32,
    ) -> Result<(Vec<D>, Option<Following>), Failure> {
        let target = page_of(self.target.clone(), page.as_ref(), per_page);
        let request = Request::page(target, is_divisible(per_page));
        let (head, items) = call.json(&request, self.purpose).await?;
        Ok((items, following(&head)?))
    }
}

/// Pages that were asked for before their turn.
struct Ahead<D> {
    pages: VecDeque<(Vec<D>, Option<Following>)>,
    last_count: usize,
}

impl<D> Default for Ahead<D> {
    fn default() -> Self {
        Self {
            pages: VecDeque::new(),
            last_count: 0,
        }
    }
}

/// A next page that is not further on would be read for ever.
pub(super) fn check_progress(current: Option<&Following>, next: &Following) -> Result<(), Failure> {
    let advances = match (current, next) {
        (Some(Following::Page(page)), Following::Page(next)) => next > page,
        (None, Following::Page(next)) => *next > 1,
        (Some(current), next) => current != next,
        (None, _) => true,
    };
    match advances {
        true => Ok(()),
        false => Err(Failure::malformed("the next page is not further on")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(following: Option<Following>, per_page: u32, skip: usize) -> Position {
        Position {
            following,
            per_page,
            skip,
        }
    }

    #[test]
    fn halving_keeps_the_place_in_numbered_pages() {
        let mut position = at(Some(Following::Page(4)), 100, 37);
        while position.per_page > 1 {
            position = position.halved();
            let Some(Following::Page(page)) = position.following else {
                panic!("it is numbered");
            };
            let passed = (page as usize - 1) * position.per_page as usize + position.skip;
            assert_eq!(passed, 337);
        }
    }

    #[test]
    fn halving_keeps_tokens_and_what_is_skipped() {
        let position = at(Some(Following::Token("x".to_owned())), 100, 37).halved();
        assert_eq!(position.following, Some(Following::Token("x".to_owned())));
        assert_eq!((position.per_page, position.skip), (50, 37));
    }

    #[test]
    fn a_list_that_does_not_advance_is_an_error() {
        let token = |text: &str| Following::Token(text.to_owned());
        assert!(check_progress(Some(&token("a")), &token("a")).is_err());
        assert!(check_progress(Some(&token("a")), &token("b")).is_ok());
        assert!(check_progress(Some(&Following::Page(3)), &Following::Page(3)).is_err());
        assert!(check_progress(Some(&Following::Page(3)), &Following::Page(2)).is_err());
        assert!(check_progress(None, &Following::Page(1)).is_err());
        assert!(check_progress(None, &Following::Page(2)).is_ok());
    }
}
