//! A comparison as GitLab writes it; apart because versions mark what they left out differently.

use serde::Deserialize;

use super::lenient;

/// How two commits differ.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Comparison {
    #[serde(deserialize_with = "lenient")]
    pub(crate) diffs: Vec<Diff>,
    /// GitLab ran out of time, or over its limits.
    #[serde(deserialize_with = "lenient")]
    pub(crate) compare_timeout: bool,
    #[serde(deserialize_with = "lenient")]
    pub(crate) overflow: bool,
}

/// How a file differs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Diff {
    #[serde(deserialize_with = "lenient")]
    pub(crate) old_path: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) new_path: String,
    /// `0`, or null, where the file is new.
    #[serde(deserialize_with = "lenient")]
    pub(crate) a_mode: String,
    /// `0`, or null, where the file is gone.
    #[serde(deserialize_with = "lenient")]
    pub(crate) b_mode: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) new_file: bool,
    #[serde(deserialize_with = "lenient")]
    pub(crate) renamed_file: bool,
    #[serde(deserialize_with = "lenient")]
    pub(crate) deleted_file: bool,
    #[serde(deserialize_with = "lenient")]
    pub(crate) diff: String,
    /// From 18.4 on.
    pub(crate) collapsed: Option<bool>,
    /// From 18.4 on.
    pub(crate) too_large: Option<bool>,
}
