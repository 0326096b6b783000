//! A refusal: which layer, why in a stable word, why in words for people, and what would allow it.
//!
//! It is apart because the host refuses too, in layers that this crate only names.

use std::fmt;

/// Where a request was refused, in the order in which layers are asked.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Layer {
    /// The answer that led to another origin: asked before all others, and instead of them where
    /// there was one.
    Redirect,
    /// Scheme, host and port.
    Authority,
    /// The form of the path.
    Path,
    /// The provider's profile.
    Ceiling,
    /// The plugin's manifest.
    Manifest,
    /// The function that was called.
    Operation,
    /// The endpoints that the operator lists.
    Operator,
    /// What the operator grants.
    Access,
    /// The repository that the call names.
    Repository,
    /// The query.
    Query,
    /// The headers.
    Headers,
    /// The body.
    Body,
    /// The addresses that the host's name leads to.
    Address,
    /// The credential.
    Credential,
}

impl Layer {
    /// Stable name, in kebab case.
    pub fn label(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Authority => "authority",
            Self::Path => "path",
            Self::Ceiling => "ceiling",
            Self::Manifest => "manifest",
            Self::Operation => "operation",
            Self::Operator => "operator",
            Self::Access => "access",
            Self::Repository => "repository",
            Self::Query => "query",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::Address => "address",
            Self::Credential => "credential",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The operator does not grant what the endpoint needs.
    AccessNotGranted,
    /// The host's name leads to an address that may not be dialled.
    AddressRefused,
    /// The authority can be read in two ways.
    AuthorityMalformed,
    /// A body where there is none.
    BodyForbidden,
    /// A body that holds what it may not.
    BodyRefused,
    /// More than one credential fits.
    CredentialAmbiguous,
    /// No credential fits.
    CredentialMissing,
    /// The operator denies the endpoint.
    EndpointDenied,
    /// The operator allows certain endpoints, and not this one.
    EndpointNotAllowed,
    /// The profile does not have the endpoint.
    EndpointNotInProfile,
    /// The manifest does not have the endpoint.
    EndpointNotDeclared,
    /// The manifest has the endpoint for another function.
    EndpointOfAnotherOperation,
    /// The profile refuses the endpoint by name.
    EndpointRefusedByName,
    /// A header that a plugin may not send, or a value that it may not have.
    HeaderRefused,
    /// The call reads an identity, and the request something else of the repository.
    IdentityOnly,
    /// A method that no request may have.
    MethodRefused,
    /// The manifest does not have the function.
    OperationNotDeclared,
    /// Another origin than the connection's.
    OtherOrigin,
    /// Another repository than the call's.
    OtherRepository,
    /// A path that is not below the API's own.
    OutsideTheApi,
    /// A path that is not in its canonical form.
    PathMalformed,
    /// Plain HTTP where it is not allowed.
    PlainHttp,
    /// A query key that the rule does not list.
    QueryKeyRefused,
    /// A query key that stands there twice.
    QueryKeyRepeated,
    /// A query that is not in its canonical form.
    QueryMalformed,
    /// A query key with a value that the rule does not list.
    QueryValueRefused,
    /// An answer led there that has a rule which may not lead anywhere else.
    RedirectNotAllowed,
    /// An answer led somewhere, in words that can be read in two ways.
    RedirectMalformed,
    /// An answer led to an origin that the operator does not list.
    RedirectOriginNotListed,
    /// An answer led to plain HTTP.
    RedirectPlainHttp,
    /// A repository's identity or path that cannot be one.
    RepositoryMalformed,
    /// A repository that is not connected.
    RepositoryNotConnected,
    /// The call names no repository, and the request does.
    RepositoryNotNamed,
    /// The connection does not have the secret that the body asks for.
    SecretNotConfigured,
    /// An answer led there too long ago.
    TicketExpired,
    /// Where an answer leads is read with GET.
    TicketMethod,
    /// An answer led there, and the way has been taken.
    TicketUsed,
}

impl Reason {
    /// Stable name, in kebab case.
    pub fn label(self) -> &'static str {
        match self {
            Self::AccessNotGranted => "access-not-granted",
            Self::AddressRefused => "address-refused",
            Self::AuthorityMalformed => "authority-malformed",
            Self::BodyForbidden => "body-forbidden",
            Self::BodyRefused => "body-refused",
            Self::CredentialAmbiguous => "credential-ambiguous",
            Self::CredentialMissing => "credential-missing",
            Self::EndpointDenied => "endpoint-denied",
            Self::EndpointNotAllowed => "endpoint-not-allowed",
            Self::EndpointNotInProfile => "endpoint-not-in-profile",
            Self::EndpointNotDeclared => "endpoint-not-declared",
            Self::EndpointOfAnotherOperation => "endpoint-of-another-operation",
            Self::EndpointRefusedByName => "endpoint-refused-by-name",
            Self::HeaderRefused => "header-refused",
            Self::IdentityOnly => "identity-only",
            Self::MethodRefused => "method-refused",
            Self::OperationNotDeclared => "operation-not-declared",
            Self::OtherOrigin => "other-origin",
            Self::OtherRepository => "other-repository",
            Self::OutsideTheApi => "outside-the-api",
            Self::PathMalformed => "path-malformed",
            Self::PlainHttp => "plain-http",
            Self::QueryKeyRefused => "query-key-refused",
            Self::QueryKeyRepeated => "query-key-repeated",
            Self::QueryMalformed => "query-malformed",
            Self::QueryValueRefused => "query-value-refused",
            Self::RedirectNotAllowed => "redirect-not-allowed",
            Self::RedirectMalformed => "redirect-malformed",
            Self::RedirectOriginNotListed => "redirect-origin-not-listed",
            Self::RedirectPlainHttp => "redirect-plain-http",
            Self::RepositoryMalformed => "repository-malformed",
            Self::RepositoryNotConnected => "repository-not-connected",
            Self::RepositoryNotNamed => "repository-not-named",
            Self::SecretNotConfigured => "secret-not-configured",
            Self::TicketExpired => "ticket-expired",
            Self::TicketMethod => "ticket-method",
            Self::TicketUsed => "ticket-used",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// A refusal.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{detail}")]
pub struct Denial {
    layer: Layer,
    reason: Reason,
    detail: Box<str>,
    remedy: Option<Box<str>>,
}

impl Denial {
    /// A refusal with what a person should know of it. The detail may quote what a plugin sent:
    /// control characters are escaped here, once for everybody who prints it.
    pub fn new(layer: Layer, reason: Reason, detail: impl AsRef<str>) -> Self {
        Self {
            layer,
            reason,
            detail: escape(detail.as_ref()).into(),
            remedy: None,
        }
    }

    /// Adds the line of configuration that would allow it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<Box<str>>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Where it was refused.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// Why, in a stable word.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Why, for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The line of configuration that would allow it, where one would.
    pub fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref()
    }
}

/// Text from outside as people may see it: without control characters, and not endless.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (count, character) in text.chars().enumerate() {
        if count == MAX_DETAIL {
            escaped.push('…');
            break;
        }
        match character {
            character if character.is_control() => escaped.extend(character.escape_default()),
            character => escaped.push(character),
        }
    }
    escaped
}

const MAX_DETAIL: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_plugin_cannot_drive_a_terminal() {
        let denial = Denial::new(Layer::Query, Reason::QueryKeyRefused, "key \u{1b}[2J\n`é`");
        assert_eq!(denial.detail(), "key \\u{1b}[2J\\n`é`");
        let long = Denial::new(Layer::Query, Reason::QueryKeyRefused, "x".repeat(10_000));
        assert_eq!(long.detail().chars().count(), MAX_DETAIL + 1);
    }

    #[test]
    fn layers_are_ordered_as_they_are_asked() {
        assert!(Layer::Authority < Layer::Path && Layer::Path < Layer::Ceiling);
        assert!(Layer::Operation < Layer::Operator && Layer::Operator < Layer::Access);
        assert!(Layer::Access < Layer::Repository && Layer::Repository < Layer::Query);
        assert_eq!(Layer::Ceiling.to_string(), "ceiling");
        assert_eq!(Reason::OtherRepository.to_string(), "other-repository");
    }
}
