//! The file format of a profile, and what is checked before it becomes one.
//!
//! It is apart so that nothing else knows how a profile is written down.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    body::BodyRule,
    endpoint::{Endpoint, Method, Segment},
    path::check_path,
    profile::{
        Contents, Deliveries, Identity, ProfileError, RefusedHost,
        refused::{Entry, Refused},
    },
    query::QueryKeys,
    rule::{Access, Answer, Part, Rule},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Document {
    provider: Box<str>,
    api_path: Box<str>,
    #[serde(default)]
    secret_fields: Vec<Box<str>>,
    credential: CredentialDocument,
    identity: IdentityDocument,
    deliveries: Option<Deliveries>,
    #[serde(default)]
    refused_hosts: Vec<RefusedHostDocument>,
    #[serde(default)]
    query_sets: BTreeMap<Box<str>, Vec<Box<str>>>,
    rules: Vec<RuleDocument>,
    #[serde(default)]
    refused: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialDocument {
    header: Box<str>,
    value: Box<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityDocument {
    endpoint: String,
    placeholder: Box<str>,
    id: Box<str>,
    path: Box<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RefusedHostDocument {
    host: Box<str>,
    #[serde(default)]
    sub_domains: bool,
    reason: Box<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RuleDocument {
    endpoint: String,
    access: Access,
    answer: Answer,
    #[serde(default)]
    query: Vec<Box<str>>,
    #[serde(default)]
    query_lists: Vec<Box<str>>,
    #[serde(default)]
    query_sets: Vec<Box<str>>,
    #[serde(default)]
    query_values: BTreeMap<Box<str>, Box<[Box<str>]>>,
    #[serde(default)]
    segments: BTreeMap<Box<str>, SegmentDocument>,
    body: Option<BodyRule>,
    #[serde(default)]
    may_redirect: bool,
}

/// What a placeholder may hold.
#[derive(Deserialize)]
#[serde(untagged)]
enum SegmentDocument {
    Form(SegmentForm),
    OneOf(Box<[Box<str>]>),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SegmentForm {
    Number,
    ObjectId,
}

impl Document {
    pub(super) fn into_contents(self) -> Result<Contents, ProfileError> {
        check_setting("provider", !self.provider.is_empty(), "is empty")?;
        let canonical = self.api_path.is_empty() || check_path(&self.api_path).is_ok();
        check_setting("api-path", canonical, "is not a canonical path")?;
        self.credential.check()?;
        let identity = self.identity.into_identity()?;
        if let Some(deliveries) = &self.deliveries {
            deliveries.check()?;
        }
        let refused = Refused::new(self.refused)?;
        let sets = &self.query_sets;
        let mut rules = Vec::with_capacity(self.rules.len());
        for document in self.rules {
            rules.push(document.into_rule(&identity, sets)?);
        }
        check_rules(&mut rules, &refused)?;
        let is_there = rules
            .iter()
            .any(|rule| rule.is_identity && rule.answer == Answer::Json);
        check_setting(
            "identity.endpoint",
            is_there,
            "has no rule whose answer is JSON",
        )?;
        Ok(Contents {
            provider: self.provider,
            api_path: self.api_path,
            credential: (self.credential.header, self.credential.value),
            identity,
            deliveries: self.deliveries,
            secret_fields: self.secret_fields,
            refused_hosts: self.refused_hosts.into_iter().map(Into::into).collect(),
            refused,
            rules: rules.into(),
        })
    }
}

impl CredentialDocument {
    fn check(&self) -> Result<(), ProfileError> {
        let is_name = !self.header.is_empty()
            && self
                .header
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        check_setting("credential.header", is_name, "is not the name of a header")?;
        let once = self.value.matches("{token}").count() == 1;
        let visible = self.value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        check_setting(
            "credential.value",
            once && visible,
            "does not hold `{token}` once",
        )
    }
}

impl IdentityDocument {
    fn into_identity(self) -> Result<Identity, ProfileError> {
        let endpoint = parse_endpoint(&self.endpoint)?;
        check_setting(
            "identity.endpoint",
            endpoint.method() == Method::Get,
            "is not read with GET",
        )?;
        let named = endpoint
            .segments()
            .any(|segment| segment.placeholder() == Some(&*self.placeholder));
        check_setting("identity.placeholder", named, "is not in the endpoint")?;
        let differ = !self.id.is_empty() && !self.path.is_empty() && self.id != self.path;
        check_setting("identity.id", differ, "and `path` are not two fields")?;
        Ok(Identity {
            endpoint,
            placeholder: self.placeholder,
            id: self.id,
            path: self.path,
        })
    }
}

impl From<RefusedHostDocument> for RefusedHost {
    fn from(document: RefusedHostDocument) -> Self {
        Self {
            host: document.host,
            sub_domains: document.sub_domains,
            reason: document.reason,
        }
    }
}

impl RuleDocument {
    fn into_rule(
        mut self,
        identity: &Identity,
        sets: &BTreeMap<Box<str>, Vec<Box<str>>>,
    ) -> Result<Rule, ProfileError> {
        let endpoint = parse_endpoint(&self.endpoint)?;
        let problem = |problem: &str| ProfileError::Rule {
            endpoint: endpoint.to_string(),
            problem: problem.to_owned(),
        };
        let parts = self.parts(&endpoint, identity).map_err(problem)?;
        for name in std::mem::take(&mut self.query_sets) {
            let set = sets
                .get(&name)
                .ok_or_else(|| problem("names a query set that is not there"))?;
            self.query.extend(set.iter().cloned());
        }
        self.query.sort_unstable();
        self.query.dedup();
        let query = QueryKeys::new(self.query, self.query_lists)
            .and_then(|keys| keys.with_values(self.query_values));
        let rule = Rule {
            is_identity: endpoint == identity.endpoint,
            parts,
            access: self.access,
            answer: self.answer,
            query: query.map_err(problem)?,
            body: self.body,
            may_redirect: self.may_redirect,
            endpoint: endpoint.clone(),
        };
        match rule_problem(&rule) {
            Some(text) => Err(problem(text)),
            None => Ok(rule),
        }
    }

    fn parts(
        &mut self,
        endpoint: &Endpoint,
        identity: &Identity,
    ) -> Result<Box<[Part]>, &'static str> {
        let part = |segment: Segment<'_>| match segment.placeholder() {
            Some(name) if name == &*identity.placeholder => Part::Repository,
            Some(name) => self.segments.remove(name).map_or(Part::Any, Part::from),
            None => Part::new(segment),
        };
        let parts = endpoint.segments().map(part).collect();
        if !self.segments.is_empty() {
            return Err("narrows a placeholder that it does not have, or the repository's");
        }
        Ok(parts)
    }
}

impl From<SegmentDocument> for Part {
    fn from(document: SegmentDocument) -> Self {
        match document {
            SegmentDocument::Form(SegmentForm::Number) => Self::Number,
            SegmentDocument::Form(SegmentForm::ObjectId) => Self::ObjectId,
            SegmentDocument::OneOf(values) => Self::OneOf(values),
        }
    }
}

fn rule_problem(rule: &Rule) -> Option<&'static str> {
    let method = rule.endpoint.method();
    let is_segment = |value: &str| !value.contains('/') && check_path(&format!("/{value}")).is_ok();
    let one_of = |part: &Part| match part {
        Part::OneOf(values) => !values.is_empty() && values.iter().all(|value| is_segment(value)),
        _ => true,
    };
    if !method.is_read() && rule.access == Access::Read {
        return Some("writes, which `read` does not grant: only GET and HEAD read");
    }
    if method == Method::Head && rule.answer != Answer::None {
        return Some("is a HEAD, whose answers hold nothing");
    }
    if !method.may_have_body() && rule.body.is_some() {
        return Some("has a body, which its method does not have");
    }
    if rule.may_redirect && method != Method::Get {
        return Some("may redirect, which only a GET may");
    }
    if !rule.parts.iter().all(one_of) {
        return Some("narrows a placeholder to values that are no segments");
    }
    rule.body.as_ref().and_then(BodyRule::problem)
}

/// Sorts the rules as a router reads them, and refuses what must not be among them.
fn check_rules(rules: &mut [Rule], refused: &Refused) -> Result<(), ProfileError> {
    rules.sort_by(Rule::precedence);
    let error = |rule: &Rule, problem: String| {
        let endpoint = rule.endpoint.to_string();
        Err(ProfileError::Rule { endpoint, problem })
    };
    for (index, rule) in rules.iter().enumerate() {
        if let Some(reason) = refused.rule(rule) {
            return error(rule, format!("is refused by name: {reason}"));
        }
        if let Some(other) = rules[..index]
            .iter()
            .find(|other| other.is_ambiguous_with(rule))
        {
            return error(
                rule,
                format!("is for the same requests as `{}`", other.endpoint),
            );
        }
    }
    Ok(())
}

fn parse_endpoint(text: &str) -> Result<Endpoint, ProfileError> {
    text.parse().map_err(|source| ProfileError::Endpoint {
        endpoint: text.to_owned(),
        source,
    })
}

fn check_setting(key: &'static str, fits: bool, problem: &'static str) -> Result<(), ProfileError> {
    fits.then_some(())
        .ok_or(ProfileError::Setting { key, problem })
}
