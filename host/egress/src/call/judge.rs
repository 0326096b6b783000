//! The layers in their order, for the head of one request.
//!
//! It is apart from the call because an explanation asks the same layers without one.

use super::{Permit, RequestHead, Subject};
use crate::{
    authority::Origin,
    denial::{Denial, Layer, Reason},
    endpoint::Method,
    operator::Listing,
    path::check_path,
    policy::Contents,
    query::QueryError,
    remedy::line,
    repository::RepositoryArgument,
    rule::Rule,
};

impl Contents {
    /// Asks every layer that the head of a request passes; without an operation, the layers that
    /// depend on one are left out.
    pub(crate) fn judge(
        &self,
        request: &RequestHead<'_>,
        operation: Option<usize>,
        subject: &Subject,
    ) -> Result<Permit<'_>, Denial> {
        self.check_form(request)?;
        let (index, path) = self.find_rule(request)?;
        let rule = &self.profile.rules()[index];
        self.check_declared(index, operation)?;
        self.check_listing(index, rule)?;
        self.check_access(rule)?;
        let repository = match rule.repository(path) {
            Some(segment) => self.check_repository(rule, segment, subject)?,
            None => None,
        };
        rule.query()
            .check(request.query.unwrap_or_default())
            .map_err(QueryError::into_denial)?;
        let origin = self.base.origin();
        Ok(Permit {
            rule,
            repository,
            origin,
        })
    }

    /// Authority and path: whether the request is one that can be looked at.
    pub(crate) fn check_form(&self, request: &RequestHead<'_>) -> Result<(), Denial> {
        self.check_authority(request)?;
        check_path(request.path)
            .map_err(|error| Denial::new(Layer::Path, Reason::PathMalformed, error.to_string()))
    }

    fn check_authority(&self, request: &RequestHead<'_>) -> Result<(), Denial> {
        let deny = |reason, detail: String| Denial::new(Layer::Authority, reason, detail);
        let origin = self.base.origin();
        match origin.is(request.scheme, request.authority) {
            Ok(true) => Ok(()),
            Ok(false) => {
                let asked = format!("{}://{}", request.scheme, request.authority);
                let mut detail = format!("the connection is for `{origin}`, and not for `{asked}`");
                if self.is_redirect_target(request) {
                    detail += ", which is reached only where an answer leads to it";
                }
                Err(deny(Reason::OtherOrigin, detail))
            }
            Err(error) => Err(deny(Reason::AuthorityMalformed, error.to_string())),
        }
    }

    /// Whether the operator lists the request's origin as one that an answer may lead to.
    pub(crate) fn is_redirect_target(&self, request: &RequestHead<'_>) -> bool {
        let asked = Origin::parse(request.scheme, request.authority);
        asked.is_ok_and(|origin| self.operator.redirect_origins.contains(&origin))
    }

    /// The one rule that a router would take the request for, and the path below the API's own.
    pub(crate) fn find_rule<'p>(
        &self,
        request: &RequestHead<'p>,
    ) -> Result<(usize, &'p str), Denial> {
        let path = request.path.strip_prefix(&*self.prefix);
        let Some(path) = path.filter(|path| path.starts_with('/')) else {
            return Err(self.deny_outside(request.path));
        };
        let Ok(method) = request.method.parse::<Method>() else {
            let detail = format!("no request may have the method `{}`", request.method);
            return Err(Denial::new(Layer::Ceiling, Reason::MethodRefused, detail));
        };
        let segments = path.bytes().filter(|byte| *byte == b'/').count();
        let fits = |rule: &Rule| {
            rule.endpoint().method() == method && rule.parts.len() == segments && rule.matches(path)
        };
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

    fn check_listing(&self, index: usize, rule: &Rule) -> Result<(), Denial> {
        match self.listings[index] {
            Listing::Open => Ok(()),
            Listing::Denied(place) => Err(self.operator.deny_denied(rule, place)),
            Listing::NotAllowed => Err(self.operator.deny_unlisted(rule)),
        }
    }

    fn check_access(&self, rule: &Rule) -> Result<(), Denial> {
        let granted = &self.operator.access;
        if granted.contains(&rule.access()) {
            return Ok(());
        }
        let detail = format!("`{}` needs the access `{}`", rule.endpoint(), rule.access());
        let denial = Denial::new(Layer::Access, Reason::AccessNotGranted, detail);
        let granted = granted.iter().copied().chain([rule.access()]);
        Err(denial.with_remedy(line("access", granted)))
    }

    fn check_repository(
        &self,
        rule: &Rule,
        segment: &str,
        subject: &Subject,
    ) -> Result<Option<&str>, Denial> {
        let deny = |reason, detail: String| Err(Denial::new(Layer::Repository, reason, detail));
        match subject {
            Subject::AnyConnected => {
                match self.repositories.iter().find(|one| one.is_named(segment)) {
                    Some(one) => Ok(Some(&one.repository.id)),
                    None => Err(self.deny_unconnected(segment)),
                }
            }
            Subject::Connected(index) => {
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
            Subject::Identity { .. } if !rule.is_identity() => {
                let detail = format!(
                    "the call reads an identity, and `{}` reads more",
                    rule.endpoint()
                );
                deny(Reason::IdentityOnly, detail)
            }
            Subject::Identity {
                segment: named,
                connected,
            } if segment == &**named => {
                Ok(connected.map(|index| &*self.repositories[index].repository.id))
            }
            Subject::Identity { segment: named, .. } => deny(
                Reason::OtherRepository,
                format!("the call is about `{named}`, and not about `{segment}`"),
            ),
            Subject::Nothing => deny(
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
