//! GitLab's JSON, as much of it as is used; apart so that the rest never sees a raw field.
//!
//! Every field may be absent or null and then has its default, except the few without which an
//! object means nothing.

mod blame;
mod commit;
mod comparison;
mod discussion;
mod hit;
mod hook;
mod instance;
mod merge_request;
mod problem;
mod project;
mod reference;
mod status;
mod time;
mod tree;

use serde::{Deserialize, Deserializer};

pub(crate) use self::{
    blame::BlamedLines,
    commit::Commit,
    comparison::{Comparison, Diff},
    discussion::{Discussion, Note},
    hit::Hit,
    hook::{Hook, TOPICS},
    instance::{Token, User, Version},
    merge_request::{DiffRefs, DiffVersion, MergeRequest, Settings, without_draft_mark},
    problem::Problem,
    project::{Project, role},
    reference::{Branch, Tag},
    status::CommitStatus,
    time::{date, http_date, in_milliseconds, timestamp, timestamp_text},
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
