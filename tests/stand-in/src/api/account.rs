//! What the token's owner may know of the account and of the token itself; apart, because no
//! project is involved.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Call};
use crate::{
    error::Refusal,
    reply::Reply,
    state::{EPOCH, UserRecord, format_date, format_time},
};

pub(crate) fn user(call: &Call<'_>) -> Answer {
    let id = call.user()?;
    let user = call.shared.read(|world| world.user(id).cloned());
    let user = user.ok_or_else(Refusal::unauthorized)?;
    Ok(Reply::json(StatusCode::OK, &full(call, &user)))
}

pub(crate) fn token(call: &Call<'_>) -> Answer {
    // There was a path to delete a token at first, then one to read any by its number.
    if !call.at_least(15, 1) {
        return Err(Refusal::error(
            StatusCode::METHOD_NOT_ALLOWED,
            "405 Not Allowed",
        ));
    }
    if !call.at_least(15, 5) {
        return Err(Refusal::parameter("id is invalid"));
    }
    let token = call.token.as_ref().ok_or_else(Refusal::unauthorized)?;
    let mut answer = json!({
        "id": token.id,
        "name": token.name,
        "revoked": token.revoked,
        "created_at": format_time(EPOCH, 0),
        "scopes": token.scopes,
        "user_id": token.user,
        "last_used_at": format_time(EPOCH + 86_400, 0),
        "active": true,
        "expires_at": token.expires.map(format_date),
    });
    if call.at_least(17, 7) {
        answer["description"] = Value::Null;
    }
    if call.at_least(18, 0) {
        answer["granular"] = token.granular.into();
    }
    Ok(Reply::json(StatusCode::OK, &answer))
}

fn full(call: &Call<'_>, user: &UserRecord) -> Value {
    let mut answer = json!({
        "id": user.id,
        "username": user.username,
        "public_email": "",
        "name": user.name,
        "state": user.state.name(),
        "locked": false,
        "avatar_url": null,
        "web_url": call.shared.web_url(&user.username),
        "created_at": format_time(EPOCH - 500 * 86_400, 0),
        "bio": "",
        "location": "",
        "linkedin": "",
        "twitter": "",
        "discord": "",
        "website_url": "",
        "organization": "",
        "job_title": "",
        "pronouns": null,
        "bot": user.bot,
        "work_information": null,
        "local_time": null,
        "last_sign_in_at": format_time(EPOCH, 0),
        "confirmed_at": format_time(EPOCH - 500 * 86_400, 0),
        "last_activity_on": "2026-01-01",
        "email": format!("{}@example.com", user.username),
        "theme_id": 3,
        "color_scheme_id": 1,
        "projects_limit": 100_000,
        "current_sign_in_at": format_time(EPOCH, 0),
        "identities": [],
        "can_create_group": true,
        "can_create_project": true,
        "two_factor_enabled": false,
        "external": user.external,
        "private_profile": false,
        "commit_email": format!("{}@example.com", user.username),
        "shared_runners_minutes_limit": null,
        "extra_shared_runners_minutes_limit": null,
        "scim_identities": [],
    });
    // Only administrators are told, whether or not they act as such under admin mode.
    if user.admin {
        answer["is_admin"] = true.into();
        answer["note"] = Value::Null;
        answer["namespace_id"] = user.id.into();
    }
    answer
}
