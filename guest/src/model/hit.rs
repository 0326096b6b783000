//! A place where a search found something, as GitLab writes it; apart because its path has two
//! names.

use serde::Deserialize;

use super::lenient;

/// A place in a file.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Hit {
    #[serde(default, deserialize_with = "lenient")]
    path: String,
    /// The path too, under the name that it had first.
    #[serde(default, deserialize_with = "lenient")]
    filename: String,
    /// The line that `data` begins with.
    #[serde(rename = "startline")]
    pub(crate) first_line: u32,
    pub(crate) data: String,
}

impl Hit {
    /// The file's path; empty where neither name has one.
    pub(crate) fn into_path(self) -> String {
        match self.path.is_empty() {
            true => self.filename,
            false => self.path,
        }
    }
}
