//! A provider's profile: all that a plugin for one kind of forge can ever be granted.
//!
//! It is apart from the policy because it is data of the host's, the same for every connection and
//! every plugin of a provider.

mod deliveries;
mod document;
mod refused;

use std::sync::Arc;

pub use self::deliveries::{Deliveries, SignatureForm, TokenForm};
use crate::{
    authority::Host,
    endpoint::{Endpoint, EndpointError, Method},
    pattern::EndpointPattern,
    profile::refused::Refused,
    rule::Rule,
};

/// What a provider's plugins can ever be granted. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Profile(Arc<Contents>);

#[derive(Debug)]
struct Contents {
    provider: Box<str>,
    api_path: Box<str>,
    credential: (Box<str>, Box<str>),
    identity: Identity,
    deliveries: Option<Deliveries>,
    secret_fields: Vec<Box<str>>,
    refused_hosts: Vec<RefusedHost>,
    refused: Refused,
    rules: Box<[Rule]>,
}

impl Profile {
    /// Parses a profile.
    ///
    /// # Errors
    ///
    /// A profile that contradicts itself is refused as a whole: it is the last line of defence.
    pub fn parse(toml: &str) -> Result<Self, ProfileError> {
        let document: document::Document = toml::from_str(toml).map_err(ProfileError::Syntax)?;
        document
            .into_contents()
            .map(|contents| Self(Arc::new(contents)))
    }

    /// The provider, as a manifest names it.
    pub fn provider(&self) -> &str {
        &self.0.provider
    }

    /// The path of the API below the forge's base path: empty, or with a leading `/`.
    pub fn api_path(&self) -> &str {
        &self.0.api_path
    }

    /// Name of the header that carries the credential, and its value with `{token}` in it.
    pub fn credential_header(&self) -> (&str, &str) {
        (&self.0.credential.0, &self.0.credential.1)
    }

    /// Where a repository's identity is read.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// How a delivery of a webhook can be known to come from the forge; `None` where it cannot.
    pub fn deliveries(&self) -> Option<&Deliveries> {
        self.0.deliveries.as_ref()
    }

    /// Names of JSON fields whose values never reach a plugin.
    pub fn secret_fields(&self) -> impl Iterator<Item = &str> {
        self.0.secret_fields.iter().map(AsRef::as_ref)
    }

    /// Why the provider does not serve a host, for people; `None` where it does.
    pub fn refuses_host(&self, host: &Host) -> Option<&str> {
        let Host::Name(name) = host else {
            return None;
        };
        let refused = self
            .0
            .refused_hosts
            .iter()
            .find(|refused| refused.covers(name))?;
        Some(&refused.reason)
    }

    /// The rules, the more literal one first of two that match one path.
    pub fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    /// Why an endpoint of a manifest is refused by name, where it is.
    pub(crate) fn refuses_endpoint(&self, endpoint: &Endpoint) -> Option<&str> {
        self.0.refused.endpoint(endpoint)
    }

    /// Why what a pattern means is refused by name, where it is.
    pub(crate) fn refuses_pattern(&self, pattern: &EndpointPattern) -> Option<&str> {
        self.0.refused.pattern(pattern)
    }

    /// Why a request below the API's path is refused by name, where it is.
    pub(crate) fn refuses_request(&self, method: Method, path: &str) -> Option<&str> {
        self.0.refused.request(method, path)
    }

    /// Why a path outside the API is refused by name, where it is.
    pub(crate) fn refuses_path(&self, path: &str) -> Option<&str> {
        self.0.refused.path(path)
    }
}

/// Where a repository's identity is read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    endpoint: Endpoint,
    placeholder: Box<str>,
    id: Box<str>,
    path: Box<str>,
}

impl Identity {
    /// The endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The placeholder that names a repository, in every template.
    pub fn placeholder(&self) -> &str {
        &self.placeholder
    }

    /// The JSON field that holds the identity.
    pub fn id_field(&self) -> &str {
        &self.id
    }

    /// The JSON field that holds the full path.
    pub fn path_field(&self) -> &str {
        &self.path
    }
}

#[derive(Debug)]
struct RefusedHost {
    host: Box<str>,
    sub_domains: bool,
    reason: Box<str>,
}

impl RefusedHost {
    fn covers(&self, name: &str) -> bool {
        let below = || {
            name.strip_suffix(&*self.host)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        name == &*self.host || (self.sub_domains && below())
    }
}

/// Why a profile is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Not TOML, or not of a profile's form.
    #[error("the profile is not TOML of a profile's form")]
    Syntax(#[source] toml::de::Error),
    /// A text that is no endpoint.
    #[error("`{endpoint}` is no endpoint")]
    Endpoint {
        /// The text.
        endpoint: String,
        /// What is wrong with it.
        #[source]
        source: EndpointError,
    },
    /// A rule that cannot be right.
    #[error("the rule `{endpoint}` {problem}")]
    Rule {
        /// Its endpoint.
        endpoint: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Another setting that cannot be right.
    #[error("`{key}` {problem}")]
    Setting {
        /// Its key.
        key: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

#[cfg(test)]
mod tests;
