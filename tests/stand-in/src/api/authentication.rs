//! Whom a request speaks for, and whether its token suffices; apart, because the refusals here are
//! what people meet first.

use std::sync::Arc;

use http::{HeaderMap, header};
use time::OffsetDateTime;

use super::route::{Route, Scope};
use crate::{
    error::Refusal,
    feature::Features,
    server::Received,
    shared::Shared,
    state::{TokenRecord, UserRecord, Viewer},
};

pub(crate) fn authenticate(
    shared: &Arc<Shared>,
    features: &Features,
    request: &Received,
    route: &Route,
) -> Result<(Viewer, Option<TokenRecord>), Refusal> {
    let Some(value) = credential(&request.headers)? else {
        return Ok((Viewer::default(), None));
    };
    let (token, user) = look_up(shared, &value).ok_or_else(Refusal::unauthorized)?;
    check_token(&token)?;
    check_scope(&token, route)?;
    if let Some(reason) = user.state.rejection(&user.username, &shared.web_url("")) {
        return Err(Refusal::forbidden(&reason));
    }
    let viewer = Viewer {
        user: Some(user.id),
        admin: is_admin(features, &user, &token),
        external: user.external,
    };
    Ok((viewer, Some(token)))
}

/// Under admin mode an administrator's token is an ordinary user's, unless it says otherwise.
fn is_admin(features: &Features, user: &UserRecord, token: &TokenRecord) -> bool {
    user.admin && (!features.admin_mode || token.has_scope("admin_mode"))
}

pub(crate) fn look_up(shared: &Shared, value: &str) -> Option<(TokenRecord, UserRecord)> {
    shared.read(|world| {
        let token = world.tokens.get(value)?;
        let user = world.user(token.user)?;
        Some((token.clone(), user.clone()))
    })
}

/// The token as either header carries it.
fn credential(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().map_err(|_| Refusal::unauthorized()))
            .transpose()
    };
    if let Some(token) = text("private-token")? {
        return Ok(Some(token.to_owned()));
    }
    let Some(authorization) = text(header::AUTHORIZATION.as_str())? else {
        return Ok(None);
    };
    match authorization.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Some(token.trim().to_owned()))
        }
        // The API knows no other scheme, and goes on as if nothing had been sent.
        _ => Ok(None),
    }
}

pub(crate) fn check_token(token: &TokenRecord) -> Result<(), Refusal> {
    if token.revoked {
        return Err(Refusal::invalid_token(
            "Token was revoked. You have to re-authorize from the user.",
        ));
    }
    let today = OffsetDateTime::now_utc().date();
    if token.expires.is_some_and(|last| last <= today) {
        return Err(Refusal::invalid_token(
            "Token is expired. You can either do re-authorization or token refresh.",
        ));
    }
    if token.proof_of_possession {
        return Err(Refusal::dpop_missing());
    }
    Ok(())
}

fn check_scope(token: &TokenRecord, route: &Route) -> Result<(), Refusal> {
    let (accepted, permission): (&[&str], &str) = match route.scope {
        Scope::Any => return Ok(()),
        Scope::Api => (&["api", "read_api"], "read_code"),
        Scope::Repository => (&["api", "read_api", "read_repository"], "read_code"),
        Scope::User => (&["api", "read_api", "read_user"], "read_user"),
        Scope::Write => (&["api"], "write_code"),
    };
    if token.granular {
        return match token.has_scope(permission) {
            true => Ok(()),
            false => Err(Refusal::insufficient_granular_scope(permission)),
        };
    }
    match accepted.iter().any(|scope| token.has_scope(scope)) {
        true => Ok(()),
        false => Err(Refusal::insufficient_scope(&accepted.join(" "))),
    }
}
