//! What a manifest declares and an operator does not grant.
//!
//! It is apart because it decides nothing: it tells a person beforehand what will be refused.

use std::fmt;

use crate::{
    endpoint::Endpoint,
    operator::{Listing, Operator},
    pattern::EndpointPattern,
    policy::Operation,
    profile::Profile,
    rule::Access,
};

/// An endpoint that the manifest declares and the operator does not grant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CutEndpoint {
    operation: Box<str>,
    endpoint: Endpoint,
    reason: CutReason,
}

impl CutEndpoint {
    /// The function that declares it.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Why it is not granted: the first reason of those that apply.
    pub fn reason(&self) -> &CutReason {
        &self.reason
    }
}

/// Why an endpoint is not granted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CutReason {
    /// It needs an access that the operator does not grant.
    Access(Access),
    /// This pattern in `deny` covers it.
    Denied(EndpointPattern),
    /// No pattern in `allow` covers it.
    NotAllowed,
}

impl fmt::Display for CutReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Access(access) => write!(f, "it needs the access `{access}`"),
            Self::Denied(pattern) => write!(f, "`deny` has `{pattern}`"),
            Self::NotAllowed => f.write_str("`allow` does not have it"),
        }
    }
}

pub(super) fn cut(
    profile: &Profile,
    operations: &[Operation],
    operator: &Operator,
    listings: &[Listing],
) -> Vec<CutEndpoint> {
    let reason = |index: usize| {
        let access = profile.rules()[index].access();
        match listings[index] {
            Listing::Denied(place) => Some(CutReason::Denied(operator.deny[place].clone())),
            Listing::NotAllowed => Some(CutReason::NotAllowed),
            Listing::Open if operator.access.contains(&access) => None,
            Listing::Open => Some(CutReason::Access(access)),
        }
    };
    let mut cut = Vec::new();
    for operation in operations {
        let reasons = operation.rules.iter().map(|index| (*index, reason(*index)));
        cut.extend(reasons.filter_map(|(index, reason)| {
            Some(CutEndpoint {
                operation: operation.name.clone(),
                endpoint: profile.rules()[index].endpoint().clone(),
                reason: reason?,
            })
        }));
    }
    cut
}
