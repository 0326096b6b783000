//! What would become of a request, layer by layer, without sending it.
//!
//! It is apart because it answers a person who has a URL and no call, and may therefore allocate,
//! parse a whole URL, and say which operations an endpoint belongs to.

use crate::{
    authority::Origin,
    base_url::BaseUrlError,
    call::{Binding, RequestHead},
    denial::{Denial, Layer, Reason},
    endpoint::Endpoint,
    path::check_path,
    policy::{Contents, Policy},
};

/// What would become of a request.
#[derive(Clone, Debug)]
pub struct Explanation {
    origin: Option<Origin>,
    path: Option<String>,
    rule: Option<Endpoint>,
    operations: Vec<String>,
    repository: Option<String>,
    credential: Option<String>,
    denial: Option<Denial>,
}

impl Explanation {
    /// The origin in canonical form, where the URL has one.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Host and port in canonical form, where the URL has them.
    pub fn authority(&self) -> Option<&str> {
        self.origin.as_ref().map(Origin::authority)
    }

    /// The path, where it is canonical.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The rule that permits the request.
    pub fn rule(&self) -> Option<&Endpoint> {
        self.rule.as_ref()
    }

    /// The operations whose calls may make the request.
    pub fn operations(&self) -> &[String] {
        &self.operations
    }

    /// Identity of the connected repository that the request is about.
    pub fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }

    /// Name of the header that would carry the credential, where it would be added.
    pub fn credential(&self) -> Option<&str> {
        self.credential.as_deref()
    }

    /// The first refusal; `None` where the request would leave.
    pub fn denial(&self) -> Option<&Denial> {
        self.denial.as_ref()
    }

    /// The line of configuration that would change it, where one would.
    pub fn remedy(&self) -> Option<&str> {
        self.denial()?.remedy()
    }
}

impl Policy {
    /// Explains what would become of a request, made by a call of `operation`, or by a call of any
    /// operation that declares it. The repository is taken from the URL, and has to be connected;
    /// the identity operation may read any.
    pub fn explain(&self, method: &str, url: &str, operation: Option<&str>) -> Explanation {
        let mut explanation = Explanation {
            origin: None,
            path: None,
            rule: None,
            operations: Vec::new(),
            repository: None,
            credential: None,
            denial: None,
        };
        if let Err(denial) = self
            .contents()
            .explain(method, url, operation, &mut explanation)
        {
            explanation.denial = Some(denial);
        }
        explanation
    }
}

impl Contents {
    fn explain(
        &self,
        method: &str,
        url: &str,
        operation: Option<&str>,
        explanation: &mut Explanation,
    ) -> Result<(), Denial> {
        let request = split_url(method, url)?;
        explanation.origin = Origin::parse(request.scheme, request.authority).ok();
        explanation.path = check_path(request.path)
            .is_ok()
            .then(|| request.path.to_owned());
        let index = operation.map(|name| self.operation(name)).transpose()?;
        let binding = match operation {
            Some(Policy::IDENTITY_OPERATION) => self.identity_binding(request.path),
            _ => Binding::AnyConnected,
        };
        let permit = self.judge(&request, index, &binding)?;
        let endpoint = permit.rule().endpoint();
        let declares = |rules: &[usize]| {
            rules
                .iter()
                .any(|rule| self.profile.rules()[*rule].endpoint() == endpoint)
        };
        let operations = self.operations.iter().filter(|one| declares(&one.rules));
        explanation.operations = operations.map(|one| one.name.to_string()).collect();
        explanation.rule = Some(endpoint.clone());
        explanation.repository = permit.repository().map(str::to_owned);
        explanation.credential = Some(self.profile.credential_header().0.to_owned());
        Ok(())
    }

    /// Binds to whatever repository the URL names, as a call that names it would.
    fn identity_binding(&self, path: &str) -> Binding {
        let path = path.strip_prefix(&*self.prefix).unwrap_or_default();
        let mut rules = self.profile.rules().iter();
        let segment = rules
            .find(|rule| rule.matches(path))
            .and_then(|rule| rule.repository(path))
            .unwrap_or_default();
        Binding::Identity {
            segment: segment.into(),
            connected: self
                .repositories
                .iter()
                .position(|one| one.is_named(segment)),
        }
    }
}

fn split_url<'a>(method: &'a str, url: &'a str) -> Result<RequestHead<'a>, Denial> {
    let malformed = || {
        let detail = BaseUrlError::Scheme.to_string();
        Denial::new(Layer::Authority, Reason::AuthorityMalformed, detail)
    };
    let (scheme, rest) = url.split_once("://").ok_or_else(malformed)?;
    // A fragment is never sent.
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Ok(RequestHead {
        method,
        scheme,
        authority,
        path,
        query,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acme;

    const THINGS: &str = "https://forge.example/acme/api/v9/things";

    fn explain(method: &str, rest: &str, operation: Option<&str>) -> Explanation {
        acme::policy(&["read"]).explain(method, &format!("{THINGS}{rest}"), operation)
    }

    #[test]
    fn a_request_that_would_leave_is_explained_by_its_rule() {
        let explanation = explain("GET", "/42/tree?ref=main#top", None);
        assert!(explanation.denial().is_none());
        assert_eq!(
            explanation.origin().unwrap().to_string(),
            "https://forge.example"
        );
        assert_eq!(explanation.path(), Some("/acme/api/v9/things/42/tree"));
        assert_eq!(
            explanation.rule().unwrap().to_string(),
            "GET /things/{thing}/tree"
        );
        assert_eq!(explanation.operations(), ["git.list-tree"]);
        assert_eq!(explanation.repository(), Some("42"));
        assert_eq!(explanation.credential(), Some("X-Acme-Key"));
    }

    #[test]
    fn every_operation_that_declares_the_endpoint_is_named() {
        assert_eq!(
            explain("GET", "/42/files/a", None).operations(),
            ["git.read-file"]
        );
        let identity = explain("GET", "/42", None);
        assert_eq!(
            identity.operations(),
            ["git.read-file", "repositories.read-repository"]
        );
    }

    #[test]
    fn a_request_that_would_not_leave_is_explained_by_the_first_layer_that_refuses() {
        for (method, rest, operation, layer) in [
            ("GET", "/42/../43", None, Layer::Path),
            ("GET", "/42/secrets", None, Layer::Ceiling),
            ("GET", "/42/tree", Some("git.nothing"), Layer::Manifest),
            ("GET", "/42/tree", Some("git.read-file"), Layer::Operation),
            ("DELETE", "/42/branches/main", None, Layer::Manifest),
            ("POST", "/42/commits", None, Layer::Access),
            ("GET", "/43/tree", None, Layer::Repository),
            ("GET", "/42/tree?sudo=1", None, Layer::Query),
        ] {
            let explanation = explain(method, rest, operation);
            assert_eq!(
                explanation.denial().unwrap().layer(),
                layer,
                "{method} {rest}"
            );
            assert!(explanation.rule().is_none() && explanation.credential().is_none());
        }
        let other = acme::policy(&["read"]).explain("GET", "https://other.example/x", None);
        assert_eq!(other.denial().unwrap().layer(), Layer::Authority);
        let none = acme::policy(&["read"]).explain("GET", "forge.example/x", None);
        assert_eq!(none.denial().unwrap().layer(), Layer::Authority);
    }

    #[test]
    fn the_remedy_is_a_line_to_paste() {
        assert_eq!(
            explain("POST", "/42/commits", None).remedy(),
            Some("access = [\"read\", \"commits\"]")
        );
        let remedy = explain("GET", "/web%2Fother/tree", None)
            .remedy()
            .unwrap()
            .to_owned();
        assert!(remedy.contains("{ id = \"its id\", path = \"web/other\" }"));
        assert!(toml::from_str::<toml::Table>(&remedy).is_ok(), "{remedy}");
    }

    #[test]
    fn the_identity_operation_may_read_whichever_repository_the_url_names() {
        let operation = Some(Policy::IDENTITY_OPERATION);
        assert!(explain("GET", "/web%2Fother", operation).denial().is_none());
        assert_eq!(
            explain("GET", "/web%2Fshop", operation).repository(),
            Some("42")
        );
        assert_eq!(
            explain("GET", "/42/tree", operation)
                .denial()
                .unwrap()
                .layer(),
            Layer::Operation
        );
    }
}
