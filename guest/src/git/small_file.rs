//! One small file with its bytes; apart because its size is told before it is read, and decides
//! whether it is.

use std::cell::Cell;

use super::{file::Located, lfs};
use crate::{
    bindings::{
        git::{File, LfsPointer, SmallFile, Storage},
        types::ErrorCode,
    },
    call::Call,
    error::Failure,
    transport::{Head, Request, Transport},
};

/// How much may be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget<'a> {
    /// Bytes of one file.
    pub(super) each: u64,
    /// Bytes of all files together.
    pub(super) all: u64,
    /// Bytes of the files so far, in the order of their paths.
    pub(super) counted: &'a Cell<u64>,
    /// Whether a stored file is read in the place of its pointer.
    pub(super) resolve_lfs: bool,
}

impl Budget<'_> {
    /// Whether a file of that size can still be one of the answer's.
    fn check(&self, size: u64) -> Result<(), Failure> {
        if size > self.each {
            return Err(too_large(size, self.each));
        }
        match self.counted.get().saturating_add(size) > self.all {
            true => Err(too_large(size, self.all)),
            false => Ok(()),
        }
    }

    /// Count a file, or leave it out where it is one too many.
    pub(super) fn count(&self, file: SmallFile) -> Result<SmallFile, Failure> {
        let size = file.bytes.len() as u64;
        self.check(size)?;
        self.counted.set(self.counted.get() + size);
        Ok(file)
    }

    /// Bytes that have to be read to know how large the file is: those of a pointer.
    fn least(&self) -> u64 {
        match self.resolve_lfs {
            true => lfs::LARGEST_POINTER,
            false => 0,
        }
    }
}

/// Read a file, if it is within the budget.
pub(super) async fn read<T: Transport>(
    call: &Call<T>,
    located: Located,
    budget: Budget<'_>,
) -> Result<SmallFile, Failure> {
    let (mut info, bytes) = content(call, &located, |size| match size < budget.least() {
        true => Ok(()),
        false => budget.check(size),
    })
    .await?;
    info.storage = lfs::storage(&bytes);
    let bytes = match &info.storage {
        Storage::Lfs(pointer) if budget.resolve_lfs => {
            budget.check(pointer.size)?;
            stored(call, &located, pointer, info.size).await?
        }
        _ => {
            budget.check(info.size)?;
            bytes
        }
    };
    Ok(SmallFile { info, bytes })
}

/// Read a file's details and all of its bytes, if `check` has nothing against its size.
pub(super) async fn content<T: Transport>(
    call: &Call<T>,
    located: &Located,
    check: impl Fn(u64) -> Result<(), Failure>,
) -> Result<(File, Vec<u8>), Failure> {
    let purpose = located.purpose();
    if call.left() == 0 {
        let message = format!("{}: the call's budget is used up", purpose.action);
        return Err(Failure::new(ErrorCode::Timeout, message));
    }
    let limit = |head: &Head| {
        crate::call::check_content(head, &purpose)?;
        let size = head.number("x-gitlab-size");
        let size = size.ok_or_else(|| unmeasured(located, head))?;
        check(size)?;
        Ok(usize::try_from(size).unwrap_or(usize::MAX))
    };
    let request = Request::content(located.raw_target());
    let (head, bytes) = call.bytes_within(&request, &purpose, limit).await?;
    let info = located.read(&head)?;
    let info = info.ok_or_else(|| unmeasured(located, &head))?;
    match info.size == bytes.len() as u64 {
        true => Ok((info, bytes)),
        false => Err(cut(located, &head)),
    }
}

/// Read the file that a pointer stands for.
async fn stored<T: Transport>(
    call: &Call<T>,
    located: &Located,
    pointer: &LfsPointer,
    pointer_size: u64,
) -> Result<Vec<u8>, Failure> {
    let request = Request::content(located.stored_target());
    let limit = |head: &Head| {
        lfs::check_stored(head, pointer, pointer_size)?;
        Ok(usize::try_from(pointer.size).unwrap_or(usize::MAX))
    };
    let bytes = call
        .stored_bytes(&request, &located.purpose(), limit)
        .await?;
    match pointer.size == bytes.len() as u64 {
        true => Ok(bytes),
        false => Err(Failure::malformed(format!(
            "{}: the stored file has another size than its pointer says",
            located.purpose().action
        ))),
    }
}

pub(super) fn too_large(size: u64, limit: u64) -> Failure {
    let message = format!("the file has {size} bytes, and no more than {limit} are read");
    Failure::new(ErrorCode::TooLarge(limit), message)
}

fn unmeasured(located: &Located, head: &Head) -> Failure {
    let action = located.purpose().action;
    Failure::malformed(format!("{action}: size and blob are missing")).with_head(head)
}

fn cut(located: &Located, head: &Head) -> Failure {
    let action = located.purpose().action;
    Failure::malformed(format!("{action}: the bytes are not as many as its size")).with_head(head)
}
