//! `connection.check`; apart because a refusal here is mostly something to tell, not a failure.

use futures_util::future::join3;
use serde::de::DeserializeOwned;

use super::finding::{self, Facts};
use crate::{
    bindings::{
        connection::{Account, Report, Token},
        types::{Denial, ErrorCode, Stranger, Subject},
    },
    call::Call,
    error::{Failure, Purpose, quote},
    model,
    transport::{Request, Transport},
};

/// Find out what answers, for whom, and what is missing.
pub(crate) async fn check<T: Transport>(call: &Call<T>) -> Result<Report, Failure> {
    let version = ask(call, "/version", "reading GitLab's version");
    let user = ask(call, "/user", "reading the token's owner");
    let token = ask(
        call,
        "/personal_access_tokens/self",
        "reading the token's scopes",
    );
    let (version, user, token) = match call.concurrency() {
        0..3 => (version.await, user.await, token.await),
        _ => join3(version, user, token).await,
    };
    // The version is the one endpoint that only GitLab has. An answer without it is another
    // product's, whatever the other two say.
    let version: Asked<model::Version> = version.map_err(not_gitlab)?;
    let facts = Facts {
        version,
        user: user?,
        token: token.or_else(unknown)?,
        base_url: call.base_url(),
        now: call.wall_clock(),
    };
    Ok(report(&facts))
}

/// What GitLab told, or the refusal that a report mentions.
pub(super) enum Asked<D> {
    Told(D),
    Refused(Failure),
}

impl<D> Asked<D> {
    pub(super) fn told(&self) -> Option<&D> {
        match self {
            Self::Told(told) => Some(told),
            Self::Refused(_) => None,
        }
    }

    pub(super) fn refused(&self) -> Option<&Failure> {
        match self {
            Self::Told(_) => None,
            Self::Refused(failure) => Some(failure),
        }
    }
}

async fn ask<T: Transport, D: DeserializeOwned>(
    call: &Call<T>,
    target: &str,
    action: &str,
) -> Result<Asked<D>, Failure> {
    let purpose = Purpose::new(action, Subject::Other("endpoint".to_owned()));
    match call.json(&Request::json(target), &purpose).await {
        Ok((_, told)) => Ok(Asked::Told(told)),
        // A credential that works and is not enough is told. An account that cannot be used is not:
        // nothing will work.
        Err(failure) => match failure.code() {
            ErrorCode::Forbidden(Denial::Account(_) | Denial::IpAddress) => Err(failure),
            ErrorCode::Forbidden(_) => Ok(Asked::Refused(failure)),
            _ => Err(failure),
        },
    }
}

fn not_gitlab(failure: Failure) -> Failure {
    match failure.is_not_found() {
        true => failure
            .with_code(ErrorCode::NotTheApi(Stranger::Other(
                "application/json".to_owned(),
            )))
            .with_hint("check the address of the connection: what answers there is not GitLab"),
        false => failure,
    }
}

/// Tokens other than personal access tokens do not know themselves.
fn unknown(failure: Failure) -> Result<Asked<model::Token>, Failure> {
    match failure.is_not_found() {
        true => Ok(Asked::Refused(failure)),
        false => Err(failure),
    }
}

fn report(facts: &Facts<'_>) -> Report {
    let version = facts.version.told();
    Report {
        product: "GitLab".to_owned(),
        version: version.and_then(|v| v.version.as_deref()).map(quote),
        edition: version.and_then(model::Version::edition),
        account: facts.user.told().map(|user| Account {
            username: user.username.clone(),
            display_name: user.name.clone(),
            administrator: Some(user.is_admin),
        }),
        token: facts.token.told().map(|token| Token {
            name: token.name.clone(),
            scopes: token.scopes.clone(),
            expires_at: token.expires_at.as_deref().and_then(model::date),
        }),
        rate_limit: None,
        findings: finding::all(facts),
    }
}
