//! `git.read-file`; apart because it is the one function that hands bytes on with their details.
//!
//! The body is the stream that the sandbox gave: nothing is read from it here, so that the bytes go
//! from the connection to the host without passing through this memory. Workhorse streams a blob of git
//! whole whatever `Range` says (its `git-blob` handler), so the host cuts the range out; a range that is
//! honoured, as other servers and object stores do, is taken as it comes. A file small enough to be a
//! Git LFS pointer is asked for twice.

use super::{
    file::Located,
    lfs,
    stat_file::{details, explain, locate, stat},
};
use crate::{
    bindings::{
        git::{ByteRange, File, Revision, Storage},
        types::RepositoryId,
    },
    call::Call,
    error::Failure,
    transport::{Answer, Head, Request, Transport},
};

/// What `git.read-file` was called with.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) repository: &'a RepositoryId,
    pub(crate) at: &'a Revision,
    pub(crate) path: &'a str,
    pub(crate) range: Option<ByteRange>,
    pub(crate) resolve_lfs: bool,
}

/// A file's details and its bytes, from `first` on.
#[derive(Debug)]
pub(crate) struct Read<B> {
    pub(crate) info: File,
    pub(crate) first: u64,
    pub(crate) body: B,
}

/// Read a file: its details, and its bytes as a stream.
pub(crate) async fn read_file<T: Transport>(
    call: &Call<T>,
    reading: Reading<'_>,
) -> Result<Read<T::Body>, Failure> {
    if let Some(range) = &reading.range
        && range.last.is_some_and(|last| last < range.first)
    {
        return Err(Failure::invalid("range: it ends before it begins"));
    }
    let located = locate(call, reading.repository, reading.at, reading.path).await?;
    if reading.range.is_none() && !reading.resolve_lfs {
        return whole(call, &located).await;
    }
    let file = stat(call, &located).await?;
    let stored = match &file.storage {
        Storage::Lfs(pointer) if reading.resolve_lfs => Some(pointer),
        _ => None,
    };
    let size = stored.map_or(file.size, |pointer| pointer.size);
    let span = reading.range.map(|range| span(&range, size)).transpose()?;
    let span = span.filter(|(first, last)| last - first + 1 < size);
    let target = match stored {
        Some(_) => located.stored_target(),
        None => located.raw_target(),
    };
    let request = Request {
        range: span.map(|(first, last)| format!("bytes={first}-{last}")),
        ..Request::content(target)
    };
    let answer = match stored {
        Some(_) => call.open_stored(&request, &located.purpose()).await,
        None => call.open(&request, &located.purpose()).await,
    };
    let answer = opened(call, &located, answer).await?;
    let first = begin(&answer.head, span, size)?;
    if let Some(pointer) = stored {
        lfs::check_stored(&answer.head, pointer, file.size)?;
    }
    Ok(Read {
        info: file,
        first,
        body: answer.body,
    })
}

/// The answer with the bytes has the details too, so one request is enough for most files.
async fn whole<T: Transport>(call: &Call<T>, located: &Located) -> Result<Read<T::Body>, Failure> {
    let request = Request::content(located.raw_target());
    let answer = call.open(&request, &located.purpose()).await;
    let answer = opened(call, located, answer).await?;
    let mut file = match located.read(&answer.head)? {
        Some(file) => file,
        None => details(call, located).await?,
    };
    if file.size >= lfs::LARGEST_POINTER {
        return Ok(Read {
            info: file,
            first: 0,
            body: answer.body,
        });
    }
    let purpose = located.purpose();
    let limit = lfs::LARGEST_POINTER as usize;
    let content = call.read(answer, &purpose, limit).await?;
    file.storage = lfs::storage(&content);
    let answer = call.open(&request, &purpose).await;
    let answer = opened(call, located, answer).await?;
    Ok(Read {
        info: file,
        first: 0,
        body: answer.body,
    })
}

/// Tell why there is no answer.
async fn opened<T: Transport>(
    call: &Call<T>,
    located: &Located,
    answer: Result<Answer<T::Body>, Failure>,
) -> Result<Answer<T::Body>, Failure> {
    let failure = match answer {
        Ok(answer) => return Ok(answer),
        Err(failure) => failure,
    };
    match failure.status() {
        Some(416) => Err(Failure::invalid(
            "range: it begins behind the end of the file",
        )),
        _ => Err(explain(call, located, failure).await),
    }
}

/// The first and the last byte, both within the file.
fn span(range: &ByteRange, size: u64) -> Result<(u64, u64), Failure> {
    // All bytes of an empty file are none.
    if range.first >= size && !(range.first == 0 && size == 0) {
        return Err(Failure::invalid(
            "range: it begins behind the end of the file",
        ));
    }
    let end = size.saturating_sub(1);
    Ok((range.first, range.last.unwrap_or(end).min(end)))
}

/// The byte that the answer begins with: the range's first, or 0 where the whole file comes.
fn begin(head: &Head, span: Option<(u64, u64)>, size: u64) -> Result<u64, Failure> {
    let Some((first, last)) = span.filter(|_| head.status == 206) else {
        return Ok(0);
    };
    let expected = format!("bytes {first}-{last}/{size}");
    match head.field("content-range") {
        Some(range) if range.eq_ignore_ascii_case(&expected) => Ok(first),
        _ => Err(Failure::malformed("another range than was wanted").with_head(head)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_lies_within_the_file() {
        let of = |first, last, size| span(&ByteRange { first, last }, size).ok();
        assert_eq!(of(0, None, 10), Some((0, 9)));
        assert_eq!(of(3, Some(5), 10), Some((3, 5)));
        assert_eq!(of(3, Some(99), 10), Some((3, 9)));
        assert_eq!(of(10, None, 10), None);
        assert_eq!(of(u64::MAX, Some(u64::MAX), 10), None);
        assert_eq!(of(0, None, 0), Some((0, 0)));
    }

    #[test]
    fn an_answer_with_another_range_is_not_taken_for_it() {
        let wanted = Some((3, 5));
        let right = Head::of(206, &[("content-range", "bytes 3-5/10")]);
        assert_eq!(begin(&right, wanted, 10).ok(), Some(3));
        let other = Head::of(206, &[("content-range", "bytes 0-5/10")]);
        assert!(begin(&other, wanted, 10).is_err());
        assert!(begin(&Head::of(206, &[]), wanted, 10).is_err());
    }

    #[test]
    fn a_whole_answer_begins_with_the_first_byte() {
        assert_eq!(begin(&Head::of(200, &[]), Some((3, 5)), 10).ok(), Some(0));
        assert_eq!(begin(&Head::of(200, &[]), None, 10).ok(), Some(0));
    }
}
