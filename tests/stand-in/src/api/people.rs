//! People as everything shows them that they did; apart, because it is the least of what an account
//! tells of itself.

use serde_json::{Value, json};

use crate::{
    shared::Shared,
    state::{UserRecord, World},
};

/// The short form of an account; `null` where there is none.
pub(crate) fn person(shared: &Shared, world: &World, id: u64) -> Value {
    world
        .user(id)
        .map_or(Value::Null, |user| basic(shared, user))
}

fn basic(shared: &Shared, user: &UserRecord) -> Value {
    let mut answer = json!({
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "state": user.state.name(),
        "locked": false,
        "avatar_url": null,
        "web_url": shared.web_url(&user.username),
    });
    if shared.version.at_least(17, 9) {
        answer["public_email"] = "".into();
    }
    answer
}
