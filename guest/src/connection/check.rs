//! `connection.check`; apart because a refusal here is mostly something to tell, not a failure.

use futures_util::future::join3;

use super::{
    asked::{Asked, ask},
    finding::{self, Facts},
    slashes::Slashes,
    standing::Standing,
    strangers::{not_gitlab, recognise},
};
use crate::{
    bindings::connection::{Account, RateLimit, Report, Token},
    call::Call,
    error::{Failure, quote},
    model,
    transport::Transport,
};

/// Find out what answers, for whom, and what is missing.
pub(crate) async fn check<T: Transport>(call: &Call<T>) -> Result<Report, Failure> {
    let version = ask(call, "/version", "reading GitLab's version");
    let standing = Standing::ask(call);
    let slashes = Slashes::ask(call);
    let (version, standing, slashes) = match call.concurrency() {
        0..4 => {
            // Where nothing works, nothing else is asked.
            let version = version.await.map_err(not_gitlab)?;
            (Ok(version), standing.await, slashes.await)
        }
        _ => join3(version, standing, slashes).await,
    };
    let version: Asked<model::Version> = version.map_err(not_gitlab)?;
    let rate_limit = least_left(&version, &standing);
    let standing = standing.and_then(|standing| {
        recognise(&version, &standing, slashes)?;
        Ok(standing)
    });
    let standing = match standing {
        // Whatever else is wrong with a version that is too old, that it is comes first.
        Err(failure) if finding::is_too_old(&version) => Standing::untold(&failure),
        standing => standing?,
    };
    let facts = Facts {
        rate_limit,
        version,
        standing,
        slashes,
        base_url: call.base_url(),
        now: call.wall_clock(),
    };
    Ok(report(&facts))
}

/// The answers came at about the same time, in whatever order: the one that tells of the fewest
/// requests was the last.
fn least_left(
    version: &Asked<model::Version>,
    standing: &Result<Standing, Failure>,
) -> Option<RateLimit> {
    let standing = standing.as_ref().ok();
    let limits = [
        version.rate_limit(),
        standing.and_then(|standing| standing.user.rate_limit()),
        standing.and_then(|standing| standing.token.rate_limit()),
    ];
    limits
        .into_iter()
        .flatten()
        .min_by_key(|limit| limit.remaining)
}

fn report(facts: &Facts<'_>) -> Report {
    let version = facts.version.told();
    let Standing { user, token, .. } = &facts.standing;
    Report {
        product: "GitLab".to_owned(),
        version: version.and_then(|v| v.version.as_deref()).map(quote),
        edition: version.and_then(model::Version::edition),
        account: user.told().map(|user| Account {
            username: user.username.clone(),
            display_name: user.name.clone(),
            administrator: Some(user.is_admin),
        }),
        token: token.told().map(|token| Token {
            name: token.name.clone(),
            scopes: token.scopes.clone(),
            expires_at: token.expires_at.as_deref().and_then(model::date),
        }),
        rate_limit: facts.rate_limit,
        findings: finding::all(facts),
    }
}
