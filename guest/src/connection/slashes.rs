//! Whether a path arrives at GitLab as it was sent; apart because its answer is always a refusal.

use serde::de::IgnoredAny;

use crate::{
    bindings::types::{ErrorCode, Subject},
    call::Call,
    error::{Mark, Purpose},
    transport::{Request, Transport},
};

/// What becomes of `%2F` on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slashes {
    /// It arrives.
    Kept,
    /// It arrives as `/`, which is another path.
    Decoded,
    /// Something on the way refuses it.
    Refused,
    /// Nobody knows: the question was refused for another reason.
    Unknown,
}

impl Slashes {
    /// Ask. A page in the place of one answer may have come for another reason, so that what refuses
    /// has to refuse twice.
    pub(super) async fn ask<T: Transport>(call: &Call<T>) -> Self {
        match Self::ask_once(call).await {
            Self::Refused => Self::ask_once(call).await,
            other => other,
        }
    }

    /// Ask for a project that cannot be there, since no namespace is called `-`.
    async fn ask_once<T: Transport>(call: &Call<T>) -> Self {
        let missing = Subject::Other("endpoint".to_owned());
        let purpose = Purpose::new("asking whether `%2F` arrives as it is", missing);
        let answer = call
            .json::<IgnoredAny>(&Request::hasty(TARGET), &purpose)
            .await;
        match answer {
            Ok(_) => Self::Unknown,
            Err(failure) if failure.is_marked(Mark::Unrouted) => Self::Decoded,
            Err(failure) => match failure.code() {
                ErrorCode::NotFound(Subject::Repository) => Self::Kept,
                ErrorCode::NotTheApi(_) => Self::Refused,
                _ => Self::Unknown,
            },
        }
    }
}

const TARGET: &str = "/projects/-%2Fencoded-slash";
