//! One call of an exported function, and the verdict on each request that it makes.
//!
//! It is apart because it is what the host asks per request: the layers in their order, the first
//! that fails speaking, and nothing allocated as long as none does.

use std::sync::Arc;

use crate::{
    body::BodyError,
    denial::{Denial, Layer, Reason},
    endpoint::Method,
    headers,
    path::check_path,
    policy::Contents,
    query::QueryError,
    repository::RepositoryArgument,
    rule::Rule,
};

/// A request without headers and body, as the plugin wants it sent.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// Method.
    pub method: &'a str,
    /// Scheme of the URL.
    pub scheme: &'a str,
    /// Host and port of the URL.
    pub authority: &'a str,
    /// Path of the URL as it is on the wire.
    pub path: &'a str,
    /// Query of the URL as it is on the wire, without the `?`.
    pub query: Option<&'a str>,
}

/// One call of an exported function.
#[derive(Clone, Debug)]
pub struct Call {
    contents: Arc<Contents>,
    operation: usize,
    binding: Binding,
}

impl Call {
    pub(crate) fn new(contents: Arc<Contents>, operation: usize, binding: Binding) -> Self {
        Self {
            contents,
            operation,
            binding,
        }
    }

    /// The function that was called.
    pub fn operation(&self) -> &str {
        &self.contents.operations[self.operation].name
    }

    /// Decides whether a request may leave, as far as its head goes.
    ///
    /// # Errors
    ///
    /// The first layer that refuses.
    pub fn decide(&self, request: &RequestHead<'_>) -> Result<Permit<'_>, Denial> {
        self.contents
            .judge(request, Some(self.operation), &self.binding)
    }

    /// Decides whether a permitted request may have these headers.
    ///
    /// # Errors
    ///
    /// The first header that it may not have.
    pub fn check_headers<'h>(
        &self,
        permit: &Permit<'_>,
        headers: impl Iterator<Item = (&'h str, &'h [u8])>,
    ) -> Result<(), Denial> {
        headers::check(permit.rule.body().is_some(), headers)
            .map_err(|error| Denial::new(Layer::Headers, Reason::HeaderRefused, error.to_string()))
    }

    /// Decides whether a permitted request may have this body, which has to be complete.
    ///
    /// # Errors
    ///
    /// What is wrong with the body. A rule without a body wants it empty.
    pub fn check_body(&self, permit: &Permit<'_>, body: &[u8]) -> Result<(), Denial> {
        let Some(rule) = permit.rule.body() else {
            if body.is_empty() {
                return Ok(());
            }
            let detail = format!("`{}` has no body", permit.rule.endpoint());
            return Err(Denial::new(Layer::Body, Reason::BodyForbidden, detail));
        };
        rule.check(body, &self.contents.webhook_urls)
            .map_err(deny_body)
    }
}

/// A request that may leave, as far as its head goes.
#[derive(Clone, Copy, Debug)]
pub struct Permit<'a> {
    rule: &'a Rule,
    repository: Option<&'a str>,
}

impl<'a> Permit<'a> {
    /// The rule that permits it.
    pub fn rule(&self) -> &'a Rule {
        self.rule
    }

    /// The path template, which the record takes instead of the path.
    pub fn template(&self) -> &'a str {
        self.rule.endpoint().template()
    }

    /// Identity of the connected repository that the request is about.
    pub fn repository(&self) -> Option<&'a str> {
        self.repository
    }

    /// Whether the answer says who a repository is, so that the host reads it before the plugin.
    pub fn is_identity(&self) -> bool {
        self.rule.is_identity()
    }
}

/// Which repository the requests of a call may be about.
#[derive(Clone, Debug)]
pub(crate) enum Binding {
    /// Any connected one: for an explanation without a call.
    AnyConnected,
    /// This connected one.
    Connected(usize),
    /// The one that this segment names, and only its identity.
    Identity {
        segment: Box<str>,
        connected: Option<usize>,
    },
    /// None.
    Nothing,
}

impl Contents {
    /// Asks every layer that the head of a request passes; without an operation, the layers that
    /// depend on one are left out.
    pub(crate) fn judge(
        &self,
        request: &RequestHead<'_>,
        operation: Option<usize>,
        binding: &Binding,
    ) -> Result<Permit<'_>, Denial> {
        self.check_authority(request)?;
        check_path(request.path)
            .map_err(|error| Denial::new(Layer::Path, Reason::PathMalformed, error.to_string()))?;
        let (index, path) = self.find_rule(request)?;
        let rule = &self.profile.rules()[index];
        self.check_declared(index, operation)?;
        self.check_access(rule)?;
        let repository = match rule.repository(path) {
            Some(segment) => self.check_repository(rule, segment, binding)?,
            None => None,
        };
        rule.query()
            .check(request.query.unwrap_or_default())
            .map_err(deny_query)?;
        Ok(Permit { rule, repository })
    }

    fn check_authority(&self, request: &RequestHead<'_>) -> Result<(), Denial> {
        let deny = |reason, detail: String| Denial::new(Layer::Authority, reason, detail);
        let origin = self.base.origin();
        match origin.is(request.scheme, request.authority) {
            Ok(true) => Ok(()),
            Ok(false) => {
                let asked = format!("{}://{}", request.scheme, request.authority);
                let detail = format!("the connection is for `{origin}`, and not for `{asked}`");
                Err(deny(Reason::OtherOrigin, detail))
            }
            Err(error) => Err(deny(Reason::AuthorityMalformed, error.to_string())),
        }
    }

    /// The one rule that a router would take the request for, and the path below the API's own.
    fn find_rule<'p>(&self, request: &RequestHead<'p>) -> Result<(usize, &'p str), Denial> {
        let path = request.path.strip_prefix(&*self.prefix);
        let Some(path) = path.filter(|path| path.starts_with('/')) else {
            return Err(self.deny_outside(request.path));
        };
        let Ok(method) = request.method.parse::<Method>() else {
            let detail = format!("no request may have the method `{}`", request.method);
            return Err(Denial::new(Layer::Ceiling, Reason::MethodRefused, detail));
        };
        let fits = |rule: &Rule| rule.endpoint().method() == method && rule.matches(path);
        match self.profile.rules().iter().position(fits) {
            Some(index) => Ok((index, path)),
            None => Err(self.deny_unknown(method, path)),
        }
    }

    fn deny_outside(&self, path: &str) -> Denial {
        let below = path.strip_prefix(self.base.path()).unwrap_or(path);
        if let Some(reason) = self.profile.refuses_path(below) {
            let detail = format!("`{path}` is refused: {reason}");
            return Denial::new(Layer::Ceiling, Reason::EndpointRefusedByName, detail);
        }
        let detail = format!("`{path}` is not below the API's path `{}`", self.prefix);
        Denial::new(Layer::Ceiling, Reason::OutsideTheApi, detail)
    }

    fn deny_unknown(&self, method: Method, path: &str) -> Denial {
        if let Some(reason) = self.profile.refuses_request(method, path) {
            let detail = format!("`{method} {path}` is refused: {reason}");
            return Denial::new(Layer::Ceiling, Reason::EndpointRefusedByName, detail);
        }
        let provider = self.profile.provider();
        let detail = format!("the profile of `{provider}` has no endpoint for `{method} {path}`");
        Denial::new(Layer::Ceiling, Reason::EndpointNotInProfile, detail)
    }

    fn check_declared(&self, rule: usize, operation: Option<usize>) -> Result<(), Denial> {
        let declares = |index: usize| self.operations[index].rules.contains(&rule);
        if operation.is_some_and(declares) {
            return Ok(());
        }
        let endpoint = self.profile.rules()[rule].endpoint();
        if !(0..self.operations.len()).any(declares) {
            let detail = format!("the plugin's manifest does not declare `{endpoint}`");
            return Err(Denial::new(
                Layer::Manifest,
                Reason::EndpointNotDeclared,
                detail,
            ));
        }
        let Some(operation) = operation else {
            return Ok(());
        };
        let name = &self.operations[operation].name;
        let detail = format!("the plugin's manifest does not declare `{endpoint}` for `{name}`");
        Err(Denial::new(
            Layer::Operation,
            Reason::EndpointOfAnotherOperation,
            detail,
        ))
    }

    fn check_access(&self, rule: &Rule) -> Result<(), Denial> {
        if self.access.contains(&rule.access()) {
            return Ok(());
        }
        let granted = self.access.iter().copied().chain([rule.access()]);
        let granted: Vec<_> = granted.map(|access| format!("\"{access}\"")).collect();
        let detail = format!("`{}` needs the access `{}`", rule.endpoint(), rule.access());
        let denial = Denial::new(Layer::Access, Reason::AccessNotGranted, detail);
        Err(denial.with_remedy(format!("access = [{}]", granted.join(", "))))
    }

    fn check_repository(
        &self,
        rule: &Rule,
        segment: &str,
        binding: &Binding,
    ) -> Result<Option<&str>, Denial> {
        let deny = |reason, detail: String| Err(Denial::new(Layer::Repository, reason, detail));
        match binding {
            Binding::AnyConnected => {
                match self.repositories.iter().find(|one| one.is_named(segment)) {
                    Some(one) => Ok(Some(&one.repository.id)),
                    None => Err(self.deny_unconnected(segment)),
                }
            }
            Binding::Connected(index) => {
                let one = &self.repositories[*index];
                // By its identity alone: a path may be another repository's by now.
                if segment == one.repository.id {
                    return Ok(Some(&one.repository.id));
                }
                let detail = format!(
                    "the call is about `{}`, and not about `{segment}`",
                    one.repository.path
                );
                deny(Reason::OtherRepository, detail)
            }
            Binding::Identity { .. } if !rule.is_identity() => {
                let detail = format!(
                    "the call reads an identity, and `{}` reads more",
                    rule.endpoint()
                );
                deny(Reason::IdentityOnly, detail)
            }
            Binding::Identity {
                segment: named,
                connected,
            } if segment == &**named => {
                Ok(connected.map(|index| &*self.repositories[index].repository.id))
            }
            Binding::Identity { segment: named, .. } => deny(
                Reason::OtherRepository,
                format!("the call is about `{named}`, and not about `{segment}`"),
            ),
            Binding::Nothing => deny(
                Reason::RepositoryNotNamed,
                format!("the call names no repository, and `{segment}` is one"),
            ),
        }
    }

    fn deny_unconnected(&self, segment: &str) -> Denial {
        let name = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
        let named = if name.contains('/') {
            RepositoryArgument::Path(&name)
        } else {
            RepositoryArgument::Id(&name)
        };
        let detail = format!("the repository `{name}` is not connected");
        let denial = Denial::new(Layer::Repository, Reason::RepositoryNotConnected, detail);
        denial.with_remedy(self.connect_remedy(named))
    }
}

fn deny_query(error: QueryError<'_>) -> Denial {
    let reason = match error {
        QueryError::Key(_) => Reason::QueryKeyRefused,
        QueryError::Repeated(_) => Reason::QueryKeyRepeated,
        QueryError::Form | QueryError::Semicolon => Reason::QueryMalformed,
    };
    Denial::new(Layer::Query, reason, error.to_string())
}

fn deny_body(error: BodyError) -> Denial {
    let detail = match &error {
        BodyError::Json(source) => format!("{error}: {source}"),
        _ => error.to_string(),
    };
    Denial::new(Layer::Body, Reason::BodyRefused, detail)
}

#[cfg(test)]
mod tests;
