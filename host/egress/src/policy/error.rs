//! Why profile, manifest and operator do not go together.
//!
//! It is apart because it is long: what is refused at load is refused with its own words.

use crate::{
    endpoint::Endpoint, pattern::EndpointPattern, repository::RepositoryNameError, rule::Access,
};

/// Why profile, manifest and operator do not go together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A function with an endpoint that is not for functions of its kind.
    #[error(
        "the operation `{operation}` declares `{endpoint}`, which needs the access `{access}`: functions like it never have that"
    )]
    Access {
        /// The function that declares it.
        operation: Box<str>,
        /// The endpoint.
        endpoint: Endpoint,
        /// The access that its rule needs.
        access: Access,
    },
    /// A base URL that names the API instead of the forge.
    #[error("the URL ends in `{0}`, the path of the API: leave that out")]
    BaseNamesApi(Box<str>),
    /// A manifest outside the profile.
    #[error("the operation `{operation}` declares `{endpoint}`, which {reason}")]
    Ceiling {
        /// The function that declares it.
        operation: Box<str>,
        /// The endpoint.
        endpoint: Endpoint,
        /// Why it cannot be granted.
        reason: Box<str>,
    },
    /// A pattern in a list of the operator's that means nothing.
    #[error("`{pattern}`, number {} in `{list}`, means nothing: {problem}", index + 1)]
    OperatorRule {
        /// The list: `allow` or `deny`.
        list: &'static str,
        /// The pattern's place in it, from 0.
        index: usize,
        /// The pattern.
        pattern: EndpointPattern,
        /// What is wrong with it.
        problem: Box<str>,
    },
    /// A host that the provider does not serve.
    #[error("{0}")]
    Host(Box<str>),
    /// Plain HTTP without a word from the operator.
    #[error("the token would travel over plain HTTP to `{0}`")]
    PlainHttp(Box<str>),
    /// A plugin for another provider.
    #[error("the plugin is for `{manifest}`, and the profile for `{profile}`")]
    Provider {
        /// The manifest's provider.
        manifest: Box<str>,
        /// The profile's provider.
        profile: Box<str>,
    },
    /// An origin that no answer can lead to.
    #[error("the redirect origin {origin:?} is not valid: {problem}")]
    RedirectOrigin {
        /// What was written; of what stands before an `@`, which may be a password, only `…`.
        origin: Box<str>,
        /// What is wrong with it.
        problem: Box<str>,
    },
    /// A secret that nothing asks for.
    #[error("nothing asks for the secret `{name}`: {known}")]
    Secret {
        /// What was written.
        name: Box<str>,
        /// The names that there are, in words.
        known: Box<str>,
    },
    /// One repository twice.
    #[error("the repository `{0}` is connected twice")]
    RepeatedRepository(Box<str>),
    /// A repository that cannot be one.
    #[error("the connected repository {name:?} is not valid")]
    Repository {
        /// What was written.
        name: Box<str>,
        /// What is wrong with it.
        #[source]
        source: RepositoryNameError,
    },
}

impl PolicyError {
    /// The line of configuration that would allow it, where one would.
    pub fn remedy(&self) -> Option<&str> {
        matches!(self, Self::PlainHttp(_)).then_some("allow-plain-http = true")
    }
}
