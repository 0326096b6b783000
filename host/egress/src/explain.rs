//! What would become of a request, layer by layer, without sending it.
//!
//! It is apart because it answers a person who has a URL and no call, and may therefore allocate,
//! parse a whole URL, and say which operations an endpoint belongs to.

use crate::{
    authority::Origin,
    base_url::BaseUrlError,
    call::{RequestHead, Subject},
    denial::{Denial, Layer, Reason},
    endpoint::Endpoint,
    path::check_path,
    policy::{Contents, Policy},
    query::QueryError,
    url,
};

/// What would become of a request.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    origin: Option<Origin>,
    path: Option<String>,
    rule: Option<Endpoint>,
    operations: Vec<String>,
    repository: Option<String>,
    credential: Option<String>,
    passed: Vec<Layer>,
    endpoint: Option<Endpoint>,
    query: Option<Result<(), Denial>>,
    redirect_target: bool,
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

    /// The layers that were asked and let the request through, in their order.
    pub fn passed(&self) -> &[Layer] {
        &self.passed
    }

    /// The endpoint of the profile that the request is for, be it permitted or not.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.endpoint.as_ref()
    }

    /// What that endpoint's rule says of the query, whatever refused the request before; `None`
    /// where the request is for no endpoint.
    pub fn query(&self) -> Option<Result<(), &Denial>> {
        self.query.as_ref().map(|verdict| verdict.as_ref().copied())
    }

    /// Whether the origin is one that is reached only where an answer of the forge leads to it.
    pub fn redirect_target(&self) -> bool {
        self.redirect_target
    }

    /// The first refusal; `None` where the request would leave.
    pub fn denial(&self) -> Option<&Denial> {
        self.denial.as_ref()
    }

    /// The line of configuration that would change it, where one would.
    pub fn remedy(&self) -> Option<&str> {
        self.denial()?.remedy()
    }

    fn layers(&self, of_operation: bool) -> Vec<Layer> {
        let refused = self.denial().map(Denial::layer);
        let asked = HEAD_LAYERS
            .into_iter()
            .take_while(|layer| Some(*layer) != refused);
        asked
            .filter(|layer| of_operation || *layer != Layer::Operation)
            .collect()
    }
}

impl Policy {
    /// Explains what would become of a request, made by a call of `operation`, or by a call of any
    /// operation that declares it. The repository is taken from the URL, and has to be connected;
    /// the identity operation may read any.
    pub fn explain(&self, method: &str, url: &str, operation: Option<&str>) -> Explanation {
        let mut explanation = Explanation::default();
        if let Err(denial) = self
            .contents()
            .explain(method, url, operation, &mut explanation)
        {
            explanation.denial = Some(denial);
        }
        explanation.passed = explanation.layers(operation.is_some());
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
        explanation.redirect_target = self.is_redirect_target(&request);
        self.explain_rule(&request, explanation);
        let subject = match operation {
            Some(Policy::IDENTITY_OPERATION | Policy::ABSENCE_OPERATION) => {
                self.identity_subject(request.path)
            }
            _ => Subject::AnyConnected,
        };
        let index = match operation.map(|name| self.operation(name)).transpose() {
            Ok(index) => index,
            // What is refused before any function is looked at is refused for that.
            Err(unknown) => {
                return match self.judge(&request, None, &subject) {
                    Err(denial) if denial.layer() < unknown.layer() => Err(denial),
                    _ => Err(unknown),
                };
            }
        };
        let permit = self.judge(&request, index, &subject)?;
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

    fn explain_rule(&self, request: &RequestHead<'_>, explanation: &mut Explanation) {
        let rule = self
            .check_form(request)
            .and_then(|()| self.find_rule(request));
        let Ok((index, _)) = rule else {
            return;
        };
        let rule = &self.profile.rules()[index];
        explanation.endpoint = Some(rule.endpoint().clone());
        let query = rule.query().check(request.query.unwrap_or_default());
        explanation.query = Some(query.map_err(QueryError::into_denial));
    }

    /// Binds to whatever repository the URL names, as a call that names it would.
    fn identity_subject(&self, path: &str) -> Subject {
        let path = path.strip_prefix(&*self.prefix).unwrap_or_default();
        let mut rules = self.profile.rules().iter();
        let segment = rules
            .find(|rule| rule.matches(path))
            .and_then(|rule| rule.repository(path))
            .unwrap_or_default();
        Subject::Identity {
            segment: segment.into(),
            connected: self
                .repositories
                .iter()
                .position(|one| one.is_named(segment)),
        }
    }
}

fn split_url<'a>(method: &'a str, url: &'a str) -> Result<RequestHead<'a>, Denial> {
    url::split(method, url).ok_or_else(|| {
        let detail = BaseUrlError::Scheme.to_string();
        Denial::new(Layer::Authority, Reason::AuthorityMalformed, detail)
    })
}

/// The layers that the head of a request passes, in their order.
const HEAD_LAYERS: [Layer; 9] = [
    Layer::Authority,
    Layer::Path,
    Layer::Ceiling,
    Layer::Manifest,
    Layer::Operation,
    Layer::Operator,
    Layer::Access,
    Layer::Repository,
    Layer::Query,
];

#[cfg(test)]
mod tests;
