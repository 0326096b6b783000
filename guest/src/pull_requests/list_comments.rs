//! `pull-requests.list-comments`; apart as every function of the contract is.

use super::{
    comments::{self, Thread},
    place::Place,
};
use crate::{
    bindings::{
        pull_requests::{Comment, CommentsPage},
        types::{PageEnd, PageRequest, RepositoryId},
    },
    call::Call,
    error::Failure,
    model::Discussion,
    page::{self, Fingerprint, LARGEST_PAGE},
    transport::Transport,
};

/// List the comments, thread by thread.
pub(crate) async fn list_comments<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
    request: &PageRequest,
) -> Result<CommentsPage, Failure> {
    let place = Place::new(repository, number)?;
    let limit = page::limit(request)?;
    let list = Fingerprint::new("pull-requests.list-comments", call.base_url())
        .with(repository)
        .with(&number.to_string());
    let mut from: Thread = page::resume(request, &list)?;
    let mut items = Vec::new();
    loop {
        let wanted = (limit - items.len()).min(LARGEST_PAGE as usize);
        let begun = from.place.clone();
        let (threads, next) = comments::threads(call, &place, begun, wanted).await?;
        let mut taken = 0;
        let mut last = None;
        for thread in &threads {
            if take(&mut items, limit, thread, &mut from.within)? {
                break;
            }
            taken += 1;
            last = Some(thread.key());
        }
        from.place = match next {
            _ if taken == 0 && !threads.is_empty() => from.place,
            Some(next) => next,
            None if taken == threads.len() => {
                return Ok(CommentsPage {
                    items,
                    end: PageEnd::Complete,
                });
            }
            // The end was read and not all of it taken: reading less tells where what was taken ends.
            None => {
                let (_, next) = comments::threads(call, &place, from.place, taken).await?;
                next.unwrap_or_default()
            }
        };
        from.place.last = last.or(from.place.last);
        if items.len() == limit {
            return Ok(CommentsPage {
                items,
                end: page::end(Some(&from), &list),
            });
        }
    }
}

/// Take the comments of a thread that were not seen, as far as there is room. `within` is then behind
/// the last one of the thread, and the answer is whether there are more.
fn take(
    items: &mut Vec<Comment>,
    limit: usize,
    thread: &Discussion,
    within: &mut Option<(String, comments::Key)>,
) -> Result<bool, Failure> {
    // What was seen of a thread that is gone meanwhile says nothing of the next one.
    within.take_if(|(id, _)| *id != thread.id);
    let seen = within.as_ref().map(|(_, key)| *key);
    for note in &thread.notes {
        if Some(note.key()) <= seen {
            continue;
        }
        if items.len() == limit {
            return Ok(true);
        }
        *within = Some((thread.id.clone(), note.key()));
        items.push(comments::told(thread, note.clone()));
    }
    *within = None;
    Ok(false)
}
