//! A comparison as GitLab writes it; apart because versions mark what they left out differently.

use serde::Deserialize;

use super::lenient;

/// How two commits differ.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Comparison {
    pub(crate) diffs: Vec<Diff>,
    /// GitLab ran out of time, or over its limits.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) compare_timeout: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) overflow: bool,
}

/// How a file differs.
#[derive(Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Diff {
    pub(crate) old_path: String,
    pub(crate) new_path: String,
    /// `0`, or null, where the file is new.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) a_mode: String,
    /// `0`, or null, where the file is gone.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) b_mode: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) new_file: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) renamed_file: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) deleted_file: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) diff: String,
    /// From 18.4 on.
    #[serde(default)]
    pub(crate) collapsed: Option<bool>,
    /// From 18.4 on.
    #[serde(default)]
    pub(crate) too_large: Option<bool>,
}
