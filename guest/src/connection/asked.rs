//! Questions to which a refusal is an answer; apart from the functions that ask them.

use serde::de::DeserializeOwned;

use crate::{
    bindings::{
        connection::RateLimit,
        types::{Denial, ErrorCode, Subject},
    },
    call::Call,
    error::{Failure, Purpose},
    transport::{Head, Request, Transport},
};

/// What GitLab told, or the refusal that a report mentions.
#[derive(Debug)]
pub(crate) enum Asked<D> {
    Told(D, Option<RateLimit>),
    Refused(Failure),
}

impl<D> Asked<D> {
    pub(crate) fn told(&self) -> Option<&D> {
        match self {
            Self::Told(told, _) => Some(told),
            Self::Refused(_) => None,
        }
    }

    pub(crate) fn refused(&self) -> Option<&Failure> {
        match self {
            Self::Told(..) => None,
            Self::Refused(failure) => Some(failure),
        }
    }

    pub(super) fn rate_limit(&self) -> Option<RateLimit> {
        match self {
            Self::Told(_, limit) => *limit,
            Self::Refused(_) => None,
        }
    }
}

/// Ask. An account that cannot be used is a failure: nothing will work.
pub(super) async fn ask<T: Transport, D: DeserializeOwned>(
    call: &Call<T>,
    target: &str,
    action: &str,
) -> Result<Asked<D>, Failure> {
    let purpose = Purpose::new(action, Subject::Other("endpoint".to_owned()));
    match call.json(&Request::hasty(target), &purpose).await {
        Ok((head, told)) => Ok(Asked::Told(told, rate_limit(&head))),
        Err(failure) => match failure.code() {
            ErrorCode::Forbidden(Denial::Account(_) | Denial::IpAddress) => Err(failure),
            ErrorCode::Forbidden(_) => Ok(Asked::Refused(failure)),
            _ => Err(failure),
        },
    }
}

/// Self-managed instances tell from 18.6 on, and only where they limit. They write the limit as one of
/// a minute, and what was seen and what is left as of its real span.
fn rate_limit(head: &Head) -> Option<RateLimit> {
    let remaining = head.number("ratelimit-remaining")?;
    let limit = match head.number("ratelimit-observed") {
        Some(observed) => observed.saturating_add(remaining),
        None => head.number("ratelimit-limit")?,
    };
    let resets_at = head.number("ratelimit-reset");
    Some(RateLimit {
        limit,
        remaining,
        resets_at: resets_at.and_then(|seconds| i64::try_from(seconds).ok()),
    })
}
