//! One call of an exported function, and the verdict on each request that it makes.
//!
//! It is apart because it is what the host asks per request: the layers in their order, the first
//! that fails speaking, and nothing allocated as long as none does.

mod judge;

use std::sync::Arc;

use crate::{
    authority::Origin,
    body::{BodyError, CheckedBody},
    denial::{Denial, Layer, Reason},
    headers,
    policy::Contents,
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
    subject: Subject,
}

impl Call {
    pub(crate) fn new(contents: Arc<Contents>, operation: usize, subject: Subject) -> Self {
        Self {
            contents,
            operation,
            subject,
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
            .judge(request, Some(self.operation), &self.subject)
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
    pub fn check_body(&self, permit: &Permit<'_>, body: &[u8]) -> Result<CheckedBody, Denial> {
        let Some(rule) = permit.rule.body() else {
            if body.is_empty() {
                return Ok(CheckedBody::default());
            }
            let detail = format!("`{}` has no body", permit.rule.endpoint());
            return Err(Denial::new(Layer::Body, Reason::BodyForbidden, detail));
        };
        let operator = &self.contents.operator;
        rule.check(body, &operator.webhook_urls, &operator.secrets)
            .map_err(BodyError::into_denial)
    }
}

/// A request that may leave, as far as its head goes.
#[derive(Clone, Copy, Debug)]
pub struct Permit<'a> {
    rule: &'a Rule,
    repository: Option<&'a str>,
    origin: &'a Origin,
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

    /// The connection's own origin, which the request goes to.
    pub(crate) fn origin(&self) -> &'a Origin {
        self.origin
    }

    /// Whether the answer says who a repository is, so that the host reads it before the plugin.
    pub fn is_identity(&self) -> bool {
        self.rule.is_identity()
    }
}

/// Which repository the requests of a call may be about.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
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

#[cfg(test)]
mod tests;
