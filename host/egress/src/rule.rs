//! What a profile says of one endpoint, and whether a path is that endpoint.
//!
//! It is apart from the profile's file format because every request is matched here: nothing in
//! this module allocates.

use std::{cmp::Ordering, fmt, str::FromStr};

use crate::{
    body::BodyRule,
    endpoint::{Endpoint, Segment},
    query::QueryKeys,
};

/// What an operator grants.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Access {
    /// Reading.
    Read,
    /// Creating branches and tags, and removing branches.
    Branches,
    /// Writing commits.
    Commits,
    /// Opening, changing, commenting and merging pull requests.
    PullRequests,
    /// Setting statuses of commits.
    Statuses,
    /// Registering webhooks.
    Webhooks,
}

impl Access {
    /// Every access that there is.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Branches,
        Self::Commits,
        Self::PullRequests,
        Self::Statuses,
        Self::Webhooks,
    ];

    /// The access as it stands in a configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Branches => "branches",
            Self::Commits => "commits",
            Self::PullRequests => "pull-requests",
            Self::Statuses => "statuses",
            Self::Webhooks => "webhooks",
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Access {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let access = Self::ALL.into_iter().find(|access| access.as_str() == text);
        access.ok_or(AccessError)
    }
}

/// A text that names no access.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an access is one of read, branches, commits, pull-requests, statuses and webhooks")]
pub struct AccessError;

/// What the answers of an endpoint hold.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Answer {
    /// JSON that the plugin parses.
    Json,
    /// Content of a repository, which passes through unaltered.
    Content,
    /// No body.
    None,
}

/// What a profile says of one endpoint.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(crate) endpoint: Endpoint,
    pub(crate) parts: Box<[Part]>,
    pub(crate) access: Access,
    pub(crate) answer: Answer,
    pub(crate) query: QueryKeys,
    pub(crate) body: Option<BodyRule>,
    pub(crate) may_redirect: bool,
    pub(crate) is_identity: bool,
}

impl Rule {
    /// The endpoint that the rule is about.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What an operator has to grant for it.
    pub fn access(&self) -> Access {
        self.access
    }

    /// What its answers hold.
    pub fn answer(&self) -> Answer {
        self.answer
    }

    /// Whether an answer may lead to another origin.
    pub fn may_redirect(&self) -> bool {
        self.may_redirect
    }

    /// The keys that its query may hold.
    pub fn query(&self) -> &QueryKeys {
        &self.query
    }

    /// What its body may hold; `None` where it has no body.
    pub fn body(&self) -> Option<&BodyRule> {
        self.body.as_ref()
    }

    /// Whether it is where a repository's identity is read.
    pub fn is_identity(&self) -> bool {
        self.is_identity
    }

    /// Whether it is about one repository.
    pub fn names_repository(&self) -> bool {
        self.parts.contains(&Part::Repository)
    }

    /// Whether a canonical path below the API's own path is this endpoint's.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let mut segments = path.split('/').skip(1);
        self.parts
            .iter()
            .all(|part| segments.next().is_some_and(|segment| part.admits(segment)))
            && segments.next().is_none()
    }

    /// The segment that names the repository, of a path that matches.
    pub(crate) fn repository<'p>(&self, path: &'p str) -> Option<&'p str> {
        let index = self
            .parts
            .iter()
            .position(|part| *part == Part::Repository)?;
        path.split('/').nth(index + 1)
    }

    /// Orders rules so that of two that match one path the more literal one comes first, as a
    /// router reads them.
    pub(crate) fn precedence(&self, other: &Self) -> Ordering {
        let ranks = |rule: &Self| rule.parts.iter().map(Part::rank).collect::<Vec<_>>();
        ranks(self)
            .cmp(&ranks(other))
            .then_with(|| self.endpoint.cmp(&other.endpoint))
    }

    /// Whether two rules are for the same requests, under whatever names.
    pub(crate) fn is_ambiguous_with(&self, other: &Self) -> bool {
        let overlaps = |(one, two): (&Part, &Part)| match (one, two) {
            (Part::Literal(one), Part::Literal(two)) => one == two,
            (one, two) => one.rank() == two.rank(),
        };
        self.endpoint.method() == other.endpoint.method()
            && self.parts.len() == other.parts.len()
            && self.parts.iter().zip(&other.parts).all(overlaps)
    }
}

/// What a segment of a path has to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    Any,
    Literal(Box<str>),
    Number,
    ObjectId,
    OneOf(Box<[Box<str>]>),
    Repository,
}

impl Part {
    /// A literal segment, or any segment at all.
    pub(crate) fn new(segment: Segment<'_>) -> Self {
        match segment {
            Segment::Literal(text) => Self::Literal(text.into()),
            Segment::Placeholder(_) => Self::Any,
        }
    }

    /// Whether a segment of a canonical path fits.
    pub(crate) fn admits(&self, segment: &str) -> bool {
        let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match self {
            Self::Any | Self::Repository => !segment.is_empty(),
            Self::Literal(text) => segment == &**text,
            Self::Number => {
                !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
            }
            Self::ObjectId => matches!(segment.len(), 40 | 64) && segment.bytes().all(lower_hex),
            Self::OneOf(values) => values.iter().any(|value| segment == &**value),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Literal(_) => 0,
            Self::Number | Self::ObjectId | Self::OneOf(_) => 1,
            Self::Any | Self::Repository => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(endpoint: &str, parts: &[Part]) -> Rule {
        Rule {
            endpoint: endpoint.parse().unwrap(),
            parts: parts.into(),
            access: Access::Read,
            answer: Answer::Json,
            query: QueryKeys::default(),
            body: None,
            may_redirect: false,
            is_identity: false,
        }
    }

    #[test]
    fn a_template_matches_the_whole_path_and_nothing_else() {
        let things = Part::Literal("things".into());
        let raw = Part::Literal("raw".into());
        let rule = rule("GET /things/{thing}/raw", &[things, Part::Any, raw]);
        assert!(rule.matches("/things/42/raw"));
        assert!(rule.matches("/things/a%2Fb/raw"));
        for path in [
            "/things/42",
            "/things/42/raw/x",
            "/things/42/raw/",
            "/things//raw",
            "/things/a/b/raw",
            "/things/42/raw.json",
            "/things/42/RAW",
            "things/42/raw",
        ] {
            assert!(!rule.matches(path), "{path}");
        }
    }

    #[test]
    fn placeholders_can_be_narrowed() {
        let one_of = Part::OneOf(Box::new(["push".into(), "tag".into()]));
        assert!(one_of.admits("push") && !one_of.admits("pushed") && !one_of.admits(""));
        assert!(
            Part::Number.admits("42") && !Part::Number.admits("4x") && !Part::Number.admits("")
        );
        let id = "0123456789abcdef0123456789abcdef01234567";
        assert!(Part::ObjectId.admits(id));
        assert!(!Part::ObjectId.admits(&id.to_uppercase()) && !Part::ObjectId.admits("main"));
    }

    #[test]
    fn access_reads_as_it_is_written() {
        for access in Access::ALL {
            assert_eq!(access.to_string().parse(), Ok(access));
        }
        assert_eq!("Read".parse::<Access>(), Err(AccessError));
    }
}
