//! What a profile refuses by name, so that a wish for it is answered with its own reason.
//!
//! It is apart because it grants nothing: it explains, and keeps rules from being written that
//! must not exist.

use serde::Deserialize;

use crate::{
    endpoint::{Endpoint, Method, Segment},
    pattern::EndpointPattern,
    profile::ProfileError,
    rule::{Part, Rule},
};

/// One reason, with what it is the reason for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Entry {
    reason: Box<str>,
    #[serde(default)]
    segments: Vec<Box<str>>,
    #[serde(default)]
    endpoints: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default)]
    paths: Vec<Box<str>>,
}

/// What a profile refuses by name.
#[derive(Debug)]
pub(super) struct Refused(Vec<Group>);

#[derive(Debug)]
struct Group {
    reason: Box<str>,
    segments: Vec<Box<str>>,
    endpoints: Vec<(Endpoint, Vec<Part>)>,
    except: Vec<Endpoint>,
    paths: Vec<Box<str>>,
}

impl Refused {
    pub(super) fn new(entries: Vec<Entry>) -> Result<Self, ProfileError> {
        entries
            .into_iter()
            .map(Group::new)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Why an endpoint is refused.
    pub(super) fn endpoint(&self, endpoint: &Endpoint) -> Option<&str> {
        let group = self.0.iter().find(|group| group.has(endpoint))?;
        Some(&group.reason)
    }

    /// Why a rule must not exist.
    pub(super) fn rule(&self, rule: &Rule) -> Option<&str> {
        self.endpoint(rule.endpoint())
    }

    /// Why what a pattern means is refused.
    pub(super) fn pattern(&self, pattern: &EndpointPattern) -> Option<&str> {
        let group = self.0.iter().find(|group| group.has_pattern(pattern));
        let reason = group.map(|group| &*group.reason);
        reason.or_else(|| self.path(pattern.template()))
    }

    /// Why a request that no rule matches is refused.
    pub(super) fn request(&self, method: Method, path: &str) -> Option<&str> {
        let group = self
            .0
            .iter()
            .find(|group| group.has_request(method, path))?;
        Some(&group.reason)
    }

    /// Why a path outside the API is refused.
    pub(super) fn path(&self, path: &str) -> Option<&str> {
        let is_at = |prefix: &str| {
            let rest = path.strip_prefix(prefix);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let group = self
            .0
            .iter()
            .find(|group| group.paths.iter().any(|prefix| is_at(prefix)))?;
        Some(&group.reason)
    }
}

impl Group {
    fn new(entry: Entry) -> Result<Self, ProfileError> {
        let with_parts = |endpoint: Endpoint| {
            let parts = endpoint.segments().map(Part::new).collect();
            (endpoint, parts)
        };
        Ok(Self {
            reason: entry.reason,
            segments: entry.segments,
            endpoints: parse_endpoints(entry.endpoints)?
                .into_iter()
                .map(with_parts)
                .collect(),
            except: parse_endpoints(entry.except)?,
            paths: entry.paths,
        })
    }

    fn has(&self, endpoint: &Endpoint) -> bool {
        let by_segment = |segment: Segment<'_>| match segment {
            Segment::Literal(text) => self.segments.iter().any(|one| &**one == text),
            Segment::Placeholder(_) => false,
        };
        !self.except.contains(endpoint)
            && (self
                .endpoints
                .iter()
                .any(|(refused, _)| refused == endpoint)
                || endpoint.segments().any(by_segment))
    }

    fn has_pattern(&self, pattern: &EndpointPattern) -> bool {
        let mut refused = self.endpoints.iter();
        let mut literals = pattern.literals();
        refused.any(|(endpoint, _)| pattern.covers(endpoint))
            || literals.any(|text| self.segments.iter().any(|one| &**one == text))
    }

    fn has_request(&self, method: Method, path: &str) -> bool {
        let segments = || path.split('/').skip(1);
        let by_endpoint = |(endpoint, parts): &(Endpoint, Vec<Part>)| {
            endpoint.method() == method
                && segments().count() == parts.len()
                && segments()
                    .zip(parts)
                    .all(|(segment, part)| part.admits(segment))
        };
        self.endpoints.iter().any(by_endpoint)
            || segments().any(|segment| self.segments.iter().any(|one| &**one == segment))
    }
}

fn parse_endpoints(texts: Vec<String>) -> Result<Vec<Endpoint>, ProfileError> {
    let parse = |endpoint: String| match endpoint.parse() {
        Ok(parsed) => Ok(parsed),
        Err(source) => Err(ProfileError::Endpoint { endpoint, source }),
    };
    texts.into_iter().map(parse).collect()
}
