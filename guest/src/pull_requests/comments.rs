//! A pull request's threads in GitLab's order; apart because four functions read them.

use serde::{Deserialize, Serialize};

use super::{
    marker::unmark,
    place::{Doing, Place, explain},
};
use crate::{
    bindings::{pull_requests::Comment, types::Subject},
    call::Call,
    error::Failure,
    model::{Discussion, Note},
    page::{self, Sorted},
    transport::Transport,
};

/// What GitLab sorts by: a moment in milliseconds, and a number.
pub(super) type Key = (i64, u64);

/// Where the comments go on: behind a thread, and behind a comment of the next one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Thread {
    #[serde(rename = "p")]
    pub(super) place: page::Place<Key>,
    /// That thread, and the last of its comments that was seen.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub(super) within: Option<(String, Key)>,
}

/// Threads that follow each other, and where the list goes on.
pub(super) type Threads = (Vec<Discussion>, Option<page::Place<Key>>);

/// Read up to `limit` threads.
pub(super) async fn threads<T: Transport>(
    call: &Call<T>,
    place: &Place,
    from: page::Place<Key>,
    limit: usize,
) -> Result<Threads, Failure> {
    let purpose = place.purpose("reading the comments of", Subject::PullRequest);
    let sorted = Sorted {
        target: place.target("/discussions"),
        purpose: &purpose,
        key: Discussion::key,
    };
    let read = async {
        if !from.is_whole
            && let Some(part) = sorted.read(call, from.clone(), limit).await?
        {
            return Ok((part.items, part.next));
        }
        whole(call, place, from.last, limit).await
    };
    match read.await {
        Ok(threads) => Ok(threads),
        Err(failure) => Err(explain(call, &place.project, Doing::Reading, failure).await),
    }
}

/// Threads of two comments in one millisecond may be out of order: then all are read and sorted here.
async fn whole<T: Transport>(
    call: &Call<T>,
    place: &Place,
    last: Option<Key>,
    limit: usize,
) -> Result<Threads, Failure> {
    let purpose = place.purpose("reading the comments of", Subject::PullRequest);
    let sequence = page::Sequence {
        target: place.target("/discussions"),
        purpose: &purpose,
    };
    let beginning = page::Position::beginning(page::LARGEST_PAGE as usize);
    let (mut all, next) = sequence.read(call, beginning, MOST_UNSORTED).await?;
    if next.is_some() {
        return Err(Failure::malformed("the comments are not in order"));
    }
    all.sort_by_key(Discussion::key);
    all.dedup_by_key(|thread| thread.key());
    all.retain(|thread| last.is_none_or(|last| thread.key() > last));
    let is_cut = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| is_cut).map(Discussion::key);
    Ok((all, next.map(page::Place::in_whole)))
}

/// Find the first comment that is wanted, with its thread.
pub(super) async fn find<T: Transport>(
    call: &Call<T>,
    place: &Place,
    is_wanted: impl Fn(&Discussion, &Note) -> bool,
) -> Result<Option<(Discussion, Note)>, Failure> {
    let mut from = page::Place::default();
    loop {
        // A list out of order is read whole for each part of it, so that the part is the whole.
        let (threads, next) = threads(call, place, from, MOST_UNSORTED).await?;
        for thread in threads {
            let found = thread.notes.iter().find(|note| is_wanted(&thread, note));
            if let Some(note) = found.cloned() {
                return Ok(Some((thread, note)));
            }
        }
        match next {
            Some(next) => from = next,
            None => return Ok(None),
        }
    }
}

/// Make a comment of a note in a thread.
pub(super) fn told(thread: &Discussion, note: Note) -> Comment {
    let split = split(&note);
    note.clone()
        .into_comment(thread.thread_of(&note), thread.resolved(), split)
}

/// The text that people read, and the mark.
pub(super) fn split(note: &Note) -> (String, Option<String>) {
    let (body, marker) = unmark(&note.body);
    (body.to_owned(), marker.map(str::to_owned))
}

/// Threads that are sorted here at most.
const MOST_UNSORTED: usize = 10_000;
