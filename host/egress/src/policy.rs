//! What one connection lets a plugin do: profile, manifest and operator brought together once.
//!
//! It is apart from judging single requests because everything that can be refused before the
//! first request is refused here, at load, with the endpoint's name.

use std::sync::Arc;

use crate::{
    authority::Scheme,
    base_url::BaseUrl,
    call::{Binding, Call},
    denial::{Denial, Layer, Reason},
    endpoint::Endpoint,
    manifest::Manifest,
    profile::Profile,
    repository::{ConnectedRepository, RepositoryArgument, RepositoryNameError},
    rule::Access,
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
}

/// What one connection lets a plugin do. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Policy(Arc<Contents>);

/// What every call of a connection shares.
#[derive(Clone, Debug)]
pub(crate) struct Contents {
    pub(crate) profile: Profile,
    pub(crate) base: BaseUrl,
    /// The forge's path and the API's: what stands before every template.
    pub(crate) prefix: Box<str>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) access: Vec<Access>,
    pub(crate) repositories: Vec<Connected>,
    pub(crate) webhook_urls: Vec<String>,
    cut: Vec<CutEndpoint>,
}

/// An exported function, with the rules that its group declares by their place in the profile.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) name: Box<str>,
    pub(crate) rules: Vec<usize>,
}

/// A connected repository, with its path as a segment.
#[derive(Clone, Debug)]
pub(crate) struct Connected {
    pub(crate) repository: ConnectedRepository,
    pub(crate) segment: Box<str>,
}

impl Connected {
    /// Whether a segment of a request's path is this repository, byte for byte.
    pub(crate) fn is_named(&self, segment: &str) -> bool {
        segment == self.repository.id || segment == &*self.segment
    }
}

impl Policy {
    /// The function that reads one repository's identity, whether it is connected or not: the way
    /// in for a repository that is to be connected.
    pub const IDENTITY_OPERATION: &str = "repositories.read-repository";

    /// Brings profile, manifest and operator together.
    ///
    /// # Errors
    ///
    /// A manifest outside the ceiling is refused as a whole, and so is a base URL or a repository
    /// that cannot be right.
    pub fn new(
        profile: &Profile,
        manifest: &Manifest,
        base: &BaseUrl,
        operator: Operator,
    ) -> Result<Self, PolicyError> {
        check_base(profile, base, operator.allow_plain_http)?;
        if manifest.provider() != profile.provider() {
            return Err(PolicyError::Provider {
                manifest: manifest.provider().into(),
                profile: profile.provider().into(),
            });
        }
        let operations = resolve_operations(profile, manifest)?;
        let contents = Contents {
            cut: cut(profile, &operations, &operator.access),
            profile: profile.clone(),
            base: base.clone(),
            prefix: format!("{}{}", base.path(), profile.api_path()).into(),
            operations,
            access: operator.access,
            repositories: connect(operator.repositories)?,
            webhook_urls: Vec::new(),
        };
        Ok(Self(Arc::new(contents)))
    }

    /// Lists the addresses that webhooks may be registered for, byte for byte.
    #[must_use]
    pub fn with_webhook_urls(mut self, urls: Vec<String>) -> Self {
        Arc::make_mut(&mut self.0).webhook_urls = urls;
        self
    }

    /// What the manifest declares and the operator does not grant.
    pub fn cut(&self) -> &[CutEndpoint] {
        &self.0.cut
    }

    /// The profile that is the ceiling.
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// Where the forge is.
    pub fn base(&self) -> &BaseUrl {
        &self.0.base
    }

    /// Begins one call of an exported function with the repository that it names.
    ///
    /// # Errors
    ///
    /// A function that the manifest does not have, or a repository that is not connected. The
    /// identity operation may name any repository, and is bound to it.
    pub fn call(
        &self,
        operation: &str,
        repository: Option<RepositoryArgument<'_>>,
    ) -> Result<Call, Denial> {
        let index = self.0.operation(operation)?;
        let binding = match repository {
            Some(named) => self.0.bind(operation, named)?,
            None => Binding::Nothing,
        };
        Ok(Call::new(Arc::clone(&self.0), index, binding))
    }

    pub(crate) fn contents(&self) -> &Contents {
        &self.0
    }
}

impl Contents {
    pub(crate) fn operation(&self, name: &str) -> Result<usize, Denial> {
        let index = self
            .operations
            .iter()
            .position(|operation| &*operation.name == name);
        index.ok_or_else(|| {
            let detail = format!("the plugin's manifest has no operation `{name}`");
            Denial::new(Layer::Manifest, Reason::OperationNotDeclared, detail)
        })
    }

    /// The line that connects a repository, beside those that are.
    pub(crate) fn connect_remedy(&self, named: RepositoryArgument<'_>) -> String {
        let text = |text: &str| toml::Value::from(text).to_string();
        let entry =
            |id: &str, path: &str| format!("{{ id = {}, path = {} }}", text(id), text(path));
        let connected = |one: &Connected| entry(&one.repository.id, &one.repository.path);
        let mut entries: Vec<_> = self.repositories.iter().map(connected).collect();
        entries.push(match named {
            RepositoryArgument::Id(id) => entry(id, "its/full/path"),
            RepositoryArgument::Path(path) => entry("its id", path),
        });
        format!("repositories = [{}]", entries.join(", "))
    }

    fn bind(&self, operation: &str, named: RepositoryArgument<'_>) -> Result<Binding, Denial> {
        let deny = |reason, detail: &str| Denial::new(Layer::Repository, reason, detail);
        named
            .check()
            .map_err(|error| deny(Reason::RepositoryMalformed, &error.to_string()))?;
        let is_named = |one: &Connected| match named {
            RepositoryArgument::Id(id) => one.repository.id == id,
            RepositoryArgument::Path(path) => one.repository.path == path,
        };
        let connected = self.repositories.iter().position(is_named);
        if operation == Policy::IDENTITY_OPERATION {
            return Ok(Binding::Identity {
                segment: named.segment().into(),
                connected,
            });
        }
        connected.map(Binding::Connected).ok_or_else(|| {
            let detail = format!("the repository `{}` is not connected", named.text());
            deny(Reason::RepositoryNotConnected, &detail).with_remedy(self.connect_remedy(named))
        })
    }
}

/// An endpoint that the manifest declares and the operator does not grant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CutEndpoint {
    operation: Box<str>,
    endpoint: Endpoint,
    access: Access,
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

    /// What the operator would have to grant.
    pub fn access(&self) -> Access {
        self.access
    }
}

/// Why profile, manifest and operator do not go together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
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

fn check_base(
    profile: &Profile,
    base: &BaseUrl,
    allow_plain_http: bool,
) -> Result<(), PolicyError> {
    if let Some(reason) = profile.refuses_host(base.origin().host()) {
        return Err(PolicyError::Host(reason.into()));
    }
    if base.origin().scheme() == Scheme::Http && !allow_plain_http {
        return Err(PolicyError::PlainHttp(base.origin().authority().into()));
    }
    if !profile.api_path().is_empty() && base.path().ends_with(profile.api_path()) {
        return Err(PolicyError::BaseNamesApi(profile.api_path().into()));
    }
    Ok(())
}

fn resolve_operations(
    profile: &Profile,
    manifest: &Manifest,
) -> Result<Vec<Operation>, PolicyError> {
    let mut operations = Vec::new();
    for (name, declared) in manifest.operations() {
        let mut rules = Vec::with_capacity(declared.len());
        for one in declared {
            let rule = profile
                .rules()
                .iter()
                .position(|rule| rule.endpoint() == one.endpoint());
            rules.push(rule.ok_or_else(|| outside(profile, name, one.endpoint()))?);
        }
        operations.push(Operation {
            name: name.into(),
            rules,
        });
    }
    Ok(operations)
}

fn outside(profile: &Profile, operation: &str, endpoint: &Endpoint) -> PolicyError {
    let reason = match profile.refuses_endpoint(endpoint) {
        Some(reason) => format!("no plugin may have: {reason}"),
        None => format!("is not in the profile of `{}`", profile.provider()),
    };
    PolicyError::Ceiling {
        operation: operation.into(),
        endpoint: endpoint.clone(),
        reason: reason.into(),
    }
}

fn cut(profile: &Profile, operations: &[Operation], access: &[Access]) -> Vec<CutEndpoint> {
    let mut cut = Vec::new();
    for operation in operations {
        let rules = operation.rules.iter().map(|index| &profile.rules()[*index]);
        cut.extend(
            rules
                .filter(|rule| !access.contains(&rule.access()))
                .map(|rule| CutEndpoint {
                    operation: operation.name.clone(),
                    endpoint: rule.endpoint().clone(),
                    access: rule.access(),
                }),
        );
    }
    cut
}

fn connect(repositories: Vec<ConnectedRepository>) -> Result<Vec<Connected>, PolicyError> {
    let mut connected: Vec<Connected> = Vec::with_capacity(repositories.len());
    for repository in repositories {
        let path = RepositoryArgument::Path(&repository.path);
        for named in [RepositoryArgument::Id(&repository.id), path] {
            named.check().map_err(|source| PolicyError::Repository {
                name: named.text().into(),
                source,
            })?;
        }
        let is_same = |one: &Connected| {
            one.repository.id == repository.id || one.repository.path == repository.path
        };
        if connected.iter().any(is_same) {
            return Err(PolicyError::RepeatedRepository(repository.path.into()));
        }
        let segment = path.segment().into();
        connected.push(Connected {
            repository,
            segment,
        });
    }
    Ok(connected)
}

#[cfg(test)]
mod tests;
