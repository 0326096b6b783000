//! GitLab's JSON, as much of it as is used; apart so that the rest never sees a raw field.
//!
//! Every field may be absent or null and then has its default, except the few without which an
//! object means nothing.

mod commit;
mod comparison;
mod instance;
mod problem;
mod project;
mod reference;
mod time;
mod tree;

use serde::{Deserialize, Deserializer};

pub(crate) use self::{
    commit::Commit,
    comparison::{Comparison, Diff},
    instance::{Token, User, Version},
    problem::Problem,
    project::Project,
    reference::{Branch, Tag},
    time::{date, http_date, timestamp},
    tree::{TreeEntry, kind_of_mode},
};

/// Read null as the default, which `#[serde(default)]` alone does for absent fields only.
fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
