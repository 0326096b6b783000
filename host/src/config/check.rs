//! What has to be right in a connection beyond the form of each value: apart from the schema,
//! because every rule here is about meaning, and points at the value that breaks it.

use std::error::Error;

use code_source_egress::{
    AddressPolicy, BaseUrl, Operator, PolicyError, RepositoryArgument, RepositoryNameError,
};
use ipnet::IpNet;

use super::entry::ConnectionEntry;
use super::place::Step;
use crate::transport::Proxy;

/// A value that cannot be meant.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) steps: Vec<Step>,
    pub(super) problem: String,
}

impl Mistake {
    fn new(steps: impl Into<Vec<Step>>, problem: impl Into<String>) -> Self {
        Self {
            steps: steps.into(),
            problem: problem.into(),
        }
    }
}

/// Look at everything that can be judged by the file alone.
pub(super) fn check(entry: &ConnectionEntry) -> Result<(), Mistake> {
    check_url(entry)?;
    check_access(entry)?;
    check_repositories(entry)?;
    check_private_addresses(entry)?;
    check_redirect_origins(entry)?;
    check_webhooks(entry)?;
    check_proxy(entry)
}

fn check_url(entry: &ConnectionEntry) -> Result<(), Mistake> {
    match BaseUrl::parse(&entry.url) {
        Ok(_) => Ok(()),
        Err(error) => Err(Mistake::new(["url".into()], words(&error))),
    }
}

fn check_access(entry: &ConnectionEntry) -> Result<(), Mistake> {
    let access = entry.access.as_deref().unwrap_or_default();
    let twice = (0..access.len()).find(|&index| {
        access[..index]
            .iter()
            .any(|earlier| earlier.0 == access[index].0)
    });
    match twice {
        Some(index) => Err(Mistake::new(
            ["access".into(), index.into()],
            format!("`{}` stands there twice", access[index].0),
        )),
        None => Ok(()),
    }
}

fn check_repositories(entry: &ConnectionEntry) -> Result<(), Mistake> {
    for (index, one) in entry.repositories.iter().enumerate() {
        let at = |key: &str, problem| {
            Mistake::new(["repositories".into(), index.into(), key.into()], problem)
        };
        let unusable = |error: RepositoryNameError| words(&error);
        RepositoryArgument::Id(&one.id)
            .check()
            .map_err(|error| at("id", unusable(error)))?;
        RepositoryArgument::Path(&one.path)
            .check()
            .map_err(|error| at("path", unusable(error)))?;
        let earlier = &entry.repositories[..index];
        if earlier.iter().any(|other| other.id == one.id) {
            return Err(at(
                "id",
                format!("the repository `{}` stands there twice", one.id),
            ));
        }
        if earlier.iter().any(|other| other.path == one.path) {
            return Err(at(
                "path",
                format!("the repository `{}` stands there twice", one.path),
            ));
        }
    }
    Ok(())
}

fn check_private_addresses(entry: &ConnectionEntry) -> Result<(), Mistake> {
    for (index, range) in entry.private_addresses.iter().enumerate() {
        if let Some(problem) = private_address_problem(range.0.0) {
            let steps = ["private-addresses".into(), index.into()];
            return Err(Mistake::new(steps, problem));
        }
    }
    Ok(())
}

/// Why a range cannot be allowed.
pub(crate) fn private_address_problem(range: IpNet) -> Option<String> {
    let error = AddressPolicy::new(vec![range]).err()?;
    Some(words(&error))
}

fn check_redirect_origins(entry: &ConnectionEntry) -> Result<(), Mistake> {
    for (index, text) in entry.redirect_origins.iter().enumerate() {
        let problem = match Operator::parse_redirect_origin(text) {
            Ok(_) => continue,
            // Without the text itself: a password may stand in it.
            Err(PolicyError::RedirectOrigin { problem, .. }) => problem.into(),
            Err(error) => words(&error),
        };
        return Err(Mistake::new(
            ["redirect-origins".into(), index.into()],
            problem,
        ));
    }
    Ok(())
}

fn check_webhooks(entry: &ConnectionEntry) -> Result<(), Mistake> {
    for (index, text) in entry.webhook_urls.iter().enumerate() {
        if let Some(problem) = webhook_problem(text) {
            return Err(Mistake::new(["webhook-urls".into(), index.into()], problem));
        }
    }
    for name in entry.secrets.keys() {
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_word) {
            let problem = "the name of a secret is lower-case letters, digits and `-`";
            return Err(Mistake::new(
                ["secrets".into(), name.as_str().into()],
                problem,
            ));
        }
    }
    let mut previous = entry.previous_secrets.keys();
    match previous.find(|name| !entry.secrets.contains_key(*name)) {
        Some(name) => Err(Mistake::new(
            ["previous-secrets".into(), name.as_str().into()],
            "there is no secret of that name in `secrets` that took its place",
        )),
        None => Ok(()),
    }
}

/// Why a text cannot be where a webhook leads to. It is not repeated, for it may be a secret.
pub(crate) fn webhook_problem(text: &str) -> Option<&'static str> {
    let authority = text
        .strip_prefix("https://")
        .map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    // Such an address is compared byte for byte, and never asked for: its form is enough.
    let is_one = authority.is_some_and(|authority| BaseUrl::parse(authority).is_ok());
    (!is_one).then_some("not the address of a webhook: `https://`, a host, and what follows")
}

fn check_proxy(entry: &ConnectionEntry) -> Result<(), Mistake> {
    let Some(proxy) = &entry.proxy else {
        return Ok(());
    };
    let mut steps: Vec<Step> = vec!["proxy".into()];
    steps.extend(proxy.is_table.then(|| "url".into()));
    match Proxy::new(&proxy.url).origin() {
        Ok(_) => Ok(()),
        Err(error) => Err(Mistake::new(steps, words(&error))),
    }
}

/// An error with what led to it, in one line.
fn words(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
