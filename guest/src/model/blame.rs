//! Whose lines are whose, as GitLab writes it; apart because only the number of lines matters.

use serde::{Deserialize, de::IgnoredAny};

use super::Commit;

/// Lines that one commit changed last.
#[derive(Debug, Deserialize)]
pub(crate) struct BlamedLines {
    pub(crate) commit: Commit,
    /// What is in them is not kept.
    pub(crate) lines: Vec<IgnoredAny>,
}
