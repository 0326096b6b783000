//! What the options of a connection may say: apart from what they change in one, because a mistake in
//! an option is told as that, before any file is looked at.

use code_source_egress::{Operator, PolicyError};

use crate::cli::arguments::GlobalArguments;
use crate::cli::failure::CommandError;
use crate::cli::usage::UsageError;
use crate::config::{private_address_problem, webhook_problem};
use crate::credential::{is_no_name, is_no_variable};
use crate::transport::Proxy;

/// Whether the options can be meant, as far as each of them tells alone.
pub(crate) fn check(options: &GlobalArguments) -> Result<(), CommandError> {
    if let Some(name) = &options.token_env
        && is_no_variable(name)
    {
        return Err(UsageError::TokenVariable.into());
    }
    if options.url.as_deref().is_some_and(is_no_name) {
        return Err(UsageError::TokenAsAddress.into());
    }
    check_proxy(options)?;
    check_origins(options)?;
    check_secrets(options)?;
    check_private_addresses(options)?;
    check_webhooks(options)
}

/// What a proxy asks for is no more an argument than the token is, and so is not repeated.
fn check_proxy(options: &GlobalArguments) -> Result<(), CommandError> {
    let Some(Err(error)) = options.proxy.as_ref().map(|url| Proxy::new(url).origin()) else {
        return Ok(());
    };
    Err(UsageError::Proxy {
        problem: error.to_string(),
    }
    .into())
}

/// What stands there by mistake may be the secret itself, and so is not repeated.
fn check_secrets(options: &GlobalArguments) -> Result<(), CommandError> {
    if options.secret.iter().all(|text| secret(text).is_some()) {
        return Ok(());
    }
    Err(UsageError::Secret.into())
}

pub(super) fn secret(text: &str) -> Option<(&str, &str)> {
    let (name, file) = text.split_once('=')?;
    let is_name = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let is_secret = !name.is_empty() && name.bytes().all(is_name) && !file.is_empty();
    is_secret.then_some((name, file))
}

fn check_origins(options: &GlobalArguments) -> Result<(), CommandError> {
    for text in &options.redirect_origin {
        if let Err(PolicyError::RedirectOrigin { problem, .. }) =
            Operator::parse_redirect_origin(text)
        {
            return Err(UsageError::RedirectOrigin {
                problem: problem.to_string(),
            }
            .into());
        }
    }
    Ok(())
}

fn check_private_addresses(options: &GlobalArguments) -> Result<(), CommandError> {
    let mut problems = options
        .private_address
        .iter()
        .filter_map(|range| private_address_problem(*range));
    match problems.next() {
        Some(problem) => Err(UsageError::PrivateAddress { problem }.into()),
        None => Ok(()),
    }
}

fn check_webhooks(options: &GlobalArguments) -> Result<(), CommandError> {
    let mut problems = options
        .webhook_url
        .iter()
        .filter_map(|url| webhook_problem(url));
    match problems.next() {
        Some(problem) => Err(UsageError::WebhookUrl {
            problem: problem.to_owned(),
        }
        .into()),
        None => Ok(()),
    }
}
