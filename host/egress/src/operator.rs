//! What the operator of a connection decides, beside the repositories.
//!
//! It is apart because it is words of a person: each is held against the profile once, at load,
//! and what cannot mean anything is refused there and not forgotten.

use std::collections::BTreeSet;

use crate::{
    authority::{Origin, Scheme},
    base_url::BaseUrl,
    body::BodyRule,
    denial::{Denial, Layer, Reason},
    pattern::EndpointPattern,
    policy::PolicyError,
    profile::{Deliveries, Profile},
    remedy::line,
    repository::ConnectedRepository,
    rule::{Access, Rule},
};

/// What the operator of a connection decides.
#[derive(Clone, Debug, Default)]
pub struct Operator {
    /// What the plugin may do.
    pub access: Vec<Access>,
    /// The repositories that it may do it to.
    pub repositories: Vec<ConnectedRepository>,
    /// Whether the token may travel over plain HTTP.
    pub allow_plain_http: bool,
    /// Of all endpoints only those that one of these covers; none at all restrict nothing.
    pub allow: Vec<EndpointPattern>,
    /// None of the endpoints that one of these covers.
    pub deny: Vec<EndpointPattern>,
    /// Origins that an answer may lead to.
    pub redirect_origins: Vec<Origin>,
    /// The addresses that webhooks may be registered for, byte for byte.
    pub webhook_urls: Vec<String>,
    /// Names of the secrets that the host puts in where a body names them.
    pub secrets: Vec<String>,
    /// Names of the secrets before those, which a delivery may still be verified with.
    pub previous_secrets: Vec<String>,
}

impl Operator {
    /// Reads an origin that an answer may lead to, such as `https://objects.acme.example`.
    ///
    /// # Errors
    ///
    /// [`PolicyError::RedirectOrigin`] for what is no origin over HTTPS.
    pub fn parse_redirect_origin(text: &str) -> Result<Origin, PolicyError> {
        let refused = |problem: String| PolicyError::RedirectOrigin {
            origin: without_user(text).into(),
            problem: problem.into(),
        };
        let url = BaseUrl::parse(text).map_err(|error| refused(error.to_string()))?;
        if !url.path().is_empty() {
            return Err(refused("the path does not belong there".to_owned()));
        }
        check_redirect_origin(url.origin())?;
        Ok(url.origin().clone())
    }

    /// Whether the lists of origins and endpoints can mean what they say.
    pub(crate) fn check(&self, profile: &Profile) -> Result<(), PolicyError> {
        self.redirect_origins
            .iter()
            .try_for_each(check_redirect_origin)?;
        check_patterns(profile, List::Allow, &self.allow)?;
        check_patterns(profile, List::Deny, &self.deny)?;
        check_secrets(profile, self.secrets.iter().chain(&self.previous_secrets))
    }

    /// What the lists of endpoints say of every rule, in the order of the rules.
    pub(crate) fn listings(&self, profile: &Profile) -> Box<[Listing]> {
        let rules = profile.rules().iter();
        rules.map(|rule| self.listing(rule)).collect()
    }

    fn listing(&self, rule: &Rule) -> Listing {
        let covers = |pattern: &EndpointPattern| pattern.covers(rule.endpoint());
        if let Some(index) = self.deny.iter().position(covers) {
            Listing::Denied(index)
        } else if self.allow.is_empty() || self.allow.iter().any(covers) {
            Listing::Open
        } else {
            Listing::NotAllowed
        }
    }

    /// Why a rule that is denied is, and the line without what denies it.
    pub(crate) fn deny_denied(&self, rule: &Rule, index: usize) -> Denial {
        let endpoint = rule.endpoint();
        let detail = format!(
            "the operator denies `{endpoint}` with `{}`",
            self.deny[index]
        );
        let others = self.deny.iter();
        let others = others.filter(|pattern| !pattern.covers(endpoint));
        Denial::new(Layer::Operator, Reason::EndpointDenied, detail)
            .with_remedy(line("deny", others))
    }

    /// Why a rule that is not allowed is not, and the line that has it too.
    pub(crate) fn deny_unlisted(&self, rule: &Rule) -> Denial {
        let endpoint = rule.endpoint();
        let detail = format!("the operator allows certain endpoints, and not `{endpoint}`");
        let allowed = self.allow.iter().map(ToString::to_string);
        Denial::new(Layer::Operator, Reason::EndpointNotAllowed, detail)
            .with_remedy(line("allow", allowed.chain([endpoint.to_string()])))
    }
}

/// What the operator's lists say of one rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Listing {
    /// Nothing that stands in its way.
    Open,
    /// The pattern at this place denies it.
    Denied(usize),
    /// There is a list of what is allowed, without it.
    NotAllowed,
}

/// Which of the two lists a pattern stands in.
#[derive(Clone, Copy)]
enum List {
    Allow,
    Deny,
}

impl List {
    fn key(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// A pattern without effect is a mistake: in `deny` it would leave open what the operator means to
/// close.
fn check_patterns(
    profile: &Profile,
    list: List,
    patterns: &[EndpointPattern],
) -> Result<(), PolicyError> {
    for (index, pattern) in patterns.iter().enumerate() {
        let mut rules = profile.rules().iter();
        if rules.any(|rule| pattern.covers(rule.endpoint())) {
            continue;
        }
        let problem = match (list, profile.refuses_pattern(pattern)) {
            (List::Allow, Some(reason)) => format!("nothing can allow it: {reason}"),
            (List::Deny, Some(reason)) => format!("it is refused without that: {reason}"),
            (_, None) => NOTHING_COVERED.to_owned(),
        };
        return Err(PolicyError::OperatorRule {
            list: list.key(),
            index,
            pattern: pattern.clone(),
            problem: problem.into(),
        });
    }
    Ok(())
}

/// A secret that nothing asks for is a mistake: deliveries would be refused although there is one.
fn check_secrets<'a>(
    profile: &Profile,
    mut given: impl Iterator<Item = &'a String>,
) -> Result<(), PolicyError> {
    let bodies = profile.rules().iter().filter_map(Rule::body);
    let put_in = bodies.flat_map(BodyRule::secrets);
    let verifying = profile
        .deliveries()
        .into_iter()
        .flat_map(Deliveries::secrets);
    let known: BTreeSet<&str> = put_in.chain(verifying).collect();
    let Some(name) = given.find(|name| !known.contains(name.as_str())) else {
        return Ok(());
    };
    let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    let known = match known.as_slice() {
        [] => "there are none".to_owned(),
        [one] => format!("there is {one}"),
        known => format!("there are {}", known.join(" and ")),
    };
    Err(PolicyError::Secret {
        name: name.as_str().into(),
        known: known.into(),
    })
}

fn check_redirect_origin(origin: &Origin) -> Result<(), PolicyError> {
    if origin.scheme() == Scheme::Https {
        return Ok(());
    }
    Err(PolicyError::RedirectOrigin {
        origin: origin.to_string().into(),
        problem: "an answer may lead to HTTPS alone".into(),
    })
}

/// What was written, without what may be a password.
fn without_user(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => text.to_owned(),
    }
}

const NOTHING_COVERED: &str = "it covers no endpoint that there is; a literal segment covers no \
                               placeholder, for which `*` stands";

#[cfg(test)]
mod tests;
