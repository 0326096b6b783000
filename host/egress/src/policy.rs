//! What one connection lets a plugin do: profile, manifest and operator brought together once.
//!
//! It is apart from judging single requests because everything that can be refused before the
//! first request is refused here, at load, with the endpoint's name.

mod cut;
mod error;

use std::sync::Arc;

use self::cut::cut;
pub use self::{
    cut::{CutEndpoint, CutReason},
    error::PolicyError,
};
use crate::{
    authority::{Origin, Scheme},
    base_url::BaseUrl,
    call::{Call, Subject},
    denial::{Denial, Layer, Reason},
    endpoint::Endpoint,
    manifest::Manifest,
    operation::accesses,
    operator::{Listing, Operator},
    profile::Profile,
    remedy::quoted,
    repository::{ConnectedRepository, RepositoryArgument},
    rule::Rule,
};

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
    pub(crate) operator: Operator,
    /// What the operator's lists say of each rule of the profile, by its place.
    pub(crate) listings: Box<[Listing]>,
    pub(crate) repositories: Vec<Connected>,
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

    /// The function that finds out why a repository is not listed. It names one that is rarely
    /// connected, and reads its identity alone.
    pub const ABSENCE_OPERATION: &str = "repositories.explain-absence";

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
        mut operator: Operator,
    ) -> Result<Self, PolicyError> {
        check_base(profile, base, operator.allow_plain_http)?;
        if manifest.provider() != profile.provider() {
            return Err(PolicyError::Provider {
                manifest: manifest.provider().into(),
                profile: profile.provider().into(),
            });
        }
        operator.check(profile)?;
        let operations = resolve_operations(profile, manifest)?;
        let listings = operator.listings(profile);
        let repositories = connect(std::mem::take(&mut operator.repositories))?;
        let contents = Contents {
            cut: cut(profile, &operations, &operator, &listings),
            profile: profile.clone(),
            base: base.clone(),
            prefix: format!("{}{}", base.path(), profile.api_path()).into(),
            operations,
            operator,
            listings,
            repositories,
        };
        Ok(Self(Arc::new(contents)))
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
    /// A function that the manifest does not have, or a repository that is not connected. The two
    /// functions above may name any repository, and are bound to it.
    pub fn call(
        &self,
        operation: &str,
        repository: Option<RepositoryArgument<'_>>,
    ) -> Result<Call, Denial> {
        let index = self.0.operation(operation)?;
        let subject = match repository {
            Some(named) => self.0.bind(operation, named)?,
            None => Subject::Nothing,
        };
        Ok(Call::new(Arc::clone(&self.0), index, subject))
    }

    /// The origins that an answer may lead to.
    pub fn redirect_origins(&self) -> &[Origin] {
        &self.0.operator.redirect_origins
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
        let entry =
            |id: &str, path: &str| format!("{{ id = {}, path = {} }}", quoted(id), quoted(path));
        let connected = |one: &Connected| entry(&one.repository.id, &one.repository.path);
        let mut entries: Vec<_> = self.repositories.iter().map(connected).collect();
        entries.push(match named {
            RepositoryArgument::Id(id) => entry(id, "its/full/path"),
            RepositoryArgument::Path(path) => entry("its id", path),
        });
        format!("repositories = [{}]", entries.join(", "))
    }

    fn bind(&self, operation: &str, named: RepositoryArgument<'_>) -> Result<Subject, Denial> {
        let deny = |reason, detail: &str| Denial::new(Layer::Repository, reason, detail);
        named
            .check()
            .map_err(|error| deny(Reason::RepositoryMalformed, &error.to_string()))?;
        let is_named = |one: &Connected| match named {
            RepositoryArgument::Id(id) => one.repository.id == id,
            RepositoryArgument::Path(path) => one.repository.path == path,
        };
        let connected = self.repositories.iter().position(is_named);
        if [Policy::IDENTITY_OPERATION, Policy::ABSENCE_OPERATION].contains(&operation) {
            return Ok(Subject::Identity {
                segment: named.segment().into(),
                connected,
            });
        }
        connected.map(Subject::Connected).ok_or_else(|| {
            let detail = format!("the repository `{}` is not connected", named.text());
            deny(Reason::RepositoryNotConnected, &detail).with_remedy(self.connect_remedy(named))
        })
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
            let mut all = profile.rules().iter();
            let index = all.position(|rule| rule.endpoint() == one.endpoint());
            let index = index.ok_or_else(|| outside(profile, name, one.endpoint()))?;
            check_access(name, &profile.rules()[index])?;
            rules.push(index);
        }
        operations.push(Operation {
            name: name.into(),
            rules,
        });
    }
    Ok(operations)
}

/// A function that reads must not be a way to write, whatever its manifest says that it needs.
fn check_access(operation: &str, rule: &Rule) -> Result<(), PolicyError> {
    match accesses(operation) {
        Some(own) if !own.contains(&rule.access()) => Err(PolicyError::Access {
            operation: operation.into(),
            endpoint: rule.endpoint().clone(),
            access: rule.access(),
        }),
        _ => Ok(()),
    }
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
